//! One layer reads, another writes.

use burn::{
    module::Module,
    tensor::{Bool, Device, Int, Tensor},
};
use salamander_attention::{ConfigError, Dropout, Init, Linear, LinearConfig, Role, TokenTable};
use serde::{Deserialize, Serialize};

use super::{Cell, Context, LayerState, Reader, RecurrentLayer, Source, layer::steps, reader::Seen};

/// What a recurrent model from sequence to sequence is made of. Both layers are GRUs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecurrentSeq2SeqConfig {
    /// Words of the source.
    pub source_vocab_size: usize,
    /// Words of the target, `V`.
    pub target_vocab_size: usize,
    /// Width of a word's vector, `D`.
    pub d_model: usize,
    /// Width of a layer's state, `H`.
    pub d_hidden: usize,
    /// What the writer knows of the source.
    pub context: Context,
    /// Chance of dropping an element of a word's vector while training.
    #[serde(default)]
    pub dropout: f64,
    /// How the parameters begin.
    pub init: Init,
}

/// A layer that reads the source and one that writes the target (Cho et al. 2014, arXiv:1406.1078; with attention Bahdanau
/// et al. 2014, arXiv:1409.0473).
///
/// ```text
/// s_t = gru(s_{t-1}, [vector(y_t), context_t]),    logits_t = W [vector(y_t), s_t, context_t] + b
/// ```
#[derive(Module, Debug)]
pub struct RecurrentSeq2Seq {
    /// A vector for each word of the source.
    pub source: TokenTable,
    /// A vector for each word of the target.
    pub target: TokenTable,
    /// What reads.
    pub reader: Reader,
    /// What writes.
    pub writer: RecurrentLayer,
    /// From a word's vector, the state behind it and the context, side by side, to logits.
    pub unembedding: Linear,
    dropout: Dropout,
}

impl RecurrentSeq2SeqConfig {
    /// Makes the model.
    ///
    /// ```
    /// use burn::tensor::{Device, Int, Tensor};
    /// use salamander_attention::Init;
    /// use salamander_baselines::{Context, RecurrentSeq2SeqConfig};
    ///
    /// let config = RecurrentSeq2SeqConfig {
    ///     source_vocab_size: 30,
    ///     target_vocab_size: 20,
    ///     d_model: 8,
    ///     d_hidden: 16,
    ///     context: Context::Attention,
    ///     dropout: 0.0,
    ///     init: Init::Xavier,
    /// };
    /// let device = Device::flex();
    /// let model = config.init(&device);
    /// let source = model.encode(Tensor::<2, Int>::from_ints([[3, 1, 4, 1, 5]], &device), None);
    /// let target = Tensor::<2, Int>::from_ints([[2, 7, 1]], &device);
    /// assert_eq!(model.decode(target.clone(), &source).dims(), [1, 3, 20]);
    ///
    /// // Or one token at a time.
    /// let mut state = source.begin.clone();
    /// for token in target.split(1, 1) {
    ///     let (logits, next) = model.read(token, &source, state);
    ///     assert_eq!(logits.dims(), [1, 1, 20]);
    ///     state = next;
    /// }
    /// ```
    pub fn init(&self, device: &Device) -> RecurrentSeq2Seq {
        let (d, h, context) = (self.d_model, self.d_hidden, self.context.width(self.d_hidden));
        let d_input = d + h + context;
        let head = self.init.matrix(Role::Head, d_input, d_input);
        let unembedding = LinearConfig { d_input, d_output: self.target_vocab_size, bias: true, init: head };
        RecurrentSeq2Seq {
            source: TokenTable::new(self.source_vocab_size, d, &self.init, device),
            target: TokenTable::new(self.target_vocab_size, d, &self.init, device),
            reader: self.context.init(d, h, &self.init, device),
            writer: RecurrentLayer::new(Cell::Gru, d + context, h, &self.init, device),
            unembedding: unembedding.init(device),
            dropout: Dropout::new(self.dropout),
        }
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), ConfigError> {
        ConfigError::positive(self.source_vocab_size, "source_vocab_size")?;
        ConfigError::positive(self.target_vocab_size, "target_vocab_size")?;
        ConfigError::positive(self.d_model, "d_model")?;
        ConfigError::positive(self.d_hidden, "d_hidden")?;
        self.init.validate()?;
        ConfigError::probability(self.dropout, "dropout")
    }

    /// Multiplications and additions of a forward's matrix products for one token, on average over a source and a target
    /// of `length` tokens each.
    ///
    /// A source token costs `6 H (D + H)`, with attention twice that and `4 H²` for its key. A target token costs
    /// `6 H (D + C + H) + 2 (D + H + C) V` for a context of `C` numbers, and with attention `2 H²` for its query and `6 H`
    /// for each source token it looks at. The writer's first state costs `4 H²` a pair.
    pub fn flops_per_token(&self, length: usize) -> u64 {
        let (d, h, context) = (self.d_model, self.d_hidden, self.context.width(self.d_hidden));
        let square = 2 * (h * h) as u64;
        let tokens = length.max(1) as u64;
        let written = Cell::Gru.flops(d + context, h) + 2 * ((d + h + context) * self.target_vocab_size) as u64;
        let read = Cell::Gru.flops(d, h);
        let pair = match self.context {
            Context::Last => tokens * (read + written),
            Context::Attention => {
                let looked = square + 6 * h as u64 * tokens;
                tokens * (2 * read + 2 * square + written + looked) + 2 * square
            }
        };
        pair / (2 * tokens)
    }
}

impl RecurrentSeq2Seq {
    /// Reads the source.
    ///
    /// # Shapes
    /// `tokens`: `[B, S]` ids below those of the source; `padding`: `[B, S]`, `true` where there is no word.
    ///
    /// # Panics
    /// If `S` is 0, or `padding` is not shaped like `tokens`.
    pub fn encode(&self, tokens: Tensor<2, Int>, padding: Option<Tensor<2, Bool>>) -> Source {
        if let Some(padding) = &padding {
            assert_eq!(padding.dims(), tokens.dims(), "each token is padding or not");
        }
        let x = self.dropout.forward(self.source.forward(tokens.swap_dims(0, 1))); // [S, B, D]
        self.reader.forward(x, padding)
    }

    /// The logits of the target token after each position.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, V]`.
    ///
    /// # Panics
    /// If `T` is 0, or the source was read by a model of another kind.
    pub fn decode(&self, target: Tensor<2, Int>, source: &Source) -> Tensor<3> {
        self.read(target, source, source.begin.clone()).0
    }

    /// Reads on in the target: the logits of the token after each position, and the state behind the last.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, V]`.
    ///
    /// # Panics
    /// Those of [`decode`](Self::decode).
    pub fn read(&self, target: Tensor<2, Int>, source: &Source, state: LayerState) -> (Tensor<3>, LayerState) {
        let words = self.dropout.forward(self.target.forward(target.swap_dims(0, 1))); // [T, B, D]
        let (states, contexts, state) = self.write(words.clone(), source, state); // [T, B, H], [T, B, C]
        let x = Tensor::cat(vec![words, states, contexts], 2).swap_dims(0, 1); // [B, T, D + H + C]
        (self.unembedding.forward(x), state) // [B, T, V]
    }

    /// The writer's states behind each word, and what it knew of the source.
    fn write(&self, words: Tensor<3>, source: &Source, state: LayerState) -> (Tensor<3>, Tensor<3>, LayerState) {
        match (&self.reader, &source.seen) {
            (Reader::Last(_), Seen::Last(context)) => {
                let contexts = context.clone().unsqueeze_dim::<3>(0).repeat_dim(0, words.dims()[0]); // [T, B, H]
                let x = Tensor::cat(vec![words, contexts.clone()], 2); // [T, B, D + H]
                let (states, state) = self.writer.forward(x, state); // [T, B, H]
                (states, contexts, state)
            }
            (Reader::Attention(both), Seen::All { states, keys, padding }) => {
                let look =
                    |state: &LayerState| both.look(state.hidden.clone(), states.clone(), keys.clone(), padding.clone());
                self.write_looking(words, look, state)
            }
            (Reader::Last(_), Seen::All { .. }) => panic!("the source was read by a model with attention"),
            (Reader::Attention(_), Seen::Last(_)) => {
                panic!("the source was read by a model without attention")
            }
        }
    }

    /// Word by word: where to look depends on the state behind the word before.
    fn write_looking(
        &self,
        words: Tensor<3>,
        look: impl Fn(&LayerState) -> Tensor<2>,
        mut state: LayerState,
    ) -> (Tensor<3>, Tensor<3>, LayerState) {
        let (mut states, mut contexts) = (Vec::new(), Vec::new());
        for word in steps(words) {
            let context = look(&state); // [B, 2 H]
            let x = Tensor::cat(vec![word, context.clone()], 1).unsqueeze_dim::<3>(0); // [1, B, D + 2 H]
            let (said, next) = self.writer.forward(x, state); // [1, B, H]
            states.push(said);
            contexts.push(context.unsqueeze_dim::<3>(0)); // [1, B, 2 H]
            state = next;
        }
        (Tensor::cat(states, 0), Tensor::cat(contexts, 0), state)
    }
}
