//! `export`: what is written opens, and says the same.

mod support;

use std::{fs, path::Path};

fn place() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

#[test]
fn what_is_written_opens_and_says_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a name").to_owned();
    for (model, prompt) in [("gpt", "One day"), ("t5-nano", "One day"), ("bart-nano", "One day")] {
        let (run, written) = (path(model), path(&format!("{model}-written")));
        support::works(place(), &[&["train", model, "--run", &run], support::TINY].concat());
        let said = support::works(place(), &["export", &run, &written]);
        assert!(said.contains("parameters"), "{said}");
        let generate = |folder: &str| {
            let call = ["generate", folder, "--prompt", prompt, "--temperature", "0", "--tokens", "8"];
            support::works(place(), &call)
        };
        assert_eq!(generate(&written), generate(&run), "{model}");
        let tokenizer = fs::read_to_string(format!("{written}/tokenizer_config.json")).expect("readable");
        assert!(tokenizer.contains("PreTrainedTokenizerFast") && tokenizer.contains("eos_token"), "{tokenizer}");
        let again = support::fails(place(), &["export", &run, &written], 2);
        assert!(again.contains("holds something already"), "{again}");
    }
}

#[test]
fn what_others_have_no_file_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a name").to_owned();
    let run = path("run");
    support::works(place(), &[&["train", "lstm-recall", "--run", &run], support::TINY].concat());
    let message = support::fails(place(), &["export", &run, &path("written")], 1);
    assert!(message.contains("recurrent"), "{message}");
    assert!(!folder.path().join("written").exists(), "nothing is left");
    assert!(support::fails(place(), &["export", &path("nowhere"), &path("written")], 1).contains("nowhere"));
}
