//! Every verb end to end, and every bad input: one sentence, the right exit code, nothing half-written.

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use support::{TINY, text};

/// What runs though it should not leaves its run there, and not in the source tree.
fn place() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn salamander(arguments: &[&str]) -> Output {
    support::salamander(place(), arguments)
}

#[track_caller]
fn works(arguments: &[&str]) -> String {
    support::works(place(), arguments)
}

#[track_caller]
fn fails(arguments: &[&str], code: i32) -> String {
    support::fails(place(), arguments, code)
}

fn train(model: &str, folder: &Path, more: &[&str]) -> String {
    let folder = folder.to_str().expect("a name");
    works(&[&["train", model, "--run", folder], TINY, more].concat())
}

/// The parameters of the checkpoint that `pointer` names.
fn pointed(run: &Path, pointer: &str) -> PathBuf {
    let name = fs::read_to_string(run.join("checkpoints").join(pointer)).expect("readable");
    run.join("checkpoints").join(name.trim()).join("model.safetensors")
}

/// The parameters of the run's last checkpoint.
fn weights_of(run: &Path) -> PathBuf {
    pointed(run, "latest")
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
    for file in ["config.toml", "metrics.jsonl", "tokenizer.json", "samples.txt", "env.json"] {
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
        fs::read(weights_of(&run)).expect("readable")
    };
    assert!(weights("a") == weights("b"));
}

#[test]
fn an_encoder_trains_and_does_not_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = train("bert-nano", folder.path(), &[]);
    assert!(said.contains("accuracy"), "{said}");
    let run = folder.path().to_str().expect("a name");
    let said = works(&["evaluate", run, "--json"]);
    assert!(said.contains("\"bigram accuracy\":") && said.contains("\"loss\":"), "{said}");
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
        let task = ["--set", "data.set=pairs", "--set", "data.task={kind='translate'}"];
        train(model, &run, &[&task[..], &["--data", data.to_str().expect("a name")]].concat());
        let said = works(&["evaluate", run.to_str().expect("a name"), "--split", "test"]);
        assert!(said.contains("exact ") && said.contains("BLEU|nrefs:1") && said.contains("rougeL"), "{said}");
        assert!(said.contains(" on the test part of pairs.tsv"), "{said}");
        for nothing in ["--beams", "--most"] {
            fails(&["evaluate", run.to_str().expect("a name"), nothing, "0"], 2);
        }
        works(&["generate", run.to_str().expect("a name"), "--prompt", "a 3 b", "--tokens", "5"]);
    }
}

#[test]
fn recurrent_networks_train_and_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = lines(folder.path());
    let run = |name: &str| folder.path().join(name).to_str().expect("a name").to_owned();
    let samples = |name: &str| fs::read_to_string(folder.path().join(name).join("samples.txt")).expect("samples");

    let text = run("lstm-shakespeare");
    train("lstm-shakespeare", Path::new(&text), &["--data", &data]);
    assert!(samples("lstm-shakespeare").trim().len() > 20, "{}", samples("lstm-shakespeare"));
    // As far as one likes: a state has no longest text.
    let said = works(&["generate", &text, "--prompt", "line 1", "--tokens", "200", "--seed", "2"]);
    assert!(said.starts_with("line 1") && said.chars().count() > 200, "{said}");
    assert_eq!(said, works(&["generate", &text, "--prompt", "line 1", "--tokens", "200", "--seed", "2"]));
    let likeliest = works(&["generate", &text, "--prompt", "line 1", "--tokens", "9", "--temperature", "0"]);
    assert_eq!(likeliest, works(&["generate", &text, "--prompt", "line 1", "--tokens", "9", "--beams", "1"]));
    assert!(fails(&["generate", &text, "--prompt", "line ☃"], 1).contains('☃'));

    for (model, source) in [("lstm-recall", "a 3 f 7 c 1 ? f"), ("gru-dialect", "")] {
        let path = run(model);
        train(model, Path::new(&path), &["--set", "size.d_ff=16"]);
        assert!(samples(model).contains(" -> "), "{}", samples(model));
        let said = works(&["evaluate", &path, "--most", "4", "--beams", "2"]);
        assert!(said.contains("exact ") && said.contains("BLEU|nrefs:1"), "{said}");
        for how in [&["--temperature", "0"][..], &["--seed", "3"], &["--beams", "4"]] {
            let said = works(&[&["generate", &path, "--prompt", source, "--tokens", "5"], how].concat());
            assert!(said.lines().count() == 1 && !said.contains('?'), "{model}: {said}");
        }
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
    for verb in ["list", "show", "train", "evaluate", "runs", "generate", "backends", "parity", "bench"] {
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
    assert!(fails(&["train", "gpt2-small"], 2).contains("--data"));
    assert!(fails(&["train", "gpt", "--set", "data.set=storys"], 2).contains("did you mean `stories`?"));
    assert!(fails(&["train", "gpt", "--set", "plan.setps=3"], 2).contains("did you mean `steps`?"));
    assert!(fails(&["train", "gpt", "--set", "data.task={kind='translate'}"], 2).contains("causal"));
    assert!(fails(&["train", "bert-nano", "--set", "data.task={kind='translate'}"], 2).contains("encoder-only"));
    let spans = "data.task={kind='spans',reading='prefix'}";
    assert!(
        fails(&["train", "transformer-nano", "--set", "data.set=stories", "--set", spans], 2).contains("leave it out")
    );
    assert!(fails(&["train", "gpt", "--set", "head.pooling=mean"], 2).contains("no head"));
    let topics = ["train", "bert-nano", "--set", "data.set=topics", "--set"];
    assert!(fails(&[&topics[..], &["head.poling=mean"]].concat(), 2).contains("did you mean `pooling`?"));
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
    let original = fs::read_to_string(&config).expect("readable");
    // The file now has layers and a width that the configuration does not know of.
    let path = run.to_str().expect("a name");
    fs::write(&config, original.replacen("d_ff = 64", "d_ff = 72", 2)).expect("writable");
    let said = fails(&["generate", path, "--prompt", "line"], 1);
    assert!(said.contains("feed_forward.up.weight") && said.contains("64") && said.contains("72"), "{said}");
    fs::write(&config, original.replace("[resolved.stack]\nn_layers = 1", "[resolved.stack]\nn_layers = 2"))
        .expect("writable");
    assert!(fails(&["generate", path, "--prompt", "line"], 1).contains("stack.blocks.1"));

    fs::write(&config, &original).expect("writable");
    let weights = pointed(&run, "best");
    let bytes = fs::read(&weights).expect("readable");
    fs::write(&weights, &bytes[..bytes.len() / 2]).expect("writable");
    let output = salamander(&["generate", path, "--prompt", "line"]);
    let said = text(&output.stderr);
    assert!(output.status.success() && said.contains("skipped: ") && said.contains("model.safetensors"), "{said}");
    for other in fs::read_dir(run.join("checkpoints")).expect("readable").flatten().map(|entry| entry.path()) {
        if other.is_dir() && Some(other.as_path()) != weights.parent() {
            fs::remove_dir_all(other).expect("writable");
        }
    }
    assert!(fails(&["generate", path, "--prompt", "line"], 2).contains("model.safetensors"));
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

#[test]
fn a_run_that_goes_on_ends_as_if_it_had_never_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = lines(folder.path());
    let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
    let run = parts.to_str().expect("a name");
    let data = ["--data", &data, "--set", "plan.schedule={kind='constant',rate=1e-3}"];
    train("gpt-shakespeare-cpu", &whole, &[&data[..], &["--steps", "5"]].concat());
    train("gpt-shakespeare-cpu", &parts, &data);
    works(&["train", "--run", run, "--resume", "latest", "--steps", "5"]);
    let weights = |run: &Path| fs::read(weights_of(run)).expect("readable");
    assert!(weights(&whole) == weights(&parts));
    let metrics = |run: &Path| fs::read_to_string(run.join("metrics.jsonl")).expect("readable").lines().count();
    assert!(metrics(&parts) > 1);
    let resolved = |run: &Path| fs::read_to_string(run.join("config.toml")).expect("readable");
    assert_eq!(resolved(&whole), resolved(&parts), "the configuration says what was done");

    // A damaged checkpoint is passed over, and named.
    let last = weights_of(&parts);
    let bytes = fs::read(&last).expect("readable");
    fs::write(&last, &bytes[..bytes.len() - 1]).expect("writable");
    let output = salamander(&["train", "--run", run, "--resume", "latest", "--steps", "6"]);
    let said = text(&output.stderr);
    assert!(output.status.success() && said.contains("skipped: ") && said.contains("step-00000005"), "{said}");

    assert!(
        fails(&["train", "--run", run, "--resume", "latest", "--seed", "3"], 2).contains("keeps its configuration")
    );
    assert!(fails(&["train", "--run", run, "--resume", "77"], 2).contains("of step 77"));
    let shorter = ["train", "--run", run, "--resume", "latest", "--steps", "2"];
    assert!(fails(&shorter, 2).contains("of step 6 already"));
    let another = ["train", "names", "--run", run, "--resume", "latest"];
    assert!(fails(&another, 2).contains("one of `gpt-shakespeare-cpu`, not of `names`"));
    assert!(fails(&["train", "gpt", "--name", "a/b"], 2).contains("part of a folder's name"));
    assert!(fails(&["train", "gpt", "--run", run], 2).contains("--resume latest"));
    let nowhere = folder.path().join("nowhere");
    assert!(fails(&["train", "--run", nowhere.to_str().expect("a name"), "--resume", "latest"], 2).contains("no run"));
    assert_eq!(salamander(&["train", "--run", run, "--resume", "yesterday"]).status.code(), Some(2));
}

#[test]
fn a_run_is_repeated_from_its_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = lines(folder.path());
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    train("gpt-shakespeare-cpu", &first, &["--data", &data]);
    let config = first.join("config.toml");
    let (config, run) = (config.to_str().expect("a name"), second.to_str().expect("a name"));
    works(&["train", "--config", config, "--run", run]);
    let weights = |run: &Path| fs::read(weights_of(run)).expect("readable");
    assert!(weights(&first) == weights(&second));
}

#[test]
fn reports_are_lines_of_json_if_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = train("transformer-nano", &folder.path().join("run"), &["--json"]);
    for line in said.lines() {
        assert!(line.starts_with('{') && line.ends_with('}') && line.contains("\"step\":"), "{line}");
    }
    assert!(said.contains("\"split\":\"validation\""), "{said}");
}

#[test]
fn a_dry_run_tells_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = support::salamander(folder.path(), &["train", "transformer-nano", "--dry-run"]);
    let said = text(&output.stdout);
    assert!(output.status.success() && said.contains("training FLOPs") && said.contains("one step"), "{said}");
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0);
    // What needs data that is not there tells the rest.
    let said = works(&["train", "transformer-big", "--dry-run"]);
    assert!(said.contains("parameters: 214171648") && said.contains("no step was tried"), "{said}");
}

#[test]
fn one_batch_is_learnt_by_heart() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = lines(folder.path());
    let arguments = ["train", "gpt-shakespeare-cpu", "--data", &data, "--overfit-batch", "--json"];
    let small = [
        "--set",
        "size.n_layers=1",
        "--set",
        "size.d_model=32",
        "--set",
        "size.n_heads=2",
        "--set",
        "plan.batch_size=2",
        "--set",
        "plan.seq_len=16",
        "--steps",
        "200",
        "--eval-every",
        "200",
    ];
    let said = works(&[&arguments[..], &small[..]].concat());
    let last = said.lines().last().expect("reports");
    let loss = last.split("\"loss\":").nth(1).and_then(|rest| rest.split([',', '}']).next());
    let loss: f64 = loss.and_then(|loss| loss.parse().ok()).expect("a loss");
    assert!(loss < 0.05, "{last}");
}
