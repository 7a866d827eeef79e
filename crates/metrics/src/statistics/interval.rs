//! Between which numbers the true one probably lies.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Moments, student::StudentT};
use crate::{
    Error,
    error::{check_finite, check_paired},
};

/// An estimate, and an interval that covers the true number in a share `level` of all cases.
///
/// ```
/// use salamander_metrics::mean_interval;
///
/// let interval = mean_interval(&[27.1, 27.5, 26.9], 0.95)?;
/// // s = 0.3055, and t = 4.3027 for 2 degrees of freedom: 4.3027 · 0.3055 / √3 = 0.7589.
/// assert_eq!(interval.to_string(), "27.17 [26.41, 27.93]");
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The number as estimated.
    pub estimate: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// In which share of all cases it covers the true number: 0.95 as a rule.
    pub level: f64,
}

impl Interval {
    /// Whether a number lies in it, the ends included.
    pub fn covers(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        let Self { estimate, low, high, .. } = self;
        if f.sign_plus() {
            write!(f, "{estimate:+.digits$} [{low:+.digits$}, {high:+.digits$}]")
        } else {
            write!(f, "{estimate:.digits$} [{low:.digits$}, {high:.digits$}]")
        }
    }
}

/// How much better one is than the other, and whether that may be chance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The first less the second.
    pub interval: Interval,
    /// How likely a difference at least as large would be if there were none: of several comparisons, to be corrected
    /// with [`holm`](crate::holm).
    pub p_value: f64,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        write!(f, "{:+.digits$}, p = {:.4}", self.interval, self.p_value)
    }
}

/// Student's interval around the mean of runs that differ in their seed: see [`Moments::interval`].
///
/// # Errors
/// If there are fewer than two, one is not finite, or the level is not between 0 and 1.
pub fn mean_interval(values: &[f64], level: f64) -> Result<Interval, Error> {
    check_finite(values, "numbers")?;
    values.iter().copied().collect::<Moments>().interval(level)
}

/// The difference of two lists of runs, the n-th of either with the same seed (or data, or fold): Student's interval around
/// the mean of the differences `a - b`, and the p-value of the paired t-test. What a seed does to both alike drops out,
/// which is why this finds smaller differences than two intervals side by side.
///
/// If all differences are the same, they do not scatter: the interval is a point, and the p-value 0, or 1 if they are 0.
///
/// ```
/// use salamander_metrics::paired_difference;
///
/// let difference = paired_difference(&[3.0, 4.0, 8.0], &[2.0, 2.0, 5.0], 0.95)?;
/// // Differences 1, 2, 3: mean 2, s = 1, t = 2 / (1 / √3) = 3.4641.
/// assert_eq!(difference.to_string(), "+2.00 [-0.48, +4.48], p = 0.0742");
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
///
/// # Errors
/// If there are not as many of one as of the other, fewer than two, if one is not finite, or if the level is not between 0
/// and 1.
pub fn paired_difference(a: &[f64], b: &[f64], level: f64) -> Result<Difference, Error> {
    check_paired((a.len(), "first numbers"), (b.len(), "second numbers"))?;
    check_finite(a, "first numbers")?;
    check_finite(b, "second numbers")?;
    let differences: Moments = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let interval = differences.interval(level)?;
    let p_value = match differences.standard_error()? {
        0.0 => f64::from(u8::from(interval.estimate == 0.0)),
        error => StudentT::new(differences.count() - 1).beyond(interval.estimate / error),
    };
    Ok(Difference { interval, p_value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_that_do_not_scatter_are_certain() {
        let difference = paired_difference(&[2.0, 3.0], &[1.0, 2.0], 0.95).unwrap();
        assert_eq!((difference.interval.low, difference.interval.high, difference.p_value), (1.0, 1.0, 0.0));
        assert_eq!(paired_difference(&[2.0, 3.0], &[2.0, 3.0], 0.95).unwrap().p_value, 1.0);
    }

    #[test]
    fn swapping_turns_the_sign() {
        let (a, b) = ([3.0, 4.0, 8.0, 1.0], [2.0, 5.0, 5.0, 0.5]);
        let [one, other] = [(a, b), (b, a)].map(|(a, b)| paired_difference(&a, &b, 0.9).unwrap());
        assert_eq!((one.interval.low, one.p_value), (-other.interval.high, other.p_value));
    }

    #[test]
    fn the_interval_covers_the_true_mean_as_often_as_it_says() {
        // Sums of twelve even draws are all but normal, with mean 0.
        let mut random = crate::random::Random::at(5, 0);
        let mut draw = || (0..12).map(|_| random.below(1 << 20) as f64 / f64::from(1 << 20)).sum::<f64>() - 6.0;
        let intervals = (0..4000).map(|_| mean_interval(&[(); 5].map(|()| draw()), 0.9).unwrap());
        let covered = intervals.filter(|interval| interval.covers(0.0)).count();
        // 3600 expected, with a standard deviation of 19.
        assert!(covered.abs_diff(3600) < 70, "{covered}");
    }

    #[test]
    fn bad_input_is_an_error() {
        let message = paired_difference(&[1.0], &[1.0, 2.0], 0.95).unwrap_err().to_string();
        assert_eq!(message, "1 first numbers cannot be paired with 2 second numbers: one of each is needed");
        let message = mean_interval(&[1.0, f64::NAN], 0.95).unwrap_err().to_string();
        assert_eq!(message, "number 1 of the numbers is NaN, which is no finite number");
        assert!(mean_interval(&[1.0, 2.0], 1.0).is_err());
    }
}
