//! Every verb end to end, and every bad input: one sentence, the right exit code, nothing half-written.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

fn salamander(arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_salamander")).args(arguments).output();
    output.expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn works(arguments: &[&str]) -> String {
    let output = salamander(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// The one sentence a failing call prints.
#[track_caller]
fn fails(arguments: &[&str], code: i32) -> String {
    let output = salamander(arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}{}", text(&output.stdout));
    assert!(said.starts_with("error: ") && !said.contains("panicked"), "{arguments:?}: {said}");
    said
}

/// A run too small to learn anything, in `folder`.
const TINY: &[&str] = &[
    "--set",
    "size.n_layers=1",
    "--set",
    "size.d_model=16",
    "--set",
    "size.n_heads=2",
    "--set",
    "plan.batch_size=2",
    "--set",
    "plan.eval_batches=1",
    "--set",
    "plan.eval_every=2",
    "--steps",
    "3",
];

fn train(model: &str, folder: &Path, more: &[&str]) -> String {
    let folder = folder.to_str().expect("a name");
    works(&[&["train", model, "--run", folder], TINY, more].concat())
}

fn lines(folder: &Path) -> String {
    let path = folder.join("data.txt");
    let text: String = (0..400).map(|i| format!("line {i} says that {} is {}.\n", i % 7, i % 5)).collect();
    fs::write(&path, text).expect("writable");
    path.to_str().expect("a name").to_owned()
}

#[test]
fn a_decoder_trains_and_writes_the_same_for_the_same_seed() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = lines(folder.path());
    let run = folder.path().join("run");
    let said = train("gpt-shakespeare-cpu", &run, &["--data", &data]);
    assert!(said.contains("step 3/3") && said.contains("validation loss"), "{said}");
    for file in ["config.toml", "metrics.jsonl", "tokenizer.json", "samples.txt", "checkpoint/model.safetensors"] {
        assert!(run.join(file).is_file(), "{file} is missing");
    }
    let run = run.to_str().expect("a name");
    let write = |seed: &str| works(&["generate", run, "--prompt", "line 1", "--tokens", "20", "--seed", seed]);
    let first = write("7");
    assert!(first.starts_with("line 1") && first.trim_end().chars().count() <= 26, "{first}");
    assert_eq!(first, write("7"));
    let likeliest = || works(&["generate", run, "--prompt", "line 1", "--tokens", "5", "--temperature", "0"]);
    assert_eq!(likeliest(), likeliest());

    let long = "line ".repeat(20);
    let said = fails(&["generate", run, "--prompt", &long, "--tokens", "5"], 1);
    assert!(said.contains("64"), "the limit is named: {said}");
    let said = fails(&["generate", run, "--prompt", "line ☃"], 1);
    assert!(said.contains('☃'), "{said}");
    fails(&["generate", run, "--prompt", ""], 2);
    fails(&["generate", run, "--prompt", "line", "--temperature", "-1"], 2);
    fails(&["generate", run, "--prompt", "line", "--top-p", "1.5"], 2);
}

#[test]
fn two_runs_are_the_same_bits() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = lines(folder.path());
    let weights = |name: &str| {
        let run = folder.path().join(name);
        train("gpt-shakespeare-cpu", &run, &["--data", &data, "--seed", "5", "--set", "size.dropout=0.2"]);
        fs::read(run.join("checkpoint/model.safetensors")).expect("readable")
    };
    assert!(weights("a") == weights("b"));
}

#[test]
fn an_encoder_trains_and_does_not_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = train("bert-nano", folder.path(), &[]);
    assert!(said.contains("accuracy"), "{said}");
    let run = folder.path().to_str().expect("a name");
    assert!(fails(&["generate", run, "--prompt", "x"], 1).contains("encoder"));
}

#[test]
fn an_encoder_decoder_trains_and_translates() {
    let folder = tempfile::tempdir().expect("a folder");
    let pairs: String = (0..60).map(|i| format!("a {i} b\tb {i} a\n")).collect();
    let data = folder.path().join("pairs.tsv");
    fs::write(&data, pairs).expect("writable");
    for model in ["transformer-nano", "t5-nano"] {
        let run = folder.path().join(model);
        let said = train(model, &run, &["--data", data.to_str().expect("a name")]);
        assert!(said.contains("exact on unseen pairs"), "{said}");
        works(&["generate", run.to_str().expect("a name"), "--prompt", "a 3 b", "--tokens", "5"]);
    }
}

#[test]
fn what_there_is_and_what_it_looks_like() {
    let said = works(&["list"]);
    for name in
        ["gpt", "gpt-shakespeare-cpu", "llama-nano", "bert-nano", "t5-nano", "transformer-nano", "stories", "dialect"]
    {
        assert!(said.contains(&format!("  {name} ")), "{name} is not listed");
    }
    assert!(works(&["show", "gpt2-small"]).replace([',', ' ', '_'], "").contains("124439808"));
    assert!(works(&["show", "llama-nano"]).contains("rotary"));
    assert!(works(&["backends"]).contains("flex"));
    for verb in ["list", "show", "train", "runs", "generate", "backends", "parity", "bench"] {
        assert!(works(&[verb, "--help"]).contains("Usage"), "{verb}");
    }
}

#[test]
fn a_checkpoint_against_its_reference() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/gpt2/parity");
    let reference = fixture.join("reference.safetensors");
    let (fixture, reference) = (fixture.to_str().expect("a name"), reference.to_str().expect("a name"));
    let said = works(&["parity", fixture, "--reference", reference]);
    assert!(said.contains("hidden_states.0") && said.contains("logits") && !said.contains("DIFFERS"), "{said}");
    fails(&["parity"], 2);
    // Another model's reference.
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/llama/parity/v5/reference.safetensors");
    let output = salamander(&["parity", fixture, "--reference", other.to_str().expect("a name")]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
}

#[test]
fn what_does_not_exist_is_a_slip_of_the_caller() {
    assert!(fails(&["train", "gpt2-smal"], 2).contains("did you mean `gpt2-small`?"));
    assert!(fails(&["show", "gpt5"], 2).contains("there is no recipe `gpt5`"));
    assert!(fails(&["train", "gpt", "--set", "plan.stepz=3"], 2).contains("stepz"));
    assert!(fails(&["train", "gpt", "--set", "plan.steps=many"], 2).contains("plan.steps"));
    assert!(fails(&["train", "gpt", "--steps", "0"], 2).contains("steps"));
    assert!(fails(&["train", "gpt", "--set", "size.n_heads=3"], 2).contains("must divide"));
    assert!(fails(&["train", "gpt", "--set", "plan.seq_len=4000"], 2).contains("4000"));
    assert!(fails(&["train", "gpt", "--device", "abacus"], 2).contains("abacus"));
    assert!(fails(&["train", "gpt-shakespeare-cpu"], 2).contains("--data"));
    assert_eq!(salamander(&["train"]).status.code(), Some(2));
    assert_eq!(salamander(&["fly"]).status.code(), Some(2));
    assert_eq!(salamander(&["train", "gpt", "--set", "steps"]).status.code(), Some(2));
}

#[test]
fn bad_data_says_what_is_wrong_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("run");
    let with = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("writable");
        let path = path.to_str().expect("a name").to_owned();
        let run = run.to_str().expect("a name");
        fails(&[&["train", "gpt-shakespeare-cpu", "--run", run, "--data", &path], TINY].concat(), 1)
    };
    assert!(with("empty.txt", b"").contains("empty.txt"));
    assert!(with("binary.bin", &[0xff, 0xfe, 0, 1].repeat(100)).contains("binary.bin"));
    assert!(with("short.txt", b"too short").contains("short.txt"));
    let missing = folder.path().join("nowhere.txt");
    let said = fails(&["train", "gpt-shakespeare-cpu", "--data", missing.to_str().expect("a name")], 1);
    assert!(said.contains("nowhere.txt"), "{said}");
    assert!(!run.exists(), "a run that never began leaves no folder");
}

#[test]
fn a_damaged_checkpoint_names_every_tensor_at_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = lines(folder.path());
    let run = folder.path().join("run");
    train("gpt-shakespeare-cpu", &run, &["--data", &data]);
    let config = run.join("config.toml");
    let text = fs::read_to_string(&config).expect("readable");
    // The file now has layers and a width that the configuration does not know of.
    let path = run.to_str().expect("a name");
    fs::write(&config, text.replacen("d_ff = 64", "d_ff = 72", 2)).expect("writable");
    let said = fails(&["generate", path, "--prompt", "line"], 1);
    assert!(said.contains("feed_forward.up.weight") && said.contains("64") && said.contains("72"), "{said}");
    fs::write(&config, text.replace("[resolved.stack]\nn_layers = 1", "[resolved.stack]\nn_layers = 2"))
        .expect("writable");
    assert!(fails(&["generate", path, "--prompt", "line"], 1).contains("stack.blocks.1"));

    fs::write(&config, &text).expect("writable");
    let weights = run.join("checkpoint/model.safetensors");
    let bytes = fs::read(&weights).expect("readable");
    fs::write(&weights, &bytes[..bytes.len() / 2]).expect("writable");
    assert!(fails(&["generate", path, "--prompt", "line"], 1).contains("model.safetensors"));
    fails(&["generate", folder.path().to_str().expect("a name"), "--prompt", "line"], 1);
}

#[cfg(unix)]
#[test]
fn a_place_that_cannot_be_written_is_named_before_training() {
    // A file where a folder is needed: nobody, not even root, can write there.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "in the way").expect("writable");
    let run = file.join("run");
    let said = fails(&[&["train", "gpt", "--run", run.to_str().expect("a name")], TINY].concat(), 1);
    assert!(said.contains("file"), "{said}");
}
