//! `train --from`: what begins as a model that is there already.

mod support;

use std::{fs, path::Path};

fn place() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

const TINY: &[&str] = &["--set", "plan.batch_size=2", "--set", "plan.evaluate.batches=1", "--steps", "2"];
const SIZE: &[&str] = &["--set", "size.n_layers=1", "--set", "size.d_model=16", "--set", "size.n_heads=2"];

#[test]
fn it_says_what_it_begins_as_and_can_be_repeated() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a name").to_owned();
    let (read, classes, again) = (path("read"), path("classes"), path("again"));
    support::works(place(), &[&["train", "bert-nano", "--run", &read], TINY, SIZE].concat());
    let more = ["train", "bert-classify", "--from", &read, "--set", "data.set=topics", "--run", &classes];
    let output = support::salamander(place(), &[&more, TINY].concat());
    let said = support::text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains(&format!("begins as {read}, and anew head.pooler.weight")), "{said}");
    let config = format!("{classes}/config.toml");
    assert!(fs::read_to_string(&config).expect("readable").contains("start = "));
    support::works(place(), &["train", "--config", &config, "--run", &again]);
    let weights = |run: &str| fs::read(format!("{run}/checkpoints/step-00000002/model.safetensors")).expect("weights");
    assert!(weights(&classes) == weights(&again), "the same configuration gives the same bits");
    // What it began as is not needed to go on.
    fs::remove_dir_all(&read).expect("removed");
    support::works(place(), &["train", "--run", &classes, "--resume", "latest", "--steps", "3"]);
    assert!(fs::read_to_string(&config).expect("readable").contains("start = "));
}

#[test]
fn what_cannot_be_begun_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().to_str().expect("a name");
    let message = support::fails(place(), &["train", "gpt", "--from", empty], 1);
    assert!(message.contains(empty), "{message}");
    // A checkpoint without its tokenizer.
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/gpt2/parity");
    let fixture = fixture.to_str().expect("a name");
    // Before any data are looked for.
    let bare = ["train", "gpt", "--from", fixture, "--data", "nowhere.txt"];
    assert!(support::fails(place(), &bare, 1).contains("tokenizer.json"));
    let sized = ["train", "gpt", "--from", fixture, "--set", "size.n_layers=3"];
    assert!(support::fails(place(), &sized, 2).contains("`size.n_layers` is decided by"));
    let special = ["train", "gpt", "--from", fixture, "--set", "data.special=['pad']"];
    assert!(support::fails(place(), &special, 2).contains("`data.special` is decided by"));
    assert!(
        support::fails(place(), &["train", "gpt", "--from", fixture, "--resume", "latest"], 2).contains("--resume")
    );
    let compared = format!("gpt:start={fixture}");
    assert!(support::fails(place(), &["compare", "gpt", &compared], 2).contains("begin alike"));
}
