//! How an attention layer is cut.

use burn::tensor::Device;
use salamander_kernels::{AttentionOptions, Reach, Weights};
use serde::{Deserialize, Serialize};

use super::{Attention, Regulariser};
use crate::{ConfigError, Dropout, Init, LinearConfig, Role, RotaryConfig};

/// How an attention layer is cut, weighted and told where things are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttentionConfig {
    /// Query heads, `H`. Hugging Face: `num_attention_heads`, `n_head`, `num_heads`.
    pub n_heads: usize,
    /// Key and value heads, `K`, a divisor of `H`: `K = H` is multi-head, `K = 1` multi-query.
    /// Hugging Face: `num_key_value_heads`.
    pub n_kv_heads: usize,
    /// Width of one head, `E`. Hugging Face: `head_dim`, `d_kv`.
    pub d_head: usize,
    /// Which projections add a bias.
    pub bias: ProjectionBias,
    /// What the products are multiplied with; absent, `1 / √E`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// What the scaled products are divided by: small makes the weights sharp, large makes them even.
    #[serde(default = "one")]
    pub temperature: f64,
    /// How scores become weights.
    #[serde(default = "softmax")]
    pub weights: Weights,
    /// How much of the regulariser of relu weights is added to the loss; it keeps each row's sum near 1 and its entropy
    /// below `0.7 ln n` (arXiv:2302.06461). 0 adds none.
    #[serde(default)]
    pub regulariser: f64,
    /// Whether and how queries and keys turn with their position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotary: Option<RotaryConfig>,
    /// Chance of dropping a weight while training. Hugging Face: `attention_dropout`, `attn_pdrop`.
    #[serde(default)]
    pub dropout: f64,
}

/// Which of the four projections add a bias.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectionBias {
    /// To queries.
    pub query: bool,
    /// To keys.
    pub key: bool,
    /// To values.
    pub value: bool,
    /// Back to the stream.
    pub output: bool,
}

impl ProjectionBias {
    /// All four.
    pub const ALL: Self = Self { query: true, key: true, value: true, output: true };
    /// None of them.
    pub const NONE: Self = Self { query: false, key: false, value: false, output: false };
}

fn one() -> f64 {
    1.0
}

fn softmax() -> Weights {
    Weights::Softmax
}

impl AttentionConfig {
    /// `n_heads` heads of width `d_head`, each with its own keys and values, all biases, softmax, no positions.
    pub fn multi_head(n_heads: usize, d_head: usize) -> Self {
        Self {
            n_heads,
            n_kv_heads: n_heads,
            d_head,
            bias: ProjectionBias::ALL,
            scale: None,
            temperature: 1.0,
            weights: Weights::Softmax,
            regulariser: 0.0,
            rotary: None,
            dropout: 0.0,
        }
    }

    /// Makes the layer for a stream of width `d_model`.
    pub fn init(&self, d_model: usize, init: &Init, device: &Device) -> Attention {
        let (queries, keys) = (self.n_heads * self.d_head, self.n_kv_heads * self.d_head);
        let linear = |d_input, d_output, bias, role| {
            LinearConfig { d_input, d_output, bias, init: init.matrix(role, d_input, self.d_head) }.init(device)
        };
        Attention {
            query: linear(d_model, queries, self.bias.query, Role::Query),
            key: linear(d_model, keys, self.bias.key, Role::KeyValue),
            value: linear(d_model, keys, self.bias.value, Role::KeyValue),
            output: linear(queries, d_model, self.bias.output, Role::Output),
            dropout: Dropout::new(self.dropout),
            rotary: self.rotary.clone(),
            options: self.options(),
            regulariser: Regulariser::new(self.regulariser),
            n_heads: self.n_heads,
            n_kv_heads: self.n_kv_heads,
            d_head: self.d_head,
        }
    }

    /// What the products of queries and keys are multiplied with in all.
    pub fn factor(&self) -> f64 {
        self.scale.unwrap_or_else(|| (self.d_head as f64).powf(-0.5)) / self.temperature
    }

    fn options(&self) -> AttentionOptions {
        AttentionOptions {
            scale: self.factor(),
            softcap: None,
            reach: Reach { left: None, right: None },
            weights: self.weights,
            dropout: 0.0,
        }
    }

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// If heads do not divide, a width is zero, or a chance, a factor or a rotation is out of its range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        ConfigError::positive(self.n_heads, "n_heads")?;
        ConfigError::positive(self.d_head, "d_head")?;
        let divides = self.n_kv_heads > 0 && self.n_heads.is_multiple_of(self.n_kv_heads);
        ConfigError::unless(divides, "n_kv_heads", || {
            format!("is {}; it must divide the {} query heads", self.n_kv_heads, self.n_heads)
        })?;
        ConfigError::above_zero(self.temperature, "temperature")?;
        ConfigError::above_zero(self.scale.unwrap_or(1.0), "scale")?;
        if let Weights::Relu { gamma } = self.weights {
            ConfigError::above_zero(gamma, "weights.gamma")?;
        }
        ConfigError::unless((0.0..f64::INFINITY).contains(&self.regulariser), "regulariser", || {
            format!("is {}; it must be a number that is not negative", self.regulariser)
        })?;
        if let Some(rotary) = &self.rotary {
            rotary.validate(self.d_head).map_err(|e| e.within("rotary"))?;
        }
        ConfigError::probability(self.dropout, "dropout")
    }
}
