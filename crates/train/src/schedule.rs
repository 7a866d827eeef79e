//! The learning rate over the steps.

use serde::{Deserialize, Serialize};

/// The learning rate over the steps, which are counted from 1. Wherever there is a warm-up, the rate rises in a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// Always the same, after the warm-up.
    Constant {
        /// The rate.
        rate: f64,
        /// Steps on the way up.
        #[serde(default)]
        warmup: usize,
    },
    /// Up to `peak` over `warmup` steps, then down in a line to `floor` at the last step.
    Linear {
        /// The highest rate.
        peak: f64,
        /// The last rate.
        #[serde(default)]
        floor: f64,
        /// Steps on the way up.
        #[serde(default)]
        warmup: usize,
    },
    /// Up to `peak`, there until the last `decay` steps, and in these down in a line to `floor`: "warm-up, stable, decay"
    /// (Hu et al. 2024, arXiv:2404.06395).
    Stable {
        /// The highest rate.
        peak: f64,
        /// The last rate.
        #[serde(default)]
        floor: f64,
        /// Steps on the way up.
        #[serde(default)]
        warmup: usize,
        /// Steps on the way down.
        decay: usize,
    },
    /// Up to `peak`, then `peak · √(warmup / step)`: Noam with its height given.
    InverseSqrt {
        /// The highest rate.
        peak: f64,
        /// Steps on the way up, at least 1.
        warmup: usize,
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
        // How far along the way from `from` to `to` the step is.
        let way = |from: usize, to: usize| {
            (step.saturating_sub(from) as f64 / to.saturating_sub(from).max(1) as f64).min(1.0)
        };
        let up = |peak: f64, warmup: usize| peak * at / warmup as f64;
        match *self {
            Self::Constant { rate, warmup }
            | Self::Linear { peak: rate, warmup, .. }
            | Self::Stable { peak: rate, warmup, .. }
            | Self::InverseSqrt { peak: rate, warmup }
            | Self::Cosine { peak: rate, warmup, .. }
                if step < warmup =>
            {
                up(rate, warmup)
            }
            Self::Constant { rate, .. } => rate,
            Self::Linear { peak, floor, warmup } => peak + (floor - peak) * way(warmup, steps),
            Self::Stable { peak, floor, decay, .. } => peak + (floor - peak) * way(steps.saturating_sub(decay), steps),
            Self::InverseSqrt { peak, warmup } => peak * (warmup as f64 / at).sqrt(),
            Self::Cosine { peak, floor, warmup } => {
                floor + (peak - floor) * 0.5 * (1.0 + (std::f64::consts::PI * way(warmup, steps)).cos())
            }
            Self::Noam { factor, d_model, warmup } => {
                factor * (d_model as f64).powf(-0.5) * at.powf(-0.5).min(at * (warmup as f64).powf(-1.5))
            }
        }
    }

    /// The numbers that must be positive, with their names.
    pub(crate) fn positive(&self) -> Vec<(&'static str, f64)> {
        match *self {
            Self::Constant { rate, .. } => vec![("schedule.rate", rate)],
            Self::Linear { peak, .. } | Self::Stable { peak, .. } | Self::Cosine { peak, .. } => {
                vec![("schedule.peak", peak)]
            }
            Self::InverseSqrt { peak, warmup } => {
                vec![("schedule.peak", peak), ("schedule.warmup", warmup as f64)]
            }
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

    /// Rates at steps of 2,000.
    fn check(schedule: Schedule, want: &[(usize, f64)]) {
        for &(step, want) in want {
            let got = schedule.rate(step, 2000);
            assert!((got - want).abs() < 1e-9, "{schedule:?} at step {step}: {got} instead of {want}");
        }
    }

    #[test]
    fn up_in_a_line_and_down_by_kind() {
        let (peak, floor, warmup) = (1e-3, 1e-4, 100);
        let up = [(1, 1e-5), (50, 5e-4), (100, 1e-3)];
        let rest = [(1050, 5.5e-4), (2000, 1e-4), (2500, 1e-4)];
        check(Schedule::Cosine { peak, floor, warmup }, &[up, rest].concat());
        check(Schedule::Linear { peak, floor, warmup }, &[up, rest].concat());
        check(Schedule::Stable { peak, floor, warmup, decay: 500 }, &up);
        check(Schedule::Stable { peak, floor, warmup, decay: 500 }, &[(1500, 1e-3), (1750, 5.5e-4), (2000, 1e-4)]);
        check(Schedule::InverseSqrt { peak, warmup }, &[up, [(400, 5e-4), (900, 1e-3 / 3.0), (10_000, 1e-4)]].concat());
        check(Schedule::Constant { rate: 1e-3, warmup }, &[up, [(101, 1e-3), (1000, 1e-3), (2000, 1e-3)]].concat());
        check(Schedule::Constant { rate: 0.5, warmup: 0 }, &[(1, 0.5), (7, 0.5)]);
    }
}
