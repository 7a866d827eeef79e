//! Intervals, tests and fits against SciPy and statsmodels.

use salamander_metrics::{Interval, Line, Moments, PowerLaw, holm, mean_interval, paired_difference};
use serde::Deserialize;

use crate::{close, close_in_digits, fixture, near};

#[derive(Debug, Deserialize)]
struct Mean {
    values: Vec<f64>,
    level: f64,
    mean: f64,
    deviation: f64,
    error: f64,
    interval: [f64; 2],
}

#[test]
fn means_and_their_intervals_are_those_of_scipy() {
    let cases: Vec<Mean> = fixture("means");
    assert_eq!(cases.len(), 7);
    for case in &cases {
        let moments: Moments = case.values.iter().copied().collect();
        close(moments.mean().unwrap(), case.mean, case);
        close(moments.standard_deviation().unwrap(), case.deviation, case);
        close(moments.standard_error().unwrap(), case.error, case);
        for interval in [moments.interval(case.level).unwrap(), mean_interval(&case.values, case.level).unwrap()] {
            close(interval.estimate, case.mean, case);
            close(interval.low, case.interval[0], case);
            close(interval.high, case.interval[1], case);
        }
    }
}

#[derive(Debug, Deserialize)]
struct Paired {
    a: Vec<f64>,
    b: Vec<f64>,
    level: f64,
    mean: f64,
    p: f64,
    interval: [f64; 2],
}

#[test]
fn paired_differences_are_those_of_scipy() {
    let cases: Vec<Paired> = fixture("differences");
    assert_eq!(cases.len(), 6);
    for case in &cases {
        let difference = paired_difference(&case.a, &case.b, case.level).unwrap();
        close(difference.interval.estimate, case.mean, case);
        close(difference.interval.low, case.interval[0], case);
        close(difference.interval.high, case.interval[1], case);
        close_in_digits(difference.p_value, case.p, case);
    }
}

/// An estimate and the ends of its interval.
type Ends = [f64; 3];

/// To so many digits of the interval's width and of the estimate.
#[track_caller]
fn check(got: &Interval, want: Ends, digits: f64, what: &dyn std::fmt::Debug) {
    let tolerance = digits * (want[0].abs() + (want[2] - want[1]).abs());
    for (got, want) in [got.estimate, got.low, got.high].into_iter().zip(want) {
        near(got, want, tolerance, what);
    }
}

#[derive(Debug, Deserialize)]
struct Points {
    x: Vec<f64>,
    y: Vec<f64>,
    level: f64,
    r_squared: f64,
    slope: Ends,
    intercept: Ends,
}

#[test]
fn lines_are_those_of_scipy() {
    let cases: Vec<Points> = fixture("lines");
    assert_eq!(cases.len(), 5);
    for case in &cases {
        let line = Line::fit(&case.x, &case.y, case.level).unwrap();
        check(&line.slope, case.slope, 1e-9, case);
        check(&line.intercept, case.intercept, 1e-9, case);
        close(line.r_squared, case.r_squared, case);
        assert_eq!(line.points, case.x.len() as u64);
    }
}

#[derive(Debug, Deserialize)]
struct Sizes {
    sizes: Vec<f64>,
    losses: Vec<f64>,
    level: f64,
    floor: Ends,
    factor: Ends,
    exponent: Ends,
}

#[test]
fn power_laws_are_those_of_scipy() {
    let cases: Vec<Sizes> = fixture("power_laws");
    assert_eq!(cases.len(), 6);
    for case in &cases {
        let law = PowerLaw::fit(&case.sizes, &case.losses, case.level).unwrap();
        check(&law.floor, case.floor, 1e-9, &("floor", case));
        check(&law.factor, case.factor, 1e-9, &("factor", case));
        check(&law.exponent, case.exponent, 1e-9, &("exponent", case));
    }
}

#[test]
fn holm_is_that_of_statsmodels() {
    let cases: Vec<[Vec<f64>; 2]> = fixture("holm");
    assert_eq!(cases.len(), 8);
    for [values, want] in cases {
        let got = holm(&values).unwrap();
        assert_eq!(got.len(), want.len());
        got.iter().zip(&want).for_each(|(&got, &want)| close(got, want, &values));
    }
}
