//! The part of a block that works on each position alone.

mod gated;
mod plain;

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use salamander_kernels::Activation;
use serde::{Deserialize, Serialize};

use crate::{ConfigError, Dropout, Init, LinearConfig, Role};

pub use gated::GatedFeedForward;
pub use plain::PlainFeedForward;

/// The sizes and the kind of a feed-forward layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedForwardConfig {
    /// Width inside, `F`. Hugging Face: `intermediate_size`, `n_inner`, `d_ff`.
    pub d_ff: usize,
    /// With or without a gate.
    pub kind: FeedForwardKind,
    /// What bends. Hugging Face: `hidden_act`, `activation_function`, `dense_act_fn`.
    pub activation: Activation,
    /// Whether the matrices add a bias.
    pub bias: bool,
    /// Chance of dropping an inner element while training.
    #[serde(default)]
    pub dropout: f64,
}

/// With or without a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedForwardKind {
    /// See [`PlainFeedForward`].
    Plain,
    /// See [`GatedFeedForward`].
    Gated,
}

/// The layer.
#[derive(Module, Debug)]
pub enum FeedForward {
    /// See [`PlainFeedForward`].
    Plain(PlainFeedForward),
    /// See [`GatedFeedForward`].
    Gated(GatedFeedForward),
}

impl FeedForwardConfig {
    /// Makes the layer for a stream of width `d_model`.
    pub fn init(&self, d_model: usize, init: &Init, device: &Device) -> FeedForward {
        let linear = |d_input, d_output, role| {
            LinearConfig { d_input, d_output, bias: self.bias, init: init.matrix(role, d_input, d_input) }.init(device)
        };
        let inward = || linear(d_model, self.d_ff, Role::Inner);
        let outward = || linear(self.d_ff, d_model, Role::Output);
        let dropout = Dropout::new(self.dropout);
        match self.kind {
            FeedForwardKind::Plain => {
                FeedForward::Plain(PlainFeedForward::new(inward(), outward(), self.activation, dropout))
            }
            FeedForwardKind::Gated => {
                FeedForward::Gated(GatedFeedForward::new(inward(), inward(), outward(), self.activation, dropout))
            }
        }
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// If the width is zero or the dropout out of its range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        ConfigError::positive(self.d_ff, "d_ff")?;
        ConfigError::probability(self.dropout, "dropout")
    }
}

impl FeedForward {
    /// Works on each position alone.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T, D]`.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        match self {
            Self::Plain(layer) => layer.forward(x),
            Self::Gated(layer) => layer.forward(x),
        }
    }
}
