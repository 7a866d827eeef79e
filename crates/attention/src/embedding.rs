//! From token ids to the residual stream.

use burn::{
    module::{Module, Param},
    tensor::{Device, Int, Tensor},
};
use salamander_kernels as kernels;
use serde::{Deserialize, Serialize};

use crate::{
    ConfigError, Dropout, Init, Norm, NormConfig, Pass, Role,
    position::{Positions, PositionsConfig},
};

/// What is added up to begin the stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingConfig {
    /// What token vectors are multiplied with.
    #[serde(default = "one")]
    pub scale: f64,
    /// Vectors for positions.
    #[serde(default)]
    pub positions: PositionsConfig,
    /// Kinds of segments (first sentence, second sentence); 0 for none. Hugging Face: `type_vocab_size`.
    #[serde(default)]
    pub segments: usize,
    /// What the sum passes through.
    #[serde(default)]
    pub norm: NormConfig,
    /// Chance of dropping an element while training. Hugging Face: `embd_pdrop`, `hidden_dropout_prob`.
    #[serde(default)]
    pub dropout: f64,
}

fn one() -> f64 {
    1.0
}

impl Default for EmbeddingConfig {
    fn default() -> Self {
        Self { scale: 1.0, positions: PositionsConfig::None, segments: 0, norm: NormConfig::None, dropout: 0.0 }
    }
}

/// A vector for each token: `table[token]`.
///
/// Several parts of a model may use it (both stacks of an encoder-decoder, the logits: Press and Wolf 2017,
/// arXiv:1608.05859); there is still only this one tensor.
#[derive(Module, Debug)]
pub struct TokenTable {
    /// `[V, D]`.
    pub weight: Param<Tensor<2>>,
}

/// `x = dropout(norm(scale · vector + position + segment))`.
#[derive(Module, Debug)]
pub struct Embedding {
    /// Where each vector stands.
    pub positions: Positions,
    /// `[segments, D]`.
    pub segments: Option<Param<Tensor<2>>>,
    /// What the sum passes through.
    pub norm: Norm,
    dropout: Dropout,
    scale: f64,
}

impl TokenTable {
    /// Makes the table of `vocab_size` tokens in a stream of width `d_model`.
    pub fn new(vocab_size: usize, d_model: usize, init: &Init, device: &Device) -> Self {
        let weight = init.matrix(Role::Embedding, d_model, d_model).init([vocab_size, d_model], device);
        Self { weight }
    }

    /// Looks the tokens up.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, D]`.
    pub fn forward(&self, tokens: Tensor<2, Int>) -> Tensor<3> {
        kernels::embedding(self.weight.val(), tokens)
    }
}

impl EmbeddingConfig {
    /// Makes the tables for a stream of width `d_model`.
    pub fn init(&self, d_model: usize, init: &Init, device: &Device) -> Embedding {
        let table = |rows| init.matrix(Role::Embedding, d_model, d_model).init([rows, d_model], device);
        Embedding {
            positions: self.positions.init(d_model, init, device),
            segments: (self.segments > 0).then(|| table(self.segments)),
            norm: self.norm.init(d_model, device),
            dropout: Dropout::new(self.dropout),
            scale: self.scale,
        }
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// If the norm or the dropout is out of its range, or there is no position at all.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if let Some(max_seq_len) = self.positions.max_seq_len() {
            ConfigError::positive(max_seq_len, "positions.max_seq_len")?;
        }
        self.norm.validate().map_err(|e| e.within("norm"))?;
        ConfigError::probability(self.dropout, "dropout")
    }
}

impl Embedding {
    /// Begins the stream; positions count from the pass's offset, segments are 0 where the pass says nothing.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T, D]`.
    pub fn forward(&self, vectors: Tensor<3>, pass: &mut Pass) -> Tensor<3> {
        let x = if self.scale == 1.0 { vectors } else { vectors.mul_scalar(self.scale) };
        let x = self.positions.add(x, pass.offset());
        let x = self.add_segments(x, pass);
        let x = self.norm.forward(x);
        pass.record("embedding", &x);
        self.dropout.forward(x)
    }

    fn add_segments(&self, x: Tensor<3>, pass: &Pass) -> Tensor<3> {
        let Some(table) = &self.segments else { return x };
        let [b, t, _] = x.dims();
        let segments = pass.segments().unwrap_or_else(|| Tensor::zeros([b, t], &x.device())); // [B, T]
        x + kernels::embedding(table.val(), segments)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Tolerance;

    use super::*;
    use crate::Mask;

    #[test]
    fn vectors_positions_and_segments_add_up() {
        let device = Device::flex();
        let init = Init::Normal { std: 1.0, output_std: 1.0 };
        let config = EmbeddingConfig {
            scale: 3.0,
            positions: PositionsConfig::Learned { max_seq_len: 4, offset: 0 },
            segments: 2,
            ..EmbeddingConfig::default()
        };
        let (table, embedding) = (TokenTable::new(5, 2, &init, &device), config.init(2, &init, &device));
        let vectors = table.forward(Tensor::from_ints([[4, 1]], &device));
        let segments = Tensor::<2, Int>::from_ints([[0, 1]], &device);
        let got = embedding.forward(vectors.clone(), &mut Pass::new(Mask::None).with_segments(segments));

        let kinds = embedding.segments.as_ref().expect("two segments").val().unsqueeze::<3>(); // [1, 2, D]
        let want = embedding.positions.add(vectors * 3.0, 0) + kinds.clone();
        got.into_data().assert_approx_eq::<f32>(&want.clone().into_data(), Tolerance::absolute(1e-6));

        let silent = embedding.forward(table.forward(Tensor::from_ints([[4, 1]], &device)), &mut Pass::default());
        let first = kinds.clone().slice([0..1, 0..1]); // [1, 1, D]
        let want = want - kinds + first;
        silent.into_data().assert_approx_eq::<f32>(&want.into_data(), Tolerance::absolute(1e-6));
    }
}
