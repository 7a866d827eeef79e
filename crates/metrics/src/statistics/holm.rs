//! Several comparisons at once: the more there are, the likelier is one that looks real by chance.

use crate::{Error, error::check_range};

/// p-values corrected for their number (Holm 1979, "A simple sequentially rejective multiple test procedure"): comparing
/// each with a level of 0.05, there is a chance of 5 % at most that any difference is taken for real that is not.
///
/// ```text
/// p'₍ᵢ₎ = max over j ≤ i of min(1, (m - j + 1) p₍ⱼ₎)
/// ```
///
/// where `p₍₁₎` is the smallest of `m`. They are given in the order they came in.
///
/// ```
/// use salamander_metrics::holm;
///
/// // Sorted: 3 · 0.01 = 0.03, 2 · 0.04 = 0.08, and 1 · 0.05 is below the one before.
/// assert_eq!(holm(&[0.05, 0.01, 0.04])?, [0.08, 0.03, 0.08]);
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
///
/// # Errors
/// If one is not from 0 to 1.
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>, Error> {
    p_values.iter().try_for_each(|&p_value| check_range(p_value, "p-value", 0.0, 1.0))?;
    let mut order: Vec<_> = (0..p_values.len()).collect();
    order.sort_by(|&one, &other| p_values[one].total_cmp(&p_values[other]));
    let (mut corrected, mut largest) = (vec![0.0; p_values.len()], 0.0f64);
    for (smaller, at) in order.into_iter().enumerate() {
        largest = largest.max(p_values[at] * (p_values.len() - smaller) as f64).min(1.0);
        corrected[at] = largest;
    }
    Ok(corrected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_by_hand() {
        assert_eq!(holm(&[]).unwrap(), [0.0; 0]);
        assert_eq!(holm(&[0.3]).unwrap(), [0.3]);
        assert_eq!(holm(&[0.5, 0.5, 0.25]).unwrap(), [1.0, 1.0, 0.75]);
    }

    #[test]
    fn what_is_no_probability_is_an_error() {
        assert_eq!(holm(&[0.5, 1.5]).unwrap_err().to_string(), "the p-value is 1.5: it must be between 0 and 1");
        assert!(holm(&[f64::NAN]).is_err());
    }
}
