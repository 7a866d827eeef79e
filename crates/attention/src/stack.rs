//! Blocks on top of each other.

use burn::{
    module::{Flag, Module, Param},
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};

use crate::{
    CacheShape, ConfigError, Dropout, Init, KvCache, LayerPass, Norm, NormConfig, Pass, RelativeBias,
    RelativeBiasConfig,
    replay::{Forward, Replay},
};

/// One layer of a stack.
pub trait Layer: Module + 'static {
    /// `[B, T, D]` to `[B, T, D]`.
    fn forward(&self, x: Tensor<3>, pass: &mut LayerPass) -> Tensor<3>;

    /// What a cache keeps of it.
    fn cache_shape(&self) -> CacheShape;
}

/// How one layer is made.
pub trait LayerConfig {
    /// What is made.
    type Layer: Module;

    /// Makes a layer in a stream of width `d_model`.
    fn init(&self, d_model: usize, init: &Init, device: &Device) -> Self::Layer;

    /// Query heads of its self-attention, `H`.
    fn n_heads(&self) -> usize;

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// The first rule that is broken.
    fn validate(&self) -> Result<(), ConfigError>;
}

/// How many layers of what kind, and what ends them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StackConfig<C> {
    /// Layers, `N`. Hugging Face: `num_hidden_layers`, `n_layer`, `num_layers`.
    pub n_layers: usize,
    /// Each of them.
    pub block: C,
    /// A bias on the scores by distance, one for all layers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative: Option<RelativeBiasConfig>,
    /// What the last layer's output passes through.
    #[serde(default)]
    pub norm: NormConfig,
    /// Chance of dropping an element at the end while training.
    #[serde(default)]
    pub dropout: f64,
}

/// `x <- blockᵢ(x)` for each layer, then the final norm.
#[derive(Module, Debug)]
pub struct Stack<L: Module> {
    /// The layers.
    pub blocks: Vec<L>,
    /// A bias on the scores by distance.
    pub relative: Option<RelativeBias>,
    /// What the last layer's output passes through.
    pub norm: Norm,
    dropout: Dropout,
    /// See [`replaying`](crate::replaying).
    replays: Param<Flag>,
}

impl<C: LayerConfig> StackConfig<C> {
    /// Makes the stack for a stream of width `d_model`.
    pub fn init(&self, d_model: usize, init: &Init, device: &Device) -> Stack<C::Layer> {
        let relative = |config: &RelativeBiasConfig| config.init(self.block.n_heads(), d_model, init, device);
        Stack {
            blocks: (0..self.n_layers).map(|_| self.block.init(d_model, init, device)).collect(),
            relative: self.relative.as_ref().map(relative),
            norm: self.norm.init(d_model, device),
            dropout: Dropout::new(self.dropout),
            replays: Param::from_bool(false),
        }
    }

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), ConfigError> {
        ConfigError::positive(self.n_layers, "n_layers")?;
        self.block.validate().map_err(|e| e.within("block"))?;
        if let Some(relative) = &self.relative {
            relative.validate().map_err(|e| e.within("relative"))?;
        }
        self.norm.validate().map_err(|e| e.within("norm"))?;
        ConfigError::probability(self.dropout, "dropout")
    }
}

impl<L: Module> Stack<L> {
    /// `x <- layer(depth, blockᵢ, x)` for each layer, then the final norm. `kept` is the same with all that the layer needs,
    /// to be done again: see [`replaying`](crate::replaying).
    pub(crate) fn through<R: Module + 'static>(
        &self,
        mut x: Tensor<3>,
        pass: &mut Pass,
        layer: impl Fn(usize, &L, Tensor<3>, &mut LayerPass) -> Tensor<3>,
        kept: impl Fn(usize, &L) -> (R, Forward<R>),
    ) -> Tensor<3> {
        let [_, t, _] = x.dims();
        let s = pass.offset() + t;
        pass.set_relative(self.relative.as_ref().map(|relative| relative.forward(t, s))); // [1, H, T, S]
        if self.replays.is_enabled() && x.device().is_autodiff() && pass.is_unobserved() {
            let mut replay = Replay::begin(x, pass);
            for (depth, block) in self.blocks.iter().enumerate() {
                replay.through(depth, kept(depth, block));
            }
            x = replay.end(pass); // [B, T, D]
        } else {
            for (depth, block) in self.blocks.iter().enumerate() {
                let mut seen = pass.layer(depth);
                x = layer(depth, block, x, &mut seen); // [B, T, D]
                seen.record("output", &x);
            }
        }
        pass.finish(t);
        let x = self.norm.forward(x);
        pass.record("output", &x);
        self.dropout.forward(x)
    }
}

impl<L: Layer> Stack<L> {
    /// Sends the stream through all layers.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T, D]`.
    pub fn forward(&self, x: Tensor<3>, pass: &mut Pass) -> Tensor<3> {
        let kept = |_, block: &L| (block.clone(), L::forward as Forward<L>);
        self.through(x, pass, |_, block, x, pass| block.forward(x, pass), kept) // [B, T, D]
    }

    /// Room to keep `capacity` positions of `batch` sequences.
    pub fn cache(&self, batch: usize, capacity: usize, device: &Device) -> KvCache {
        let shapes: Vec<_> = self.blocks.iter().map(Layer::cache_shape).collect();
        KvCache::new(&shapes, batch, capacity, device)
    }
}
