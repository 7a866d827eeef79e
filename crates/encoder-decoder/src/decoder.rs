//! The layers that write, with weights of their own or with the encoder's.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use salamander_attention::{
    Block, CrossBlock, CrossBlockConfig, Init, KvCache, Pass, SharedCrossBlock, Stack, StackConfig,
};

use crate::Sharing;

/// The layers that write: `x <- blockᵢ(x, memory)` for each layer, then the final norm.
#[derive(Module, Debug)]
pub enum DecoderStack {
    /// All weights are its own.
    Own(Stack<CrossBlock>),
    /// Cross-attention, biases by distance and the final norm are its own; all else is the encoder's.
    Shared(Stack<SharedCrossBlock>),
}

impl DecoderStack {
    /// Makes the stack for a stream of width `d_model`.
    pub(crate) fn new(
        sharing: Sharing,
        config: &StackConfig<CrossBlockConfig>,
        d_model: usize,
        init: &Init,
        device: &Device,
    ) -> Self {
        match sharing {
            Sharing::Nothing => Self::Own(config.init(d_model, init, device)),
            Sharing::Blocks => Self::Shared(Sharing::shared(config).init(d_model, init, device)),
        }
    }

    /// Sends the stream through all layers, in a pass that brings the memory along.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T, D]`.
    ///
    /// # Panics
    /// If the pass brings no memory.
    pub fn forward(&self, x: Tensor<3>, encoder: &Stack<Block>, pass: &mut Pass) -> Tensor<3> {
        match self {
            Self::Own(stack) => stack.forward(x, pass),
            Self::Shared(stack) => stack.forward_with(x, &encoder.blocks, pass),
        }
    }

    /// Room to keep `capacity` positions of `batch` sequences, and the memory's keys and values.
    pub fn cache(&self, encoder: &Stack<Block>, batch: usize, capacity: usize, device: &Device) -> KvCache {
        match self {
            Self::Own(stack) => stack.cache(batch, capacity, device),
            // The same self-attention keeps the same, whichever stack asks.
            Self::Shared(_) => encoder.cache(batch, capacity, device),
        }
    }
}
