//! How parameters begin.

use burn::nn::Initializer;
use serde::{Deserialize, Serialize};

use crate::ConfigError;

/// The part a matrix plays, on which its initial scale may depend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Projects the stream to queries.
    Query,
    /// Projects the stream to keys or to values.
    KeyValue,
    /// Any other matrix that reads the stream.
    Inner,
    /// Writes into the residual stream: its variance adds up over the depth.
    Output,
    /// Looks up a vector for each token, position or segment.
    Embedding,
    /// Turns the stream into logits.
    Head,
}

/// The initial distribution of every matrix of a model, as its paper gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Init {
    /// `N(0, std²)`, and `N(0, output_std²)` where a matrix writes into the stream. Radford et al. 2019 scale
    /// the latter by `1 / sqrt(2 N)` so that the stream's variance does not grow with the depth.
    Normal {
        /// Standard deviation of all but the matrices that write into the stream.
        std: f64,
        /// Standard deviation of the matrices that write into the stream.
        output_std: f64,
    },
    /// Uniform with variance `2 / (fan_in + fan_out)` (Glorot and Bengio 2010); embeddings `N(0, 1 / D)`, so that
    /// after the factor `sqrt(D)` of Vaswani et al. 2017 they have variance 1.
    Xavier,
    /// The same, but queries, keys and values begin as if they were one matrix of three times the width, with `√½` of that
    /// scale, as fairseq and PyTorch have it (Ott et al. 2019, arXiv:1904.01038): where each sum is normed, attention is
    /// learnt sooner for it.
    XavierJoint,
    /// `N(0, 1 / fan_in)`, queries `N(0, 1 / (fan_in E))` because the scores are not scaled, embeddings
    /// `N(0, 1)` (Raffel et al. 2020, arXiv:1910.10683).
    FanIn,
}

impl Init {
    /// Checks the numbers.
    ///
    /// # Errors
    /// If a standard deviation is negative or no number.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let Self::Normal { std, output_std } = *self else { return Ok(()) };
        [("init.std", std), ("init.output_std", output_std)].into_iter().try_for_each(|(what, std)| {
            ConfigError::unless((0.0..f64::INFINITY).contains(&std), what, || {
                format!("is {std}; a standard deviation is a number that is not negative")
            })
        })
    }

    /// The distribution for a matrix of `fan_in` by `fan_out` that plays `role` in heads of width `d_head`.
    pub fn matrix(&self, role: Role, fan_in: usize, d_head: usize) -> Initializer {
        let normal = |std: f64| Initializer::Normal { mean: 0.0, std };
        match (self, role) {
            (Self::Normal { output_std, .. }, Role::Output) => normal(*output_std),
            (Self::Normal { std, .. }, _) => normal(*std),
            (Self::Xavier | Self::XavierJoint, Role::Embedding) => normal((fan_in as f64).powf(-0.5)),
            (Self::XavierJoint, Role::Query | Role::KeyValue) => Initializer::XavierUniform { gain: 0.5f64.sqrt() },
            (Self::Xavier | Self::XavierJoint, _) => Initializer::XavierUniform { gain: 1.0 },
            (Self::FanIn, Role::Embedding) => normal(1.0),
            (Self::FanIn, Role::Query) => normal(((fan_in * d_head) as f64).powf(-0.5)),
            (Self::FanIn, _) => normal((fan_in as f64).powf(-0.5)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn std_of(init: Initializer) -> f64 {
        match init {
            Initializer::Normal { std, .. } => std,
            other => panic!("expected a normal distribution, got {other:?}"),
        }
    }

    #[test]
    fn the_query_is_smaller_where_scores_are_not_scaled() {
        assert_eq!(std_of(Init::FanIn.matrix(Role::Query, 16, 4)), 0.125);
        assert_eq!(std_of(Init::FanIn.matrix(Role::Inner, 16, 4)), 0.25);
        assert_eq!(std_of(Init::FanIn.matrix(Role::Embedding, 16, 4)), 1.0);
    }

    #[test]
    fn three_matrices_may_begin_as_one() {
        let gain = |role| match Init::XavierJoint.matrix(role, 64, 8) {
            Initializer::XavierUniform { gain } => gain,
            other => panic!("expected a uniform distribution, got {other:?}"),
        };
        // One matrix from 64 to 3 · 64 has the variance 2 / (64 + 192), one from 64 to 64 twice that.
        assert!((gain(Role::Query).powi(2) - 0.5).abs() < 1e-12);
        assert_eq!(gain(Role::KeyValue), gain(Role::Query));
        assert_eq!((gain(Role::Output), gain(Role::Inner)), (1.0, 1.0));
        assert_eq!(std_of(Init::XavierJoint.matrix(Role::Embedding, 64, 8)), 0.125);
    }

    #[test]
    fn what_writes_into_the_stream_has_its_own_scale() {
        let init = Init::Normal { std: 0.02, output_std: 0.005 };
        assert_eq!(std_of(init.matrix(Role::Output, 64, 8)), 0.005);
        assert_eq!(std_of(init.matrix(Role::Inner, 64, 8)), 0.02);
    }
}
