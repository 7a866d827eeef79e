//! What is known of a trial, and what is asked of it later.

use std::{fs, path::PathBuf};

use salamander_compare::*;
use salamander_experiment::{Judging, Part};
use serde_json::Value;

use crate::{run, study};

/// The file of the results of a contender with a seed.
fn file(study: &Study, entry: &Entry, seed: u64) -> PathBuf {
    study.folder.join(&entry.folder).join(format!("seed-{seed}/result.json"))
}

/// Without a field of its file, as if nobody had kept it.
fn forget(path: &PathBuf, field: &str) {
    let mut kept: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    kept.as_object_mut().unwrap().remove(field).unwrap();
    fs::write(path, kept.to_string()).unwrap();
}

#[test]
fn judged_otherwise_it_is_judged_again_and_not_trained() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let asked = |folder: &tempfile::TempDir, part, most| Study {
        part,
        judging: Judging { most: Some(most), ..Judging::default() },
        seeds: vec![1],
        ..study(&["sorter", "sorter:size.n_heads=1"], Matched::Tokens, None, folder.path())
    };
    let usual = asked(&one, None, 8);
    let first = run(&usual).0.unwrap();
    assert_eq!(first.trials[0][0].part, "test");
    let reports = file(&usual, &first.entries[0], 1).with_file_name("metrics.jsonl");
    let trained = fs::read_to_string(&reports).unwrap();
    // Who is asked by name for what was chosen is known.
    assert_eq!(run(&asked(&one, Some(Part::Test), 8)).1, [true; 2]);
    for (part, most) in [(Some(Part::Validation), 8), (Some(Part::Validation), 3)] {
        let (again, known) = run(&asked(&one, part, most));
        assert_eq!(known, [false; 2]);
        let (again, whole) = (again.unwrap(), run(&asked(&other, part, most)).0.unwrap());
        for ((again, whole), first) in again.trials.iter().zip(&whole.trials).zip(&first.trials) {
            assert_eq!((&again[0].scores, again[0].part.as_str()), (&whole[0].scores, "validation"));
            assert_eq!(
                (again[0].seconds, again[0].peak_memory),
                (first[0].seconds, first[0].peak_memory),
                "of training"
            );
        }
        assert!(again.terms().contains("judged on its validation part"), "{}", again.terms());
        assert_eq!(run(&asked(&one, part, most)).1, [true; 2]);
    }
    assert_eq!(fs::read_to_string(&reports).unwrap(), trained);
    // Nobody kept how it was judged.
    forget(&file(&usual, &first.entries[1], 1), "asked");
    assert_eq!(run(&asked(&one, Some(Part::Validation), 3)).1, [true, false]);
}

#[test]
fn who_diverged_does_so_once() {
    let folder = tempfile::tempdir().unwrap();
    let wild = "sorter:plan.schedule={ kind = 'constant', rate = 1e9 }";
    let usual = Study { seeds: vec![1], ..study(&[wild], Matched::Tokens, None, folder.path()) };
    let first = run(&usual).0.unwrap();
    let again = run(&Study { part: Some(Part::Validation), ..usual.clone() }).0.unwrap();
    let expected =
        Trial { part: "validation".into(), asked: again.trials[0][0].asked.clone(), ..first.trials[0][0].clone() };
    assert_eq!(again.trials[0][0], expected);
}

#[test]
fn killed_before_its_result_it_is_as_fast_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let study = Study { seeds: vec![1], ..study(&["sorter"], Matched::Tokens, None, folder.path()) };
    let first = run(&study).0.unwrap();
    fs::remove_file(file(&study, &first.entries[0], 1)).unwrap();
    let (again, known) = run(&study);
    let (again, first) = (&again.unwrap().trials[0][0], &first.trials[0][0]);
    assert_eq!((known, &again.scores), (vec![false], &first.scores));
    assert!(first.tokens_per_second > 0.0);
    assert_eq!((again.tokens_per_second, again.seconds), (first.tokens_per_second, first.seconds));
}
