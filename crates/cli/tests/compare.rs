//! The verb `compare` end to end.

mod support;

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use serde_json::Value;
use support::{fails, salamander, text, works};

const SMALL: [&str; 8] =
    ["--set", "plan.steps=6", "--set", "plan.batch_size=4", "--set", "plan.evaluate.every=3", "--most", "2"];

#[test]
fn a_comparison_says_what_may_be_said_and_makes_nothing_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let call = [&["compare", "sorter", "sorter:size.n_layers=1", "--seeds", "2"], &SMALL[..]].concat();
    let said = works(folder.path(), &call);
    for part in ["loss on sort", "matched: ", "sorter:size.n_layers=1", "± ", "100.0 %"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(said.contains(" beats ") || said.contains("cannot be told apart with 2 seeds"), "{said}");
    let kept = folder.path().join("comparisons/sort-flops");
    for file in ["report.html", "results.json", "results.csv", "tokenizer.json"] {
        assert!(kept.join(file).is_file(), "{file}");
    }
    let again = salamander(folder.path(), &call);
    assert_eq!(text(&again.stderr).matches("(known)").count(), 4, "{}", text(&again.stderr));
    assert_eq!(text(&again.stdout), said);
    // What is kept are runs like any other.
    let listed = works(folder.path(), &["runs", "--in", "comparisons/sort-flops"]);
    assert_eq!(listed.matches("complete").count(), 4, "{listed}");
}

/// The first folder in `folder` whose name begins so.
fn inside(folder: &Path, name: &str) -> Option<std::path::PathBuf> {
    let all = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let begins = |path: &Path| path.file_name().is_some_and(|known| known.to_string_lossy().starts_with(name));
    all.filter(|path| begins(path)).min()
}

#[test]
fn killed_within_a_trial_it_goes_on_to_the_same_numbers() {
    let (whole, killed) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let long = ["--set", "plan.steps=600", "--set", "plan.batch_size=4", "--set", "plan.keep.every=20", "--most", "2"];
    let call = [&["compare", "sorter", "--seeds", "1", "--match", "tokens"], &long[..]].concat();
    works(whole.path(), &call);

    let run = |folder: &Path| {
        let study = folder.join("comparisons/sort-tokens");
        inside(&study, "sorter").map(|contender| contender.join("seed-1"))
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_salamander"));
    let quiet = command.current_dir(killed.path()).args(&call).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = quiet.spawn().expect("the binary runs");
    let kept = || run(killed.path()).and_then(|run| inside(&run.join("checkpoints"), "step-"));
    while kept().is_none() && child.try_wait().expect("a child").is_none() {
        sleep(Duration::from_millis(5));
    }
    child.kill().expect("killed");
    child.wait().expect("it ended");
    let run = run(killed.path()).expect("it had begun");
    assert!(!run.join("result.json").exists(), "it was killed within the trial");

    works(killed.path(), &call);
    let scores = |folder: &Path| -> Value {
        let text = fs::read_to_string(folder.join("comparisons/sort-tokens/results.json")).expect("results");
        let results: Value = serde_json::from_str(&text).expect("JSON");
        results["contenders"][0]["trials"][0]["scores"].clone()
    };
    assert_eq!(scores(killed.path()), scores(whole.path()));
    // It went on, and did not begin anew.
    let reports = fs::read_to_string(run.join("metrics.jsonl")).expect("reports");
    assert!(reports.contains("\"step\":600") || reports.contains("\"step\": 600"), "{reports}");
}

#[test]
fn baselines_and_sizes_stand_beside_the_models() {
    let folder = tempfile::tempdir().expect("a folder");
    let call = ["compare", "gpt", "ngram", "two=ngram:order=1", "--scale", "2", "--match", "tokens", "--seeds", "1"];
    let said = works(folder.path(), &[&call, &SMALL[..], &["--budget", "2k"]].concat());
    for row in ["\ngpt ", "\ngpt/4 ", "\nngram ", "\ntwo "] {
        assert!(said.contains(row), "{row}: {said}");
    }
    assert!(said.contains("gpt follows no law that could be found"), "{said}");
}

#[test]
fn a_sweep_is_a_model_for_each_value() {
    let folder = tempfile::tempdir().expect("a folder");
    let call =
        ["compare", "sorter", "--vary", "size.n_heads=1,3", "--match", "tokens", "--budget", "500", "--seeds", "1"];
    let said = works(folder.path(), &[&call, &SMALL[..]].concat());
    assert!(said.contains("sorter:size.n_heads=1") && said.contains("sorter:size.n_heads=3"), "{said}");
    assert!(said.contains("one seed tells no difference from chance"), "{said}");
}

#[test]
fn what_cannot_be_meant_is_a_slip_of_the_caller() {
    let folder = tempfile::tempdir().expect("a folder");
    let slip = |arguments: &[&str]| fails(folder.path(), &[&["compare"], arguments].concat(), 2);
    assert!(slip(&["sortre"]).contains("did you mean `sorter`"));
    assert!(slip(&["sorter", "sorter"]).contains("takes part twice"));
    assert!(slip(&["sorter:size.layers=1"]).contains("unknown field `layers`"));
    assert!(slip(&["sorter", "--vary", "size.n_heads"]).contains("has no `=`"));
    assert!(slip(&["sorter", "--match", "time"]).contains("--budget of seconds is needed"));
    assert!(slip(&["sorter", "--dataset", "dialekt"]).contains("did you mean `dialect`"));
    assert!(
        slip(&["bert-nano", "--dataset", "recall", "--set", "data.task.kind=causal"]).contains("cannot do `causal`")
    );
    let refused = slip(&["gpt", "ngram:order=many"]);
    assert!(refused.contains("`ngram:order=many`: "), "{refused}");
    assert!(slip(&["ngram"]).contains("nobody takes part"));
    assert!(slip(&["gpt", "--scale", "3", "--match", "parameters"]).contains("makes all sizes one"));
    // What clap itself refuses.
    for bad in [
        &["sorter", "--scale", "0"][..],
        &["sorter", "--match", "speed"],
        &["sorter", "--budget", "much"],
        &["sorter", "--seeds", "0"],
        &[],
    ] {
        let said = salamander(folder.path(), &[&["compare"], bad].concat());
        assert_eq!(said.status.code(), Some(2), "{bad:?}");
    }
    assert!(fs::read_dir(folder.path()).expect("a folder").next().is_none(), "nothing was made");
}
