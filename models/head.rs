//! Another head on an encoder.

use salamander_attention::ConfigError;
use salamander_encoder_only::{ClassificationHeadConfig, ClassifierConfig};

use crate::{Error, ModelConfig};

/// What an encoder is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// Which word belongs at each position.
    MaskedLm,
    /// Which of so many classes a text is of.
    Classes(usize),
    /// Which of so many tags each token has.
    Tags(usize),
    /// Where a question is answered.
    Answers,
    /// What a text means, as a vector.
    Sentences,
}

impl ModelConfig {
    /// The same encoder with another head.
    ///
    /// # Errors
    /// If the model has none.
    pub fn with_head(self, head: Head) -> Result<Self, Error> {
        match (self, head) {
            (Self::MaskedLm(model), Head::Classes(n_classes)) => Ok(Self::Classifier(ClassifierConfig {
                head: ClassificationHeadConfig {
                    n_classes,
                    activation: salamander_attention::Activation::Tanh,
                    dropout: 0.1,
                },
                encoder: model.encoder,
            })),
            (model @ Self::MaskedLm(_), Head::MaskedLm) => Ok(model),
            (model, head) => Err(ConfigError::new("head", format!("{head:?} on {}", model.family())).into()),
        }
    }
}
