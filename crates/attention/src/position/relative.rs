//! A trained bias on the scores for each bucket of distances (Raffel et al. 2020, arXiv:1910.10683).

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor, TensorData},
};
use salamander_kernels as kernels;
use serde::{Deserialize, Serialize};

use crate::{ConfigError, Init, Role};

/// Which distances have buckets of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BucketDirection {
    /// Half the buckets look back, half look forward: an encoder.
    Both,
    /// All buckets look back; what lies ahead shares bucket 0: a decoder.
    Back,
}

/// The buckets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelativeBiasConfig {
    /// How many. Hugging Face: `relative_attention_num_buckets`.
    pub n_buckets: usize,
    /// From this distance on all are one. Hugging Face: `relative_attention_max_distance`.
    pub max_distance: usize,
    /// Which distances have their own.
    pub direction: BucketDirection,
}

/// `bias[h, i, j] = table[bucket(i - j), h]`, one table for a whole stack.
#[derive(Module, Debug)]
pub struct RelativeBias {
    /// `[buckets, H]`.
    pub weight: Param<Tensor<2>>,
    #[module(skip)]
    config: RelativeBiasConfig,
}

/// The bucket of a query at `i` and a key at `j`.
///
/// Near distances have a bucket each; beyond half the buckets their width grows with the logarithm.
///
/// ```
/// use salamander_attention::{BucketDirection, RelativeBiasConfig, bucket};
///
/// let back = RelativeBiasConfig { n_buckets: 32, max_distance: 128, direction: BucketDirection::Back };
/// assert_eq!(bucket(&back, 20, 5), 15);
/// assert_eq!(bucket(&back, 5, 20), 0);
/// ```
pub fn bucket(config: &RelativeBiasConfig, i: usize, j: usize) -> usize {
    let (n_buckets, first, distance) = match config.direction {
        BucketDirection::Back => (config.n_buckets, 0, i.saturating_sub(j)),
        BucketDirection::Both => {
            let half = config.n_buckets / 2;
            (half, if j > i { half } else { 0 }, i.abs_diff(j))
        }
    };
    let exact = n_buckets / 2;
    if distance < exact {
        return first + distance;
    }
    // In f32 as the reference computes it, so that distances on a border fall on the same side.
    let beyond = (distance as f32 / exact as f32).ln() / (config.max_distance as f32 / exact as f32).ln();
    first + (exact + (beyond * (n_buckets - exact) as f32) as usize).min(n_buckets - 1)
}

impl RelativeBiasConfig {
    /// Makes the table for `n_heads` heads in a stream of width `d_model`.
    pub fn init(&self, n_heads: usize, d_model: usize, init: &Init, device: &Device) -> RelativeBias {
        let weight = init.matrix(Role::Inner, d_model, d_model).init_with(
            [self.n_buckets, n_heads],
            Some(self.n_buckets),
            Some(n_heads),
            device,
        );
        RelativeBias { weight, config: self.clone() }
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// If there are too few buckets, or the largest distance does not lie beyond the exact ones.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let exact = match self.direction {
            BucketDirection::Both => self.n_buckets / 4,
            BucketDirection::Back => self.n_buckets / 2,
        };
        ConfigError::unless(exact > 0, "n_buckets", || format!("is {}; at least 4 are needed", self.n_buckets))?;
        ConfigError::unless(self.max_distance > exact, "max_distance", || {
            format!("is {}; it must lie beyond the {exact} distances with a bucket each", self.max_distance)
        })
    }
}

impl RelativeBias {
    /// The bias of `t` queries at the end of `s` positions.
    ///
    /// # Shapes
    /// `[1, H, T, S]`.
    pub fn forward(&self, t: usize, s: usize) -> Tensor<4> {
        let row = |i: usize| (0..s).map(move |j| bucket(&self.config, i, j) as i64);
        let buckets: Vec<i64> = (s - t..s).flat_map(row).collect();
        let buckets = Tensor::from_data(TensorData::new(buckets, [t, s]), &self.weight.device()); // [T, S]
        kernels::embedding(self.weight.val(), buckets) // [T, S, H]
            .permute([2, 0, 1])
            .unsqueeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Buckets of the distances -200, -20, -1, 0, 1, 7, 8, 15, 16, 20, 127, 128, 200 (query minus key).
    fn check(direction: BucketDirection, want: [usize; 13]) {
        let config = RelativeBiasConfig { n_buckets: 32, max_distance: 128, direction };
        let distances = [-200i64, -20, -1, 0, 1, 7, 8, 15, 16, 20, 127, 128, 200];
        for (distance, want) in distances.into_iter().zip(want) {
            let got = bucket(&config, (500 + distance) as usize, 500);
            assert_eq!(got, want, "{direction:?}, distance {distance}");
        }
    }

    #[test]
    fn hand_worked_buckets() {
        // both: 8 exact, then 8 + floor(8 ln(n/8) / ln 16); ahead 16 more.
        check(BucketDirection::Both, [31, 26, 17, 0, 1, 7, 8, 9, 10, 10, 15, 15, 15]);
        // back: 16 exact, then 16 + floor(16 ln(n/16) / ln 8).
        check(BucketDirection::Back, [0, 0, 0, 0, 1, 7, 8, 15, 16, 17, 31, 31, 31]);
    }

    #[test]
    fn a_step_reads_the_last_row() {
        let device = Device::flex();
        let config = RelativeBiasConfig { n_buckets: 8, max_distance: 16, direction: BucketDirection::Back };
        let bias = config.init(2, 8, &Init::Normal { std: 1.0, output_std: 1.0 }, &device);
        let whole = bias.forward(5, 5);
        assert_eq!(whole.dims(), [1, 2, 5, 5]);
        let last = whole.slice([0..1, 0..2, 4..5, 0..5]).into_data();
        assert_eq!(
            last.try_to_vec::<f32>().expect("f32"),
            bias.forward(1, 5).into_data().try_to_vec::<f32>().expect("f32")
        );
    }
}
