//! Calls of the binary, and what they say.

// Each verb's tests use their part of it.
#![allow(dead_code)]

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

/// A run too small to learn anything.
pub(crate) const TINY: &[&str] = &[
    "--set",
    "size.n_layers=1",
    "--set",
    "size.d_model=16",
    "--set",
    "size.n_heads=2",
    "--set",
    "plan.batch_size=2",
    "--set",
    "plan.evaluate.batches=1",
    "--set",
    "plan.evaluate.every=2",
    "--set",
    "plan.steps=3",
];

/// Calls it in `folder`, with nobody to ask.
pub(crate) fn salamander(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_salamander"));
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).output().expect("the binary runs")
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a call that works prints.
#[track_caller]
pub(crate) fn works(folder: &Path, arguments: &[&str]) -> String {
    let output = salamander(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// The one sentence a failing call prints.
#[track_caller]
pub(crate) fn fails(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = salamander(folder, arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}{}", text(&output.stdout));
    assert!(said.starts_with("error: ") && !said.contains("panicked"), "{arguments:?}: {said}");
    said
}
