//! One metric over one run.

use std::str::FromStr;

use crate::{Better, Error, Metric, RunSummary, report};

/// A value that was reported, and when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// After how many steps.
    pub step: u64,
    /// After how many targets learnt from; absent where training did not report it.
    pub tokens: Option<u64>,
    /// After how many operations of training; absent where nobody counted them.
    pub flops: Option<f64>,
    /// After how many seconds of training, all sittings together; absent where training did not report it.
    pub seconds: Option<f64>,
    /// The value: `NaN` where it was not finite.
    pub value: f64,
}

/// A metric from report to report.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Whose it is.
    pub name: String,
    /// In the order of the reports.
    pub points: Vec<Point>,
}

/// What a curve is drawn over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Across {
    /// Steps done.
    #[default]
    Step,
    /// Targets learnt from.
    Tokens,
    /// Operations of training.
    Flops,
    /// Seconds of training.
    Seconds,
}

impl FromStr for Across {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "step" | "steps" => Ok(Self::Step),
            "tokens" => Ok(Self::Tokens),
            "seconds" => Ok(Self::Seconds),
            _ => Err(format!("`{text}` is no axis; there are step, tokens and seconds")),
        }
    }
}

impl Across {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Tokens => "tokens",
            Self::Flops => "FLOPs",
            Self::Seconds => "seconds",
        }
    }

    /// Where a point stands on this axis.
    pub(crate) fn of(self, point: &Point) -> Option<f64> {
        match self {
            Self::Step => Some(point.step as f64),
            Self::Tokens => point.tokens.map(|tokens| tokens as f64),
            Self::Flops => point.flops,
            Self::Seconds => point.seconds.filter(|seconds| seconds.is_finite()),
        }
    }
}

impl Curve {
    /// Reads a metric of a run. The curve has no points where the run does not report it (yet).
    ///
    /// # Errors
    /// If the run's reports cannot be read.
    pub fn read(run: &RunSummary, metric: &Metric) -> Result<Self, Error> {
        let mut points = Vec::new();
        let (mut tokens, mut time) = (None, Sittings::default());
        for report in report::read(&run.path)? {
            if report.split == "train" {
                tokens = report.number("tokens").filter(|tokens| *tokens >= 0.0).map(|tokens| tokens as u64).or(tokens);
                time.note(report.number("elapsed_seconds"));
            }
            if report.split == metric.part()
                && let Some(value) = report.number(metric.key())
            {
                points.push(Point { step: report.step, tokens, flops: None, seconds: time.seconds, value });
            }
        }
        Ok(Self { name: run.label(), points })
    }

    /// The same, where a target costs so many operations.
    #[must_use]
    pub fn with_flops(&self, per_target: f64) -> Self {
        let mut curve = self.clone();
        for point in &mut curve.points {
            point.flops = point.tokens.map(|tokens| tokens as f64 * per_target);
        }
        curve
    }

    /// The best of the finite values; the first of several that are alike.
    pub fn best(&self, better: Better) -> Option<&Point> {
        let sign = if better == Better::Lower { 1.0 } else { -1.0 };
        let finite = self.points.iter().filter(|point| point.value.is_finite());
        finite.min_by(|a, b| (sign * a.value).total_cmp(&(sign * b.value)))
    }

    /// The last one.
    pub fn last(&self) -> Option<&Point> {
        self.points.last()
    }
}

/// The clock begins anew whenever a run goes on, so that it has gone back where a sitting ends.
#[derive(Default)]
struct Sittings {
    before: f64,
    clock: f64,
    seconds: Option<f64>,
}

impl Sittings {
    fn note(&mut self, elapsed: Option<f64>) {
        let Some(elapsed) = elapsed.filter(|elapsed| elapsed.is_finite()) else { return };
        if elapsed < self.clock {
            self.before += self.clock;
        }
        self.clock = elapsed;
        self.seconds = Some(self.before + elapsed);
    }
}

/// The mean of each value and as many on both sides of it, `count` together; fewer towards the ends, where the one side has
/// no more. So a straight line of even steps stays what it is.
pub(crate) fn smoothed(points: &[(f64, f64)], count: usize) -> Vec<(f64, f64)> {
    let mean = |(at, (x, _)): (usize, &(f64, f64))| {
        let reach = (count / 2).min(at).min(points.len() - 1 - at);
        let near = &points[at - reach..=at + reach];
        (*x, near.iter().map(|(_, y)| y).sum::<f64>() / near.len() as f64)
    };
    points.iter().enumerate().map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_of_both_sides() {
        let points = [(0.0, 4.0), (1.0, 1.0), (2.0, 1.0), (3.0, 7.0), (4.0, 2.0)];
        assert_eq!(smoothed(&points, 3), [(0.0, 4.0), (1.0, 2.0), (2.0, 3.0), (3.0, 10.0 / 3.0), (4.0, 2.0)]);
        assert_eq!(smoothed(&points, 5)[2], (2.0, 3.0));
        assert_eq!(smoothed(&points, 1), points);
        let line: Vec<_> = (0..20).map(|i| (f64::from(i), 3.0 * f64::from(i))).collect();
        assert_eq!(smoothed(&line, 9), line);
        assert!(smoothed(&[], 5).is_empty());
    }

    #[test]
    fn the_best_and_the_last() {
        let point = |step, value| Point { step, tokens: None, flops: None, seconds: None, value };
        let points = vec![point(1, 3.0), point(2, 1.0), point(3, f64::INFINITY), point(4, 1.0), point(5, f64::NAN)];
        let curve = Curve { name: "a".into(), points };
        assert_eq!(curve.best(Better::Lower).unwrap().step, 2);
        assert_eq!(curve.best(Better::Higher).unwrap().step, 1);
        assert!(curve.last().unwrap().value.is_nan());
        let none = Curve { name: "b".into(), points: vec![point(1, f64::NAN)] };
        assert_eq!(none.best(Better::Lower), None);
    }

    #[test]
    fn time_goes_on_when_a_run_does() {
        let mut time = Sittings::default();
        let seconds = [Some(5.0), Some(9.0), None, Some(2.0), Some(f64::NAN), Some(4.0), Some(1.0)].map(|elapsed| {
            time.note(elapsed);
            time.seconds
        });
        assert_eq!(seconds, [5.0, 9.0, 9.0, 11.0, 11.0, 13.0, 14.0].map(Some));
    }
}
