//! What is made of an encoder's output.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use salamander_attention::{
    Activation, Dropout, Init, Linear, LinearConfig, Norm, NormConfig, Role, TokenTable, Unembedding, UnembeddingConfig,
};
use serde::{Deserialize, Serialize};

/// What names a missing word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskedLmHeadConfig {
    /// What bends between the two matrices. Hugging Face: `hidden_act`.
    pub activation: Activation,
    /// What stands before the second.
    pub norm: NormConfig,
    /// The second.
    pub unembedding: UnembeddingConfig,
}

/// `logits = unembed(norm(act(x W + b)))` (Devlin et al. 2018, arXiv:1810.04805); where the embedding is narrower than the
/// stream, `W` leads back to its width (Lan et al. 2019, arXiv:1909.11942).
#[derive(Module, Debug)]
pub struct MaskedLmHead {
    /// `D` to the width of the embedding, `M`.
    pub dense: Linear,
    /// Before the logits.
    pub norm: Norm,
    /// `M` to `V`.
    pub unembedding: Unembedding,
    #[module(skip)]
    activation: Activation,
}

/// What judges the whole input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassificationHeadConfig {
    /// How many answers there are.
    pub n_classes: usize,
    /// What bends between the two matrices.
    pub activation: Activation,
    /// Chance of dropping an element between them while training.
    pub dropout: f64,
}

/// `logits = dropout(act(x₀ W₁ + b₁)) W₂ + b₂`, `x₀` the first position's output (Devlin et al. 2018, arXiv:1810.04805).
#[derive(Module, Debug)]
pub struct ClassificationHead {
    /// `D` to `D`, of the first position.
    pub pooler: Linear,
    /// `D` to the classes.
    pub classifier: Linear,
    dropout: Dropout,
    #[module(skip)]
    activation: Activation,
}

impl MaskedLmHeadConfig {
    /// Makes the head for `vocab_size` words; the widths are those of the stream and of the embedding.
    pub fn init(&self, vocab_size: usize, widths: [usize; 2], init: &Init, device: &Device) -> MaskedLmHead {
        let [d_model, width] = widths;
        MaskedLmHead {
            dense: linear(d_model, width, init, device),
            norm: self.norm.init(width, device),
            unembedding: self.unembedding.init(vocab_size, width, init, device),
            activation: self.activation,
        }
    }
}

impl ClassificationHeadConfig {
    /// Makes the head.
    pub fn init(&self, d_model: usize, init: &Init, device: &Device) -> ClassificationHead {
        ClassificationHead {
            pooler: linear(d_model, d_model, init, device),
            classifier: linear(d_model, self.n_classes, init, device),
            dropout: Dropout::new(self.dropout),
            activation: self.activation,
        }
    }
}

pub(crate) fn linear(d_input: usize, d_output: usize, init: &Init, device: &Device) -> Linear {
    LinearConfig { d_input, d_output, bias: true, init: init.matrix(Role::Inner, d_input, d_input) }.init(device)
}

impl MaskedLmHead {
    /// The logits of the word that belongs at each position.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T, V]`.
    pub fn forward(&self, x: Tensor<3>, tokens: &TokenTable) -> Tensor<3> {
        let x = salamander_kernels::activation(self.dense.forward(x), self.activation); // [B, T, M]
        self.unembedding.forward(self.norm.forward(x), tokens) // [B, T, V]
    }
}

impl ClassificationHead {
    /// The logits of each class.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, classes]`.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<2> {
        let first = x.narrow(1, 0, 1).squeeze_dim::<2>(1); // [B, D]
        let pooled = salamander_kernels::activation(self.pooler.forward(first), self.activation); // [B, D]
        self.classifier.forward(self.dropout.forward(pooled)) // [B, classes]
    }
}
