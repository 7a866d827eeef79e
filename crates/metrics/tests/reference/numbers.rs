//! Correlations against SciPy, ranks against scikit-learn.

use salamander_metrics::{Correlations, Pearson, Retrieval, spearman};
use serde::Deserialize;

use crate::{close, fixture};

#[derive(Debug, Deserialize)]
struct Correlation {
    x: Vec<f64>,
    y: Vec<f64>,
    pearson: f64,
    spearman: f64,
}

#[test]
fn correlations_are_those_of_scipy() {
    let cases: Vec<Correlation> = fixture("correlation");
    assert_eq!(cases.len(), 10);
    for case in &cases {
        let mut pearson = Pearson::default();
        case.x.iter().zip(&case.y).for_each(|(&x, &y)| pearson.add(x, y));
        close(pearson.finish().unwrap(), case.pearson, case);
        close(spearman(&case.x, &case.y).unwrap(), case.spearman, case);
        let both = Correlations::of(&case.x, &case.y).unwrap();
        close(both.pearson, case.pearson, case);
        close(both.spearman, case.spearman, case);
    }
}

#[derive(Debug, Deserialize)]
struct Queries {
    scores: Vec<Vec<f64>>,
    right: Vec<usize>,
    cutoffs: Vec<u64>,
    mrr: f64,
    recalls: Vec<f64>,
}

#[test]
fn ranks_are_those_of_scikit_learn() {
    let cases: Vec<Queries> = fixture("retrieval");
    assert_eq!(cases.len(), 5);
    for case in &cases {
        let mut retrieval = Retrieval::default();
        for (scores, &right) in case.scores.iter().zip(&case.right) {
            retrieval.add_scores(scores, right).unwrap();
        }
        let score = retrieval.finish(&case.cutoffs).unwrap();
        close(score.mean_reciprocal_rank, case.mrr, &case.cutoffs);
        assert_eq!(score.queries, case.right.len() as u64);
        assert_eq!(score.recalls.len(), case.recalls.len());
        for ((cutoff, got), &want) in score.recalls.iter().zip(&case.recalls) {
            close(*got, want, &(cutoff, &case.cutoffs));
        }
    }
}
