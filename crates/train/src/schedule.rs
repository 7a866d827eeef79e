//! The learning rate over the steps.

use serde::{Deserialize, Serialize};

use crate::rule::{Number, Rule};

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

    /// The same over `factor` times as many steps: what it counts in steps grows with them.
    #[must_use]
    pub fn stretched(mut self, factor: f64) -> Self {
        let stretch = |steps: &mut usize| *steps = (*steps as f64 * factor).round() as usize;
        match &mut self {
            Self::Constant { warmup, .. } | Self::Linear { warmup, .. } | Self::Cosine { warmup, .. } => {
                stretch(warmup)
            }
            Self::InverseSqrt { warmup, .. } | Self::Noam { warmup, .. } => {
                stretch(warmup);
                *warmup = (*warmup).max(1);
            }
            Self::Stable { warmup, decay, .. } => {
                stretch(warmup);
                stretch(decay);
            }
        }
        self
    }

    /// The same with every rate `factor` times as high.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Self {
        match &mut self {
            Self::Constant { rate, .. } => *rate *= factor,
            Self::Linear { peak, floor, .. } | Self::Stable { peak, floor, .. } | Self::Cosine { peak, floor, .. } => {
                *peak *= factor;
                *floor *= factor;
            }
            Self::InverseSqrt { peak, .. } => *peak *= factor,
            Self::Noam { factor: height, .. } => *height *= factor,
        }
        self
    }

    /// Its numbers.
    pub(crate) fn numbers(&self) -> Vec<Number> {
        let positive = |setting, value| (setting, value, Rule::Positive);
        match *self {
            Self::Constant { rate, .. } => vec![positive("schedule.rate", rate)],
            Self::Linear { peak, floor, .. } | Self::Stable { peak, floor, .. } | Self::Cosine { peak, floor, .. } => {
                vec![positive("schedule.peak", peak), ("schedule.floor", floor, Rule::NotNegative)]
            }
            Self::InverseSqrt { peak, warmup } => {
                vec![positive("schedule.peak", peak), positive("schedule.warmup", warmup as f64)]
            }
            Self::Noam { factor, d_model, warmup } => vec![
                positive("schedule.factor", factor),
                positive("schedule.d_model", d_model as f64),
                positive("schedule.warmup", warmup as f64),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaled_it_is_as_many_times_as_high_everywhere() {
        let all = [
            Schedule::Constant { rate: 0.2, warmup: 3 },
            Schedule::Linear { peak: 1.0, floor: 0.1, warmup: 3 },
            Schedule::Stable { peak: 1.0, floor: 0.1, warmup: 3, decay: 4 },
            Schedule::InverseSqrt { peak: 1.0, warmup: 3 },
            Schedule::Cosine { peak: 1.0, floor: 0.1, warmup: 3 },
            Schedule::Noam { factor: 1.0, d_model: 4, warmup: 3 },
        ];
        for schedule in all {
            for step in 1..=10 {
                let (low, high) = (schedule.rate(step, 10), schedule.clone().scaled(3.0).rate(step, 10));
                assert!((high - 3.0 * low).abs() < 1e-12, "{schedule:?} at {step}");
            }
        }
    }

    #[test]
    fn stretched_it_is_the_same_seen_from_afar() {
        let cosine = Schedule::Cosine { peak: 1.0, floor: 0.1, warmup: 10 };
        let slow = cosine.clone().stretched(3.0);
        for step in [1, 5, 10, 40, 100] {
            assert!((cosine.rate(step, 100) - slow.rate(3 * step, 300)).abs() < 1e-12, "{step}");
        }
        let stable = Schedule::Stable { peak: 1.0, floor: 0.0, warmup: 4, decay: 8 }.stretched(0.5);
        assert_eq!(stable, Schedule::Stable { peak: 1.0, floor: 0.0, warmup: 2, decay: 4 });
        let noam = Schedule::Noam { factor: 1.0, d_model: 4, warmup: 2 }.stretched(0.01);
        assert_eq!(noam, Schedule::Noam { factor: 1.0, d_model: 4, warmup: 1 });
    }

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
