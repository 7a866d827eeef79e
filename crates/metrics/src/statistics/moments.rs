//! Mean and standard deviation, number by number.

use crate::{
    Error, Interval,
    error::{check_enough, check_level},
    statistics::student::StudentT,
};

/// The mean of numbers and how far they scatter, without keeping them:
///
/// ```text
/// s = √(Σ (x - x̄)² / (n - 1))
/// ```
///
/// The sum of squares is kept around the running mean (Welford 1962; merging, Chan, Golub and LeVeque 1979).
///
/// ```
/// use salamander_metrics::Moments;
///
/// let moments: Moments = [1.0, 2.0, 6.0].into_iter().collect();
/// assert_eq!(moments.mean()?, 3.0);
/// // (4 + 1 + 9) / 2 = 7
/// assert_eq!(moments.standard_deviation()?, 7.0f64.sqrt());
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Adds a number.
    pub fn add(&mut self, value: f64) {
        self.merge(&Self { count: 1, mean: value, squares: 0.0 });
    }

    /// Adds what `other` has added too.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        let count = self.count + other.count;
        let (apart, share) = (other.mean - self.mean, other.count as f64 / count as f64);
        self.squares += other.squares + apart * apart * share * self.count as f64;
        self.mean += apart * share;
        self.count = count;
    }

    /// How many numbers there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their mean.
    ///
    /// # Errors
    /// If there are none, or one was not finite.
    pub fn mean(&self) -> Result<f64, Error> {
        check_enough(self.count, 1, "numbers")?;
        if self.mean.is_finite() {
            Ok(self.mean)
        } else {
            Err(Error::NotFinite { what: "the mean".to_owned(), value: self.mean })
        }
    }

    /// Their standard deviation, as an estimate of that of what they are a sample of.
    ///
    /// # Errors
    /// If there are fewer than two, or one was not finite.
    pub fn standard_deviation(&self) -> Result<f64, Error> {
        check_enough(self.count, 2, "numbers")?;
        self.mean()?;
        Ok((self.squares / (self.count - 1) as f64).sqrt())
    }

    /// How far the mean of as many other numbers would scatter: `s / √n`.
    ///
    /// # Errors
    /// If there are fewer than two, or one was not finite.
    pub fn standard_error(&self) -> Result<f64, Error> {
        Ok(self.standard_deviation()? / (self.count as f64).sqrt())
    }

    /// An interval around the mean that covers the true one in a share `level` of all cases, if the numbers are normally
    /// distributed (Student 1908): `x̄ ± t s / √n`, with `n - 1` degrees of freedom.
    ///
    /// # Errors
    /// If there are fewer than two, one was not finite, or the level is not between 0 and 1.
    pub fn interval(&self, level: f64) -> Result<Interval, Error> {
        check_level(level)?;
        let error = self.standard_error()?;
        Ok(StudentT::new(self.count - 1).around(self.mean, error, level))
    }
}

impl FromIterator<f64> for Moments {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut moments = Self::default();
        values.into_iter().for_each(|value| moments.add(value));
        moments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_merge_to_the_whole_far_from_zero() {
        let values: Vec<_> = (0..1000).map(|n| 1e6 + f64::from(n % 10)).collect();
        let whole: Moments = values.iter().copied().collect();
        let mut merged: Moments = values[..123].iter().copied().collect();
        merged.merge(&values[123..].iter().copied().collect());
        merged.merge(&Moments::default());
        // Each of 0 to 9 a hundred times: mean 4.5, squares 100 · 82.5.
        for moments in [whole, merged] {
            assert!((moments.mean().unwrap() - 1e6 - 4.5).abs() < 1e-8);
            assert!((moments.standard_deviation().unwrap() - (8250.0f64 / 999.0).sqrt()).abs() < 1e-9);
        }
    }

    #[test]
    fn too_few_and_infinite_numbers_are_errors() {
        let none = Moments::default();
        assert_eq!(none.mean().unwrap_err().to_string(), "there are 0 numbers: it takes at least 1");
        let one: Moments = [1.0].into_iter().collect();
        assert_eq!(one.interval(0.95).unwrap_err().to_string(), "there are 1 numbers: it takes at least 2");
        let two: Moments = [1.0, 2.0].into_iter().collect();
        let message = two.interval(95.0).unwrap_err().to_string();
        assert_eq!(message, "the level of confidence is 95: it must be between 0 and 1");
        let infinite: Moments = [1.0, f64::INFINITY].into_iter().collect();
        assert!(matches!(infinite.standard_deviation(), Err(Error::NotFinite { .. })));
    }
}
