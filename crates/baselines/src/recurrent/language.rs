//! A language model with a state.

use burn::{
    module::Module,
    tensor::{Bool, Device, Int, Tensor},
};
use salamander_attention::{ConfigError, Dropout, Init, TokenTable, Unembedding, UnembeddingConfig};
use serde::{Deserialize, Serialize};

use super::{Cell, LayerState, RecurrentLayer};

/// What a recurrent language model is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecurrentLmConfig {
    /// Words, `V`.
    pub vocab_size: usize,
    /// Width of a word's vector, `D`.
    pub d_model: usize,
    /// Width of a layer's state, `H`.
    pub d_hidden: usize,
    /// Layers, `N`: each reads the states of the one below.
    pub n_layers: usize,
    /// How a state takes in the next vector.
    pub cell: Cell,
    /// Chance of dropping an element of the vectors, between two layers and before the logits, while training; never on
    /// the way from one token to the next (Zaremba, Sutskever and Vinyals 2014, arXiv:1409.2329).
    #[serde(default)]
    pub dropout: f64,
    /// How states become logits. If by the words' own vectors, `H` is `D`.
    pub unembedding: UnembeddingConfig,
    /// How the parameters begin.
    pub init: Init,
}

/// Layers with a state that predict each token from those before it (Mikolov et al. 2010, "Recurrent neural network based
/// language model").
///
/// ```text
/// h_t = cell(h_{t-1}, vector(w_t)),    p(· | w₁ … w_t) = softmax(unembed(h_t))
/// ```
///
/// All that is known of the tokens read is the state: it has one size however many there were, and each step must wait for
/// the one before.
#[derive(Module, Debug)]
pub struct RecurrentLm {
    /// A vector for each word.
    pub tokens: TokenTable,
    /// The layers.
    pub layers: Vec<RecurrentLayer>,
    /// How states become logits.
    pub unembedding: Unembedding,
    dropout: Dropout,
}

/// All that a model knows of the tokens it has read.
#[derive(Debug, Clone)]
pub struct RecurrentState {
    /// What each layer carries.
    pub layers: Vec<LayerState>,
}

impl RecurrentLmConfig {
    /// Makes the model.
    ///
    /// ```
    /// use burn::tensor::{Device, Int, Tensor};
    /// use salamander_attention::{Init, UnembeddingConfig};
    /// use salamander_baselines::{Cell, RecurrentLmConfig};
    ///
    /// let config = RecurrentLmConfig {
    ///     vocab_size: 50,
    ///     d_model: 8,
    ///     d_hidden: 16,
    ///     n_layers: 2,
    ///     cell: Cell::Gru,
    ///     dropout: 0.0,
    ///     unembedding: UnembeddingConfig::Untied { bias: true },
    ///     init: Init::Xavier,
    /// };
    /// let device = Device::flex();
    /// let model = config.init(&device);
    /// let tokens = Tensor::<2, Int>::from_ints([[3, 1, 4, 1, 5]], &device);
    /// assert_eq!(model.forward(tokens.clone()).dims(), [1, 5, 50]);
    ///
    /// // Or one token at a time.
    /// let mut state = model.begin(1);
    /// for token in tokens.split(1, 1) {
    ///     let (logits, next) = model.read(token, state);
    ///     assert_eq!(logits.dims(), [1, 1, 50]);
    ///     state = next;
    /// }
    /// ```
    pub fn init(&self, device: &Device) -> RecurrentLm {
        let layer = |d_input| RecurrentLayer::new(self.cell, d_input, self.d_hidden, &self.init, device);
        RecurrentLm {
            tokens: TokenTable::new(self.vocab_size, self.d_model, &self.init, device),
            layers: self.layer_inputs().map(layer).collect(),
            unembedding: self.unembedding.init(self.vocab_size, self.d_hidden, &self.init, device),
            dropout: Dropout::new(self.dropout),
        }
    }

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), ConfigError> {
        ConfigError::positive(self.vocab_size, "vocab_size")?;
        ConfigError::positive(self.d_model, "d_model")?;
        ConfigError::positive(self.d_hidden, "d_hidden")?;
        self.init.validate()?;
        ConfigError::positive(self.n_layers, "n_layers")?;
        ConfigError::probability(self.dropout, "dropout")?;
        let tied = matches!(self.unembedding, UnembeddingConfig::Tied { .. });
        ConfigError::unless(!tied || self.d_hidden == self.d_model, "d_hidden", || {
            format!(
                "is {} and d_model is {}; a tied unembedding compares states with word vectors, which must be as wide",
                self.d_hidden, self.d_model
            )
        })
    }

    /// Multiplications and additions of a forward's matrix products for one token, `2 G H (D + H)` for the first layer of
    /// `G` gates, `2 G H (H + H)` for each other and `2 H V` for the logits. It is the same at every position.
    pub fn flops_per_token(&self) -> u64 {
        let layers: u64 = self.layer_inputs().map(|d_input| self.cell.flops(d_input, self.d_hidden)).sum();
        layers + 2 * (self.d_hidden * self.vocab_size) as u64
    }

    /// How wide the vectors are that each layer reads.
    fn layer_inputs(&self) -> impl Iterator<Item = usize> {
        let (first, other) = (self.d_model, self.d_hidden);
        (0..self.n_layers).map(move |layer| if layer == 0 { first } else { other })
    }
}

impl RecurrentState {
    /// The states of these sequences, in this order: one may come several times, or be left out.
    ///
    /// # Shapes
    /// `rows`: `[R]`, each below `B`.
    #[must_use]
    pub fn select(self, rows: Tensor<1, Int>) -> Self {
        Self { layers: self.layers.into_iter().map(|layer| layer.select(rows.clone())).collect() }
    }
}

impl RecurrentLm {
    /// The logits of the token after each position.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, V]`.
    ///
    /// # Panics
    /// If `T` is 0.
    pub fn forward(&self, tokens: Tensor<2, Int>) -> Tensor<3> {
        let [b, _] = tokens.dims();
        self.read(tokens, self.begin(b)).0 // [B, T, V]
    }

    /// The state of `batch` sequences of which nothing has been read.
    pub fn begin(&self, batch: usize) -> RecurrentState {
        RecurrentState { layers: self.layers.iter().map(|layer| layer.begin(batch)).collect() }
    }

    /// Reads on: the logits of the token after each position, and the state behind the last.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, V]`.
    ///
    /// # Panics
    /// If `T` is 0, or the state is not one of `B` sequences of this model.
    pub fn read(&self, tokens: Tensor<2, Int>, state: RecurrentState) -> (Tensor<3>, RecurrentState) {
        let (x, state) = self.hidden(tokens, state); // [B, T, H]
        (self.unembed(x), state) // [B, T, V]
    }

    /// The last layer's states, from which [`unembed`](Self::unembed) makes logits.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, H]`.
    ///
    /// # Panics
    /// Those of [`read`](Self::read).
    pub fn hidden(&self, tokens: Tensor<2, Int>, state: RecurrentState) -> (Tensor<3>, RecurrentState) {
        self.hidden_over(tokens, None, state)
    }

    /// The same, of sequences with gaps: where there is `padding` the states stay what they were.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V` and `padding`: `[B, T]`, to `[B, T, H]`.
    ///
    /// # Panics
    /// Those of [`read`](Self::read).
    pub fn hidden_over(
        &self,
        tokens: Tensor<2, Int>,
        padding: Option<Tensor<2, Bool>>,
        state: RecurrentState,
    ) -> (Tensor<3>, RecurrentState) {
        assert_eq!(state.layers.len(), self.layers.len(), "the state is that of as many layers as there are");
        let mut x = self.dropout.forward(self.tokens.forward(tokens.swap_dims(0, 1))); // [T, B, D]
        let gaps = padding.map(Tensor::transpose); // [T, B]
        let mut behind = Vec::with_capacity(self.layers.len());
        for (layer, before) in self.layers.iter().zip(state.layers) {
            let (states, after) = layer.forward_over(x, gaps.clone(), before); // [T, B, H]
            x = self.dropout.forward(states); // [T, B, H]
            behind.push(after);
        }
        (x.swap_dims(0, 1), RecurrentState { layers: behind }) // [B, T, H]
    }

    /// The logits of every word for each state.
    ///
    /// # Shapes
    /// `[B, T, H]` to `[B, T, V]`.
    pub fn unembed(&self, x: Tensor<3>) -> Tensor<3> {
        self.unembedding.forward(x, &self.tokens)
    }
}
