//! From the residual stream to logits.

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Tensor},
};
use salamander_kernels as kernels;
use serde::{Deserialize, Serialize};

use crate::{ConfigError, Init, Linear, LinearConfig, Role, TokenTable};

/// Where the matrix before the softmax comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum UnembeddingConfig {
    /// It is the token embedding. Hugging Face: `tie_word_embeddings`.
    Tied {
        /// What the stream is multiplied with before.
        #[serde(default = "one")]
        scale: f64,
        /// Whether each word has a bias of its own.
        #[serde(default)]
        bias: bool,
    },
    /// It is its own.
    Untied {
        /// Whether each word has a bias of its own.
        #[serde(default)]
        bias: bool,
    },
}

fn one() -> f64 {
    1.0
}

/// `logits = x Wᵀ + b`, `W` the token embedding or a matrix of its own.
#[derive(Module, Debug)]
pub enum Unembedding {
    /// The token embedding: the tensor itself, used twice. A second parameter with the same values would be trained
    /// apart from it.
    Tied(Tied),
    /// A matrix of its own.
    Untied(Linear),
}

/// What is left to say when the matrix is the token embedding.
#[derive(Module, Debug)]
pub struct Tied {
    /// `[V]`.
    pub bias: Option<Param<Tensor<1>>>,
    scale: f64,
}

impl UnembeddingConfig {
    /// Checks that a stream of width `d_model` meets word vectors of width `width`.
    ///
    /// # Errors
    /// If the matrix is the token embedding and has another width.
    pub fn validate(&self, width: usize, d_model: usize) -> Result<(), ConfigError> {
        if let Self::Tied { scale, .. } = *self {
            ConfigError::above_zero(scale, "scale")?;
        }
        ConfigError::unless(width == d_model || matches!(self, Self::Untied { .. }), "kind", || {
            format!("is tied to vectors of width {width}, the stream has width {d_model}; untied, it has its own")
        })
    }

    /// Makes the head for `vocab_size` words of a stream of width `d_model`.
    pub fn init(&self, vocab_size: usize, d_model: usize, init: &Init, device: &Device) -> Unembedding {
        match *self {
            Self::Tied { scale, bias } => {
                Unembedding::Tied(Tied { bias: bias.then(|| Initializer::Zeros.init([vocab_size], device)), scale })
            }
            Self::Untied { bias } => {
                let init = init.matrix(Role::Head, d_model, d_model);
                Unembedding::Untied(LinearConfig { d_input: d_model, d_output: vocab_size, bias, init }.init(device))
            }
        }
    }
}

impl Unembedding {
    /// The logits of every word at every position.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T, V]`.
    pub fn forward(&self, x: Tensor<3>, tokens: &TokenTable) -> Tensor<3> {
        match self {
            Self::Tied(tied) => {
                let x = if tied.scale == 1.0 { x } else { x.mul_scalar(tied.scale) };
                let bias = tied.bias.as_ref().map(Param::val);
                kernels::linear(x, tokens.weight.val().transpose(), bias)
            }
            Self::Untied(linear) => linear.forward(x),
        }
    }
}
