//! What can be wrong with a configuration.

use thiserror::Error;

/// A configuration that describes no model: the two numbers and the rule they break.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{what}: {rule}")]
pub struct ConfigError {
    /// The setting at fault, as a dotted path (`attention.n_kv_heads`).
    pub what: String,
    /// The rule, with the numbers that break it.
    pub rule: String,
}

impl ConfigError {
    /// An error about the setting `what` that breaks `rule`.
    pub fn new(what: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { what: what.into(), rule: rule.into() }
    }

    /// The same error, seen from one level further out.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        self.what = format!("{outer}.{}", self.what);
        self
    }

    /// Fails unless `holds`.
    ///
    /// # Errors
    /// The error about `what`, with the rule that `rule` writes, if `holds` is false.
    pub fn unless(holds: bool, what: &str, rule: impl FnOnce() -> String) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::new(what, rule())) }
    }

    /// Fails unless `value` is a probability that leaves something: `0 <= value < 1`.
    ///
    /// # Errors
    /// The error about `what` if it is not.
    pub fn probability(value: f64, what: &str) -> Result<(), Self> {
        Self::unless((0.0..1.0).contains(&value), what, || {
            format!("is {value}; a probability of dropping lies in [0, 1)")
        })
    }

    /// Fails unless `value` is a number above 0.
    ///
    /// # Errors
    /// The error about `what` if it is not.
    pub fn above_zero(value: f64, what: &str) -> Result<(), Self> {
        Self::unless(value > 0.0 && value.is_finite(), what, || format!("is {value}; it must be a number above 0"))
    }

    /// Fails unless `value` counts something.
    ///
    /// # Errors
    /// The error about `what` if `value` is zero.
    pub fn positive(value: usize, what: &str) -> Result<(), Self> {
        Self::unless(value > 0, what, || "is 0; at least 1 is needed".into())
    }
}
