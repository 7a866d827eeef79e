//! Rules that the numbers of a plan keep.

use crate::Error;

/// A number with its setting and its rule.
pub(crate) type Number = (&'static str, f64, Rule);

/// What a number must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Above 0.
    Positive,
    /// 0 or above.
    NotNegative,
    /// At least 0 and below 1.
    Share,
}

impl Rule {
    /// # Errors
    /// If `value` breaks it.
    pub(crate) fn check((setting, value, rule): Number) -> Result<(), Error> {
        let (kept, needed) = match rule {
            Self::Positive => (value > 0.0 && value.is_finite(), "a positive number"),
            Self::NotNegative => (value >= 0.0 && value.is_finite(), "a number that is not negative"),
            Self::Share => ((0.0..1.0).contains(&value), "a share in [0, 1)"),
        };
        if kept { Ok(()) } else { Err(Error::Plan { setting, rule: format!("is {value}; {needed} is needed") }) }
    }
}
