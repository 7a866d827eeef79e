//! What BLEU counts in a segment, and the score of such counts.

use std::{
    iter::Sum,
    ops::{Add, AddAssign},
};

use serde::{Deserialize, Serialize};

use super::{BleuOptions, Smoothing};
use crate::{
    ngrams::{Counts, count, shared, total},
    whitespace::words,
};

/// The longest runs of words that are counted.
pub(super) const LONGEST: usize = 4;

/// All that BLEU must know of a segment, or of many: their counts add up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BleuCounts {
    /// Of the hypothesis' runs of 1, 2, 3 and 4 words, how many are in a reference: each at most as often as in the
    /// reference that has it most often.
    pub matches: [u64; LONGEST],
    /// How many runs of 1, 2, 3 and 4 words the hypothesis has.
    pub totals: [u64; LONGEST],
    /// Words in the hypothesis.
    pub hypothesis: u64,
    /// Words in the reference that is nearest in length, the shorter of two as near.
    pub reference: u64,
}

impl BleuCounts {
    /// Counts a segment whose words stand between white space. There must be a reference.
    pub(super) fn of(hypothesis: &str, references: &[String]) -> Self {
        let hypothesis: Vec<_> = words(hypothesis).collect();
        let references: Vec<Vec<_>> = references.iter().map(|reference| words(reference).collect()).collect();
        let lengths = references.iter().map(Vec::len);
        let nearest = lengths.min_by_key(|&length| (length.abs_diff(hypothesis.len()), length));
        Self {
            matches: std::array::from_fn(|at| shared(&count(&hypothesis, at + 1), &most(&references, at + 1))),
            totals: std::array::from_fn(|at| total(hypothesis.len(), at + 1)),
            hypothesis: hypothesis.len() as u64,
            reference: nearest.unwrap_or(0) as u64,
        }
    }

    /// `min(1, exp(1 - reference / hypothesis))`: what keeps short hypotheses from being precise at no cost.
    pub(super) fn brevity_penalty(&self) -> f64 {
        match self.hypothesis {
            hypothesis if hypothesis >= self.reference => 1.0,
            0 => 0.0,
            hypothesis => (1.0 - self.reference as f64 / hypothesis as f64).exp(),
        }
    }

    /// The precision of each length of run in percent, smoothed; and how many of them count.
    pub(super) fn precisions(&self, options: &BleuOptions) -> ([f64; LONGEST], usize) {
        let (mut precisions, mut orders, mut halvings) = ([0.0; LONGEST], LONGEST, 1.0);
        // Without a single match nothing is smoothed.
        if self.matches == [0; LONGEST] {
            return (precisions, orders);
        }
        for (at, precision) in precisions.iter_mut().enumerate() {
            let added = if at > 0 { options.smoothing.added() } else { 0.0 };
            let (matches, total) = (self.matches[at] as f64 + added, self.totals[at] as f64 + added);
            // All hypotheses are shorter than this.
            if total == 0.0 {
                break;
            }
            if options.effective_order {
                orders = at + 1;
            }
            *precision = match options.smoothing {
                _ if matches > 0.0 => 100.0 * matches / total,
                Smoothing::Exponential => {
                    halvings *= 2.0;
                    100.0 / (halvings * total)
                }
                Smoothing::Floor(floor) => 100.0 * floor / total,
                Smoothing::None | Smoothing::Add(_) => 0.0,
            };
        }
        (precisions, orders)
    }
}

/// Each run as often as in the reference that has it most often.
fn most<'a>(references: &'a [Vec<&'a str>], n: usize) -> Counts<'a, &'a str> {
    let mut counts = references.iter().map(|reference| count(reference, n));
    let first = counts.next().unwrap_or_default();
    counts.fold(first, |mut most, counts| {
        for (run, count) in counts {
            let most = most.entry(run).or_default();
            *most = count.max(*most);
        }
        most
    })
}

impl AddAssign for BleuCounts {
    fn add_assign(&mut self, other: Self) {
        for at in 0..LONGEST {
            self.matches[at] += other.matches[at];
            self.totals[at] += other.totals[at];
        }
        self.hypothesis += other.hypothesis;
        self.reference += other.reference;
    }
}

impl<'a> Sum<&'a Self> for BleuCounts {
    fn sum<I: Iterator<Item = &'a Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, counts| sum + *counts)
    }
}

impl Add for BleuCounts {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_counts_as_often_as_in_the_reference_that_has_it_most_often() {
        // Papineni et al. 2002, example 2: 2 of 7 words.
        let references = ["the cat is on the mat".to_owned(), "there is a cat on the mat".to_owned()];
        let counts = BleuCounts::of("the the the the the the the", &references);
        assert_eq!((counts.matches, counts.totals), ([2, 0, 0, 0], [7, 6, 5, 4]));
    }

    #[test]
    fn the_nearest_reference_counts_and_the_shorter_of_two_as_near() {
        let references = ["a a a a a", "a a a", "a a a a a a a a"].map(str::to_owned);
        for (hypothesis, want) in [("a a a a", 3), ("a a a a a a", 5), ("a a a a a a a", 8), ("", 3)] {
            assert_eq!(BleuCounts::of(hypothesis, &references).reference, want, "{hypothesis:?}");
        }
    }

    #[test]
    fn the_brevity_penalty_by_hand() {
        for (hypothesis, reference, want) in
            [(5, 5, 1.0), (6, 5, 1.0), (5, 10, (-1.0f64).exp()), (0, 3, 0.0), (0, 0, 1.0)]
        {
            let counts = BleuCounts { hypothesis, reference, ..Default::default() };
            assert_eq!(counts.brevity_penalty(), want, "{hypothesis} of {reference}");
        }
    }
}
