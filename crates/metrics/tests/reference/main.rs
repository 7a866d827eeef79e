//! Scores as the programs compute them that they are published with.
//!
//! What those programs say of the texts and numbers in `fixtures` was recorded once, by `record.py`: to run these tests
//! takes no Python.

mod classes;
mod numbers;
mod statistics;
mod summaries;
mod translation;

use std::{collections::BTreeMap, path::Path};

use serde::de::DeserializeOwned;

/// A prediction and its references.
type Segment = (String, Vec<String>);

/// What was recorded under a name.
fn fixture<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/fixtures").join(name).with_extension("json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The texts that scores of texts are recorded on.
fn texts() -> BTreeMap<String, Vec<Segment>> {
    fixture("texts")
}

/// Numbers of about 1, or from 0 to 100, are the same to nine decimals; large ones to nine digits.
#[track_caller]
fn close(got: f64, want: f64, what: &dyn std::fmt::Debug) {
    near(got, want, 1e-9 * want.abs().max(1.0), what);
}

/// Numbers are the same to nine digits, however small they are.
#[track_caller]
fn close_in_digits(got: f64, want: f64, what: &dyn std::fmt::Debug) {
    near(got, want, 1e-9 * want.abs(), what);
}

#[track_caller]
fn near(got: f64, want: f64, tolerance: f64, what: &dyn std::fmt::Debug) {
    assert!((got - want).abs() <= tolerance, "{got} is not {want} to within {tolerance:e}: {what:?}");
}
