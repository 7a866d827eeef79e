//! Studies from contenders to a report: small models, a few steps.

mod beside;
mod judged;
mod others;
mod refused;
mod report;

use std::{
    cell::RefCell,
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
};

use burn::tensor::Device;
use salamander_compare::*;
use salamander_experiment::{Experiment, Judging};
use salamander_train::{Display, Interrupter};
use serde_json::json;

pub(crate) fn study(contenders: &[&str], matched: Matched, amount: Option<f64>, folder: &Path) -> Study {
    let small = [("plan.steps", "6"), ("plan.batch_size", "4"), ("plan.evaluate.every", "3"), ("size.n_layers", "1")];
    let settings = small.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    Study {
        contenders: contenders.iter().map(|text| Contender::parse(text).unwrap()).collect(),
        yardsticks: vec![],
        dataset: None,
        settings,
        budget: Budget { matched, amount },
        sizes: 1,
        tune: vec![],
        seeds: vec![1, 2],
        part: None,
        judging: Judging { most: Some(2), ..Judging::default() },
        metric: None,
        folder: folder.into(),
    }
}

/// Runs it, and tells for each trial whether it was there before.
pub(crate) fn run(study: &Study) -> (Result<Results, Error>, Vec<bool>) {
    run_until(study, Interrupter::new())
}

fn run_until(study: &Study, interrupter: Interrupter) -> (Result<Results, Error>, Vec<bool>) {
    run_heard(study, interrupter, &mut |_| {})
}

/// The same, and what is heard on the way.
fn run_heard(
    study: &Study,
    interrupter: Interrupter,
    also: &mut dyn FnMut(&Heard),
) -> (Result<Results, Error>, Vec<bool>) {
    run_by(study, Makers::Own, interrupter, also)
}

/// The same, by other makers.
pub(crate) fn run_by(
    study: &Study,
    makers: Makers,
    interrupter: Interrupter,
    also: &mut dyn FnMut(&Heard),
) -> (Result<Results, Error>, Vec<bool>) {
    // A process has one random state for all that trains in it: two at a time would draw from each other's.
    static ONE: Mutex<()> = Mutex::new(());
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let known = RefCell::new(Vec::new());
    let mut hear = |heard: Heard| {
        also(&heard);
        if let Heard::Done { known: was, .. } = heard {
            known.borrow_mut().push(was);
        }
    };
    let around = Surroundings {
        device: Device::flex(),
        interrupter,
        environment: json!({}),
        makers,
        hear: &mut hear,
        display: &|_| Display::None,
    };
    let results = study.run(around);
    (results, known.into_inner())
}

#[test]
fn families_fill_the_same_spans() {
    let folder = tempfile::tempdir().unwrap();
    let contenders = [
        "two=transformer-nano:data.task.kind=spans",
        "causal=gpt:data.task.kind=spans",
        "prefix=gpt:data.task.kind=spans:data.task.reading=prefix",
    ];
    for order in [[0, 1, 2], [2, 1, 0]] {
        let mut study = study(&order.map(|at| contenders[at]), Matched::Tokens, Some(200.0), folder.path());
        study.dataset = Some("stories".into());
        study.seeds = vec![1];
        let results = run(&study).0.unwrap();
        let entries = &results.entries;
        assert!(entries.iter().all(|entry| entry.recipe.plan.seq_len == entries[0].recipe.plan.seq_len));
        let learnt: Vec<_> = entries.iter().map(|entry| (entry.targets, entry.recipe.plan.steps)).collect();
        let first = learnt[0];
        assert!(learnt.iter().all(|learnt| *learnt == first && learnt.1 > 1), "{learnt:?}");
        let mut samples = results.trials.iter().flatten().map(|trial| trial.sample.as_str());
        assert!(samples.all(|sample| sample.contains("<extra_id_0>") && sample.contains("\n-> ")));
    }
}

#[test]
fn the_same_numbers_again_and_nothing_twice() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let two = ["sorter", "sorter:size.n_heads=1"];
    let first = run(&study(&two, Matched::Tokens, None, one.path())).0.unwrap();
    let again = run(&study(&two, Matched::Tokens, None, other.path())).0.unwrap();
    let scores = |results: &Results| {
        let trials = results.trials.iter().flatten();
        trials.map(|trial| trial.scores.clone()).collect::<Vec<_>>()
    };
    assert_eq!(scores(&first), scores(&again), "bit for bit");
    assert_eq!((first.findings.len(), first.metric.name.as_str()), (1, "loss"));
    let values = first.values(0, "loss").unwrap();
    assert!(values.len() == 2 && values[0] != values[1], "seeds differ: {values:?}");

    // A contender and a seed more: only these are made.
    let mut more =
        study(&["sorter", "sorter:size.n_heads=1", "sorter:size.d_ff=32"], Matched::Tokens, None, one.path());
    assert_eq!(run(&more).1, [true, true, false, true, true, false]);
    more.seeds.push(3);
    let (results, known) = run(&more);
    assert_eq!(known, [true, true, true, true, true, true, false, false, false]);
    assert_eq!(scores(&results.unwrap())[..2], scores(&first)[..2]);
}

#[test]
fn what_is_matched_comes_near() {
    let check = |matched: Matched, amount: f64, of: &dyn Fn(&Entry) -> f64, near: f64| {
        let folder = tempfile::tempdir().unwrap();
        let study =
            Study { seeds: vec![1], ..study(&["sorter", "sorter:size.d_ff=32"], matched, Some(amount), folder.path()) };
        let results = run(&study).0.unwrap();
        for entry in &results.entries {
            assert!((of(entry) / amount - 1.0).abs() < near, "{}: {} of {amount}", entry.name, of(entry));
            assert!((entry.share - of(entry) / amount).abs() < 1e-9);
        }
        results
    };
    check(Matched::Parameters, 60_000.0, &|entry| entry.parameters as f64, 0.1);
    check(Matched::Tokens, 1000.0, &|entry| entry.targets as f64, 0.1);
    let results = check(Matched::Flops, 3e8, &|entry| entry.flops as f64, 0.15);
    let steps: Vec<_> = results.entries.iter().map(|entry| entry.recipe.plan.steps).collect();
    assert!(steps[1] > steps[0], "what is cheaper learns longer: {steps:?}");
    assert!(results.sentences()[0].contains("one seed"), "{:?}", results.sentences());
}

#[test]
fn families_share_data_and_words() {
    let folder = tempfile::tempdir().unwrap();
    let models = ["transformer-nano", "gpt", "gpt:data.task.kind=prefix"];
    let study = Study { seeds: vec![1], ..study(&models, Matched::Flops, None, folder.path()) };
    let results = run(&study).0.unwrap();
    let families: Vec<_> = results.entries.iter().map(|entry| entry.family.as_str()).collect();
    assert_eq!(families, ["encoder-decoder", "decoder-only", "decoder-only"]);
    for entry in &results.entries {
        assert_eq!((entry.recipe.data.set.as_str(), entry.shortened), ("dialect", 0), "{}", entry.name);
        assert!((0.5..=1.0).contains(&entry.share), "{}: {}", entry.name, entry.share);
    }
    assert_eq!(results.table().unwrap().len(), 3);
    let apart: Vec<_> = results.differences().into_iter().map(|(setting, _)| setting).collect();
    assert!(apart.contains(&"architecture".into()) && apart.contains(&"data.task.kind".into()), "{apart:?}");
    assert!(!apart.iter().any(|setting| setting.contains("tokenizer") || setting.contains("batch")), "{apart:?}");
}

#[test]
fn who_writes_the_class_knows_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = study(&["bert-classify", "gpt"], Matched::Tokens, Some(40.0), folder.path());
    (study.dataset, study.seeds) = (Some("topics".into()), vec![1]);
    let results = run(&study).0.unwrap();
    assert_eq!(results.metric.name, "accuracy", "what both are measured by");
    let words = results.entries[1].recipe.data.tokenizer_file.as_ref().unwrap();
    let words = salamander_text::Tokenizer::load(words).unwrap();
    let corpus = Experiment::prepare(results.entries[1].recipe.clone(), &mut |_| {}).unwrap().corpus;
    let salamander_datasets::Corpus::Pairs(splits) = corpus else { panic!("a writer has pairs") };
    for (_, class) in &splits.validation {
        assert_eq!(words.decode(&words.encode(class).unwrap()).unwrap(), *class);
    }
}

#[test]
fn other_words_in_the_same_folder_are_other_words() {
    let folder = tempfile::tempdir().unwrap();
    let words = |kind: &str| {
        let mut study = study(&["gpt"], Matched::Tokens, Some(40.0), folder.path());
        study.settings.extend([("data.tokenizer".into(), kind.into()), ("plan.steps".into(), "1".into())]);
        study.seeds = vec![1];
        run(&study).0.unwrap().entries[0].parameters
    };
    let (bytes, by_word) = (words("bytes"), words("words"));
    assert_ne!(bytes, by_word);
    assert_eq!((words("bytes"), words("words")), (bytes, by_word), "and stay so");
}

#[test]
fn another_text_in_the_same_file_is_another_text() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.txt");
    let path = toml::Value::from(text.to_str().unwrap()).to_string();
    let mut study = study(&["gpt:size.d_model=16"], Matched::Tokens, Some(40.0), &folder.path().join("kept"));
    let more =
        [("data.path", path.as_str()), ("plan.seq_len", "8"), ("size.n_heads", "2"), ("data.tokenizer", "bytes")];
    study.settings.extend(more.map(|(key, value)| (key.to_owned(), value.to_owned())));
    study.seeds = vec![1];
    let known = |contents: &str| {
        fs::write(&text, contents.repeat(40)).unwrap();
        run(&study).1
    };
    assert_eq!((known("one text.\n\n"), known("quite another text.\n\n")), (vec![false], vec![false]));
    assert_eq!(run(&study).1, [true]);
}

#[test]
fn a_schedule_goes_with_its_recipes_steps() {
    let folder = tempfile::tempdir().unwrap();
    // Half of its own steps up; of the twelve that are common at first, and of those that half the budget pays for.
    let up = "sorter:plan.steps=100:plan.schedule={ kind = 'constant', rate = 1e-3, warmup = 50 }";
    let mut study = study(&[up], Matched::Tokens, Some(144.0), folder.path());
    study.settings[0].1 = "12".into();
    study.seeds = vec![1];
    let plan = &run(&study).0.unwrap().entries[0].recipe.plan;
    assert_eq!(plan.steps, 6, "of four rows with six targets each");
    assert_eq!(plan.schedule, salamander_train::Schedule::Constant { rate: 1e-3, warmup: 3 });
}

#[test]
fn who_diverges_is_named_and_not_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let wild = "sorter:plan.schedule={ kind = 'constant', rate = 1e9 }";
    let results = run(&study(&["sorter", wild], Matched::Tokens, None, folder.path())).0.unwrap();
    assert!(results.trials[1].iter().all(|trial| trial.diverged.is_some()));
    assert!(results.table().unwrap().to_string().contains("diverged"));
    let said = results.sentences();
    assert!(said.iter().any(|line| line.contains("diverged with seed 1: step 2")), "{said:?}");
    assert_eq!(results.findings, []);
}

#[test]
fn everybody_has_as_many_tries_at_the_learning_rate() {
    let folder = tempfile::tempdir().unwrap();
    let tune = vec![1e-6, 1.0];
    let study = Study {
        tune,
        seeds: vec![1],
        ..study(&["sorter", "sorter:size.n_heads=1"], Matched::Tokens, None, folder.path())
    };
    let (results, known) = run(&study);
    let results = results.unwrap();
    assert_eq!(known, [false; 6], "two tries each, and one run each to judge");
    assert!(results.entries.iter().all(|entry| entry.rate_factor == 1.0), "a rate of nearly nothing learns nothing");
    assert!(results.terms().contains("the best of 0.000001, 1 times"), "{}", results.terms());
    assert_eq!(run(&study).1, [true; 6]);

    // What was judged at another rate is another model.
    let slow = Study { tune: vec![1e-6], ..study };
    let (again, known) = run(&slow);
    let again = again.unwrap();
    assert_eq!(known, [true, true, false, false], "the tries are known");
    assert!(again.entries.iter().all(|entry| entry.rate_factor == 1e-6));
    assert_ne!(again.values(0, "loss"), results.values(0, "loss"));
}

#[test]
fn a_rate_is_chosen_by_the_validation_loss_also_where_models_are_judged_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = study(&["bert-classify:size.dropout=0.0"], Matched::Tokens, Some(2400.0), folder.path());
    study.settings[1].1 = "16".into();
    (study.dataset, study.seeds, study.tune) = (Some("topics".into()), vec![1], vec![1e-6, 1.0]);
    let results = run(&study).0.unwrap();
    assert!(!results.trials[0][0].scores.contains_key("loss"));
    assert_eq!(results.entries[0].rate_factor, 1.0, "a rate of nearly nothing learns nothing");
}

#[test]
fn stopped_it_goes_on_to_the_same_numbers() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let study = |folder: &Path| study(&["sorter", "sorter:size.n_heads=1"], Matched::Tokens, None, folder);
    let stopped = Interrupter::new();
    stopped.stop(None);
    let (result, known) = run_until(&study(one.path()), stopped);
    assert!(matches!(result, Err(Error::Stopped)) && known.is_empty());
    let (result, whole) = (run(&study(one.path())).0.unwrap(), run(&study(other.path())).0.unwrap());
    for (a, b) in result.trials.iter().flatten().zip(whole.trials.iter().flatten()) {
        assert_eq!(a.scores, b.scores);
    }
}

#[test]
fn a_damaged_checkpoint_is_named_and_the_run_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let study = Study { seeds: vec![1], ..study(&["sorter"], Matched::Tokens, None, folder.path()) };
    let first = run(&study).0.unwrap();
    let run = study.folder.join(&first.entries[0].folder).join("seed-1");
    // As if it had been killed when its last checkpoint was written, and then a disk had lost some bytes.
    fs::remove_file(run.join("result.json")).unwrap();
    let weights = run.join("checkpoints/step-00000006/model.safetensors");
    let whole = fs::read(&weights).unwrap();
    fs::write(&weights, &whole[..whole.len() / 2]).unwrap();
    let mut skipped = Vec::new();
    let (again, _) = run_heard(&study, Interrupter::new(), &mut |heard| {
        if let Heard::Skipped(line) = heard {
            skipped.push((*line).to_owned());
        }
    });
    assert!(skipped.len() == 1 && skipped[0].contains("it was cut off or changed"), "{skipped:?}");
    assert_eq!(again.unwrap().trials[0][0].scores, first.trials[0][0].scores);
}
