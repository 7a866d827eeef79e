//! The verb `runs` end to end, on folders as training leaves them.

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

fn salamander(folder: &Path, arguments: &[&str]) -> Output {
    support::salamander(folder, &[&["runs"], arguments].concat())
}

#[track_caller]
fn works(folder: &Path, arguments: &[&str]) -> String {
    support::works(folder, &[&["runs"], arguments].concat())
}

#[track_caller]
fn fails(folder: &Path, arguments: &[&str], code: i32) -> String {
    support::fails(folder, &[&["runs"], arguments].concat(), code)
}

/// A run of 20 steps below `runs`.
fn run(folder: &Path, model: &str, name: &str) -> PathBuf {
    let path = folder.join("runs").join(model).join(name);
    fs::create_dir_all(&path).expect("a folder");
    let config = format!("[recipe]\nname = '{model}'\n[recipe.plan]\nsteps = 20\n[resolved]\nfamily = 'any'\n");
    fs::write(path.join("config.toml"), config).expect("written");
    let line = |split: &str, step: u32, loss: f64| {
        format!("{{\"split\":\"{split}\",\"step\":{step},\"loss\":{loss},\"tokens\":{}}}\n", 100 * step)
    };
    let lines =
        [line("train", 10, 3.0), line("validation", 10, 2.5), line("train", 20, 2.0), line("validation", 20, 2.25)];
    fs::write(path.join("metrics.jsonl"), lines.concat()).expect("written");
    path
}

#[test]
fn they_are_listed_the_newest_last() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(works(folder.path(), &[]), "there are no runs in runs\n");
    run(folder.path(), "gpt", "20261125T140700Z-wide");
    run(folder.path(), "llama-nano", "20261125T140600Z");
    let said = works(folder.path(), &[]);
    assert_eq!(said, works(folder.path(), &["list"]));
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[1].starts_with("llama-nano") && lines[2].contains("20261125T140700Z-wide  20/20"), "{said}");
    assert_eq!(works(folder.path(), &["list", "--in", "runs/gpt"]).lines().count(), 2);
    let damaged = run(folder.path(), "gpt", "20261125T140800Z");
    fs::write(damaged.join("metrics.jsonl"), "{\n{}\n").expect("written");
    assert!(fails(folder.path(), &[], 1).contains("metrics.jsonl:1: "));
}

#[test]
fn they_are_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), "gpt", "20261125T140700Z-wide");
    run(folder.path(), "llama-nano", "20261125T140600Z");
    let said = works(folder.path(), &["compare", "gpt", "llama-nano", "--svg", "loss.svg"]);
    assert!(said.starts_with("validation loss (nats per target)\n") && said.contains("drawn into loss.svg"), "{said}");
    assert!(said.contains("A  gpt/20261125T140700Z-wide    2.2500       20  2.2500       20\n"), "{said}");
    assert!(!said.contains('\u{1b}') && said.lines().all(|line| line.chars().count() <= 80), "{said}");
    let svg = fs::read_to_string(folder.path().join("loss.svg")).expect("drawn");
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
    let more = ["compare", "wide", "--metric", "train loss", "--x", "tokens", "--log", "--smooth", "3"];
    let said = works(folder.path(), &more);
    assert!(said.starts_with("train loss (nats per target), mean of 3 reports\n") && said.contains("tokens"), "{said}");
}

#[test]
fn what_cannot_be_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), "gpt", "20261125T140700Z-wide");
    run(folder.path(), "gpt", "20261125T140600Z-wide");
    assert!(fails(folder.path(), &["compare", "bert"], 2).contains("there is no run `bert` in runs: there are gpt/"));
    assert!(fails(folder.path(), &["compare", "wide"], 2).contains("may be any of 2"));
    assert!(
        fails(folder.path(), &["compare", "gpt", "--metric", "lose"], 2)
            .contains("there are tokens, train loss, validation loss")
    );
    assert!(fails(folder.path(), &["compare", "gpt", "--x", "seconds"], 2).contains("reports no seconds"));
    assert!(fails(folder.path(), &["compare", "gpt", "--svg", "nowhere/loss.svg"], 1).contains("nowhere/loss.svg"));
    for wrong in [&["compare"][..], &["compare", "gpt", "--x", "hours"], &["compare", "gpt", "--smooth", "0"], &["fly"]]
    {
        assert_eq!(salamander(folder.path(), wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn they_are_removed_when_somebody_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let wide = run(folder.path(), "gpt", "20261125T140700Z-wide");
    let narrow = run(folder.path(), "gpt", "20261125T140600Z-narrow");
    let said = fails(folder.path(), &["remove", "wide"], 2);
    assert!(said.contains("whether to remove 1 run, ") && said.contains("--yes"), "{said}");
    fails(folder.path(), &["remove", "gpt", "--yes"], 2);
    fails(folder.path(), &["remove", "runs/gpt", "--yes"], 2);
    assert!(wide.exists() && narrow.exists());
    let said = works(folder.path(), &["remove", "wide", "--yes"]);
    assert!(said.contains("removed 1 run, ") && !wide.exists() && narrow.exists(), "{said}");
    works(folder.path(), &["remove", "runs/gpt/20261125T140600Z-narrow", "--yes"]);
    assert!(!narrow.exists());
}
