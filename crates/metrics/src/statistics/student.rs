//! Student's distribution: how far a mean strays from the true one, in units of its estimated error (Student 1908, "The
//! probable error of a mean").

use crate::Interval;

/// With so many degrees of freedom.
#[derive(Debug, Clone, Copy)]
pub(super) struct StudentT {
    freedom: f64,
}

impl StudentT {
    /// There must be at least one degree of freedom.
    pub(super) fn new(freedom: u64) -> Self {
        // With more it is the normal distribution to eight digits.
        Self { freedom: (freedom as f64).min(1e8) }
    }

    /// How likely it is to stray at least so far, to either side:
    ///
    /// ```text
    /// P(|T| ≥ t) = I(ν / (ν + t²); ν/2, 1/2)
    /// ```
    ///
    /// with the regularized incomplete beta function `I`.
    pub(super) fn beyond(self, t: f64) -> f64 {
        let Self { freedom } = self;
        let ratio = t * t / freedom;
        if ratio.is_infinite() {
            return 0.0;
        }
        // Of x and 1 - x neither may be had by subtraction: one of them is tiny.
        let (x, rest) = (1.0 / (1.0 + ratio), ratio / (1.0 + ratio));
        let a = freedom / 2.0;
        // x^a (1 - x)^(1/2) / B(a, 1/2)
        let factor = (0.5 * ratio.ln() - (a + 0.5) * ratio.ln_1p() - ln_beta_half(a)).exp();
        // The fraction converges where x is below the mean of the distribution; beyond it, the other tail is taken.
        if x < (a + 1.0) / (a + 2.5) {
            factor * fraction(a, 0.5, x) / a
        } else {
            1.0 - factor * fraction(0.5, a, rest) / 0.5
        }
    }

    /// How far a share `level` stays within: `P(|T| < t) = level`, found by halving.
    pub(super) fn within(self, level: f64) -> f64 {
        let outside = 1.0 - level;
        let mut high = 1.0;
        while self.beyond(high) > outside {
            high *= 2.0;
        }
        let mut low = 0.0;
        loop {
            let middle = low + (high - low) / 2.0;
            if middle <= low || middle >= high {
                return middle;
            }
            if self.beyond(middle) > outside { low = middle } else { high = middle }
        }
    }

    /// `estimate ± t error`
    pub(super) fn around(self, estimate: f64, error: f64, level: f64) -> Interval {
        let reach = self.within(level) * error;
        Interval { estimate, low: estimate - reach, high: estimate + reach, level }
    }
}

/// The logarithm of the beta function of `a` and 1/2: by its recurrence to where its series in `1 / a` is exact
/// (<https://dlmf.nist.gov/5.11.E8>).
fn ln_beta_half(a: f64) -> f64 {
    const LARGE: f64 = 32.0;
    // B(a, 1/2) = B(a + 1, 1/2) (a + 1/2) / a
    let (mut a, mut recurred) = (a, 0.0);
    while a < LARGE {
        recurred += (0.5 / a).ln_1p();
        a += 1.0;
    }
    // ln Γ(a) - ln Γ(a + 1/2)
    let series = (1.0 / 8.0 - (1.0 / 192.0 - (1.0 / 640.0 - 17.0 / (14_336.0 * a * a)) / (a * a)) / (a * a)) / a;
    recurred + 0.5 * (std::f64::consts::PI / a).ln() + series
}

/// The continued fraction of the incomplete beta function (<https://dlmf.nist.gov/8.17.E22>), evaluated from the front as
/// a product of ratios (Lentz 1976, doi:10.1364/AO.15.000668).
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const LONGEST: u32 = 100_000;
    let (mut numerator, mut denominator, mut value) = (1.0, 0.0, 1.0);
    for n in 1..LONGEST {
        let m = f64::from(n / 2);
        let term = match n % 2 {
            1 => -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
            _ => m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
        };
        denominator = 1.0 / (1.0 + term * denominator);
        numerator = 1.0 + term / numerator;
        value *= numerator * denominator;
        if (numerator * denominator - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    1.0 / value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_two_degrees_of_freedom_have_closed_forms() {
        for t in [1e-6, 0.1, 0.5, 1.0, 2.0, 10.0, 1e4] {
            // Cauchy's distribution: 1 - (2/π) atan t.
            let want = 2.0 / std::f64::consts::PI * (1.0f64 / t).atan();
            let got = StudentT::new(1).beyond(t);
            assert!((got / want - 1.0).abs() < 1e-12, "{t}: {got} {want}");
            let got = StudentT::new(2).beyond(t);
            let want = 1.0 - t / (2.0 + t * t).sqrt();
            assert!((got - want).abs() < 1e-13, "{t}: {got} {want}");
        }
    }

    #[test]
    fn what_is_within_is_not_beyond() {
        for freedom in [1, 2, 3, 4, 9, 30, 63, 64, 65, 1000, 1_000_000, 1 << 40] {
            let student = StudentT::new(freedom);
            for level in [0.01, 0.5, 0.9, 0.95, 0.99, 0.9999] {
                assert!((student.beyond(student.within(level)) - (1.0 - level)).abs() < 1e-13, "{freedom} {level}");
            }
        }
        assert_eq!((StudentT::new(5).beyond(0.0), StudentT::new(5).beyond(f64::INFINITY)), (1.0, 0.0));
    }

    #[derive(Debug, serde::Deserialize)]
    struct Recorded {
        freedom: u64,
        t: f64,
        beyond: f64,
        level: f64,
        within: f64,
    }

    #[test]
    fn it_is_that_of_scipy() {
        let recorded = include_str!("../../tests/reference/fixtures/student.json");
        let recorded: Vec<Recorded> = serde_json::from_str(recorded).unwrap();
        assert!(recorded.len() > 50);
        for case in recorded {
            let student = StudentT::new(case.freedom);
            for (got, want) in [(student.beyond(case.t), case.beyond), (student.within(case.level), case.within)] {
                // Of the smallest shares SciPy's quantiles have but a few digits.
                assert!((got - want).abs() < 1e-9 * want.max(1.0), "{got}: {case:?}");
            }
        }
    }

    #[test]
    fn many_degrees_of_freedom_are_the_normal_distribution() {
        assert!((StudentT::new(1 << 40).within(0.95) - 1.959_963_984_540_054).abs() < 1e-7);
    }
}
