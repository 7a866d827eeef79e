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
    for file in ["report.html", "results.json", "results.csv"] {
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
    assert_eq!(results(killed.path()), results(whole.path()));
    // It went on, and did not begin anew.
    let reports = fs::read_to_string(run.join("metrics.jsonl")).expect("reports");
    assert!(reports.contains("\"step\":600") || reports.contains("\"step\": 600"), "{reports}");
}

/// What came out of a comparison on `sort` by tokens, but for the times and the memory it took.
fn results(folder: &Path) -> Value {
    let text = fs::read_to_string(folder.join("comparisons/sort-tokens/results.json")).expect("results");
    let mut results: Value = serde_json::from_str(&text).expect("JSON");
    for contender in results["contenders"].as_array_mut().expect("contenders") {
        for trial in contender["trials"].as_array_mut().expect("trials") {
            let trial = trial.as_object_mut().expect("a trial");
            for measured in ["seconds", "tokens_per_second", "peak_memory"] {
                trial.remove(measured).expect("it is measured");
            }
        }
    }
    results
}

#[test]
fn two_trials_at_once_are_the_same_trials() {
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let models = ["compare", "sorter", "sorter:size.n_layers=1", "--seeds", "2", "--match", "tokens"];
    let call = [&models[..], &["--tune-rate", "0.3,1"], &SMALL].concat();
    works(one.path(), &call);
    let output = salamander(two.path(), &[&call[..], &["--jobs", "2"]].concat());
    let heard = text(&output.stderr);
    assert!(output.status.success(), "{heard}");
    assert_eq!(results(two.path()), results(one.path()), "bit for bit");
    for part in ["[4/4] ", "about ", "learning rate × 0.3, seed 1: "] {
        assert!(heard.contains(part), "{part}: {heard}");
    }
    // One process knows what many made.
    let again = salamander(two.path(), &call);
    assert_eq!(text(&again.stderr).matches("(known)").count(), 8, "{}", text(&again.stderr));
}

#[test]
fn a_file_of_ones_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines: String = (0..200).map(|n| format!("a line with {n} in it\n\n")).collect();
    fs::write(folder.path().join("some lines.txt"), lines).expect("a file");
    let small = [
        &SMALL[..],
        &["--set", "size.n_layers=1", "--set", "size.d_model=16", "--set", "size.n_heads=2", "--set", "plan.seq_len=8"],
    ]
    .concat();
    let call = [&["compare", "gpt", "ngram", "--data", "some lines.txt", "--seeds", "1"], &small[..]].concat();
    let said = works(folder.path(), &call);
    assert!(said.contains("loss on some lines.txt"), "{said}");
    assert!(folder.path().join("comparisons/some lines-flops/report.html").is_file());
    let missing = ["compare", "gpt", "--data", "nowhere.txt"];
    assert!(fails(folder.path(), &missing, 1).contains("nowhere.txt"));
    fails(folder.path(), &["compare", "gpt", "--target", "nowhere.txt"], 2);
}

#[test]
fn a_trial_that_fails_is_named_and_the_others_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let call = |seeds: &'static str| {
        [&["compare", "sorter", "--match", "tokens", "--jobs", "2", "--seeds", seeds], &SMALL[..]].concat()
    };
    works(folder.path(), &call("1"));
    let contender = inside(&folder.path().join("comparisons/sort-tokens"), "sorter").expect("a contender");
    // Where the run should be there is a file.
    fs::write(contender.join("seed-2"), "").expect("a file");
    let output = salamander(folder.path(), &call("3"));
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let errors: Vec<_> = said.lines().filter(|line| line.starts_with("error: ")).collect();
    assert!(errors.len() == 1 && errors[0].starts_with("error: sorter, seed 2: "), "{said}");
    assert!(errors[0].ends_with("the same command makes what is missing") && !said.contains("panicked"), "{said}");
    assert!(contender.join("seed-3/result.json").is_file(), "{said}");
    fs::remove_file(contender.join("seed-2")).expect("removed");
    let output = salamander(folder.path(), &call("3"));
    assert_eq!(text(&output.stderr).matches("(known)").count(), 2, "{}", text(&output.stderr));
}

#[cfg(unix)]
#[test]
fn asked_to_stop_all_processes_save_and_the_same_command_goes_on() {
    let (whole, stopped) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let long = ["--set", "plan.steps=600", "--set", "plan.batch_size=4", "--set", "plan.keep.every=20", "--most", "2"];
    let call = [&["compare", "sorter", "--seeds", "2", "--match", "tokens"], &long[..]].concat();
    works(whole.path(), &call);

    let call = [&call[..], &["--jobs", "2"]].concat();
    let mut command = Command::new(env!("CARGO_BIN_EXE_salamander"));
    let quiet = command.current_dir(stopped.path()).args(&call).stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = quiet.stderr(Stdio::null()).spawn().expect("the binary runs");
    let run = |seed: &str| inside(&stopped.path().join("comparisons/sort-tokens"), "sorter").map(|it| it.join(seed));
    let kept = |seed| run(seed).and_then(|run| inside(&run.join("checkpoints"), "step-"));
    let begun = || kept("seed-1").is_some() && kept("seed-2").is_some();
    while !begun() && child.try_wait().expect("a child").is_none() {
        sleep(Duration::from_millis(5));
    }
    // To the process that compares alone; the others hear of it from there.
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("a signal");
    assert_eq!(child.wait().expect("it ended").code(), Some(130));
    for seed in ["seed-1", "seed-2"] {
        assert!(!run(seed).expect("it had begun").join("result.json").exists(), "{seed} was stopped on its way");
    }
    let heard = salamander(stopped.path(), &call);
    assert!(heard.status.success(), "{}", text(&heard.stderr));
    assert_eq!(results(stopped.path()), results(whole.path()));
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
    assert!(slip(&["sorter", "--set", "plan.limit.minutes=1"]).contains("`plan.limit.minutes` may end training"));
    assert!(slip(&["sorter", "--match", "parameters", "--budget", "1e15"]).contains("at most 1,000,000,000,000"));
    let time = slip(&["sorter", "--match", "time", "--budget", "5", "--jobs", "2"]);
    assert!(time.contains("--match time with --jobs 2: ") && time.contains("leave --jobs away"), "{time}");
    // What clap itself refuses.
    for bad in [
        &["sorter", "--scale", "0"][..],
        &["sorter", "--match", "speed"],
        &["sorter", "--budget", "much"],
        &["sorter", "--seeds", "0"],
        &["sorter", "--jobs", "0"],
        &["sorter", "--jobs", "two"],
        &["sorter", "--most", "0"],
        &["sorter", "--beams", "0"],
        &[],
    ] {
        let said = salamander(folder.path(), &[&["compare"], bad].concat());
        assert_eq!(said.status.code(), Some(2), "{bad:?}");
    }
    assert!(fs::read_dir(folder.path()).expect("a folder").next().is_none(), "nothing was made");
}
