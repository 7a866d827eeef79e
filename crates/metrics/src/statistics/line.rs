//! A straight line through points.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Interval, student::StudentT};
use crate::{
    Error,
    error::{check_enough, check_finite, check_level, check_paired},
};

/// The line `y = intercept + slope x` of least squares (Legendre 1805), with Student's intervals:
///
/// ```text
/// slope = Σ (x - x̄)(y - ȳ) / Σ (x - x̄)²    intercept = ȳ - slope x̄
/// ```
///
/// ```
/// use salamander_metrics::Line;
///
/// let line = Line::fit(&[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 4.0], 0.95)?;
/// // Around the means of 2.5: (-1.5)(-1.5) + (-0.5)(0.5) + (0.5)(-0.5) + (1.5)(1.5) = 4, over 5.
/// assert!((line.slope.estimate - 0.8).abs() < 1e-12 && (line.at(10.0) - 8.5).abs() < 1e-12);
/// assert_eq!(line.to_string(), "y = 0.50 [-4.50, 5.50] + 0.80 [-1.03, 2.63] x (4 points, R² = 0.6400)");
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// How much `y` grows when `x` grows by 1.
    pub slope: Interval,
    /// What `y` is where `x` is 0.
    pub intercept: Interval,
    /// The share of the variance of `y` that the line explains; 1 if `y` does not vary.
    pub r_squared: f64,
    /// How many points there are.
    pub points: u64,
}

impl Line {
    /// The line nearest to points, in the squares of what `y` is off by.
    ///
    /// # Errors
    /// If there are not as many of one as of the other, fewer than three, if one is not finite, if all `x` are the same, or
    /// if the level is not between 0 and 1.
    pub fn fit(x: &[f64], y: &[f64], level: f64) -> Result<Self, Error> {
        check_paired((x.len(), "x"), (y.len(), "y"))?;
        check_finite(x, "x")?;
        check_finite(y, "y")?;
        check_level(level)?;
        let points = x.len() as u64;
        check_enough(points, 3, "points")?;
        let sums = Sums::of(x, y);
        if sums.xx == 0.0 {
            return Err(Error::Constant { count: points, unit: "x", value: sums.x });
        }
        // What is left unexplained, for each degree of freedom.
        let rest = sums.rest(x, y);
        let variance = rest / (points - 2) as f64;
        let student = StudentT::new(points - 2);
        let slope_error = (variance / sums.xx).sqrt();
        let intercept_error = slope_error * (sums.xx / points as f64 + sums.x * sums.x).sqrt();
        Ok(Self {
            slope: student.around(sums.slope(), slope_error, level),
            intercept: student.around(sums.y - sums.slope() * sums.x, intercept_error, level),
            r_squared: if sums.yy == 0.0 { 1.0 } else { 1.0 - rest / sums.yy },
            points,
        })
    }

    /// What `y` is there.
    pub fn at(&self, x: f64) -> f64 {
        self.intercept.estimate + self.slope.estimate * x
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        write!(f, "y = {:.digits$} + {:.digits$} x ", self.intercept, self.slope)?;
        write!(f, "({} points, R² = {:.4})", self.points, self.r_squared)
    }
}

/// The means of `x` and `y`, and the sums of the squares and products of what they are off by.
pub(super) struct Sums {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) xx: f64,
    pub(super) yy: f64,
    pub(super) xy: f64,
}

impl Sums {
    pub(super) fn of(x: &[f64], y: &[f64]) -> Self {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let (x_mean, y_mean) = (mean(x), mean(y));
        let sum = |product: fn(f64, f64) -> f64| -> f64 {
            x.iter().zip(y).map(|(x, y)| product(x - x_mean, y - y_mean)).sum()
        };
        Self { x: x_mean, y: y_mean, xx: sum(|x, _| x * x), yy: sum(|_, y| y * y), xy: sum(|x, y| x * y) }
    }

    pub(super) fn slope(&self) -> f64 {
        self.xy / self.xx
    }

    /// The sum of the squares of what `y` is off the line.
    pub(super) fn rest(&self, x: &[f64], y: &[f64]) -> f64 {
        let off = |(x, y): (&f64, &f64)| (y - self.y - self.slope() * (x - self.x)).powi(2);
        x.iter().zip(y).map(off).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_on_a_line_leave_no_doubt() {
        let line = Line::fit(&[0.0, 1.0, 3.0], &[1.0, 3.0, 7.0], 0.95).unwrap();
        for (interval, want) in [(line.slope, 2.0), (line.intercept, 1.0)] {
            assert!([interval.low, interval.estimate, interval.high].iter().all(|end| (end - want).abs() < 1e-9));
        }
        assert_eq!(line.r_squared, 1.0);
        assert_eq!(Line::fit(&[0.0, 1.0, 3.0], &[5.0; 3], 0.95).unwrap().r_squared, 1.0);
    }

    #[test]
    fn bad_input_is_an_error() {
        for (x, y, want) in [
            (vec![1.0, 2.0], vec![1.0, 2.0], "there are 2 points: it takes at least 3"),
            (vec![1.0, 2.0], vec![1.0], "2 x cannot be paired with 1 y: one of each is needed"),
            (vec![2.0; 3], vec![1.0, 2.0, 3.0], "all 3 x are 2: without two that differ this is undefined"),
            (vec![1.0, f64::NAN, 2.0], vec![1.0; 3], "number 1 of the x is NaN, which is no finite number"),
        ] {
            assert_eq!(Line::fit(&x, &y, 0.95).unwrap_err().to_string(), want);
        }
    }
}
