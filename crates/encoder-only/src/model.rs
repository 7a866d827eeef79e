//! The whole family on one page.

use burn::{
    module::Module,
    tensor::{Bool, Int, Tensor},
};
use salamander_attention::{Block, Embedding, Mask, Pass, Stack, TokenTable};

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

    /// The same of texts that padding brings to one length, which is not seen.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V` and, true at padding, `[B, T]`; to `[B, T, D]`.
    pub fn read(&self, tokens: Tensor<2, Int>, padding: Option<&Tensor<2, Bool>>, pass: &mut Pass) -> Tensor<3> {
        if let Some(padding) = padding {
            let hidden = padding.clone().unsqueeze_dims(&[1, 1]); // [B, 1, 1, T]
            pass.hide(Mask::Explicit { hidden });
        }
        self.forward(tokens, pass) // [B, T, D]
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

    /// The logits of the words that belong at some positions, the rows laid end to end: all that training asks for.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V` and `N` positions below `B T`, to `[N, V]`.
    pub fn at(&self, tokens: Tensor<2, Int>, positions: Tensor<1, Int>, pass: &mut Pass) -> Tensor<2> {
        let x = self.encoder.forward(tokens, pass); // [B, T, D]
        self.head.at(x, positions, &self.encoder.tokens) // [N, V]
    }
}

impl Classifier {
    /// The logits of each class.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V` and, true at padding, `[B, T]`, which is neither seen nor counted; to `[B, classes]`.
    pub fn forward(&self, tokens: Tensor<2, Int>, padding: Option<Tensor<2, Bool>>, pass: &mut Pass) -> Tensor<2> {
        let x = self.encoder.read(tokens, padding.as_ref(), pass); // [B, T, D]
        self.head.forward(x, padding) // [B, classes]
    }
}
