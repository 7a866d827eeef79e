//! From token ids to the residual stream.

use burn::{
    module::{Module, Param},
    tensor::{Device, Int, Tensor},
};
use salamander_kernels as kernels;
use serde::{Deserialize, Serialize};

use crate::{
    ConfigError, Dropout, Init, Linear, LinearConfig, Norm, NormConfig, Pass, Role,
    position::{Positions, PositionsConfig},
};

/// What is added up to begin the stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingConfig {
    /// What token vectors are multiplied with.
    #[serde(default = "one")]
    pub scale: f64,
    /// Width of the vectors that are added up, `M`; absent, the stream's. A sum with a width of its own is mapped to the
    /// stream's (Lan et al. 2019, arXiv:1909.11942). Hugging Face: `embedding_size`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub d_embedding: Option<usize>,
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
        Self {
            scale: 1.0,
            d_embedding: None,
            positions: PositionsConfig::None,
            segments: 0,
            norm: NormConfig::None,
            dropout: 0.0,
        }
    }
}

/// A vector for each token: `table[token]`.
///
/// Several parts of a model may use it (both stacks of an encoder-decoder, the logits: Press and Wolf 2017,
/// arXiv:1608.05859); there is still only this one tensor.
#[derive(Module, Debug)]
pub struct TokenTable {
    /// `[V, M]`.
    pub weight: Param<Tensor<2>>,
}

/// `x = project(dropout(norm(scale · vector + position + segment)))`.
#[derive(Module, Debug)]
pub struct Embedding {
    /// Where each vector stands.
    pub positions: Positions,
    /// `[segments, M]`.
    pub segments: Option<Param<Tensor<2>>>,
    /// What the sum passes through.
    pub norm: Norm,
    /// `M` to `D`, where the sum has a width of its own.
    pub project: Option<Linear>,
    dropout: Dropout,
    scale: f64,
}

impl TokenTable {
    /// Makes the table of `vocab_size` vectors of width `width`: see [`EmbeddingConfig::width`].
    pub fn new(vocab_size: usize, width: usize, init: &Init, device: &Device) -> Self {
        let weight = init.matrix(Role::Embedding, width, width).init([vocab_size, width], device);
        Self { weight }
    }

    /// Looks the tokens up.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, M]`.
    pub fn forward(&self, tokens: Tensor<2, Int>) -> Tensor<3> {
        kernels::embedding(self.weight.val(), tokens)
    }
}

impl EmbeddingConfig {
    /// Makes the tables for a stream of width `d_model`.
    pub fn init(&self, d_model: usize, init: &Init, device: &Device) -> Embedding {
        let width = self.width(d_model);
        let table = |rows| init.matrix(Role::Embedding, width, width).init([rows, width], device);
        let project = |d_input| {
            let init = init.matrix(Role::Inner, d_input, d_input);
            LinearConfig { d_input, d_output: d_model, bias: true, init }.init(device)
        };
        Embedding {
            positions: self.positions.init(width, init, device),
            segments: (self.segments > 0).then(|| table(self.segments)),
            norm: self.norm.init(width, device),
            project: self.d_embedding.map(project),
            dropout: Dropout::new(self.dropout),
            scale: self.scale,
        }
    }

    /// Width of a token's vector, `M`, in a model whose stream has width `d_model`.
    pub fn width(&self, d_model: usize) -> usize {
        self.d_embedding.unwrap_or(d_model)
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// If the norm or the dropout is out of its range, a vector has no width, or there is no position at all.
    pub fn validate(&self) -> Result<(), ConfigError> {
        ConfigError::above_zero(self.scale, "scale")?;
        if let Some(width) = self.d_embedding {
            ConfigError::positive(width, "d_embedding")?;
        }
        if let Some(max_seq_len) = self.positions.max_seq_len() {
            ConfigError::positive(max_seq_len, "positions.max_seq_len")?;
        }
        self.norm.validate().map_err(|e| e.within("norm"))?;
        ConfigError::probability(self.dropout, "dropout")
    }
}

impl Embedding {
    /// Begins the stream; positions count from the pass's offset where it gives none, segments are 0 where it gives none.
    ///
    /// # Shapes
    /// `[B, T, M]` to `[B, T, D]`.
    pub fn forward(&self, vectors: Tensor<3>, pass: &mut Pass) -> Tensor<3> {
        let x = self.sum(vectors, pass); // [B, T, M]
        let x = match &self.project {
            Some(project) => project.forward(x), // [B, T, D]
            None => x,
        };
        pass.record("embedding", &x);
        x
    }

    /// The stream before it has its width: what two models may share though their streams differ.
    ///
    /// # Shapes
    /// `[B, T, M]` to `[B, T, M]`.
    pub fn sum(&self, vectors: Tensor<3>, pass: &Pass) -> Tensor<3> {
        let x = if self.scale == 1.0 { vectors } else { vectors.mul_scalar(self.scale) };
        let x = self.positions.add(x, pass);
        let x = self.add_segments(x, pass);
        self.dropout.forward(self.norm.forward(x))
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
        let want = embedding.positions.add(vectors * 3.0, &Pass::default()) + kinds.clone();
        got.into_data().assert_approx_eq::<f32>(&want.clone().into_data(), Tolerance::absolute(1e-6));

        let silent = embedding.forward(table.forward(Tensor::from_ints([[4, 1]], &device)), &mut Pass::default());
        let first = kinds.clone().slice([0..1, 0..1]); // [1, 1, D]
        let want = want - kinds + first;
        silent.into_data().assert_approx_eq::<f32>(&want.into_data(), Tolerance::absolute(1e-6));
    }

    #[test]
    fn narrow_vectors_are_mapped_to_the_stream() {
        // layer_norm(1, 3) = (-1, 1); (-1, 1) W + b = (-1 + 4, -2 + 5, -3 + 6) + (.5, 0, -.5).
        let device = Device::flex();
        let config = EmbeddingConfig {
            d_embedding: Some(2),
            norm: NormConfig::Layer { epsilon: 1e-12, bias: true },
            ..EmbeddingConfig::default()
        };
        assert_eq!((config.width(3), EmbeddingConfig::default().width(3)), (2, 3));
        let mut embedding = config.init(3, &Init::Xavier, &device);
        let project = embedding.project.as_mut().expect("two to three");
        project.weight = Param::from_tensor(Tensor::from_floats([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], &device));
        project.bias = Some(Param::from_tensor(Tensor::from_floats([0.5, 0.0, -0.5], &device)));
        let got = embedding.forward(Tensor::from_floats([[[1.0, 3.0]]], &device), &mut Pass::default());
        let want = Tensor::<3>::from_floats([[[3.5, 3.0, 2.5]]], &device);
        got.into_data().assert_approx_eq::<f32>(&want.into_data(), Tolerance::absolute(1e-5));
    }

    #[test]
    fn a_vector_without_width_is_named() {
        let config = EmbeddingConfig { d_embedding: Some(0), ..EmbeddingConfig::default() };
        assert_eq!(config.validate().unwrap_err().to_string(), "d_embedding: is 0; at least 1 is needed");
    }
}
