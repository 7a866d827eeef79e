//! The whole family on one page.

use burn::{
    module::Module,
    tensor::{Int, Tensor},
};
use salamander_attention::{Block, Embedding, Pass, Stack, TokenTable};

use crate::{ClassificationHead, MaskedLmHead};

/// A stack of blocks in which every position sees every other (Devlin et al. 2018, arXiv:1810.04805).
#[derive(Module, Debug)]
pub struct Encoder {
    /// A vector for each word.
    pub tokens: TokenTable,
    /// How the stream begins.
    pub embedding: Embedding,
    /// The layers.
    pub stack: Stack<Block>,
}

/// An encoder that names the words behind the gaps.
#[derive(Module, Debug)]
pub struct MaskedLm {
    /// What reads.
    pub encoder: Encoder,
    /// What names the missing word.
    pub head: MaskedLmHead,
}

/// An encoder that judges the whole input.
#[derive(Module, Debug)]
pub struct Classifier {
    /// What reads.
    pub encoder: Encoder,
    /// What judges.
    pub head: ClassificationHead,
}

impl Encoder {
    /// Describes each position in the light of all others.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, D]`.
    pub fn forward(&self, tokens: Tensor<2, Int>, pass: &mut Pass) -> Tensor<3> {
        let x = self.tokens.forward(tokens); // [B, T, D]
        let x = self.embedding.forward(x, pass); // [B, T, D]
        self.stack.forward(x, pass) // [B, T, D]
    }
}

impl MaskedLm {
    /// The logits of the word that belongs at each position.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, V]`.
    pub fn forward(&self, tokens: Tensor<2, Int>, pass: &mut Pass) -> Tensor<3> {
        let x = self.encoder.forward(tokens, pass); // [B, T, D]
        self.head.forward(x, &self.encoder.tokens) // [B, T, V]
    }
}

impl Classifier {
    /// The logits of each class.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, classes]`.
    pub fn forward(&self, tokens: Tensor<2, Int>, pass: &mut Pass) -> Tensor<2> {
        let x = self.encoder.forward(tokens, pass); // [B, T, D]
        self.head.forward(x) // [B, classes]
    }
}
