//! A model of any family on one page.

use salamander_attention::describe::{Describe, Page};

use crate::ModelConfig;

impl ModelConfig {
    /// The model on one page: its equations, its parts, what they count and cost.
    pub fn page(&self) -> Page {
        match self {
            Self::DecoderOnly(config) => config.page(),
            Self::MaskedLm(config) => config.page(),
            Self::Classifier(config) => config.page(),
            Self::TokenClassifier(config) => config.page(),
            Self::QuestionAnswerer(config) => config.page(),
            Self::SentenceEncoder(config) => config.page(),
            Self::Discriminator(config) => config.page(),
            Self::ReplacedTokens(config) => config.page(),
            Self::EncoderDecoder(config) => config.page(),
            Self::Recurrent(config) => config.page(),
            Self::RecurrentSeq2Seq(config) => config.page(),
        }
    }
}
