//! Finding runs, reading them, naming them, removing them.

mod support;

use std::{
    fs,
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

use salamander_compare::{Error, RunSummary, Runs, freed};
use support::{Folder, PLAN, train, twenty, validation};

fn found(folder: &Folder) -> Runs {
    Runs::find(folder.path()).expect("the folder can be read")
}

fn labels(runs: &Runs) -> Vec<String> {
    runs.all().iter().map(RunSummary::label).collect()
}

#[test]
fn a_run_in_numbers() {
    let folder = Folder::new();
    let path = folder.run("gpt", "20261125T140600Z-wide", PLAN, &twenty());
    let run = RunSummary::read(&path).expect("a run");
    assert_eq!(
        (run.model.as_str(), run.name.as_str(), run.label().as_str()),
        ("gpt", "wide", "gpt/20261125T140600Z-wide")
    );
    assert_eq!(run.began, UNIX_EPOCH + Duration::from_secs(1_795_615_560));
    assert_eq!((run.steps, run.planned, run.tokens), (20, Some(20), Some(2000)));
    assert_eq!((run.best, run.last, run.complete), (Some((2.5, 10)), Some(2.75), true));
    let files = ["config.toml", "env.json", "metrics.jsonl"].map(|name| fs::metadata(path.join(name)).unwrap().len());
    assert_eq!(run.size, files.iter().sum::<u64>() + 1000);
}

#[test]
fn the_table() {
    let folder = Folder::new();
    folder.run("llama-nano", "20261125T150600Z", PLAN, "");
    folder.run("gpt", "20261125T140600Z-wide", PLAN, &twenty());
    folder.run("gpt", "20261125T140500Z", "steps = 1800", &(train(10, 4.0, 1.0) + &validation(10, "null")));
    let now = UNIX_EPOCH + Duration::from_secs(1_795_615_560 + 3600);
    let table = found(&folder).table(now).to_string();
    let rows: Vec<Vec<_>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["model", "run", "steps", "best", "loss", "last", "loss", "tokens", "age", "size"]);
    assert_eq!(rows[1][..8], ["gpt", "20261125T140500Z", "10/1,800", "-", "NaN", "1,000", "1", "h"]);
    assert_eq!(rows[2][..8], ["gpt", "20261125T140600Z-wide", "20/20", "2.5000", "2.7500", "2,000", "1", "h"]);
    assert_eq!(rows[3][..8], ["llama-nano", "20261125T150600Z", "0/20", "-", "-", "-", "0", "s"]);
    assert_eq!(rows[2].last(), Some(&"complete"));
    assert_eq!((rows[1].last(), rows.len()), (Some(&"kB"), 4));
}

#[test]
fn none_at_all() {
    let folder = Folder::new();
    for path in [folder.path().to_owned(), folder.path().join("nowhere")] {
        let runs = Runs::find(path).expect("none");
        assert!(runs.all().is_empty() && runs.damaged().next().is_none() && runs.table(UNIX_EPOCH).is_empty());
        let said = runs.choose("gpt").unwrap_err().to_string();
        assert!(said.starts_with("there is no run `gpt` in ") && said.ends_with(": there is none at all"), "{said}");
    }
    fs::write(folder.path().join("file"), "").expect("written");
    assert!(matches!(Runs::find(folder.path().join("file")), Err(Error::Io { .. })));
}

#[test]
fn what_is_damaged_is_said_and_the_rest_is_found() {
    let folder = Folder::new();
    folder.run("gpt", "20261125T140500Z-good", PLAN, &(twenty() + "{\"split\":\"tra"));
    folder.run("gpt", "20261125T140600Z-bad", PLAN, &twenty().replacen("\"step\":10", "\"step\":", 1));
    let broken = folder.run("gpt", "20261125T140700Z-broken", PLAN, &twenty());
    fs::write(broken.join("config.toml"), "[recipe]\nname = \n").expect("written");
    fs::create_dir_all(folder.path().join("gpt/no-run")).expect("a folder");
    let runs = found(&folder);
    assert_eq!(labels(&runs), ["gpt/20261125T140500Z-good"]);
    let said: Vec<_> = runs.damaged().map(Error::to_string).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("140600Z-bad/metrics.jsonl:2: is no report: "), "{said:?}");
    assert!(said[1].contains("140700Z-broken is no run: config.toml:2: "), "{said:?}");
    assert!(
        matches!(runs.choose("140600Z-bad"), Err(Error::Line { line: 2, .. })),
        "chosen by its name, it says why not"
    );
}

#[track_caller]
fn complete(plan: &str, lines: &[String], want: bool) {
    let folder = Folder::new();
    let path = folder.run("gpt", "a", plan, &lines.concat());
    assert_eq!(RunSummary::read(path).expect("a run").complete, want, "{plan}");
}

#[test]
fn what_ends_a_run() {
    let half = [train(10, 3.0, 60.0), validation(10, "2.5")];
    let whole = [half.concat(), train(20, 2.0, 120.0), validation(20, "2.5")];
    complete(PLAN, &half, false);
    complete(PLAN, &whole, true);
    complete(PLAN, &whole[..2], false); // not evaluated yet
    complete("", &whole, false); // nobody knows
    // An average comes last, where one is planned.
    let average = format!("{PLAN}\nkeep = {{ average = {{ kind = 'last', checkpoints = 2 }} }}");
    complete(&average, &whole, false);
    let averaged = validation(20, "2.4").replace("validation", "averaged");
    complete(&average, &[whole.concat(), averaged], true);
    // Limits and patience end it before its last step.
    let longer = PLAN.replace("steps = 20", "steps = 1000");
    complete(&longer, &whole, false);
    complete(&format!("{longer}\nlimit = {{ tokens = 2000 }}"), &whole, true);
    complete(&format!("{longer}\nlimit = {{ tokens = 2001 }}"), &whole, false);
    complete(&format!("{longer}\nlimit = {{ minutes = 2 }}"), &whole, true);
    complete(&format!("{longer}\nlimit = {{ minutes = 2.5 }}"), &whole, false);
    complete(&longer, &[whole.concat(), validation(23, "2.6")], true); // between two beats
    let patient = |patience| longer.replace("batches = 2", &format!("batches = 2, patience = {patience}"));
    complete(&patient(1), &whole, true); // no better than the first
    complete(&patient(2), &whole, false);
}

#[test]
fn a_run_without_a_time_in_its_name() {
    let folder = Folder::new();
    let path = folder.run("gpt", "first", PLAN, "");
    let long_ago = UNIX_EPOCH + Duration::from_secs(1_000_000);
    fs::File::options().write(true).open(path.join("env.json")).unwrap().set_modified(long_ago).unwrap();
    let run = RunSummary::read(&path).expect("a run");
    assert_eq!((run.name.as_str(), run.steps, run.complete), ("first", 0, false));
    assert_eq!(run.began, long_ago, "as old as what is written only when it begins");
    let said = RunSummary::read(folder.path()).unwrap_err().to_string();
    assert!(said.ends_with("is no run: it has no config.toml"), "{said}");
    let config = fs::read_to_string(path.join("config.toml")).unwrap().replace("name = 'gpt'\n", "");
    fs::write(path.join("config.toml"), config).unwrap();
    assert_eq!(RunSummary::read(&path).expect("a run").model, "gpt", "else it is the folder's");
}

fn three() -> Folder {
    let folder = Folder::new();
    folder.run("gpt", "20261125T140700Z-wide", PLAN, &twenty());
    folder.run("gpt", "20261125T140600Z-narrow", PLAN, &twenty());
    folder.run("gpt2-small", "20261125T140500Z-wide", PLAN, &twenty());
    folder
}

#[test]
fn a_run_by_its_name() {
    let folder = three();
    let runs = found(&folder);
    assert_eq!(
        labels(&runs),
        ["gpt2-small/20261125T140500Z-wide", "gpt/20261125T140600Z-narrow", "gpt/20261125T140700Z-wide"]
    );
    let chosen = |wanted: &str| runs.choose(wanted).map(|run| run.folder()).map_err(|error| error.to_string());
    assert_eq!(chosen("gpt"), Ok("20261125T140700Z-wide".into()), "the newest of the model");
    assert_eq!(chosen("gpt2-small"), Ok("20261125T140500Z-wide".into()));
    assert_eq!(chosen("narrow"), Ok("20261125T140600Z-narrow".into()));
    assert_eq!(chosen("gpt/20261125T140700Z-wide"), Ok("20261125T140700Z-wide".into()));
    let path = folder.path().join("gpt/20261125T140600Z-narrow");
    assert_eq!(chosen(path.to_str().unwrap()), Ok("20261125T140600Z-narrow".into()));
    let said = chosen("wide").unwrap_err();
    let want =
        "`wide` may be any of 2: gpt2-small/20261125T140500Z-wide, gpt/20261125T140700Z-wide; write more of the name";
    assert_eq!(said, want);
    let said = chosen("deep").unwrap_err();
    assert!(
        said.contains("no run `deep`") && said.contains("gpt/20261125T140700Z-wide, gpt/20261125T140600Z"),
        "{said}"
    );
    assert!(chosen("").is_err());
    assert!(chosen(folder.path().to_str().unwrap()).unwrap_err().contains("is no run: it has no config.toml"));
}

fn removed(folder: &Folder, wanted: &[&str]) -> Result<String, String> {
    let wanted: Vec<_> = wanted.iter().map(|wanted| (*wanted).to_owned()).collect();
    let removals = found(folder).to_remove(&wanted).map_err(|error| error.to_string())?;
    let said = freed(&removals);
    removals.into_iter().try_for_each(|removal| removal.remove().map_err(|error| error.to_string()))?;
    Ok(said)
}

fn entries(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).expect("a folder");
    let mut names: Vec<_> = entries.map(|entry| entry.expect("one").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

#[test]
fn what_is_named_is_removed_and_nothing_else() {
    let folder = three();
    let said = removed(&folder, &["narrow", "gpt/20261125T140600Z-narrow"]).expect("removed");
    assert!(said.starts_with("1 run, ") && said.ends_with(" kB"), "{said}");
    assert_eq!(entries(&folder.path().join("gpt")), ["20261125T140700Z-wide"], "nothing is left beside");
    assert_eq!(found(&folder).all().len(), 2);
    // A model with one run is that run, by the way of names.
    removed(&folder, &["gpt2-small"]).expect("removed");
    assert_eq!(labels(&found(&folder)), ["gpt/20261125T140700Z-wide"]);
}

#[test]
fn a_model_with_several_runs_loses_none() {
    let folder = three();
    folder.run("bert", "20261125T140700Z", PLAN, "");
    folder.run("bert", "20261125T140800Z", PLAN, "");
    let said = removed(&folder, &["narrow", "bert"]).unwrap_err();
    assert!(said.starts_with("`bert` may be any of 2: "), "{said}");
    assert_eq!(found(&folder).all().len(), 5, "all of them are known before one is removed");
}

#[test]
fn what_is_no_run_stays() {
    let folder = three();
    let said = removed(&folder, &[folder.path().join("gpt").to_str().unwrap()]).unwrap_err();
    assert!(said.contains("is no run"), "{said}");
    let other = folder.path().join("other");
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("config.toml"), "[package]\n").unwrap();
    fs::write(other.join("metrics.jsonl"), "").unwrap();
    let said = removed(&folder, &[other.to_str().unwrap()]).unwrap_err();
    assert!(said.contains("other is no run: config.toml: missing field `recipe`"), "{said}");
    assert!(removed(&folder, &["other"]).is_err());
    assert!(removed(&folder, &["nowhere"]).unwrap_err().contains("no run `nowhere`"));
    // A run that all the others are in.
    fs::write(folder.path().join("config.toml"), "[recipe]\n[resolved]\n").unwrap();
    let inner = Runs::find(folder.path().join("gpt")).expect("runs");
    let said = inner.to_remove(&[folder.path().to_str().unwrap().into()]).unwrap_err().to_string();
    assert!(said.contains("the folder of all runs is in it"), "{said}");
    assert!(other.exists() && folder.path().join("gpt/20261125T140700Z-wide").exists());
}

#[test]
fn a_damaged_run_can_be_removed_and_one_elsewhere_by_its_path() {
    let (folder, elsewhere) = (three(), three());
    folder.run("gpt", "20261125T140800Z-bad", PLAN, "what?\n{}\n");
    removed(&folder, &["140800Z-bad"]).expect("removed");
    let path = elsewhere.path().join("gpt/20261125T140600Z-narrow");
    removed(&folder, &[path.to_str().unwrap()]).expect("removed");
    assert!(!path.exists());
    assert_eq!((found(&folder).all().len(), found(&elsewhere).all().len()), (3, 2));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let (folder, elsewhere) = (three(), three());
    let target = elsewhere.path().join("gpt/20261125T140700Z-wide");
    let link = folder.path().join("gpt/linked");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("all")).unwrap();
    assert_eq!(found(&folder).all().len(), 3);
    assert!(removed(&folder, &["linked"]).is_err());
    let said = removed(&folder, &[link.to_str().unwrap()]).unwrap_err();
    assert!(said.contains("it is a link"), "{said}");
    assert!(target.exists());
    // Within a run, a link goes and what it leads to stays.
    let run = folder.path().join("gpt/20261125T140600Z-narrow");
    std::os::unix::fs::symlink(&target, run.join("reference")).unwrap();
    removed(&folder, &["narrow"]).expect("removed");
    assert!(target.join("config.toml").exists() && !run.exists());
}
