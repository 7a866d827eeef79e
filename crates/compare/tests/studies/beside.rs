//! What stands beside contenders: baselines, smaller sizes, and from how far back each learns.

use std::fs;

use salamander_compare::*;

use crate::{run, study};

fn yardsticks(texts: &[&str]) -> Vec<Yardstick> {
    texts.iter().map(|text| Yardstick::parse(text).unwrap().unwrap()).collect()
}

#[test]
fn what_was_there_before_stands_beside_without_a_budget() {
    let folder = tempfile::tempdir().unwrap();
    let counted =
        ["five=ngram:order=4", "ngram:order=1:smoothing={ kind = 'none' }", "markov:chain={ kind = 'second' }"];
    let study =
        Study { yardsticks: yardsticks(&counted), ..study(&["gpt"], Matched::Tokens, Some(512.0), folder.path()) };
    let results = run(&study).0.unwrap();
    assert_eq!(results.metric.name, "accuracy", "a chain may hold impossible what comes: it has no loss");
    let scores: Vec<_> = results.marks.iter().map(|mark| mark.scores["accuracy"]).collect();
    assert!(scores[0] > scores[1], "more context foretells more: {scores:?}");
    assert_eq!(results.table().unwrap().len(), 4);
    // Six steps teach nothing that counting does not know.
    assert_eq!((results.findings[0].better.as_str(), results.findings.len()), ("five", 5));
    assert!(results.sentences().iter().any(|said| said.starts_with("five beats gpt by ")), "{:?}", results.sentences());
    // Asked for their losses, the chain stands there without one.
    let asked = run(&Study { metric: Some("loss".into()), ..study.clone() }).0.unwrap();
    assert_eq!((asked.metric.name.as_str(), asked.findings.len()), ("loss", 1));
    let lines = fs::read_to_string(folder.path().join("results.csv")).unwrap();
    assert!(lines.contains("five,,accuracy,") && lines.contains("five,,parameters,"), "{lines}");
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.contains("<th>five</th>") && page.contains("<td>five</td>"));

    let folder = tempfile::tempdir().unwrap();
    let mut other = Study { yardsticks: yardsticks(&["bag-of-words"]), ..study.clone() };
    (other.contenders, other.folder) = (vec![Contender::parse("bert-classify").unwrap()], folder.path().into());
    (other.dataset, other.seeds, other.settings[0].1) = (Some("topics".into()), vec![1], "2".into());
    let results = run(&other).0.unwrap();
    assert_eq!((results.metric.name.as_str(), results.marks[0].yardstick.name.as_str()), ("accuracy", "bag-of-words"));
}

#[test]
fn a_baseline_that_cannot_be_is_named() {
    let said = |text: &str| Yardstick::parse(text).unwrap_err().to_string();
    assert!(said("ngram:length=4").contains("unknown field `length`"), "{}", said("ngram:length=4"));
    assert!(said("ngram:order=many").starts_with("`ngram:order=many`: "));
    assert!(said("bag-of-words:order=1").contains("unknown field `order`"));
    assert_eq!(Yardstick::parse("n-gram").unwrap(), None);
    let folder = tempfile::tempdir().unwrap();
    let study =
        Study { yardsticks: yardsticks(&["ngram"]), ..study(&["sorter"], Matched::Tokens, None, folder.path()) };
    let refused = run(&study).0.unwrap_err().to_string();
    assert!(refused.starts_with("`ngram`: n-grams and chains foretell running text"), "{refused}");
    let twice = Study { yardsticks: yardsticks(&["sorter=ngram"]), ..study };
    assert_eq!(run(&twice).0.unwrap_err().to_string(), "`sorter`: it takes part twice");
}

#[test]
fn a_contender_in_several_sizes() {
    let folder = tempfile::tempdir().unwrap();
    let study = Study { sizes: 3, ..study(&["sorter"], Matched::Tokens, None, folder.path()) };
    let results = run(&study).0.unwrap();
    let names: Vec<_> = results.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["sorter", "sorter/4", "sorter/16"]);
    let own = results.entries[0].parameters as f64;
    for (entry, share) in results.entries.iter().zip([1.0, 4.0, 16.0]) {
        let off = entry.parameters as f64 * share / own;
        assert!((0.75..1.3).contains(&off), "{}: {off}", entry.name);
    }
    let laws = results.laws();
    assert_eq!((laws.len(), laws[0].points.len()), (1, 6), "two seeds of three sizes");
    assert!(results.sentences().iter().any(|said| said.starts_with("sorter ")), "{:?}", results.sentences());
    assert!(fs::read_to_string(folder.path().join("report.html")).unwrap().contains("As models grow"));
    // What has its own size is the same with smaller ones beside it.
    let alone = Study { sizes: 1, ..study.clone() };
    assert_eq!(run(&alone).1, [true; 2]);

    let said = |study: Study| run(&study).0.unwrap_err().to_string();
    let same = Budget { matched: Matched::Parameters, amount: None };
    assert!(said(Study { budget: same, ..study.clone() }).contains("makes all sizes one"));
    assert!(said(Study { sizes: 8, ..study }).contains("lower --scale"));
}

#[test]
fn what_reads_token_by_token_says_from_how_far_back_it_learns() {
    let folder = tempfile::tempdir().unwrap();
    let models = ["recall", "lstm-recall:model.cell=elman"];
    let mut study = Study { seeds: vec![1], ..study(&models, Matched::Tokens, None, folder.path()) };
    study.settings.push(("data.sizes.gap".into(), "20".into()));
    study.settings.push(("plan.seq_len".into(), "40".into()));
    let results = run(&study).0.unwrap();
    let flows: Vec<_> = results.trials.iter().map(|trials| &trials[0].flow).collect();
    for flow in &flows {
        assert_eq!(flow.len(), 6 + 20 + 3, "three pairs, the gap, the question, its key and a mark");
        assert!((flow.iter().sum::<f64>() - 1.0).abs() < 1e-6);
    }
    // The pairs lie behind the gap.
    let falls = |flow: &[f64]| flow[..6].iter().sum::<f64>() / flow[23..].iter().sum::<f64>();
    assert!(falls(flows[0]) < 3.0 && falls(flows[1]) > 5.0, "{flows:?}");
}
