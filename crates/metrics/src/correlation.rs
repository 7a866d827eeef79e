//! Regression: whether two lists of numbers rise and fall together.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Error,
    error::{check_enough, check_finite, check_paired},
};

/// Pearson's correlation (Pearson 1896), from -1 to 1:
///
/// ```text
/// r = Σ (x - x̄) (y - ȳ) / √(Σ (x - x̄)² Σ (y - ȳ)²)
/// ```
///
/// The sums are kept around the running means (Welford 1962; merging, Chan, Golub and LeVeque 1979), so that numbers far
/// from 0 lose little.
///
/// ```
/// use salamander_metrics::Pearson;
///
/// let mut pearson = Pearson::default();
/// [(1.0, 1.0), (2.0, 3.0), (3.0, 2.0)].into_iter().for_each(|(x, y)| pearson.add(x, y));
/// // Around the means of 2 and 2: (-1)(-1) + 0·1 + 1·0 = 1, over √(2 · 2).
/// assert!((pearson.finish()? - 0.5).abs() < 1e-12);
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pearson {
    pairs: u64,
    means: [f64; 2],
    squares: [f64; 2],
    products: f64,
}

impl Pearson {
    /// Adds a pair.
    pub fn add(&mut self, x: f64, y: f64) {
        self.merge(&Self { pairs: 1, means: [x, y], ..Self::default() });
    }

    /// Adds what `other` has added too.
    pub fn merge(&mut self, other: &Self) {
        let pairs = self.pairs + other.pairs;
        if other.pairs == 0 {
            return;
        }
        let share = other.pairs as f64 / pairs as f64;
        let weight = self.pairs as f64 * share;
        let apart = [0, 1].map(|side| other.means[side] - self.means[side]);
        for side in [0, 1] {
            self.means[side] += apart[side] * share;
            self.squares[side] += other.squares[side] + weight * apart[side].powi(2);
        }
        self.products += other.products + weight * apart[0] * apart[1];
        self.pairs = pairs;
    }

    /// The correlation.
    ///
    /// # Errors
    /// If there are fewer than two pairs, if a number was not finite, or if all numbers of one side are the same.
    pub fn finish(&self) -> Result<f64, Error> {
        check_enough(self.pairs, 2, "pairs")?;
        for (side, unit) in ["first numbers", "second numbers"].into_iter().enumerate() {
            if !self.squares[side].is_finite() {
                return Err(Error::NotFinite { what: format!("one of the {unit}"), value: self.squares[side] });
            }
            if self.squares[side] == 0.0 {
                return Err(Error::Constant { count: self.pairs, unit, value: self.means[side] });
            }
        }
        let correlation = self.products / (self.squares[0].sqrt() * self.squares[1].sqrt());
        // Rounding may carry it a hair beyond.
        Ok(correlation.clamp(-1.0, 1.0))
    }
}

/// Spearman's correlation (Spearman 1904): Pearson's, of the ranks. Equal numbers share the mean of their ranks.
///
/// All numbers are needed at once: a rank can change with each number that comes.
///
/// ```
/// use salamander_metrics::spearman;
///
/// // Ranks 1 2 3 4, and 1 3.5 2 3.5. Around the mean 2.5: (-1.5)(-1.5) + (-0.5) + 0.5(-0.5) + 1.5 = 3, over √(5 · 4.5).
/// assert!((spearman(&[1.0, 5.0, 6.0, 100.0], &[-2.0, 7.0, 0.0, 7.0])? - 3.0 / 22.5f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
///
/// # Errors
/// If there are not as many of one as of the other, fewer than two, if one is not finite, or if all of one side are the
/// same.
pub fn spearman(x: &[f64], y: &[f64]) -> Result<f64, Error> {
    check_paired((x.len(), "first numbers"), (y.len(), "second numbers"))?;
    check_finite(x, "first numbers")?;
    check_finite(y, "second numbers")?;
    let mut pearson = Pearson::default();
    ranks(x).into_iter().zip(ranks(y)).for_each(|(x, y)| pearson.add(x, y));
    pearson.finish()
}

/// The rank of each number, from 1.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<_> = (0..values.len()).collect();
    order.sort_by(|&one, &other| values[one].total_cmp(&values[other]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for equals in order.chunk_by(|&one, &other| values[one] == values[other]) {
        // The mean of first + 1 to first + equals.
        let rank = first as f64 + (equals.len() + 1) as f64 / 2.0;
        equals.iter().for_each(|&at| ranks[at] = rank);
        first += equals.len();
    }
    ranks
}

/// Both correlations of the same pairs, as GLUE prints them for STS-B (Wang et al. 2018, arXiv:1804.07461).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Correlations {
    /// Of the numbers.
    pub pearson: f64,
    /// Of their ranks.
    pub spearman: f64,
}

impl Correlations {
    /// Of predictions and what they should have been.
    ///
    /// # Errors
    /// Those of [`spearman`].
    pub fn of(x: &[f64], y: &[f64]) -> Result<Self, Error> {
        let spearman = spearman(x, y)?;
        let mut pearson = Pearson::default();
        x.iter().zip(y).for_each(|(&x, &y)| pearson.add(x, y));
        Ok(Self { pearson: pearson.finish()?, spearman })
    }
}

impl fmt::Display for Correlations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(4);
        write!(f, "Pearson {:.digits$}, Spearman {:.digits$}", self.pearson, self.spearman)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_by_hand() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0, 3.0]), [4.0, 1.0, 4.0, 2.0, 4.0]);
        // The two zeros are equal.
        assert_eq!(ranks(&[0.0, -0.0, -1.0]), [2.5, 2.5, 1.0]);
    }

    #[test]
    fn parts_merge_to_the_whole_far_from_zero() {
        let pairs: Vec<_> = (0..100).map(|n| (1e6 + f64::from(n), 1e6 - f64::from(n * n % 7))).collect();
        let correlation = |pairs: &[(f64, f64)]| {
            pairs.iter().fold(Pearson::default(), |mut pearson, &(x, y)| {
                pearson.add(x, y);
                pearson
            })
        };
        let mut merged = correlation(&pairs[..37]);
        merged.merge(&correlation(&pairs[37..]));
        merged.merge(&Pearson::default());
        let near: Vec<_> = pairs.iter().map(|(x, y)| (x - 1e6, y - 1e6)).collect();
        let want = correlation(&near).finish().unwrap();
        assert!((merged.finish().unwrap() - want).abs() < 1e-9);
        assert!((correlation(&pairs).finish().unwrap() - want).abs() < 1e-9);
    }

    #[test]
    fn what_is_undefined_is_an_error() {
        for (x, y, want) in [
            (vec![1.0], vec![1.0], "there are 1 pairs: it takes at least 2"),
            (
                vec![1.0, 2.0],
                vec![1.0],
                "2 first numbers cannot be paired with 1 second numbers: one of each is needed",
            ),
            (vec![1.0, 2.0], vec![3.0, 3.0], "all 2 second numbers are 1.5: without two that differ this is undefined"),
            (vec![1.0, 2.0], vec![3.0, f64::NAN], "number 1 of the second numbers is NaN, which is no finite number"),
        ] {
            assert_eq!(spearman(&x, &y).unwrap_err().to_string(), want);
        }
        let mut pearson = Pearson::default();
        pearson.add(1.0, 2.0);
        pearson.add(f64::NAN, 3.0);
        assert!(matches!(pearson.finish(), Err(Error::NotFinite { .. })));
        let same = Correlations::of(&[2.0, 2.0], &[1.0, 2.0]).unwrap_err().to_string();
        assert!(same.starts_with("all 2 first numbers are"), "{same}");
        assert_eq!(Correlations::of(&[1.0, 2.0], &[1.0, 3.0]).unwrap().to_string(), "Pearson 1.0000, Spearman 1.0000");
    }
}
