//! The whole family on one page.

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor},
};
use salamander_attention::{Block, Embedding, KvCache, Pass, Stack, TokenTable, Unembedding};

use crate::DecoderStack;

/// One stack reads the source, another writes the target (Vaswani et al. 2017, arXiv:1706.03762).
///
/// ```text
/// p(y₁ … y_T | source) = Π p(y_t | y₁ … y_{t-1}, encode(source))
/// ```
#[derive(Module, Debug)]
pub struct EncoderDecoder {
    /// A vector for each word, shared by both stacks.
    pub tokens: TokenTable,
    /// How the source's stream begins.
    pub source: Embedding,
    /// How the target's stream begins.
    pub target: Embedding,
    /// The layers that read.
    pub encoder: Stack<Block>,
    /// The layers that write.
    pub decoder: DecoderStack,
    /// How the target's stream becomes logits.
    pub unembedding: Unembedding,
}

impl EncoderDecoder {
    /// Reads the source: each of its positions sees every other.
    ///
    /// # Shapes
    /// `[B, S]` ids below `V`, to the memory `[B, S, D]`.
    pub fn encode(&self, source: Tensor<2, Int>, pass: &mut Pass) -> Tensor<3> {
        let x = self.tokens.forward(source); // [B, S, D]
        let x = self.source.forward(x, pass); // [B, S, D]
        self.encoder.forward(x, pass) // [B, S, D]
    }

    /// The logits of the target token after each position, in a pass that brings the memory along.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, V]`.
    ///
    /// # Panics
    /// If the pass brings no memory.
    pub fn decode(&self, target: Tensor<2, Int>, pass: &mut Pass) -> Tensor<3> {
        let x = self.hidden(target, pass); // [B, T, D]
        self.unembed(x) // [B, T, V]
    }

    /// The target's stream behind the last layer, from which [`unembed`](Self::unembed) makes logits.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, D]`.
    ///
    /// # Panics
    /// If the pass brings no memory.
    pub fn hidden(&self, target: Tensor<2, Int>, pass: &mut Pass) -> Tensor<3> {
        pass.hide_future();
        let x = self.tokens.forward(target); // [B, T, D]
        let x = self.target.forward(x, pass); // [B, T, D]
        self.decoder.forward(x, &self.encoder, pass) // [B, T, D]
    }

    /// The logits of every word at each position of the target's stream.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T, V]`.
    pub fn unembed(&self, x: Tensor<3>) -> Tensor<3> {
        self.unembedding.forward(x, &self.tokens)
    }

    /// Room to keep `capacity` target positions of `batch` sequences, and the memory's keys and values.
    pub fn cache(&self, batch: usize, capacity: usize, device: &Device) -> KvCache {
        self.decoder.cache(&self.encoder, batch, capacity, device)
    }
}
