//! What the numbers allow to say.

use salamander_metrics::{Interval, holm, mean_interval, paired_difference};
use serde::Serialize;

use super::Measured;
use crate::{Better, Error};

/// In which share of all cases an interval covers what it stands for, and 1 less the chance to see a difference where none
/// is.
const LEVEL: f64 = 0.95;

/// How the best is apart from another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The one with the best mean.
    pub best: String,
    /// The other.
    pub other: String,
    /// By how much the best is better, on average over the seeds, and its 95 % interval, both runs of a seed as a pair.
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

/// The best against each other, those nearest first. Every contender has a value for each seed, in the same order.
pub(super) fn findings(all: &[(&str, Vec<f64>)], better: Better) -> Result<Vec<Finding>, Error> {
    let sign = if better == Better::Lower { 1.0 } else { -1.0 };
    let average = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let mut order: Vec<_> = all.iter().collect();
    order.sort_by(|(_, a), (_, b)| (sign * average(a)).total_cmp(&(sign * average(b))));
    let Some(((best, values), others)) = order.split_first() else { return Ok(Vec::new()) };
    if values.len() < 2 {
        return Ok(Vec::new());
    }
    let signed = |values: &[f64]| values.iter().map(|value| sign * value).collect::<Vec<_>>();
    let differences = others
        .iter()
        .map(|(name, other)| Ok((*name, paired_difference(&signed(other), &signed(values), LEVEL)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let corrected = holm(&differences.iter().map(|(_, difference)| difference.p_value).collect::<Vec<_>>())?;
    let finding = |((other, difference), p_value): ((&str, salamander_metrics::Difference), f64)| Finding {
        best: (*best).into(),
        other: other.into(),
        margin: difference.interval,
        p_value,
        apart: p_value < 1.0 - LEVEL,
    };
    Ok(differences.into_iter().zip(corrected).map(finding).collect())
}

impl Finding {
    /// In words: `A beats B by 0.031 ± 0.012 nats`.
    pub fn sentence(&self, metric: &Measured, seeds: usize) -> String {
        let Self { best, other, margin, p_value, apart } = self;
        let half = (margin.high - margin.low) / 2.0;
        let by = format!("{} ± {}", metric.plain(margin.estimate), metric.with_unit(half));
        match apart {
            true => format!("{best} beats {other} by {by} (p = {p_value:.4})"),
            false => format!("{best} and {other} cannot be told apart with {seeds} seeds (by {by}, p = {p_value:.4})"),
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
        assert_eq!(found.iter().map(|found| found.other.as_str()).collect::<Vec<_>>(), ["c", "b"]);
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
        assert_eq!((found[0].best.as_str(), found[0].other.as_str()), ("b", "a"));
        assert!((found[0].margin.estimate - 0.25).abs() < 1e-12);
    }

    #[test]
    fn one_seed_says_nothing() {
        assert_eq!(findings(&[("a", vec![1.0]), ("b", vec![2.0])], Better::Lower).unwrap(), []);
        assert_eq!(findings(&[("a", vec![1.0, 2.0])], Better::Lower).unwrap(), []);
    }
}
