//! What an encoder-decoder is made of.

use burn::tensor::Device;
use salamander_attention::{
    BlockConfig, ConfigError, CrossBlockConfig, EmbeddingConfig, Init, StackConfig, TokenTable, UnembeddingConfig,
};
use serde::{Deserialize, Serialize};

use crate::{DecoderStack, EncoderDecoder, Sharing};

/// What an encoder-decoder is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderDecoderConfig {
    /// Words of both languages, `V`. Hugging Face: `vocab_size`.
    pub vocab_size: usize,
    /// Width of the residual stream, `D`. Hugging Face: `d_model`.
    pub d_model: usize,
    /// Longest source and longest target, in tokens.
    pub max_seq_len: usize,
    /// How the source's stream begins.
    pub source: EmbeddingConfig,
    /// How the target's stream begins.
    pub target: EmbeddingConfig,
    /// The layers that read.
    pub encoder: StackConfig<BlockConfig>,
    /// The layers that write.
    pub decoder: StackConfig<CrossBlockConfig>,
    /// Which of the decoder's weights are the encoder's.
    #[serde(default, skip_serializing_if = "Sharing::is_nothing")]
    pub sharing: Sharing,
    /// How the target's stream becomes logits.
    pub unembedding: UnembeddingConfig,
    /// How the parameters begin.
    pub init: Init,
}

impl EncoderDecoderConfig {
    /// Makes the model.
    pub fn init(&self, device: &Device) -> EncoderDecoder {
        EncoderDecoder {
            tokens: TokenTable::new(self.vocab_size, self.source.width(self.d_model), &self.init, device),
            source: self.source.init(self.d_model, &self.init, device),
            target: self.target.init(self.d_model, &self.init, device),
            encoder: self.encoder.init(self.d_model, &self.init, device),
            decoder: DecoderStack::new(self.sharing, &self.decoder, self.d_model, &self.init, device),
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
        self.source.validate().map_err(|e| e.within("source"))?;
        self.target.validate().map_err(|e| e.within("target"))?;
        self.encoder.validate().map_err(|e| e.within("encoder"))?;
        self.decoder.validate().map_err(|e| e.within("decoder"))?;
        self.sharing.validate(&self.encoder, &self.decoder)?;
        let [source, target] = [&self.source, &self.target].map(|embedding| embedding.width(self.d_model));
        ConfigError::unless(source == target, "target.d_embedding", || {
            format!("makes vectors of width {target}, the source's have width {source}; both read one table")
        })?;
        self.unembedding.validate(source, self.d_model).map_err(|e| e.within("unembedding"))
    }
}
