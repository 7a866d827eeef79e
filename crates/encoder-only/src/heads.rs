//! What is made of an encoder's output.

use burn::{
    module::Module,
    tensor::{Bool, Device, Int, Tensor},
};
use salamander_attention::{
    Activation, Dropout, Init, Linear, LinearConfig, Norm, NormConfig, Role, TokenTable, Unembedding, UnembeddingConfig,
};
use serde::{Deserialize, Serialize};

use crate::Pooling;

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
    /// How the vectors of the tokens become one.
    #[serde(default = "first")]
    pub pooling: Pooling,
    /// What bends between the two matrices.
    pub activation: Activation,
    /// Chance of dropping an element between them while training.
    pub dropout: f64,
}

fn first() -> Pooling {
    Pooling::First
}

/// `logits = dropout(act(y W₁ + b₁)) W₂ + b₂`, `y` one vector for all: the first position's (Devlin et al. 2018,
/// arXiv:1810.04805) or the mean (Reimers and Gurevych 2019, arXiv:1908.10084).
#[derive(Module, Debug)]
pub struct ClassificationHead {
    /// `D` to `D`.
    pub pooler: Linear,
    /// `D` to the classes.
    pub classifier: Linear,
    dropout: Dropout,
    #[module(skip)]
    pooling: Pooling,
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
            pooling: self.pooling,
            activation: self.activation,
        }
    }
}

pub(crate) fn linear(d_input: usize, d_output: usize, init: &Init, device: &Device) -> Linear {
    LinearConfig { d_input, d_output, bias: true, init: init.matrix(Role::Inner, d_input, d_input) }.init(device)
}

impl MaskedLmHead {
    /// The logits of the words that belong at some positions, the rows laid end to end.
    ///
    /// # Shapes
    /// `[B, T, D]` and `N` positions below `B T`, to `[N, V]`.
    pub fn at(&self, x: Tensor<3>, positions: Tensor<1, Int>, tokens: &TokenTable) -> Tensor<2> {
        let x = x.flatten::<2>(0, 1).select(0, positions); // [N, D]
        self.forward(x.unsqueeze(), tokens).squeeze_dim(0) // [N, V]
    }

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
    /// `[B, T, D]` and, true at padding, which is not counted, `[B, T]`; to `[B, classes]`.
    pub fn forward(&self, x: Tensor<3>, padding: Option<Tensor<2, Bool>>) -> Tensor<2> {
        let y = self.pooling.pool(x, padding); // [B, D]
        let y = salamander_kernels::activation(self.pooler.forward(y), self.activation); // [B, D]
        self.classifier.forward(self.dropout.forward(y)) // [B, classes]
    }
}
