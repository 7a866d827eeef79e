//! What the numbers allow to say.

use salamander_metrics::{Difference, Interval, holm, mean_interval, paired_difference};
use serde::Serialize;

use super::Measured;
use crate::{Better, Error};

/// In which share of all cases an interval covers what it stands for, and 1 less the chance to see a difference where none
/// is.
pub(super) const LEVEL: f64 = 0.95;

/// How two contenders are apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The one with the better mean.
    pub better: String,
    /// The other.
    pub worse: String,
    /// By how much it is better, on average over the seeds, and its 95 % interval, both runs of a seed as a pair.
    pub margin: Interval,
    /// How likely so much would be if there were no difference, corrected for the number of findings (Holm).
    pub p_value: f64,
    /// Whether that is less than 5 %.
    pub apart: bool,
}

/// The mean of each, with its interval where there are several.
pub(super) fn mean(values: &[f64]) -> Result<Interval, Error> {
    match values {
        [one] => Ok(Interval { estimate: *one, low: f64::NEG_INFINITY, high: f64::INFINITY, level: LEVEL }),
        many => Ok(mean_interval(many, LEVEL)?),
    }
}

/// The best against each other, and each against the next best, those that are best first. Every contender has a value for
/// each seed, in the same order.
pub(super) fn findings(all: &[(&str, Vec<f64>)], better: Better) -> Result<Vec<Finding>, Error> {
    let sign = if better == Better::Lower { 1.0 } else { -1.0 };
    if all.iter().any(|(_, values)| values.len() < 2) {
        return Ok(Vec::new());
    }
    // From here on, less is better.
    let signed = all.iter().map(|(name, values)| (*name, values.iter().map(|value| sign * value).collect::<Vec<_>>()));
    let mut ranks: Vec<_> = signed.collect();
    ranks.sort_by(|(_, a), (_, b)| a.iter().sum::<f64>().total_cmp(&b.iter().sum()));
    let best = (1..ranks.len()).map(|other| (0, other));
    let neighbours = (2..ranks.len()).map(|other| (other - 1, other));
    let pairs: Vec<_> = best.chain(neighbours).collect();
    let differences = pairs
        .iter()
        .map(|&(better, worse)| Ok(paired_difference(&ranks[worse].1, &ranks[better].1, LEVEL)?))
        .collect::<Result<Vec<_>, Error>>()?;
    let corrected = holm(&differences.iter().map(|difference| difference.p_value).collect::<Vec<_>>())?;
    let finding = |((&(better, worse), difference), p_value): ((&(usize, usize), &Difference), f64)| Finding {
        better: ranks[better].0.into(),
        worse: ranks[worse].0.into(),
        margin: difference.interval,
        p_value,
        apart: p_value < 1.0 - LEVEL,
    };
    Ok(pairs.iter().zip(&differences).zip(corrected).map(finding).collect())
}

impl Finding {
    /// In words: `A beats B by 0.031 ± 0.012 nats`.
    pub fn sentence(&self, metric: &Measured, seeds: usize) -> String {
        let Self { better, worse, margin, p_value, apart } = self;
        let half = (margin.high - margin.low) / 2.0;
        let by = format!("{} ± {}", metric.plain(margin.estimate), metric.with_unit(half));
        match apart {
            true => format!("{better} beats {worse} by {by} (p = {p_value:.4})"),
            false => {
                format!("{better} and {worse} cannot be told apart with {seeds} seeds (by {by}, p = {p_value:.4})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_against_each_other() {
        let all = [("a", vec![1.0, 1.2, 1.1]), ("b", vec![1.3, 1.5, 1.4]), ("c", vec![1.0, 1.3, 1.1])];
        let found = findings(&all, Better::Lower).unwrap();
        let pairs: Vec<_> = found.iter().map(|found| (found.better.as_str(), found.worse.as_str())).collect();
        assert_eq!(pairs, [("a", "c"), ("a", "b"), ("c", "b")]);
        // c: differences 0, 0.1, 0: mean 1/30, s = 0.0577, t = 1, p = 0.4226. b: always 0.3, beyond rounding.
        assert!(!found[0].apart && (found[0].margin.estimate - 1.0 / 30.0).abs() < 1e-12);
        assert!((found[0].p_value - 0.4226).abs() < 1e-4, "{}", found[0].p_value);
        assert!(found[1].apart && (found[1].margin.estimate - 0.3).abs() < 1e-12);
        let metric = Measured::of("loss");
        assert_eq!(found[1].sentence(&metric, 3), "a beats b by 0.3000 ± 0.0000 nats (p = 0.0000)");
        assert!(found[0].sentence(&metric, 3).starts_with("a and c cannot be told apart with 3 seeds"));
    }

    #[test]
    fn where_more_is_better_the_signs_turn() {
        let all = [("a", vec![0.5, 0.6]), ("b", vec![0.7, 0.9])];
        let found = findings(&all, Better::Higher).unwrap();
        assert_eq!((found[0].better.as_str(), found[0].worse.as_str()), ("b", "a"));
        assert!((found[0].margin.estimate - 0.25).abs() < 1e-12);
    }

    #[test]
    fn one_seed_says_nothing() {
        assert_eq!(findings(&[("a", vec![1.0]), ("b", vec![2.0])], Better::Lower).unwrap(), []);
        assert_eq!(findings(&[("a", vec![1.0, 2.0])], Better::Lower).unwrap(), []);
    }
}
