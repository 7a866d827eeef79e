//! Trials that others make.

use std::{
    fs,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use burn::tensor::Device;
use salamander_compare::*;
use salamander_experiment::Judging;
use salamander_train::{Display, Interrupter};
use serde_json::json;

use crate::{run, run_by, study};

/// Makes a trial as another process would, one at a time: what trains in one process shares its random state.
fn make(study: &Study, name: &str) -> Result<(), Error> {
    static ONE: Mutex<()> = Mutex::new(());
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let around = Surroundings {
        device: Device::flex(),
        interrupter: Interrupter::new(),
        environment: json!({}),
        makers: Makers::Own,
        hear: &mut |_| {},
        display: &|_| Display::None,
    };
    study.make(name, around)
}

#[test]
fn whoever_makes_trials_the_scores_are_the_same() {
    let (own, others) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let two = ["sorter", "sorter:size.n_heads=1"];
    let study = |folder| Study { tune: vec![1e-6, 1.0], ..study(&two, Matched::Tokens, None, folder) };
    let first = run(&study(own.path())).0.unwrap();
    let (second, asked) = (study(others.path()), AtomicUsize::new(0));
    let ask = |planned: &Planned| {
        asked.fetch_add(1, Ordering::Relaxed);
        make(&second, &planned.name())
    };
    let makers = Makers::Others { at_once: 3, make: &ask };
    let mut over = Vec::new();
    let mut hear = |heard: &Heard| {
        if let Heard::Done { number, of, .. } = heard {
            over.push((*number, *of));
        }
    };
    let (results, known) = run_by(&second, makers, Interrupter::new(), &mut hear);
    let results = results.unwrap();
    let scores = |results: &Results| {
        let trials = results.trials.iter().flatten();
        trials.map(|trial| (trial.seed, trial.scores.clone(), trial.flow.clone())).collect::<Vec<_>>()
    };
    assert_eq!(scores(&results), scores(&first), "bit for bit");
    let chosen = |results: &Results| {
        let entries = results.entries.iter();
        entries.map(|entry| (entry.folder.clone(), entry.rate_factor)).collect::<Vec<_>>()
    };
    assert_eq!(chosen(&results), chosen(&first));
    assert_eq!((known, asked.load(Ordering::Relaxed)), (vec![false; 8], 8), "four tries, and two seeds of two");
    assert_eq!(over, [(1, 4), (2, 4), (3, 4), (4, 4), (1, 4), (2, 4), (3, 4), (4, 4)]);
    // What is there is not asked for again.
    let (again, known) = run_by(&second, makers, Interrupter::new(), &mut |_| {});
    assert_eq!((scores(&again.unwrap()), known), (scores(&first), vec![true; 8]));
    assert_eq!(asked.into_inner(), 8);
}

#[test]
fn what_is_read_back_is_what_was_kept_to_the_last_bit() {
    let flow: Vec<_> = (3..2000).map(|n| (0.1 + f64::from(n)).recip()).collect();
    let trial = Trial {
        seed: 1,
        scores: [("loss".to_owned(), 3.504_372_647_114_866_6)].into(),
        part: "test".into(),
        asked: Some(Asked { part: None, judging: Judging::default() }),
        seconds: 0.1,
        tokens_per_second: 1e4 / 3.0,
        peak_memory: None,
        diverged: None,
        sample: String::new(),
        flow,
    };
    let text = serde_json::to_value(&trial).unwrap().to_string();
    assert_eq!(serde_json::from_str::<Trial>(&text).unwrap(), trial);
}

#[test]
fn one_that_fails_is_named_and_the_others_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let study = study(&["sorter", "sorter:size.n_heads=1"], Matched::Tokens, None, folder.path());
    let fails = |planned: &Planned| match planned.number {
        2 => Err(Error::Process { reason: "the disk is full".into() }),
        3 => Ok(()),
        _ => make(&study, &planned.name()),
    };
    let makers = Makers::Others { at_once: 2, make: &fails };
    let (result, known) = run_by(&study, makers, Interrupter::new(), &mut |_| {});
    let said = result.unwrap_err().to_string();
    assert!(said.contains("sorter:size.n_heads=1, seed 1: the disk is full"), "{said}");
    assert!(said.contains("sorter, seed 2: its process left no result"), "{said}");
    assert!(said.ends_with("the others are kept, and the same command makes what is missing"), "{said}");
    assert_eq!(known, [false; 2]);
    assert_eq!(run(&study).1, [true, false, false, true]);
    let refused = make(&study, "sorter-0/seed-1").unwrap_err().to_string();
    assert_eq!(refused, "`sorter-0/seed-1`: no trial of this comparison is called so");
}

#[test]
fn one_that_is_stopped_stops_all() {
    let folder = tempfile::tempdir().unwrap();
    let study = Study { seeds: (1..=9).collect(), ..study(&["sorter"], Matched::Tokens, None, folder.path()) };
    let (interrupter, asked) = (Interrupter::new(), AtomicUsize::new(0));
    let stops = |_: &Planned| {
        asked.fetch_add(1, Ordering::Relaxed);
        Err(Error::Stopped)
    };
    let makers = Makers::Others { at_once: 1, make: &stops };
    let (result, known) = run_by(&study, makers, interrupter.clone(), &mut |_| {});
    assert!(matches!(result, Err(Error::Stopped)) && known.is_empty() && interrupter.should_stop());
    // Whoever is stopped before it begins asks nobody.
    let before = asked.load(Ordering::Relaxed);
    assert!(matches!(run_by(&study, makers, interrupter, &mut |_| {}).0, Err(Error::Stopped)));
    assert_eq!(asked.into_inner(), before);
    assert!(!fs::exists(folder.path().join("results.json")).unwrap());
}
