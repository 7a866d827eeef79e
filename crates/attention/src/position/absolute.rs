//! Positions as vectors added to the embeddings.

use burn::{
    module::{Module, Param},
    nn::Identity,
    tensor::{Device, Int, Tensor, TensorData},
};
use salamander_kernels as kernels;
use serde::{Deserialize, Serialize};

use super::Places;
use crate::{Init, Pass, Role};

/// Which vectors are added.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PositionsConfig {
    /// None.
    #[default]
    None,
    /// A trained vector for each position (Gehring et al. 2017, arXiv:1705.03122).
    Learned {
        /// Longest input. Hugging Face: `n_positions`, `max_position_embeddings`.
        max_seq_len: usize,
        /// Rows of the table that stand before position 0.
        #[serde(default)]
        offset: usize,
    },
    /// Fixed waves of different lengths, see [`sinusoids`].
    Sinusoidal {
        /// How sines and cosines are laid out.
        layout: SinusoidLayout,
    },
}

/// How sines and cosines share the width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SinusoidLayout {
    /// `sin, cos, sin, cos, …`, as the paper writes it.
    Interleaved,
    /// All sines, then all cosines, as its first implementation has it.
    Concatenated,
}

/// `PE(p, 2i) = sin(p / 10000^(2i/D))`, `PE(p, 2i+1) = cos(p / 10000^(2i/D))` for the positions `start .. start + count`,
/// row by row (Vaswani et al. 2017, arXiv:1706.03762).
///
/// ```
/// use salamander_attention::{SinusoidLayout, sinusoids};
///
/// let rows = sinusoids(1, 1, 4, SinusoidLayout::Interleaved);
/// assert!((rows[0] - 0.841_471).abs() < 1e-6 && (rows[3] - 0.999_95).abs() < 1e-6);
/// ```
pub fn sinusoids(start: usize, count: usize, width: usize, layout: SinusoidLayout) -> Vec<f32> {
    let half = width.div_ceil(2);
    let mut rows = vec![0.0; count * width];
    for (row, p) in rows.chunks_exact_mut(width).zip(start..) {
        for i in 0..half {
            let angle = p as f64 * 10_000f64.powf(-((2 * i) as f64) / width as f64);
            let (at_sin, at_cos) = match layout {
                SinusoidLayout::Interleaved => (2 * i, 2 * i + 1),
                SinusoidLayout::Concatenated => (i, half + i),
            };
            row[at_sin] = angle.sin() as f32;
            if at_cos < width {
                row[at_cos] = angle.cos() as f32;
            }
        }
    }
    rows
}

/// The vectors, ready to be added.
#[derive(Module, Debug)]
pub enum Positions {
    /// None.
    Identity(Identity),
    /// A table.
    Learned(LearnedPositions),
    /// Waves.
    Sinusoidal(SinusoidalPositions),
}

/// A trained vector for each position.
#[derive(Module, Debug)]
pub struct LearnedPositions {
    /// `[offset + longest input, D]`.
    pub weight: Param<Tensor<2>>,
    offset: usize,
}

/// Waves, computed when they are needed.
#[derive(Module, Debug)]
pub struct SinusoidalPositions {
    #[module(skip)]
    layout: SinusoidLayout,
}

impl PositionsConfig {
    /// Longest input, if there is a limit.
    pub fn max_seq_len(&self) -> Option<usize> {
        match self {
            Self::Learned { max_seq_len, .. } => Some(*max_seq_len),
            Self::None | Self::Sinusoidal { .. } => None,
        }
    }

    pub(crate) fn init(&self, d_model: usize, init: &Init, device: &Device) -> Positions {
        match *self {
            Self::None => Positions::Identity(Identity::new()),
            Self::Learned { max_seq_len, offset } => Positions::Learned(LearnedPositions {
                weight: init.matrix(Role::Embedding, d_model, d_model).init([max_seq_len + offset, d_model], device),
                offset,
            }),
            Self::Sinusoidal { layout } => Positions::Sinusoidal(SinusoidalPositions { layout }),
        }
    }
}

impl Positions {
    /// Adds the vectors of the places where the tokens stand: those the pass gives, or one after the other from its offset
    /// on.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T, D]`.
    ///
    /// # Panics
    /// If a table ends before the last position, or the pass gives positions of another shape than `[B, T]`.
    pub fn add(&self, x: Tensor<3>, pass: &Pass) -> Tensor<3> {
        let [b, t, d] = x.dims();
        match self {
            Self::Identity(_) => x,
            Self::Learned(learned) => x + learned.vectors(pass.places(b, t), t), // [B or 1, T, D]
            Self::Sinusoidal(waves) => {
                let dtype = x.dtype();
                let rows = waves.vectors(pass.places(b, t), [t, d], &x.device()); // [B or 1, T, D]
                x + rows.cast(dtype)
            }
        }
    }
}

impl LearnedPositions {
    /// `[B or 1, T, D]`.
    fn vectors(&self, places: Places, t: usize) -> Tensor<3> {
        let [rows, _] = self.weight.dims();
        let last = rows - self.offset;
        let end = places.end(t);
        assert!(end <= last, "{end} positions are needed and the table ends at {last}");
        let ids = match places {
            Places::From(start) => {
                let order = start as i64..(start + t) as i64;
                Tensor::<1, Int>::arange(order, &self.weight.device()).reshape([1, t])
            }
            Places::At { positions, .. } => positions,
        };
        kernels::embedding(self.weight.val(), ids.add_scalar(self.offset as i64))
    }
}

impl SinusoidalPositions {
    /// `[B or 1, T, D]`.
    fn vectors(&self, places: Places, [t, d]: [usize; 2], device: &Device) -> Tensor<3> {
        let rows = |start, count| {
            let rows = sinusoids(start, count, d, self.layout);
            Tensor::<2>::from_data(TensorData::new(rows, [count, d]), device)
        };
        match places {
            Places::From(start) => rows(start, t).unsqueeze(),
            Places::At { positions, end } => kernels::embedding(rows(0, end), positions),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waves_of_width_four() {
        let want = [
            [0.0, 1.0, 0.0, 1.0],
            [0.841_471, 0.540_302, 0.010_000, 0.999_950],
            [0.909_297, -0.416_147, 0.019_999, 0.999_800],
            [0.141_120, -0.989_992, 0.029_996, 0.999_550],
        ];
        let interleaved = sinusoids(0, 4, 4, SinusoidLayout::Interleaved);
        let concatenated = sinusoids(0, 4, 4, SinusoidLayout::Concatenated);
        for (p, row) in want.iter().enumerate() {
            for (c, want) in row.iter().enumerate() {
                assert!((interleaved[4 * p + c] - want).abs() < 1e-6);
                let moved = [0, 2, 1, 3][c];
                assert!((concatenated[4 * p + moved] - want).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_later_start_continues() {
        let whole = sinusoids(0, 6, 5, SinusoidLayout::Interleaved);
        assert_eq!(sinusoids(4, 2, 5, SinusoidLayout::Interleaved), whole[20..]);
    }

    #[test]
    fn an_offset_skips_rows() {
        let device = Device::flex();
        let config = PositionsConfig::Learned { max_seq_len: 3, offset: 2 };
        let positions = config.init(2, &Init::Normal { std: 1.0, output_std: 1.0 }, &device);
        let Positions::Learned(table) = &positions else { panic!("a table was asked for") };
        let pass = Pass::default().with_positions(Tensor::from_ints([[1, 2]], &device));
        let added = positions.add(Tensor::zeros([1, 2, 2], &device), &pass).into_data();
        let want = table.weight.val().slice([3..5, 0..2]).into_data();
        assert_eq!(added.try_to_vec::<f32>().expect("f32"), want.try_to_vec::<f32>().expect("f32"));
    }

    #[test]
    #[should_panic(expected = "4 positions are needed and the table ends at 3")]
    fn too_long_says_both_numbers() {
        let device = Device::flex();
        let config = PositionsConfig::Learned { max_seq_len: 3, offset: 2 };
        config.init(2, &Init::Xavier, &device).add(Tensor::zeros([1, 4, 2], &device), &Pass::default());
    }

    #[test]
    #[should_panic(expected = "4 positions are needed and the table ends at 3")]
    fn too_far_says_both_numbers() {
        let device = Device::flex();
        let config = PositionsConfig::Learned { max_seq_len: 3, offset: 2 };
        let pass = Pass::default().with_positions(Tensor::from_ints([[0, 3]], &device));
        config.init(2, &Init::Xavier, &device).add(Tensor::zeros([1, 2, 2], &device), &pass);
    }

    #[test]
    fn given_positions_take_their_rows() {
        let device = Device::flex();
        let init = Init::Normal { std: 1.0, output_std: 1.0 };
        for config in [
            PositionsConfig::Learned { max_seq_len: 4, offset: 1 },
            PositionsConfig::Sinusoidal { layout: SinusoidLayout::Concatenated },
        ] {
            let positions = config.init(3, &init, &device);
            let plain = positions.add(Tensor::zeros([1, 4, 3], &device), &Pass::default()); // [1, 4, D]
            let given = Tensor::from_ints([[0, 1, 0], [3, 2, 2]], &device);
            let got = positions.add(Tensor::zeros([2, 3, 3], &device), &Pass::default().with_positions(given));
            let row = |p: usize| plain.clone().narrow(1, p, 1);
            let rows = |a, b, c| Tensor::cat(vec![row(a), row(b), row(c)], 1);
            let want = Tensor::cat(vec![rows(0, 1, 0), rows(3, 2, 2)], 0);
            assert_eq!(got.into_data(), want.into_data(), "{config:?}");
        }
    }
}
