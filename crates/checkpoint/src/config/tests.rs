//! Tests of [`Keys`].

use serde_json::{Value, json};

use super::*;

fn with<T>(config: Value, read: impl FnOnce(&mut Keys<'_>) -> Result<T, Error>) -> Result<T, String> {
    let mut keys = Keys::new(config.as_object().unwrap(), "config.json");
    let value = read(&mut keys).map_err(|error| error.to_string())?;
    keys.finish().map_err(|error| error.to_string())?;
    Ok(value)
}

fn says<T: std::fmt::Debug>(got: Result<T, String>, lines: &[&str]) {
    let count = if lines.len() == 1 { "1 problem".to_owned() } else { format!("{} problems", lines.len()) };
    let want = format!("`config.json`: {count}\n  {}", lines.join("\n  "));
    assert_eq!(got.unwrap_err(), want);
}

#[test]
fn values_are_read_and_defaults_taken() {
    let config =
        json!({"n": 12, "eps": 1e-5, "whole": 2, "yes": true, "act": "gelu", "kinds": ["a", "b"], "none": null});
    let read = with(config, |keys| {
        assert!(keys.has("n") && !keys.has("none") && !keys.has("other"));
        assert_eq!((keys.usize("n")?, keys.usize_in("n", 1..=12)?), (12, 12));
        assert_eq!((keys.f64("eps")?, keys.f64("whole")?), (1e-5, 2.0));
        assert!(keys.bool("yes")?);
        assert_eq!((keys.string("act")?, keys.string_or("other", "relu")?), ("gelu", "relu"));
        assert_eq!(keys.optional_strings("kinds")?, Some(vec!["a", "b"]));
        assert_eq!((keys.usize_or("none", 3)?, keys.optional_usize("none")?), (3, None));
        assert_eq!((keys.f64_or("other", 0.5)?, keys.bool_or("other", false)?), (0.5, false));
        Ok(())
    });
    assert_eq!(read, Ok(()));
}

#[test]
fn a_number_out_of_range_is_named() {
    let whole = "a whole number from 0 to 2147483647 is needed";
    for (value, shown) in [
        (json!(-1), "-1"),
        (json!(1e300), "1e+300"),
        (json!(1u64 << 31), "2147483648"),
        (json!(1.5), "1.5"),
        (json!("8"), "\"8\""),
    ] {
        says(with(json!({"n": value}), |keys| keys.usize("n")), &[&format!("n   is {shown}; {whole}")]);
    }
    says(with(json!({"x": 1e300}), |keys| keys.f64("x")), &["x   is 1e+300; a number of single precision is needed"]);
    says(with(json!({"n": 0}), |keys| keys.usize_in("n", 1..=9)), &["n   is 0; a whole number from 1 to 9 is needed"]);
    says(with(json!({"b": 1}), |keys| keys.bool("b")), &["b   is 1; true or false is needed"]);
    says(
        with(json!({"k": ["a", 1]}), |keys| keys.optional_strings("k").map(drop)),
        &["k   is [\"a\",1]; a list of texts is needed"],
    );
}

#[test]
fn an_absent_key_is_named() {
    says(with(json!({}), |keys| keys.usize("n_embd")), &["n_embd   is missing"]);
    says(with(json!({"n_embd": null}), |keys| keys.usize("n_embd")), &["n_embd   is missing"]);
}

#[test]
fn every_unknown_key_is_reported_at_once() {
    let config = json!({"n": 1, "new": [1, 2], "use_cache": false, "newer": "x".repeat(100), "old": 3, "older": 4});
    let long = format!("\"{}…", "x".repeat(59));
    let tail = "is not understood, and the model might be another than it seems: remove the key if it changes nothing";
    says(
        with(config, |keys| {
            keys.ignore("old", "has no meaning since the second version");
            keys.ignore_all(&[("older", "neither has this")]);
            keys.usize("n")
        }),
        &[&format!("new   (= [1,2]) {tail}"), &format!("newer   (= {long}) {tail}")],
    );
}

#[test]
fn what_is_not_supported_is_refused() {
    let read = |config| with(config, |keys| keys.refuse_unless("tp", 1, "weights are kept in one piece"));
    assert_eq!(read(json!({"tp": 1})), Ok(()));
    assert_eq!(read(json!({"tp": 1.0})), Ok(()));
    assert_eq!(read(json!({"tp": null})), Ok(()));
    assert_eq!(read(json!({})), Ok(()));
    says(read(json!({"tp": 2})), &["tp   is 2; only 1 is supported (weights are kept in one piece)"]);
    let pruned = "pruned_heads   is {\"0\":[1]}; only {} is supported (layers keep all their heads)";
    says(with(json!({"pruned_heads": {"0": [1]}}), |_| Ok(())), &[pruned]);
    assert_eq!(with(json!({"pruned_heads": {}}), |_| Ok(())), Ok(()));
}

#[test]
fn objects_within_are_read_to_the_end() {
    let config = json!({"rope": {"theta": 1e4, "use_cache": 1, "kind": "yarn"}});
    let read = with(config.clone(), |keys| keys.within("rope", |rope| rope.f64("theta")));
    let tail = "is not understood, and the model might be another than it seems: remove the key if it changes nothing";
    says(read, &[&format!("rope.use_cache   (= 1) {tail}"), &format!("rope.kind   (= \"yarn\") {tail}")]);
    says(with(config, |keys| keys.within("rope", |rope| rope.usize("n"))), &["rope.n   is missing"]);
    assert_eq!(with(json!({"rope": null}), |keys| keys.within("rope", |rope| rope.usize("n"))), Ok(None));
    says(with(json!({"rope": 1}), |keys| keys.within("rope", |_| Ok(()))), &["rope   is 1; an object is needed"]);
}

#[test]
fn the_common_keys_are_sorted_apart_and_have_reasons() {
    assert!(COMMON.windows(2).all(|pair| pair[0].0 != pair[1].0));
    assert!(COMMON.iter().all(|(_, reason)| !reason.is_empty()));
}
