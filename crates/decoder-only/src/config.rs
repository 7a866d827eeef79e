//! What a decoder is made of.

use burn::tensor::Device;
use salamander_attention::{
    BlockConfig, ConfigError, EmbeddingConfig, Init, StackConfig, TokenTable, UnembeddingConfig,
};
use serde::{Deserialize, Serialize};

use crate::Decoder;

/// What a decoder is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecoderConfig {
    /// Words, `V`. Hugging Face: `vocab_size`.
    pub vocab_size: usize,
    /// Width of the residual stream, `D`. Hugging Face: `hidden_size`, `n_embd`, `d_model`.
    pub d_model: usize,
    /// Longest input, in tokens. Hugging Face: `max_position_embeddings`, `n_positions`.
    pub max_seq_len: usize,
    /// How the stream begins.
    pub embedding: EmbeddingConfig,
    /// The layers.
    pub stack: StackConfig<BlockConfig>,
    /// How the stream becomes logits.
    pub unembedding: UnembeddingConfig,
    /// How the parameters begin.
    pub init: Init,
}

impl DecoderConfig {
    /// Makes the model.
    pub fn init(&self, device: &Device) -> Decoder {
        Decoder {
            tokens: TokenTable::new(self.vocab_size, self.embedding.width(self.d_model), &self.init, device),
            embedding: self.embedding.init(self.d_model, &self.init, device),
            stack: self.stack.init(self.d_model, &self.init, device),
            unembedding: self.unembedding.init(self.vocab_size, self.d_model, &self.init, device),
        }
    }

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), ConfigError> {
        ConfigError::positive(self.vocab_size, "vocab_size")?;
        ConfigError::positive(self.d_model, "d_model")?;
        ConfigError::positive(self.max_seq_len, "max_seq_len")?;
        self.init.validate()?;
        self.embedding.validate().map_err(|e| e.within("embedding"))?;
        self.stack.validate().map_err(|e| e.within("stack"))?;
        let width = self.embedding.width(self.d_model);
        self.unembedding.validate(width, self.d_model).map_err(|e| e.within("unembedding"))
    }
}
