//! Which of the decoder's weights are the encoder's.

use salamander_attention::{
    BlockConfig, ConfigError, CrossBlockConfig, SharedCrossBlockConfig, StackConfig,
    describe::{Page, Place},
};
use serde::{Deserialize, Serialize};

/// Which of the decoder's weights are the encoder's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sharing {
    /// None.
    #[default]
    Nothing,
    /// Self-attention, feed-forward and what stands around them, layer by layer (Raffel et al. 2020, arXiv:1910.10683,
    /// section 3.2.2). Cross-attention with the norms around it, biases by distance and the final norm stay the decoder's
    /// own.
    Blocks,
}

impl Sharing {
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }

    /// The decoder of which cross-attention alone is made.
    pub(crate) fn shared(decoder: &StackConfig<CrossBlockConfig>) -> StackConfig<SharedCrossBlockConfig> {
        StackConfig {
            n_layers: decoder.n_layers,
            block: SharedCrossBlockConfig(decoder.block.clone()),
            relative: decoder.relative.clone(),
            norm: decoder.norm.clone(),
            dropout: decoder.dropout,
        }
    }

    /// Checks that both stacks are made alike where they share.
    ///
    /// # Errors
    /// The first setting that differs.
    pub(crate) fn validate(
        self,
        encoder: &StackConfig<BlockConfig>,
        decoder: &StackConfig<CrossBlockConfig>,
    ) -> Result<(), ConfigError> {
        if self == Self::Nothing {
            return Ok(());
        }
        let (reads, writes) = (&encoder.block, &decoder.block);
        same("n_layers", &encoder.n_layers, &decoder.n_layers)?;
        same("block.attention", &reads.attention, &writes.attention)?;
        same("block.feed_forward", &reads.feed_forward, &writes.feed_forward)?;
        same("block.residual", &reads.residual, &writes.residual)
    }

    /// Puts the decoder on the page, each weight once.
    pub(crate) fn describe(self, decoder: &StackConfig<CrossBlockConfig>, place: &Place, page: &mut Page) {
        match self {
            Self::Nothing => decoder.describe("decoder ", place, page),
            Self::Blocks => Self::shared(decoder).describe("decoder ", place, page),
        }
    }
}

/// Fails unless encoder and decoder have the same at `what`.
fn same<T: PartialEq + std::fmt::Debug>(what: &str, encoder: &T, decoder: &T) -> Result<(), ConfigError> {
    ConfigError::unless(encoder == decoder, &format!("decoder.{what}"), || {
        format!(
            "is {decoder:?}, the encoder's is {encoder:?}; they share its weights: make them equal, or set sharing to nothing"
        )
    })
}
