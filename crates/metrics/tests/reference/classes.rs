//! Classes against scikit-learn, entities against `seqeval`.

use std::collections::BTreeMap;

use salamander_metrics::{Averages, Confusion, Entities, PrecisionRecall};
use serde::Deserialize;

use crate::{close, fixture};

/// Precision, recall and F1.
type Scores = [f64; 3];

#[track_caller]
fn check(got: PrecisionRecall, want: Scores, what: &dyn std::fmt::Debug) {
    [got.precision, got.recall, got.f1].into_iter().zip(want).for_each(|(got, want)| close(got, want, what));
}

#[derive(Debug, Deserialize)]
struct Means {
    micro: Scores,
    #[serde(rename = "macro")]
    macro_mean: Scores,
    weighted: Scores,
}

impl Means {
    fn check(&self, got: &Averages, what: &dyn std::fmt::Debug) {
        check(got.micro, self.micro, &("micro", what));
        check(got.macro_mean, self.macro_mean, &("macro", what));
        check(got.weighted, self.weighted, &("weighted", what));
    }
}

#[derive(Debug, Deserialize)]
struct Classification {
    classes: usize,
    truths: Vec<usize>,
    predicted: Vec<usize>,
    accuracy: f64,
    matthews: f64,
    matrix: Vec<Vec<u64>>,
    /// With the number of examples.
    each: Vec<[f64; 4]>,
    binary: Option<Scores>,
    #[serde(flatten)]
    means: Means,
}

#[test]
fn classes_are_scored_as_scikit_learn_scores_them() {
    let cases: Vec<Classification> = fixture("classification");
    assert_eq!(cases.len(), 12);
    for case in &cases {
        let mut confusion = Confusion::new(case.classes);
        confusion.add_all(&case.truths, &case.predicted).unwrap();
        for (truth, row) in case.matrix.iter().enumerate() {
            let got: Vec<_> = (0..case.classes).map(|predicted| confusion.count(truth, predicted)).collect();
            assert_eq!(got, *row, "row {truth} of {case:?}");
        }
        let score = confusion.finish().unwrap();
        close(score.accuracy, case.accuracy, case);
        close(score.matthews, case.matthews, case);
        assert_eq!(score.classes.len(), case.each.len());
        for (class, &[precision, recall, f1, wanted]) in score.classes.iter().zip(&case.each) {
            check(class.hits.score(), [precision, recall, f1], &(&class.name, case));
            assert_eq!(class.hits.wanted as f64, wanted);
        }
        case.means.check(&score.averages, case);
        if let Some(binary) = case.binary {
            check(score.classes[1].hits.score(), binary, case);
        }
    }
}

#[derive(Debug, Deserialize)]
struct EntityCase {
    #[serde(rename = "true")]
    truth: Vec<Vec<String>>,
    predicted: Vec<Vec<String>>,
    accuracy: f64,
    /// With the number of entities.
    types: BTreeMap<String, [f64; 4]>,
    #[serde(flatten)]
    means: Means,
}

#[test]
fn entities_are_scored_as_seqeval_scores_them() {
    let cases: Vec<EntityCase> = fixture("entities");
    assert_eq!(cases.len(), 9);
    for case in cases {
        let mut entities = Entities::default();
        for (truth, predicted) in case.truth.iter().zip(&case.predicted) {
            entities.add(truth, predicted).unwrap();
        }
        let score = entities.finish().unwrap();
        assert!(score.types.keys().eq(case.types.keys()), "{case:?}");
        for ((kind, hits), &[precision, recall, f1, wanted]) in score.types.iter().zip(case.types.values()) {
            check(hits.score(), [precision, recall, f1], &(kind, &case));
            assert_eq!(hits.wanted as f64, wanted, "{kind}");
        }
        close(score.accuracy, case.accuracy, &case);
        case.means.check(&score.averages, &case);
    }
}
