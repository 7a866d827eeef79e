//! What an encoder and the models around it are made of.

use burn::tensor::Device;
use salamander_attention::{BlockConfig, ConfigError, EmbeddingConfig, Init, StackConfig, TokenTable};
use serde::{Deserialize, Serialize};

use crate::{ClassificationHeadConfig, Classifier, Encoder, MaskedLm, MaskedLmHeadConfig};

/// What an encoder is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderConfig {
    /// Words, `V`. Hugging Face: `vocab_size`.
    pub vocab_size: usize,
    /// Width of the residual stream, `D`. Hugging Face: `hidden_size`.
    pub d_model: usize,
    /// Longest input, in tokens. Hugging Face: `max_position_embeddings`.
    pub max_seq_len: usize,
    /// How the stream begins.
    pub embedding: EmbeddingConfig,
    /// The layers.
    pub stack: StackConfig<BlockConfig>,
    /// How the parameters begin.
    pub init: Init,
}

/// An encoder that fills gaps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskedLmConfig {
    /// What reads.
    pub encoder: EncoderConfig,
    /// What names the missing word.
    pub head: MaskedLmHeadConfig,
}

/// An encoder that judges the whole input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifierConfig {
    /// What reads.
    pub encoder: EncoderConfig,
    /// What judges.
    pub head: ClassificationHeadConfig,
}

impl EncoderConfig {
    /// Makes the encoder.
    pub fn init(&self, device: &Device) -> Encoder {
        Encoder {
            tokens: TokenTable::new(self.vocab_size, self.embedding.width(self.d_model), &self.init, device),
            embedding: self.embedding.init(self.d_model, &self.init, device),
            stack: self.stack.init(self.d_model, &self.init, device),
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
        self.stack.validate().map_err(|e| e.within("stack"))
    }
}

impl MaskedLmConfig {
    /// Makes the model.
    pub fn init(&self, device: &Device) -> MaskedLm {
        let EncoderConfig { vocab_size, d_model, ref embedding, ref init, .. } = self.encoder;
        let widths = [d_model, embedding.width(d_model)];
        MaskedLm { encoder: self.encoder.init(device), head: self.head.init(vocab_size, widths, init, device) }
    }

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.encoder.validate().map_err(|e| e.within("encoder"))?;
        self.head.norm.validate().map_err(|e| e.within("head.norm"))
    }
}

impl ClassifierConfig {
    /// Makes the model.
    pub fn init(&self, device: &Device) -> Classifier {
        let EncoderConfig { d_model, ref init, .. } = self.encoder;
        Classifier { encoder: self.encoder.init(device), head: self.head.init(d_model, init, device) }
    }

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.encoder.validate().map_err(|e| e.within("encoder"))?;
        ConfigError::positive(self.head.n_classes, "head.n_classes")?;
        ConfigError::probability(self.head.dropout, "head.dropout")
    }
}
