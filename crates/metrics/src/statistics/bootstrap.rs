//! How much a score depends on which examples were in the test set.

use super::{Difference, Interval};
use crate::{
    Error,
    error::{check_enough, check_level, check_paired},
    random::Random,
};

/// Draws test sets of the same size from the one there is, with repetition (Efron 1979, doi:10.1214/aos/1176344552; for
/// BLEU, Koehn 2004, <https://aclanthology.org/W04-3250>), and computes the score of each: the middle share `level` of them
/// is the interval.
///
/// What is drawn are rows: a number for each example, or the counts of each segment, which the metric adds up. The same
/// seed draws the same sets, for whatever metric, so that two are compared on the same.
///
/// ```
/// use salamander_metrics::{Bleu, BleuCounts, BleuOptions, Bootstrap};
///
/// let options = BleuOptions::default();
/// let mut bleu = Bleu::new(options);
/// let mut rows = Vec::new();
/// for (hypothesis, reference) in [("a b c d e", "a b c d e"), ("a b c d", "a b c e"), ("b a d c", "a b c d")] {
///     rows.push(bleu.add(hypothesis, &[reference])?);
/// }
/// let score = |rows: salamander_metrics::Resample<'_, BleuCounts>| options.of_counts(&rows.sum());
/// let interval = Bootstrap::default().interval(&rows, score)?;
/// assert!((interval.estimate - bleu.finish()?.score).abs() < 1e-9);
/// // A set of three times the first segment is perfect.
/// assert_eq!(interval.high.round(), 100.0);
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    /// How many sets to draw: 1000.
    pub resamples: u64,
    /// In which share of all cases the interval should cover the true number: 0.95.
    pub level: f64,
    /// What decides the draws.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { resamples: 1000, level: 0.95, seed: 0 }
    }
}

/// The rows of a set, in the order that they were drawn in; or, for the estimate, all of them once.
#[derive(Debug, Clone)]
pub struct Resample<'a, T> {
    rows: &'a [T],
    /// How many are still to come.
    left: usize,
    /// Without, the rows come in their own order.
    random: Option<Random>,
}

impl<'a, T> Resample<'a, T> {
    fn all(rows: &'a [T]) -> Self {
        Self { rows, left: rows.len(), random: None }
    }

    fn drawn(rows: &'a [T], seed: u64, round: u64) -> Self {
        Self { rows, left: rows.len(), random: Some(Random::at(seed, round)) }
    }
}

impl<'a, T> Iterator for Resample<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        let at = self.rows.len() - self.left;
        self.left = self.left.checked_sub(1)?;
        Some(match &mut self.random {
            Some(random) => &self.rows[random.below(self.rows.len())],
            None => &self.rows[at],
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for Resample<'_, T> {}

impl Bootstrap {
    /// A score's interval.
    ///
    /// # Errors
    /// If there are no rows or no resamples, the level is not between 0 and 1, or a score is not finite.
    pub fn interval<T>(&self, rows: &[T], score: impl Fn(Resample<'_, T>) -> f64) -> Result<Interval, Error> {
        self.check(rows.len())?;
        let scores = (0..self.resamples).map(|round| score(Resample::drawn(rows, self.seed, round)));
        middle(score(Resample::all(rows)), scores.collect(), self.level)
    }

    /// The difference of two systems on the same test set, the n-th row of either being of the same example: both are
    /// scored on the same draws.
    ///
    /// The p-value is the share of draws that, moved to where there is no difference (Efron and Tibshirani 1993, "An
    /// Introduction to the Bootstrap", chapter 16), stray at least as far to either side as the whole set:
    ///
    /// ```text
    /// p = (1 + number of draws with |d - mean of d| ≥ |D|) / (1 + number of draws)
    /// ```
    ///
    /// `d` is the difference of a draw, `D` that of the whole set. What sacreBLEU prints after a paired bootstrap counts
    /// absolute differences, and so one side alone: where one system is clearly better it is about half of this.
    ///
    /// # Errors
    /// If there are not as many rows of one as of the other, none, or no resamples, if the level is not between 0 and 1, or
    /// if a score is not finite.
    pub fn difference<T>(&self, a: &[T], b: &[T], score: impl Fn(Resample<'_, T>) -> f64) -> Result<Difference, Error> {
        check_paired((a.len(), "first rows"), (b.len(), "second rows"))?;
        self.check(a.len())?;
        let drawn = |rows, round| score(Resample::drawn(rows, self.seed, round));
        let differences: Vec<_> = (0..self.resamples).map(|round| drawn(a, round) - drawn(b, round)).collect();
        let estimate = score(Resample::all(a)) - score(Resample::all(b));
        let p_value = p_value(estimate, &differences);
        Ok(Difference { interval: middle(estimate, differences, self.level)?, p_value })
    }

    fn check(&self, rows: usize) -> Result<(), Error> {
        check_level(self.level)?;
        check_enough(self.resamples, 1, "resamples")?;
        check_enough(rows as u64, 1, "rows")
    }
}

fn p_value(estimate: f64, differences: &[f64]) -> f64 {
    let draws = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / draws;
    let beyond = differences.iter().filter(|difference| (*difference - mean).abs() >= estimate.abs()).count();
    (1.0 + beyond as f64) / (1.0 + draws)
}

/// The middle share `level` of scores.
fn middle(estimate: f64, mut scores: Vec<f64>, level: f64) -> Result<Interval, Error> {
    if let Some(&value) = [estimate].iter().chain(&scores).find(|score| !score.is_finite()) {
        return Err(Error::NotFinite { what: "the score of a resample".to_owned(), value });
    }
    scores.sort_by(f64::total_cmp);
    let outside = (1.0 - level) / 2.0;
    Ok(Interval { estimate, low: quantile(&scores, outside), high: quantile(&scores, 1.0 - outside), level })
}

/// Below which a share of sorted numbers lies, between two of them in proportion (number 7 of Hyndman and Fan 1996).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(rows: Resample<'_, f64>) -> f64 {
        let count = rows.len() as f64;
        rows.sum::<f64>() / count
    }

    #[test]
    fn of_a_mean_it_is_nearly_students() {
        let rows: Vec<_> = (0..400).map(|n| f64::from(n * 7919 % 1000) / 100.0).collect();
        let student = crate::mean_interval(&rows, 0.95).unwrap();
        let bootstrap = Bootstrap { resamples: 4000, ..Default::default() }.interval(&rows, mean).unwrap();
        assert!((bootstrap.estimate - student.estimate).abs() < 1e-12);
        for (one, other) in [(bootstrap.low, student.low), (bootstrap.high, student.high)] {
            assert!((one - other).abs() < 0.02, "{bootstrap:?} {student:?}");
        }
    }

    #[test]
    fn a_seed_repeats_and_another_differs() {
        let rows: Vec<_> = (0..50).map(f64::from).collect();
        let interval = |seed| Bootstrap { seed, ..Default::default() }.interval(&rows, mean).unwrap();
        assert_eq!(interval(1), interval(1));
        assert_ne!(interval(1), interval(2));
    }

    #[test]
    fn both_systems_are_scored_on_the_same_draws() {
        // One is better by 1 on every example, however they scatter.
        let a: Vec<_> = (0..50).map(|n| f64::from(n * n % 23) + 1.0).collect();
        let b: Vec<_> = a.iter().map(|value| value - 1.0).collect();
        let difference = Bootstrap::default().difference(&a, &b, mean).unwrap();
        assert!((difference.interval.low - 1.0).abs() < 1e-12 && (difference.interval.high - 1.0).abs() < 1e-12);
        assert_eq!(difference.p_value, 1.0 / 1001.0);
    }

    #[test]
    fn a_system_against_itself_is_no_better() {
        let rows: Vec<_> = (0..50).map(|n| f64::from(n * n % 23)).collect();
        let difference = Bootstrap::default().difference(&rows, &rows, mean).unwrap();
        assert_eq!(difference.to_string(), "+0.00 [+0.00, +0.00], p = 1.0000");
    }

    #[test]
    fn of_equal_systems_one_in_twenty_seems_better() {
        let mut random = Random::at(11, 0);
        let mut system = || (0..40).map(|_| random.below(1000) as f64).collect::<Vec<_>>();
        let bootstrap = Bootstrap { resamples: 200, ..Default::default() };
        let p_values = (0..400).map(|_| bootstrap.difference(&system(), &system(), mean).unwrap().p_value);
        let seeming = p_values.filter(|&p_value| p_value < 0.05).count();
        // 20 expected, with a standard deviation of 4.4.
        assert!(seeming.abs_diff(20) < 14, "{seeming}");
    }

    #[derive(Debug, serde::Deserialize)]
    struct Recorded {
        scores: Vec<f64>,
        estimate: f64,
        level: f64,
        low: f64,
        high: f64,
        p_value: f64,
    }

    #[test]
    fn intervals_are_those_of_numpy() {
        let recorded = include_str!("../../tests/reference/fixtures/bootstrap.json");
        let recorded: Vec<Recorded> = serde_json::from_str(recorded).unwrap();
        assert_eq!(recorded.len(), 6);
        for case in recorded {
            let interval = middle(case.estimate, case.scores.clone(), case.level).unwrap();
            let p_value = p_value(case.estimate, &case.scores);
            for (got, want) in [(interval.low, case.low), (interval.high, case.high), (p_value, case.p_value)] {
                assert!((got - want).abs() < 1e-12 * want.abs().max(1.0), "{got}: {case:?}");
            }
        }
    }

    #[test]
    fn quantiles_by_hand() {
        for (share, want) in [(0.0, 1.0), (0.5, 3.0), (1.0, 10.0), (0.25, 2.0), (0.9, 7.6)] {
            assert!((quantile(&[1.0, 2.0, 3.0, 4.0, 10.0], share) - want).abs() < 1e-12, "{share}");
        }
        assert_eq!(quantile(&[1.0, 3.0], 0.25), 1.5);
        assert_eq!(quantile(&[7.0], 0.3), 7.0);
    }

    #[test]
    fn bad_input_is_an_error() {
        let bootstrap = Bootstrap::default();
        assert_eq!(bootstrap.interval(&[], mean).unwrap_err().to_string(), "there are 0 rows: it takes at least 1");
        let none = Bootstrap { resamples: 0, ..bootstrap };
        assert_eq!(none.interval(&[1.0], mean).unwrap_err().to_string(), "there are 0 resamples: it takes at least 1");
        let message = bootstrap.difference(&[1.0], &[], mean).unwrap_err().to_string();
        assert_eq!(message, "1 first rows cannot be paired with 0 second rows: one of each is needed");
        assert!(Bootstrap { level: 0.0, ..bootstrap }.interval(&[1.0], mean).is_err());
        assert!(matches!(bootstrap.interval(&[f64::NAN], mean), Err(Error::NotFinite { .. })));
    }
}
