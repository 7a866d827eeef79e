//! The choices that change a chrF score, and that stand in its signature.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    Chrf, ChrfCounts, ChrfScore,
    counts::{Sequences, compare},
};
use crate::{Case, Error, error::check_paired, signature::yes};

/// How chrF is computed. The default is sacreBLEU's: six lengths of runs of characters, no words, β = 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChrfOptions {
    /// The longest runs of characters: 6 in the paper.
    pub char_order: usize,
    /// The longest runs of words: 0 for chrF, 2 for chrF++.
    pub word_order: usize,
    /// How many times as much recall weighs as precision: 2.
    pub beta: u32,
    /// Whether capitals count.
    pub case: Case,
    /// Whether white space counts as a character.
    pub whitespace: bool,
    /// Whether the mean is of F-scores, one for each length, with a trifle in place of what is undefined (Popović's own
    /// script, Moses and NLTK), instead of the F-score of mean precision and mean recall over the lengths that occur.
    pub epsilon: bool,
}

impl Default for ChrfOptions {
    fn default() -> Self {
        Self { char_order: 6, word_order: 0, beta: 2, case: Case::Mixed, whitespace: false, epsilon: false }
    }
}

/// What stands for an undefined share where the options ask for it.
const EPSILON: f64 = 1e-16;

impl ChrfOptions {
    /// chrF++: runs of one and two words count too.
    pub fn plus_plus() -> Self {
        Self { word_order: 2, ..Self::default() }
    }

    /// The score of one segment.
    ///
    /// # Errors
    /// If there is no reference.
    pub fn score(&self, hypothesis: &str, references: &[impl AsRef<str>]) -> Result<ChrfScore, Error> {
        let mut chrf = Chrf::new(*self);
        chrf.add(hypothesis, references)?;
        chrf.finish()
    }

    /// The score of a corpus that is in memory, each hypothesis with its references.
    ///
    /// # Errors
    /// If there are not as many sets of references as hypotheses, if one is empty, or if there is nothing at all.
    pub fn corpus<T: AsRef<str>>(
        &self,
        hypotheses: &[impl AsRef<str>],
        references: &[impl AsRef<[T]>],
    ) -> Result<ChrfScore, Error> {
        check_paired((hypotheses.len(), "hypotheses"), (references.len(), "sets of references"))?;
        let mut chrf = Chrf::new(*self);
        for (hypothesis, references) in hypotheses.iter().zip(references) {
            chrf.add(hypothesis.as_ref(), references.as_ref())?;
        }
        chrf.finish()
    }

    /// The score of counts, however they were added up.
    pub fn of_counts(&self, counts: &ChrfCounts) -> f64 {
        100.0 * if self.epsilon { self.mean_of_f(counts) } else { self.f_of_means(counts) }
    }

    /// `chrF2` for β = 2; a `+` behind it for each length of runs of words.
    pub(super) fn name(&self) -> String {
        format!("chrF{}{}", self.beta, "+".repeat(self.word_order))
    }

    /// The counts of a segment and its best reference, if there is one.
    pub(super) fn count(&self, hypothesis: &str, references: &[impl AsRef<str>]) -> Option<ChrfCounts> {
        let hypothesis = self.case.apply(hypothesis);
        let hypothesis = Sequences::new(&hypothesis, self.whitespace);
        let mut best: Option<(f64, ChrfCounts)> = None;
        for reference in references {
            let reference = self.case.apply(reference.as_ref());
            let reference = Sequences::new(&reference, self.whitespace);
            let counts = compare(&hypothesis, &reference, self.char_order, self.word_order);
            let score = self.of_counts(&counts);
            // The first of equals.
            if best.as_ref().is_none_or(|(best, _)| score > *best) {
                best = Some((score, counts));
            }
        }
        best.map(|(_, counts)| counts)
    }

    /// `(1 + β²) P R / (β² P + R)`
    fn f(&self, precision: f64, recall: f64) -> Option<f64> {
        let factor = f64::from(self.beta).powi(2);
        let weighted = factor * precision + recall;
        (weighted > 0.0).then(|| (1.0 + factor) * precision * recall / weighted)
    }

    fn f_of_means(&self, ChrfCounts(hits): &ChrfCounts) -> f64 {
        let occurring = || hits.iter().filter(|hits| hits.predicted > 0 && hits.wanted > 0);
        let orders = occurring().count().max(1) as f64;
        let mean = |of: fn(&crate::Hits) -> u64| {
            occurring().map(|hits| hits.shared as f64 / of(hits) as f64).sum::<f64>() / orders
        };
        self.f(mean(|hits| hits.predicted), mean(|hits| hits.wanted)).unwrap_or(0.0)
    }

    fn mean_of_f(&self, ChrfCounts(hits): &ChrfCounts) -> f64 {
        let share = |hits: u64, of: u64| if of > 0 { hits as f64 / of as f64 } else { EPSILON };
        let scores = hits.iter().map(|hits| {
            let (precision, recall) = (share(hits.shared, hits.predicted), share(hits.shared, hits.wanted));
            self.f(precision, recall).unwrap_or(EPSILON)
        });
        scores.sum::<f64>() / (self.char_order + self.word_order) as f64
    }
}

/// The part of the signature that says how it was computed.
impl fmt::Display for ChrfOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { char_order, word_order, case, whitespace, epsilon, .. } = self;
        let (effective, space) = (yes(!epsilon), yes(*whitespace));
        write!(f, "case:{case}|eff:{effective}|nc:{char_order}|nw:{word_order}|space:{space}")
    }
}
