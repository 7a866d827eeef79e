//! The whole family on one page.

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor},
};
use salamander_attention::{Block, Embedding, KvCache, Pass, Stack, TokenTable, Unembedding};

/// A stack of blocks that predicts each token from those before it (Radford et al. 2018; Liu et al. 2018,
/// arXiv:1801.10198).
///
/// ```text
/// p(w₁ … w_T) = Π p(w_t | w₁ … w_{t-1}),   p(· | w₁ … w_{t-1}) = softmax(logits_{t-1})
/// ```
#[derive(Module, Debug)]
pub struct Decoder {
    /// A vector for each word.
    pub tokens: TokenTable,
    /// How the stream begins.
    pub embedding: Embedding,
    /// The layers.
    pub stack: Stack<Block>,
    /// How the stream becomes logits.
    pub unembedding: Unembedding,
}

impl Decoder {
    /// The logits of the token after each position.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, V]`.
    pub fn forward(&self, tokens: Tensor<2, Int>, pass: &mut Pass) -> Tensor<3> {
        let x = self.hidden(tokens, pass); // [B, T, D]
        self.unembed(x) // [B, T, V]
    }

    /// The stream behind the last layer, from which [`unembed`](Self::unembed) makes logits.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, D]`.
    pub fn hidden(&self, tokens: Tensor<2, Int>, pass: &mut Pass) -> Tensor<3> {
        pass.hide_future();
        let x = self.tokens.forward(tokens); // [B, T, D]
        let x = self.embedding.forward(x, pass); // [B, T, D]
        self.stack.forward(x, pass) // [B, T, D]
    }

    /// The logits of every word at each position of the stream.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T, V]`.
    pub fn unembed(&self, x: Tensor<3>) -> Tensor<3> {
        self.unembedding.forward(x, &self.tokens)
    }

    /// Room to keep `capacity` positions of `batch` sequences.
    pub fn cache(&self, batch: usize, capacity: usize, device: &Device) -> KvCache {
        self.stack.cache(batch, capacity, device)
    }
}
