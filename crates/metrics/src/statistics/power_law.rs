//! How the loss falls as models, data or compute grow.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Interval, line::Sums, student::StudentT};
use crate::{
    Error,
    error::{check_enough, check_finite, check_level, check_paired},
};

/// The scaling law `loss = floor + factor size^-exponent` (Hestness et al. 2017, arXiv:1712.00409; Kaplan et al. 2020,
/// arXiv:2001.08361; Hoffmann et al. 2022, arXiv:2203.15556) of least squares in the loss.
///
/// For a given exponent the other two are those of a straight line in `size^-exponent`, so that only the exponent is
/// searched for (Golub and Pereyra 1973, doi:10.1137/0710036): on a grid, then between its best neighbours.
///
/// The intervals are Student's, from the curvature at the best fit: right where there are many sizes over a wide range,
/// too narrow where there are few. Floor and exponent are bound to each other; a range of sizes in which the loss does not
/// level off fixes neither.
///
/// ```
/// use salamander_metrics::PowerLaw;
///
/// let sizes = [1e6, 1e7, 1e8, 1e9];
/// // 1.5 + 10 / size^(1/4)
/// let losses = sizes.map(|size: f64| 1.5 + 10.0 / size.powf(0.25));
/// let law = PowerLaw::fit(&sizes, &losses, 0.95)?;
/// assert_eq!(format!("{:.3}", law.floor.estimate), "1.500");
/// assert_eq!(format!("{:.3}", law.exponent.estimate), "0.250");
/// assert_eq!(format!("{:.3}", law.at(1e12)), "1.510");
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PowerLaw {
    /// What the loss falls to, `a`: in nats per token, if the losses are.
    pub floor: Interval,
    /// By how much the loss is above that at size 1, `b`.
    pub factor: Interval,
    /// How fast it falls, `c`.
    pub exponent: Interval,
    /// How many points there are.
    pub points: u64,
}

/// The exponents that are searched.
const EXPONENTS: (f64, f64) = (1e-3, 10.0);
/// How many of them before the search goes on between two.
const GRID: u32 = 400;

impl PowerLaw {
    /// The curve nearest to the losses of models of some sizes.
    ///
    /// # Errors
    /// If there are not as many sizes as losses, fewer than four, or fewer than three different sizes; if one is not
    /// finite, a size is not above 0, all losses are the same, or the level is not between 0 and 1; or if no exponent from
    /// 0.001 to 10 is better than both its neighbours: then the losses are not those of a power law.
    pub fn fit(sizes: &[f64], losses: &[f64], level: f64) -> Result<Self, Error> {
        check(sizes, losses, level)?;
        let points = sizes.len() as u64;
        let logarithms: Vec<_> = sizes.iter().map(|size| size.ln()).collect();
        // In units of their geometric mean the sizes are near 1, and powers of them neither vast nor tiny.
        let unit = logarithms.iter().sum::<f64>() / points as f64;
        let curve = Curve { logarithms: logarithms.iter().map(|logarithm| logarithm - unit).collect(), losses };
        let exponent = curve.best_exponent()?;
        let line = curve.line(exponent);
        let (slope, scale) = (line.slope(), (exponent * unit).exp());
        let covariance = curve.covariance(exponent);
        let student = StudentT::new(points - 3);
        let interval = |estimate, variance: f64| student.around(estimate, variance.max(0.0).sqrt(), level);
        // factor = slope · e^(exponent · unit), so that it changes with both.
        let along = slope * unit;
        let [slopes, both, exponents] = [covariance[1][1], covariance[1][2], covariance[2][2]];
        let factor_variance = scale * scale * (slopes + 2.0 * along * both + along * along * exponents);
        Ok(Self {
            floor: interval(line.y - slope * line.x, covariance[0][0]),
            factor: interval(slope * scale, factor_variance),
            exponent: interval(exponent, exponents),
            points,
        })
    }

    /// The loss of a model of this size.
    pub fn at(&self, size: f64) -> f64 {
        self.floor.estimate + self.factor.estimate * size.powf(-self.exponent.estimate)
    }
}

impl fmt::Display for PowerLaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(3);
        let Self { floor, factor, exponent, points } = self;
        write!(
            f,
            "loss = a + b N^-c, a = {floor:.digits$}, b = {factor:.digits$}, c = {exponent:.digits$} ({points} points)"
        )
    }
}

fn check(sizes: &[f64], losses: &[f64], level: f64) -> Result<(), Error> {
    check_paired((sizes.len(), "sizes"), (losses.len(), "losses"))?;
    check_finite(sizes, "sizes")?;
    check_finite(losses, "losses")?;
    check_level(level)?;
    check_enough(sizes.len() as u64, 4, "points")?;
    if let Some(&value) = sizes.iter().find(|size| **size <= 0.0) {
        return Err(Error::Range { what: "size", value, low: 0.0, high: f64::INFINITY });
    }
    if losses.iter().all(|loss| *loss == losses[0]) {
        return Err(Error::Constant { count: losses.len() as u64, unit: "losses", value: losses[0] });
    }
    // Through two points goes a curve of every exponent.
    let mut sorted = sizes.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    check_enough(sorted.len() as u64, 3, "different sizes")
}

/// Losses, and the logarithms of the sizes over their geometric mean.
struct Curve<'a> {
    logarithms: Vec<f64>,
    losses: &'a [f64],
}

impl Curve<'_> {
    /// `size^-exponent`
    fn powers(&self, exponent: f64) -> Vec<f64> {
        self.logarithms.iter().map(|logarithm| (-exponent * logarithm).exp()).collect()
    }

    /// The best floor and factor for an exponent, as a line.
    fn line(&self, exponent: f64) -> Sums {
        Sums::of(&self.powers(exponent), self.losses)
    }

    /// The sum of the squares of what the best curve of an exponent is off by.
    fn rest(&self, exponent: f64) -> f64 {
        let powers = self.powers(exponent);
        Sums::of(&powers, self.losses).rest(&powers, self.losses)
    }

    fn best_exponent(&self) -> Result<f64, Error> {
        let (low, high) = EXPONENTS;
        let step = (high / low).ln() / f64::from(GRID);
        let on_grid = |place: u32| low * (step * f64::from(place)).exp();
        let rests: Vec<_> = (0..=GRID).map(|place| self.rest(on_grid(place))).collect();
        let best = (0..=GRID).min_by(|&one, &other| rests[one as usize].total_cmp(&rests[other as usize]));
        match best {
            Some(best) if best > 0 && best < GRID => Ok(self.narrow(on_grid(best - 1), on_grid(best + 1))),
            _ => Err(Error::NoPowerLaw { low, high }),
        }
    }

    /// The best exponent between two, by halving: below it the rest falls, above it the rest grows. (To look for the least
    /// rest itself would find half of the digits: it is flat there.)
    fn narrow(&self, mut low: f64, mut high: f64) -> f64 {
        loop {
            let middle = low + (high - low) / 2.0;
            if middle <= low || middle >= high {
                return middle;
            }
            if self.rest_grows(middle) { high = middle } else { low = middle }
        }
    }

    /// Whether the rest grows with the exponent: the sign of `Σ off · b ln(size) size^-exponent`. Floor and factor change
    /// with the exponent too, but at their best that changes the rest by nothing.
    fn rest_grows(&self, exponent: f64) -> bool {
        let (line, powers) = (self.line(exponent), self.powers(exponent));
        let points = powers.iter().zip(&self.logarithms).zip(self.losses);
        let derivative = points.map(|((power, logarithm), loss)| {
            let off = loss - line.y - line.slope() * (power - line.x);
            off * line.slope() * logarithm * power
        });
        derivative.sum::<f64>() > 0.0
    }

    /// How uncertain floor, slope and exponent are, and how bound to each other: `s² (JᵀJ)⁻¹`, with the derivatives `J` of
    /// the curve by each of them and the mean square `s²` of what it is off by.
    fn covariance(&self, exponent: f64) -> [[f64; 3]; 3] {
        let (slope, powers) = (self.line(exponent).slope(), self.powers(exponent));
        let mut products = [[0.0; 3]; 3];
        for (power, logarithm) in powers.iter().zip(&self.logarithms) {
            let derivatives = [1.0, *power, -slope * logarithm * power];
            for (row, one) in products.iter_mut().zip(derivatives) {
                row.iter_mut().zip(derivatives).for_each(|(product, other)| *product += one * other);
            }
        }
        let variance = self.rest(exponent) / (self.losses.len() - 3) as f64;
        inverse(products).map(|row| row.map(|value| variance * value))
    }
}

/// By its cofactors.
fn inverse(m: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let cofactor = |row: usize, column: usize| {
        let at = |down: usize, right: usize| m[(row + down) % 3][(column + right) % 3];
        at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)
    };
    let determinant: f64 = (0..3).map(|column| m[0][column] * cofactor(0, column)).sum();
    std::array::from_fn(|row| std::array::from_fn(|column| cofactor(column, row) / determinant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_comes_out() {
        let sizes: Vec<_> = (0..8).map(|n| 1e4 * 4f64.powi(n)).collect();
        for (floor, factor, exponent) in [(1.69, 406.4, 0.34), (0.0, 8.0, 0.076), (3.0, 50.0, 1.5), (2.0, -3.0, 0.3)] {
            let losses: Vec<_> = sizes.iter().map(|size| floor + factor * size.powf(-exponent)).collect();
            let law = PowerLaw::fit(&sizes, &losses, 0.95).unwrap();
            for (got, want) in [(law.floor, floor), (law.factor, factor), (law.exponent, exponent)] {
                assert!((got.estimate - want).abs() < 1e-8 * want.abs().max(1.0), "{law:?}");
            }
        }
    }

    #[test]
    fn the_interval_covers_the_true_exponent_as_often_as_it_says() {
        let sizes: Vec<_> = (0..12).map(|n| 1e4 * 3f64.powi(n)).collect();
        let covered = |seed: u64| {
            let mut random = crate::random::Random::at(seed, 0);
            let mut noise = || (0..12).map(|_| random.below(1 << 20) as f64 / f64::from(1 << 20)).sum::<f64>() - 6.0;
            let losses: Vec<_> = sizes.iter().map(|size| 2.0 + 20.0 * size.powf(-0.3) + 0.005 * noise()).collect();
            PowerLaw::fit(&sizes, &losses, 0.9).unwrap().exponent.covers(0.3)
        };
        let covered = (0..500).filter(|&seed| covered(seed)).count();
        // 450 expected, with a standard deviation of 6.7.
        assert!(covered.abs_diff(450) < 25, "{covered}");
    }

    #[test]
    fn an_inverse_by_hand() {
        let m = [[2.0, 0.0, 1.0], [0.0, 3.0, 0.0], [1.0, 0.0, 1.0]];
        assert_eq!(inverse(m), [[1.0, 0.0, -1.0], [0.0, 1.0 / 3.0, 0.0], [-1.0, 0.0, 2.0]]);
    }

    #[test]
    fn bad_input_is_an_error() {
        let sizes = [1.0, 2.0, 4.0, 8.0];
        for (sizes, losses, want) in [
            (vec![1.0; 3], vec![1.0; 3], "there are 3 points: it takes at least 4"),
            (sizes.to_vec(), vec![1.0; 3], "4 sizes cannot be paired with 3 losses: one of each is needed"),
            (vec![0.0, 1.0, 2.0, 3.0], sizes.to_vec(), "the size is 0: it must be between 0 and inf"),
            (vec![1.0, 2.0, 1.0, 2.0], sizes.to_vec(), "there are 2 different sizes: it takes at least 3"),
            (sizes.to_vec(), vec![5.0; 4], "all 4 losses are 5: without two that differ this is undefined"),
            (
                sizes.to_vec(),
                // Falls by the same each time the size doubles: a logarithm.
                vec![4.0, 3.0, 2.0, 1.0],
                "no power law fits best: the best exponent lies at the edge of the range tried, 0.001 to 10; measure more \
                 sizes, further apart",
            ),
        ] {
            assert_eq!(PowerLaw::fit(&sizes, &losses, 0.95).unwrap_err().to_string(), want);
        }
    }
}
