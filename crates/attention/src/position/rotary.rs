//! Rotary positions (Su et al. 2021, arXiv:2104.09864).

use burn::tensor::{Device, Tensor, TensorData};
use salamander_kernels::{self as kernels, Pairing};
use serde::{Deserialize, Serialize};

use super::Places;
use crate::{ConfigError, LayerPass};

/// Turns pairs of a query's and a key's components by angles that grow with the position,
/// `(a, b) <- (a cos pθᵢ - b sin pθᵢ, b cos pθᵢ + a sin pθᵢ)`, `θᵢ = theta^(-2i/R)`,
/// so that their product depends on the distance alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotaryConfig {
    /// Base of the wave lengths. Hugging Face: `rope_theta`.
    pub theta: f64,
    /// Components of a head that turn, `R`, even; the others stay. Hugging Face: `partial_rotary_factor` times `head_dim`.
    pub d_rotary: usize,
    /// Which components form a pair.
    pub pairing: Pairing,
    /// How the waves are stretched for inputs longer than the model was first trained on.
    #[serde(default)]
    pub scaling: RotaryScaling,
}

/// A change of the wave lengths.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RotaryScaling {
    /// As they are.
    #[default]
    None,
    /// All frequencies divided by `factor` (Chen et al. 2023, arXiv:2306.15595).
    Linear {
        /// By how much.
        factor: f64,
    },
    /// Long waves stretched by `factor`, short ones kept, those between mixed (Grattafiori et al. 2024, arXiv:2407.21783).
    ByWavelength {
        /// By how much.
        factor: f64,
        /// Waves longer than `original_max_seq_len / low_frequency` are stretched.
        low_frequency: f64,
        /// Waves shorter than `original_max_seq_len / high_frequency` are kept.
        high_frequency: f64,
        /// Longest input of the first training.
        original_max_seq_len: usize,
    },
}

impl RotaryConfig {
    /// Turns `x`, `[B, H, T, E]`, by the angles of its positions in the pass.
    pub(crate) fn rotate(&self, x: Tensor<4>, pass: &mut LayerPass) -> Tensor<4> {
        let [b, h, t, e] = x.dims();
        let (cos, sin) = pass.rotary(self, [b, t], &x.device()); // [T, R/2], or [B T, R/2] where each row has its own
        let [angles, _] = cos.dims();
        if angles == t {
            return kernels::rotary(x, cos, sin, self.pairing);
        }
        // Side by side the rows are one long sequence.
        let x = x.swap_dims(0, 1).reshape([1, h, angles, e]); // [1, H, B T, E]
        kernels::rotary(x, cos, sin, self.pairing).reshape([h, b, t, e]).swap_dims(0, 1)
    }

    /// Cosines and sines at the places of `t` tokens in each row: `[T, R/2]`, or `[B T, R/2]` where each row has its own.
    pub(crate) fn angles(&self, places: Places, t: usize, device: &Device) -> (Tensor<2>, Tensor<2>) {
        match places {
            Places::From(start) => self.table(start, t, device),
            Places::At { positions, end } => {
                let (cos, sin) = self.table(0, end, device);
                let positions = positions.flatten::<1>(0, 1); // [B T]
                (cos.select(0, positions.clone()), sin.select(0, positions))
            }
        }
    }

    /// Cosines and sines of the positions `start .. start + t`, each `[T, R/2]`.
    fn table(&self, start: usize, t: usize, device: &Device) -> (Tensor<2>, Tensor<2>) {
        let frequencies = self.frequencies();
        let table = |f: fn(f64) -> f64| {
            let angle = |p: usize| frequencies.iter().map(move |w| f(p as f64 * w) as f32);
            let values: Vec<f32> = (start..start + t).flat_map(angle).collect();
            Tensor::from_data(TensorData::new(values, [t, frequencies.len()]), device)
        };
        (table(f64::cos), table(f64::sin))
    }

    /// `θᵢ` for each pair.
    fn frequencies(&self) -> Vec<f64> {
        let plain = (0..self.d_rotary / 2).map(|i| self.theta.powf(-((2 * i) as f64) / self.d_rotary as f64));
        plain.map(|w| self.scaling.apply(w)).collect()
    }

    /// Checks the numbers against the head's width.
    ///
    /// # Errors
    /// If the turning part is odd or wider than the head, or theta or the scaling is out of its range.
    pub fn validate(&self, d_head: usize) -> Result<(), ConfigError> {
        let fits = self.d_rotary.is_multiple_of(2) && (2..=d_head).contains(&self.d_rotary);
        ConfigError::unless(fits, "d_rotary", || {
            format!("is {}; an even number up to the head's width {d_head} is needed", self.d_rotary)
        })?;
        ConfigError::above_zero(self.theta, "theta")?;
        self.scaling.validate().map_err(|e| e.within("scaling"))
    }
}

impl RotaryScaling {
    fn validate(&self) -> Result<(), ConfigError> {
        match *self {
            Self::None => Ok(()),
            Self::Linear { factor } => ConfigError::above_zero(factor, "factor"),
            Self::ByWavelength { factor, low_frequency, high_frequency, original_max_seq_len } => {
                ConfigError::above_zero(factor, "factor")?;
                ConfigError::above_zero(low_frequency, "low_frequency")?;
                ConfigError::unless(high_frequency > low_frequency, "high_frequency", || {
                    format!("is {high_frequency}; it must be above low_frequency, which is {low_frequency}")
                })?;
                ConfigError::positive(original_max_seq_len, "original_max_seq_len")
            }
        }
    }

    fn apply(&self, frequency: f64) -> f64 {
        match *self {
            Self::None => frequency,
            Self::Linear { factor } => frequency / factor,
            Self::ByWavelength { factor, low_frequency, high_frequency, original_max_seq_len } => {
                let turns = original_max_seq_len as f64 * frequency / std::f64::consts::TAU;
                let kept = ((turns - low_frequency) / (high_frequency - low_frequency)).clamp(0.0, 1.0);
                frequency * (kept + (1.0 - kept) / factor)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Distribution, Tolerance};

    use super::*;
    use crate::{Mask, Pass};

    fn rotary(pairing: Pairing) -> RotaryConfig {
        RotaryConfig { theta: 10_000.0, d_rotary: 4, pairing, scaling: RotaryScaling::None }
    }

    fn rotated(config: &RotaryConfig, x: [f32; 4]) -> Vec<f32> {
        let device = Device::flex();
        let both = Tensor::<1>::from_floats([x, x].concat().as_slice(), &device).reshape([1, 1, 2, 4]);
        let y = config.rotate(both, &mut Pass::new(Mask::None).layer(0));
        y.into_data().try_to_vec::<f32>().expect("f32")
    }

    #[test]
    fn pairs_turn_by_the_position_times_their_frequency() {
        let (c1, s1, c2, s2) = (1f32.cos(), 1f32.sin(), 0.01f32.cos(), 0.01f32.sin());
        let check = |pairing, x: [f32; 4], want: [f32; 4]| {
            let got = rotated(&rotary(pairing), x);
            assert_eq!(got[..4], x, "position 0 stays");
            for (got, want) in got[4..].iter().zip(want) {
                assert!((got - want).abs() < 1e-6, "{pairing:?}: {got} instead of {want}");
            }
        };
        check(Pairing::Interleaved, [1.0, 0.0, 0.0, 1.0], [c1, s1, -s2, c2]);
        check(Pairing::HalfSplit, [1.0, 0.0, 0.0, 1.0], [c1, -s2, s1, c2]);
    }

    #[test]
    fn what_does_not_turn_stays() {
        let config = RotaryConfig { d_rotary: 2, ..rotary(Pairing::HalfSplit) };
        let got = rotated(&config, [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(got[6..], [3.0, 4.0]);
        assert!((got[4] - (1f32.cos() - 2.0 * 1f32.sin())).abs() < 1e-6);
    }

    #[test]
    fn given_positions_turn_by_their_angles() {
        let device = Device::flex();
        for pairing in [Pairing::HalfSplit, Pairing::Interleaved] {
            let config = rotary(pairing);
            let x = Tensor::<4>::random([2, 3, 3, 4], Distribution::Default, &device);
            let given = Tensor::from_ints([[0, 1, 0], [5, 2, 3]], &device);
            let got = config.rotate(x.clone(), &mut Pass::default().with_positions(given).layer(0));
            for (row, positions) in [[0, 1, 0], [5, 2, 3]].into_iter().enumerate() {
                for (token, position) in positions.into_iter().enumerate() {
                    let one = |x: &Tensor<4>| x.clone().slice([row..row + 1, 0..3, token..token + 1, 0..4]);
                    let alone = Tensor::cat(vec![one(&x); position + 1], 2); // as far back as its position
                    let want = config.rotate(alone, &mut Pass::default().layer(0)).narrow(2, position, 1);
                    one(&got).into_data().assert_approx_eq::<f32>(&want.into_data(), Tolerance::absolute(1e-6));
                }
            }
        }
    }

    #[test]
    fn products_depend_on_the_distance_alone() {
        let device = Device::flex();
        let config = rotary(Pairing::HalfSplit);
        let x = Tensor::<4>::random([1, 1, 1, 4], Distribution::Default, &device).repeat_dim(2, 6);
        let y = config.rotate(x, &mut Pass::new(Mask::None).layer(0));
        let scores = y.clone().matmul(y.transpose()).into_data().try_to_vec::<f32>().expect("f32");
        for i in 0..5 {
            for j in 0..5 {
                assert!((scores[6 * i + j] - scores[6 * (i + 1) + j + 1]).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn scalings() {
        assert_eq!(RotaryScaling::Linear { factor: 8.0 }.apply(1.0), 0.125);
        let by_wavelength = RotaryScaling::ByWavelength {
            factor: 8.0,
            low_frequency: 1.0,
            high_frequency: 4.0,
            original_max_seq_len: 8192,
        };
        let tau = std::f64::consts::TAU;
        let of_length = |length: f64| by_wavelength.apply(tau / length) * length / tau;
        assert_eq!(of_length(2000.0), 1.0);
        assert!((of_length(10_000.0) - 0.125).abs() < 1e-12);
        // 8192 / 4096 = 2 turns: a third of the way from 1 to 4.
        assert!((of_length(4096.0) - (1.0 / 3.0 + 2.0 / 3.0 / 8.0)).abs() < 1e-12);
    }
}
