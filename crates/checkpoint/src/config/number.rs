//! Numbers that are what they should be.

use std::ops::RangeInclusive;

use serde_json::Value;

use crate::{Error, Keys};

/// No size of any model comes near this one, and products of two still fit 64 bits.
const LARGEST: u64 = i32::MAX as u64;

impl Keys<'_> {
    /// A whole number, 0 to 2147483647.
    ///
    /// # Errors
    /// If it is absent, negative, broken, too large or no number.
    pub fn usize(&mut self, key: &str) -> Result<usize, Error> {
        let value = self.optional_usize(key)?;
        self.required(key, value)
    }

    /// A whole number, or `default` where it is absent.
    ///
    /// # Errors
    /// If it is negative, broken, too large or no number.
    pub fn usize_or(&mut self, key: &str, default: usize) -> Result<usize, Error> {
        Ok(self.optional_usize(key)?.unwrap_or(default))
    }

    /// A whole number, if there is one.
    ///
    /// # Errors
    /// If it is negative, broken, too large or no number.
    pub fn optional_usize(&mut self, key: &str) -> Result<Option<usize>, Error> {
        self.read(key, &format!("a whole number from 0 to {LARGEST}"), |value| {
            value.as_u64().filter(|value| *value <= LARGEST).and_then(|value| usize::try_from(value).ok())
        })
    }

    /// A whole number within bounds.
    ///
    /// # Errors
    /// If it is absent, out of bounds or no whole number.
    pub fn usize_in(&mut self, key: &str, bounds: RangeInclusive<usize>) -> Result<usize, Error> {
        let value = self.usize(key)?;
        if bounds.contains(&value) {
            return Ok(value);
        }
        Err(self.wrong(key, &format!("a whole number from {} to {}", bounds.start(), bounds.end())))
    }

    /// A number that single precision can hold.
    ///
    /// # Errors
    /// If it is absent, too large or no number.
    pub fn f64(&mut self, key: &str) -> Result<f64, Error> {
        let value = self.optional_f64(key)?;
        self.required(key, value)
    }

    /// A number that single precision can hold, or `default` where it is absent.
    ///
    /// # Errors
    /// If it is too large or no number.
    pub fn f64_or(&mut self, key: &str, default: f64) -> Result<f64, Error> {
        Ok(self.optional_f64(key)?.unwrap_or(default))
    }

    /// A number that single precision can hold, if there is one.
    ///
    /// # Errors
    /// If it is too large or no number.
    pub fn optional_f64(&mut self, key: &str) -> Result<Option<f64>, Error> {
        self.read(key, "a number of single precision", |value| {
            value.as_f64().filter(|value| value.abs() <= f64::from(f32::MAX))
        })
    }
}

/// Whether two values are the same, 1 and 1.0 being the same number.
pub(super) fn alike(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}
