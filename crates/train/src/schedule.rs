//! The learning rate over the steps.

use serde::{Deserialize, Serialize};

/// The learning rate over the steps, which are counted from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// Always the same.
    Constant {
        /// The rate.
        rate: f64,
    },
    /// Up in a line to `peak` over `warmup` steps, then down half a cosine to `floor` at the last step (Loshchilov and
    /// Hutter 2016, arXiv:1608.03983).
    Cosine {
        /// The highest rate.
        peak: f64,
        /// The last rate.
        floor: f64,
        /// Steps on the way up.
        warmup: usize,
    },
    /// `factor · d^-0.5 · min(step^-0.5, step · warmup^-1.5)` (Vaswani et al. 2017, arXiv:1706.03762).
    Noam {
        /// What the whole is multiplied with.
        factor: f64,
        /// The model's width, `d`.
        d_model: usize,
        /// The step of the highest rate.
        warmup: usize,
    },
}

impl Schedule {
    /// The rate at `step` of `steps`.
    ///
    /// ```
    /// use salamander_train::Schedule;
    ///
    /// let noam = Schedule::Noam { factor: 1.0, d_model: 512, warmup: 4000 };
    /// assert!((noam.rate(4000, 100_000) - 6.987_71e-4).abs() < 1e-9);
    /// ```
    pub fn rate(&self, step: usize, steps: usize) -> f64 {
        let at = step.max(1) as f64;
        match *self {
            Self::Constant { rate } => rate,
            Self::Cosine { peak, warmup, .. } if step < warmup => peak * at / warmup as f64,
            Self::Cosine { peak, floor, warmup } => {
                let way = (step - warmup) as f64 / steps.saturating_sub(warmup).max(1) as f64;
                floor + (peak - floor) * 0.5 * (1.0 + (std::f64::consts::PI * way.min(1.0)).cos())
            }
            Self::Noam { factor, d_model, warmup } => {
                factor * (d_model as f64).powf(-0.5) * at.powf(-0.5).min(at * (warmup as f64).powf(-1.5))
            }
        }
    }

    /// The numbers that must be positive, with their names.
    pub(crate) fn positive(&self) -> Vec<(&'static str, f64)> {
        match *self {
            Self::Constant { rate } => vec![("schedule.rate", rate)],
            Self::Cosine { peak, .. } => vec![("schedule.peak", peak)],
            Self::Noam { factor, d_model, warmup } => vec![
                ("schedule.factor", factor),
                ("schedule.d_model", d_model as f64),
                ("schedule.warmup", warmup as f64),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noam_values() {
        let noam = Schedule::Noam { factor: 1.0, d_model: 512, warmup: 4000 };
        for (step, want) in
            [(1, 1.747e-7), (100, 1.747e-5), (4000, 6.987_71e-4), (8000, 4.941_06e-4), (100_000, 1.397_54e-4)]
        {
            let got = noam.rate(step, 100_000);
            assert!((got - want).abs() < 1e-4 * want, "step {step}: {got} instead of {want}");
        }
    }

    #[test]
    fn up_in_a_line_and_down_a_cosine() {
        let cosine = Schedule::Cosine { peak: 1e-3, floor: 1e-4, warmup: 100 };
        for (step, want) in [(1, 1e-5), (50, 5e-4), (100, 1e-3), (1050, 5.5e-4), (2000, 1e-4), (2500, 1e-4)] {
            let got = cosine.rate(step, 2000);
            assert!((got - want).abs() < 1e-9, "step {step}: {got} instead of {want}");
        }
        assert_eq!(Schedule::Constant { rate: 0.5 }.rate(7, 9), 0.5);
    }
}
