//! The blocks a stack is made of.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};

use crate::{
    Attention, AttentionConfig, CacheShape, ConfigError, FeedForward, FeedForwardConfig, Init, Layer, LayerConfig,
    LayerPass, Residual, ResidualConfig,
};

/// A block of self-attention and feed-forward, both inside the same kind of residual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockConfig {
    /// How positions gather from each other.
    pub attention: AttentionConfig,
    /// What is done at each position.
    pub feed_forward: FeedForwardConfig,
    /// What stands around each of them.
    pub residual: ResidualConfig,
}

/// `x <- residual(x, attention)`, `x <- residual(x, feed_forward)`.
#[derive(Module, Debug)]
pub struct Block {
    /// Positions gather from each other.
    pub attention: Attention,
    /// Around attention.
    pub around_attention: Residual,
    /// Each position for itself.
    pub feed_forward: FeedForward,
    /// Around the feed-forward.
    pub around_feed_forward: Residual,
}

/// A block that also looks at an encoder's output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrossBlockConfig {
    /// How positions gather from each other.
    pub attention: AttentionConfig,
    /// How they gather from the encoder's output.
    pub cross: AttentionConfig,
    /// What is done at each position.
    pub feed_forward: FeedForwardConfig,
    /// What stands around each of them.
    pub residual: ResidualConfig,
}

/// `x <- residual(x, attention)`, `x <- residual(x, cross)`, `x <- residual(x, feed_forward)`.
#[derive(Module, Debug)]
pub struct CrossBlock {
    /// Positions gather from each other.
    pub attention: Attention,
    /// Around attention.
    pub around_attention: Residual,
    /// Positions gather from the encoder's output.
    pub cross: Attention,
    /// Around cross-attention.
    pub around_cross: Residual,
    /// Each position for itself.
    pub feed_forward: FeedForward,
    /// Around the feed-forward.
    pub around_feed_forward: Residual,
}

impl Layer for Block {
    fn forward(&self, x: Tensor<3>, pass: &mut LayerPass) -> Tensor<3> {
        let x = self.around_attention.apply(x, |x| self.attention.forward(x, pass)); // [B, T, D]
        self.around_feed_forward.apply(x, |x| self.feed_forward.forward(x)) // [B, T, D]
    }

    fn cache_shape(&self) -> CacheShape {
        self.attention.cache_shape()
    }
}

impl Layer for CrossBlock {
    fn forward(&self, x: Tensor<3>, pass: &mut LayerPass) -> Tensor<3> {
        let x = self.around_attention.apply(x, |x| self.attention.forward(x, pass)); // [B, T, D]
        let x = self.around_cross.apply(x, |x| self.cross.cross(x, pass)); // [B, T, D]
        self.around_feed_forward.apply(x, |x| self.feed_forward.forward(x)) // [B, T, D]
    }

    fn cache_shape(&self) -> CacheShape {
        self.attention.cache_shape()
    }
}

impl LayerConfig for BlockConfig {
    type Layer = Block;

    fn init(&self, d_model: usize, init: &Init, device: &Device) -> Block {
        Block {
            attention: self.attention.init(d_model, init, device),
            around_attention: self.residual.init(d_model, device),
            feed_forward: self.feed_forward.init(d_model, init, device),
            around_feed_forward: self.residual.init(d_model, device),
        }
    }

    fn n_heads(&self) -> usize {
        self.attention.n_heads
    }

    fn validate(&self) -> Result<(), ConfigError> {
        self.attention.validate().map_err(|e| e.within("attention"))?;
        self.feed_forward.validate().map_err(|e| e.within("feed_forward"))?;
        self.residual.validate().map_err(|e| e.within("residual"))
    }
}

impl LayerConfig for CrossBlockConfig {
    type Layer = CrossBlock;

    fn init(&self, d_model: usize, init: &Init, device: &Device) -> CrossBlock {
        CrossBlock {
            attention: self.attention.init(d_model, init, device),
            around_attention: self.residual.init(d_model, device),
            cross: self.cross.init(d_model, init, device),
            around_cross: self.residual.init(d_model, device),
            feed_forward: self.feed_forward.init(d_model, init, device),
            around_feed_forward: self.residual.init(d_model, device),
        }
    }

    fn n_heads(&self) -> usize {
        self.attention.n_heads
    }

    fn validate(&self) -> Result<(), ConfigError> {
        self.attention.validate().map_err(|e| e.within("attention"))?;
        self.cross.validate().map_err(|e| e.within("cross"))?;
        let turns = self.cross.rotary.is_none();
        ConfigError::unless(turns, "cross.rotary", || {
            "is set; positions of two sequences have no common origin to turn from".into()
        })?;
        self.feed_forward.validate().map_err(|e| e.within("feed_forward"))?;
        self.residual.validate().map_err(|e| e.within("residual"))
    }
}
