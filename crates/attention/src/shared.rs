//! A layer that writes with the weights of a layer that reads.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};

use crate::{
    Attention, Block, ConfigError, CrossBlockConfig, Init, LayerConfig, LayerPass, Pass, Residual, Stack,
    replay::Forward,
};

/// A [`CrossBlockConfig`] of which the cross-attention alone is made; the rest is another stack's [`Block`].
#[derive(Debug, Clone, PartialEq)]
pub struct SharedCrossBlockConfig(pub CrossBlockConfig);

/// What a [`CrossBlock`](crate::CrossBlock) has beyond a [`Block`]: `x <- residual(x, cross)` between the two lines of a
/// block of the encoder (Raffel et al. 2020, arXiv:1910.10683, section 3.2.2).
///
/// The block is lent to each forward and not kept: a parameter that is cloned is another parameter, with a gradient of its
/// own.
#[derive(Module, Debug)]
pub struct SharedCrossBlock {
    /// Positions gather from the encoder's output.
    pub cross: Attention,
    /// Around cross-attention.
    pub around_cross: Residual,
}

impl SharedCrossBlock {
    /// `x <- residual(x, attention)`, `x <- residual(x, cross)`, `x <- residual(x, feed_forward)`, the first and the last
    /// with the weights of `block`.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T, D]`.
    ///
    /// # Panics
    /// If the pass brings no memory.
    pub fn forward(&self, x: Tensor<3>, block: &Block, pass: &mut LayerPass) -> Tensor<3> {
        let x = block.around_attention.apply(x, |x| block.attention.forward(x, pass)); // [B, T, D]
        let x = self.around_cross.apply(x, |x| self.cross.cross(x, pass)); // [B, T, D]
        block.around_feed_forward.apply(x, |x| block.feed_forward.forward(x)) // [B, T, D]
    }
}

impl Stack<SharedCrossBlock> {
    /// Sends the stream through all layers, each with the weights of the block of its own depth.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T, D]`.
    ///
    /// # Panics
    /// If there are fewer blocks than layers, or the pass brings no memory.
    pub fn forward_with(&self, x: Tensor<3>, blocks: &[Block], pass: &mut Pass) -> Tensor<3> {
        let layer =
            |depth: usize, layer: &SharedCrossBlock, x, pass: &mut LayerPass| layer.forward(x, &blocks[depth], pass);
        self.through(x, pass, layer, |depth, layer| {
            let both: Forward<(SharedCrossBlock, Block)> = |(layer, block), x, pass| layer.forward(x, block, pass);
            ((layer.clone(), blocks[depth].clone()), both)
        })
    }
}

impl LayerConfig for SharedCrossBlockConfig {
    type Layer = SharedCrossBlock;

    fn init(&self, d_model: usize, init: &Init, device: &Device) -> SharedCrossBlock {
        let Self(block) = self;
        SharedCrossBlock {
            cross: block.cross.init(d_model, init, device),
            around_cross: block.residual.init(d_model, device),
        }
    }

    fn n_heads(&self) -> usize {
        self.0.n_heads()
    }

    fn validate(&self) -> Result<(), ConfigError> {
        self.0.validate()
    }
}
