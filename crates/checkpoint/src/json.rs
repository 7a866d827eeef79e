//! JSON that says each thing once.

use std::{collections::HashSet, fmt, path::Path};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::{Error, ErrorKind};

/// Reads `text`, the contents of `path`, and refuses keys that are there twice: which of the two holds is left open by
/// the format, and parsers differ.
///
/// # Errors
/// If `text` is not JSON, is nested deeper than 128 levels, or an object has a key twice.
pub fn parse(path: &Path, text: &[u8]) -> Result<Value, Error> {
    once(text)
        .and_then(|()| serde_json::from_slice(text))
        .map_err(|error| Error::new(path, ErrorKind::Json(error.to_string())))
}

/// Checks that no object has a key twice, without keeping what it reads.
pub(crate) fn once(text: &[u8]) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    Once.deserialize(&mut reader)?;
    reader.end()
}

struct Once;

impl<'de> DeserializeSeed<'de> for Once {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            map.next_value_seed(Once)?;
            if seen.contains(&key) {
                return Err(A::Error::custom(format!("the key {key:?} is there twice")));
            }
            seen.insert(key);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Once)?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, says: &str) {
        let error = parse(Path::new("config.json"), text.as_bytes()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Json(_)));
        assert!(error.to_string().contains(says), "{error}");
    }

    #[test]
    fn hostile_text_is_an_error() {
        check(r#"{"a": 1, "b": {"c": 1, "c": 2}}"#, "the key \"c\" is there twice");
        check(r#"[{"a": 1}, {"a": 1, "\u0061": 2}]"#, "the key \"a\" is there twice");
        check(&format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)), "recursion limit");
        check(&"{\"a\":".repeat(10_000), "recursion limit");
        check("{\"a\": 1e400}", "out of range");
        check("{\"a\": NaN}", "expected value");
        check("{\"a\": 1} {}", "trailing characters");
        check("", "EOF");
    }

    #[test]
    fn honest_text_is_read() {
        let value = parse(Path::new("x"), br#"{"a": [null, true, -1, 2.5, "s", {"a": {}}]}"#).unwrap();
        assert_eq!(value["a"][3], 2.5);
    }
}
