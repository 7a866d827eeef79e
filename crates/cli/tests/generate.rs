//! `generate`: what is asked for in vain, and what a directory says of its tokens.

mod support;

use std::{fs, path::Path};

use serde_json::{Value, json};
use support::{TINY, fails, salamander, text, works};

fn place() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// A run and the directory that is written of it.
fn run(root: &Path, model: &str, settings: &[&str]) -> [String; 2] {
    let [run, written] = ["run", "written"].map(|name| root.join(name).to_str().expect("a name").to_owned());
    works(place(), &[&["train", model, "--run", &run], TINY, settings].concat());
    works(place(), &["export", &run, &written]);
    [run, written]
}

/// Changes one of its JSON files.
fn change(folder: &str, file: &str, change: impl FnOnce(&mut Value)) {
    let path = Path::new(folder).join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|_| "{}".into());
    let mut value: Value = serde_json::from_str(&text).expect("JSON");
    change(&mut value);
    fs::write(path, value.to_string()).expect("writable");
}

#[test]
fn a_call_that_cannot_be_meant_is_refused_before_anything_is_opened() {
    let call = ["generate", "nowhere", "--prompt", "a", "--stop", "."];
    let message = fails(place(), &[&call[..], &["--stop", ""]].concat(), 2);
    assert!(message.contains("stop string 1"), "{message}");
    assert!(fails(place(), &["parity", "--fresh", "0"], 2).contains("at least 1"));
    let negative = [&call[..], &["--beams", "2", "--length-penalty", "-1"]].concat();
    assert!(fails(place(), &negative, 1).contains("nowhere"));
    assert!(fails(place(), &["evaluate", "nowhere", "--length-penalty", "-1"], 1).contains("nowhere"));
}

#[test]
fn all_prompts_are_looked_at_before_the_first_text() {
    let root = tempfile::tempdir().expect("a folder");
    let long = "day ".repeat(200);
    for model in ["gpt", "t5-nano"] {
        let root = root.path().join(model);
        let [run, _] = run(&root, model, &[]);
        for method in ["--temperature", "--beams"] {
            let call = ["generate", &run, "--tokens", "4", "--prompt", "One day", "--prompt", &long, method, "1"];
            let output = salamander(place(), &call);
            assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()), "{model}");
            assert!(text(&output.stderr).contains("shorten it"), "{}", text(&output.stderr));
        }
    }
}

/// Rows that the tokenizer has no word for are no text.
#[test]
fn a_model_with_more_rows_than_words_writes() {
    let root = tempfile::tempdir().expect("a folder");
    let [run, _] = run(root.path(), "gpt", &["--set", "size.vocab_size=5000"]);
    works(place(), &["generate", &run, "--prompt", "One day", "--temperature", "9", "--tokens", "20"]);
    works(place(), &["generate", &run, "--prompt", "One day", "--beams", "2", "--tokens", "20"]);
}

#[test]
fn any_of_several_ends_a_text() {
    let root = tempfile::tempdir().expect("a folder");
    let [_, folder] = run(root.path(), "gpt", &[]);
    let generate =
        || works(place(), &["generate", &folder, "--prompt", "One day", "--temperature", "0", "--tokens", "3"]);
    assert_ne!(generate(), "One day\n");
    let words: Vec<u32> = (4..5000).collect();
    change(&folder, "generation_config.json", |file| file["eos_token_id"] = json!(words));
    assert_eq!(generate(), "One day\n");
}

/// What is beyond the vocabulary is named where it is met.
#[test]
fn a_directory_says_what_stands_around_its_texts() {
    let root = tempfile::tempdir().expect("a folder");
    let [_, folder] = run(root.path(), "bart-nano", &[]);
    let call = ["generate", &folder, "--prompt", "One day", "--tokens", "3"];
    change(&folder, "tokenizer.json", |file| {
        file["post_processor"]["special_tokens"]["<eos>"]["ids"] = json!([90_000]);
    });
    let message = fails(place(), &call, 1);
    assert!(message.contains("token 90000 (at position 2 of the source)"), "{message}");
    change(&folder, "config.json", |file| file["decoder_start_token_id"] = json!(80_000));
    assert!(fails(place(), &call, 1).contains("decoder_start_token_id   is 80000"));

    // What a target is written behind may also end it.
    change(&folder, "tokenizer.json", |file| file["post_processor"]["special_tokens"]["<eos>"]["ids"] = json!([3]));
    let judged = |start: u32| {
        change(&folder, "config.json", |file| file["decoder_start_token_id"] = json!(start));
        let call = ["evaluate", &folder, "--recipe", "transformer-nano", "--most", "1", "--json"];
        works(place(), &call)
    };
    assert_ne!(judged(2), judged(7));
}
