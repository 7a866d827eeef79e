//! Precision, recall and F1: what is left of a comparison once it is counted.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign},
};

use serde::{Deserialize, Serialize};

/// What a prediction and the truth have in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits {
    /// How much is in both (true positives).
    pub shared: u64,
    /// How much was predicted.
    pub predicted: u64,
    /// How much there was to find.
    pub wanted: u64,
}

impl Hits {
    /// Precision, recall and F1 of these counts.
    pub fn score(&self) -> PrecisionRecall {
        let share = |of: u64| if of == 0 { 0.0 } else { self.shared as f64 / of as f64 };
        PrecisionRecall::new(share(self.predicted), share(self.wanted))
    }
}

impl AddAssign for Hits {
    fn add_assign(&mut self, other: Self) {
        self.shared += other.shared;
        self.predicted += other.predicted;
        self.wanted += other.wanted;
    }
}

impl Add for Hits {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl Sum for Hits {
    fn sum<I: Iterator<Item = Self>>(hits: I) -> Self {
        hits.fold(Self::default(), Add::add)
    }
}

/// How much of what was predicted is right, how much of what was wanted was found, and their harmonic mean:
///
/// ```text
/// precision = shared / predicted    recall = shared / wanted    F1 = 2 precision recall / (precision + recall)
/// ```
///
/// (van Rijsbergen 1979, "Information Retrieval", chapter 7.) Where nothing was predicted the precision is 0, where
/// nothing was wanted the recall is 0, and where both are 0 so is F1: what scikit-learn gives, apart from its warning.
///
/// ```
/// use salamander_metrics::Hits;
///
/// let score = Hits { shared: 3, predicted: 4, wanted: 6 }.score();
/// assert_eq!((score.precision, score.recall), (0.75, 0.5));
/// assert!((score.f1 - 0.6).abs() < 1e-12);
/// assert_eq!(score.to_string(), "precision 0.7500, recall 0.5000, F1 0.6000");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct PrecisionRecall {
    /// The share of what was predicted that is right.
    pub precision: f64,
    /// The share of what was wanted that was found.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
}

impl PrecisionRecall {
    /// With the harmonic mean of the two.
    pub(crate) fn new(precision: f64, recall: f64) -> Self {
        let sum = precision + recall;
        Self { precision, recall, f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 } }
    }
}

impl fmt::Display for PrecisionRecall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(4);
        let Self { precision, recall, f1 } = self;
        write!(f, "precision {precision:.digits$}, recall {recall:.digits$}, F1 {f1:.digits$}")
    }
}

/// One score for several classes or types of entity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Averages {
    /// Of the counts of all, added up: each example weighs the same.
    pub micro: PrecisionRecall,
    /// The mean over those that are wanted or predicted at all: each of them weighs the same.
    pub macro_mean: PrecisionRecall,
    /// The mean over all, each weighing as much as is wanted of it.
    pub weighted: PrecisionRecall,
}

impl Averages {
    /// Over classes or types. What is neither wanted nor predicted counts for nothing; where nothing is, all is 0.
    pub(crate) fn of(hits: impl Iterator<Item = Hits> + Clone) -> Self {
        let occurring = hits.clone().filter(|hits| hits.predicted + hits.wanted > 0);
        Self {
            micro: hits.sum::<Hits>().score(),
            macro_mean: mean(occurring.clone().map(|hits| (hits.score(), 1.0))),
            weighted: mean(occurring.map(|hits| (hits.score(), hits.wanted as f64))),
        }
    }
}

/// The mean of precision, of recall and of F1: the last is not the harmonic mean of the first two.
fn mean(weighted: impl Iterator<Item = (PrecisionRecall, f64)>) -> PrecisionRecall {
    let (mut sum, mut weights) = (PrecisionRecall::default(), 0.0);
    for (score, weight) in weighted {
        sum.precision += weight * score.precision;
        sum.recall += weight * score.recall;
        sum.f1 += weight * score.f1;
        weights += weight;
    }
    let share = |sum: f64| if weights > 0.0 { sum / weights } else { 0.0 };
    PrecisionRecall { precision: share(sum.precision), recall: share(sum.recall), f1: share(sum.f1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_undefined_is_zero() {
        for (shared, predicted, wanted, want) in
            [(0, 0, 0, [0.0, 0.0, 0.0]), (0, 3, 0, [0.0; 3]), (0, 0, 3, [0.0; 3]), (2, 2, 2, [1.0; 3])]
        {
            let score = Hits { shared, predicted, wanted }.score();
            assert_eq!([score.precision, score.recall, score.f1], want, "{shared} {predicted} {wanted}");
        }
        assert_eq!(Averages::of([].into_iter()), Averages::default());
    }

    #[test]
    fn averages_by_hand() {
        // One class found perfectly, one half found, one that does not occur.
        let classes = [(6, 6, 6), (1, 2, 2), (0, 0, 0)];
        let hits = classes.map(|(shared, predicted, wanted)| Hits { shared, predicted, wanted });
        let averages = Averages::of(hits.into_iter());
        assert_eq!(averages.micro.precision, 7.0 / 8.0);
        assert_eq!(averages.macro_mean.recall, 0.75);
        assert_eq!(averages.weighted.f1, (6.0 + 2.0 * 0.5) / 8.0);
    }
}
