//! A `config.json`, read so that nothing in it is overlooked.

mod common;
mod number;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use crate::{Error, ErrorKind, KeyProblem};

pub use common::COMMON;

/// The keys of one JSON object. Whoever asks for a key has handled it; [`finish`](Self::finish) fails on the others.
///
/// A value of `null` is read as if the key were absent, as transformers writes it.
///
/// # Why so strict
///
/// A key that is overlooked (a scaling of positions, an activation) gives a model that loads without complaint and is
/// wrong.
///
/// # Example
///
/// ```
/// use salamander_checkpoint::Keys;
///
/// let config = serde_json::json!({"n_embd": 768, "use_cache": true, "scale_attn_weights": true, "n_expert": 8});
/// let mut keys = Keys::new(config.as_object().unwrap(), "config.json");
/// assert_eq!(keys.usize("n_embd")?, 768);
/// assert_eq!(keys.f64_or("layer_norm_epsilon", 1e-5)?, 1e-5);
/// keys.refuse_unless("scale_attn_weights", true, "scores are always scaled")?;
/// let error = keys.finish().unwrap_err();
/// assert!(error.to_string().contains("n_expert   (= 8) is not understood"));
/// # Ok::<(), salamander_checkpoint::Error>(())
/// ```
#[derive(Debug)]
pub struct Keys<'a> {
    object: &'a Map<String, Value>,
    file: PathBuf,
    /// Where in the file the object stands, with a dot at the end.
    within: String,
    handled: BTreeSet<String>,
}

impl<'a> Keys<'a> {
    /// The keys of `object`, which was read from `file`.
    pub fn new(object: &'a Map<String, Value>, file: impl AsRef<Path>) -> Self {
        Self { object, file: file.as_ref().to_owned(), within: String::new(), handled: BTreeSet::new() }
    }

    /// Whether the key is there and not `null`. Does not count as handling it.
    pub fn has(&self, key: &str) -> bool {
        self.object.get(key).is_some_and(|value| !value.is_null())
    }

    /// The value as it is, for what has no getter.
    pub fn value(&mut self, key: &str) -> Option<&'a Value> {
        self.handled.insert(key.to_owned());
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// A truth value.
    ///
    /// # Errors
    /// If it is absent or something else.
    pub fn bool(&mut self, key: &str) -> Result<bool, Error> {
        let value = self.optional_bool(key)?;
        self.required(key, value)
    }

    /// A truth value, or `default` where it is absent.
    ///
    /// # Errors
    /// If it is something else.
    pub fn bool_or(&mut self, key: &str, default: bool) -> Result<bool, Error> {
        Ok(self.optional_bool(key)?.unwrap_or(default))
    }

    /// A truth value, if there is one.
    ///
    /// # Errors
    /// If it is something else.
    pub fn optional_bool(&mut self, key: &str) -> Result<Option<bool>, Error> {
        self.read(key, "true or false", Value::as_bool)
    }

    /// A text.
    ///
    /// # Errors
    /// If it is absent or something else.
    pub fn string(&mut self, key: &str) -> Result<&'a str, Error> {
        let value = self.optional_string(key)?;
        self.required(key, value)
    }

    /// A text, or `default` where it is absent.
    ///
    /// # Errors
    /// If it is something else.
    pub fn string_or(&mut self, key: &str, default: &'a str) -> Result<&'a str, Error> {
        Ok(self.optional_string(key)?.unwrap_or(default))
    }

    /// A text, if there is one.
    ///
    /// # Errors
    /// If it is something else.
    pub fn optional_string(&mut self, key: &str) -> Result<Option<&'a str>, Error> {
        self.read(key, "a text", Value::as_str)
    }

    /// Several texts, if there are any.
    ///
    /// # Errors
    /// If it is something else.
    pub fn optional_strings(&mut self, key: &str) -> Result<Option<Vec<&'a str>>, Error> {
        self.read(key, "a list of texts", |value| value.as_array()?.iter().map(Value::as_str).collect())
    }

    /// Reads the object under `key`, if there is one, to its last key. `null` is no object.
    ///
    /// # Errors
    /// If it is something else, `read` fails, or `read` leaves a key of it unhandled.
    pub fn within<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut Keys<'a>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let Some(object) = self.read(key, "an object", Value::as_object)? else { return Ok(None) };
        let mut keys = Keys { within: format!("{}.", self.dotted(key)), ..Keys::new(object, &self.file) };
        let value = read(&mut keys)?;
        keys.finish()?;
        Ok(Some(value))
    }

    /// Lets a key be whatever it is. The reason is for whoever reads the program.
    pub fn ignore(&mut self, key: &str, reason: &str) {
        debug_assert!(!reason.is_empty(), "{key} is ignored without a reason");
        self.handled.insert(key.to_owned());
    }

    /// Lets several keys be whatever they are, each for its reason.
    pub fn ignore_all(&mut self, keys: &[(&str, &str)]) {
        keys.iter().for_each(|(key, reason)| self.ignore(key, reason));
    }

    /// Fails if the key is there and its value is not `expected`; `why` says what another value would mean.
    ///
    /// # Errors
    /// The value found and the one supported.
    pub fn refuse_unless(&mut self, key: &str, expected: impl Into<Value>, why: &str) -> Result<(), Error> {
        let expected = expected.into();
        match self.value(key) {
            Some(found) if !number::alike(found, &expected) => Err(self.refuse(key, &expected.to_string(), why)),
            _ => Ok(()),
        }
    }

    /// The error that says that the value of `key` is not supported, only `wanted` is.
    #[must_use]
    pub fn refuse(&self, key: &str, wanted: &str, why: &str) -> Error {
        self.error(KeyProblem::Unsupported {
            key: self.dotted(key),
            value: self.shown(key),
            wanted: wanted.to_owned(),
            why: why.to_owned(),
        })
    }

    /// The error that says that the value of `key` makes no sense, `wanted` would.
    #[must_use]
    pub fn wrong(&self, key: &str, wanted: &str) -> Error {
        self.error(KeyProblem::Wrong { key: self.dotted(key), value: self.shown(key), wanted: wanted.to_owned() })
    }

    /// Fails if any key is left that nobody asked for, that was not ignored, and that is not in [`COMMON`].
    ///
    /// # Errors
    /// All such keys.
    pub fn finish(&mut self) -> Result<(), Error> {
        let top = self.within.is_empty();
        if top && !self.handled.contains("pruned_heads") {
            self.refuse_unless("pruned_heads", Map::new(), "layers keep all their heads")?;
        }
        let common = |key: &str| top && COMMON.iter().any(|(known, _)| *known == key);
        let left = self.object.keys().filter(|key| !self.handled.contains(*key) && !common(key));
        let problems: Vec<_> =
            left.map(|key| KeyProblem::Unknown { key: self.dotted(key), value: self.shown(key) }).collect();
        if problems.is_empty() { Ok(()) } else { Err(Error::new(&self.file, ErrorKind::Config(problems))) }
    }

    fn read<T>(
        &mut self,
        key: &str,
        wanted: &str,
        get: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        match self.value(key) {
            None => Ok(None),
            Some(value) => get(value).map(Some).ok_or_else(|| self.wrong(key, wanted)),
        }
    }

    fn required<T>(&self, key: &str, value: Option<T>) -> Result<T, Error> {
        value.ok_or_else(|| self.error(KeyProblem::Missing { key: self.dotted(key) }))
    }

    fn error(&self, problem: KeyProblem) -> Error {
        Error::new(&self.file, ErrorKind::Config(vec![problem]))
    }

    fn dotted(&self, key: &str) -> String {
        format!("{}{key}", self.within)
    }

    /// The value of a key, in a few words.
    fn shown(&self, key: &str) -> String {
        let text = self.object.get(key).map_or_else(|| "absent".to_owned(), Value::to_string);
        match text.char_indices().nth(60) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}
