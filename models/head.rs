//! Another head on an encoder.

use std::fmt::{self, Display, Formatter};

use salamander_attention::{Activation, UnembeddingConfig};
use salamander_encoder_only::{
    AnswerHeadConfig, ClassificationHeadConfig, ClassifierConfig, EncoderConfig, MaskedLmConfig, MaskedLmHeadConfig,
    Pooling, QuestionAnswererConfig, SentenceEncoderConfig, SentenceHeadConfig, TokenClassificationHeadConfig,
    TokenClassifierConfig,
};

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
    /// The same encoder with another head, whose settings follow the encoder's; a head that is of the kind asked for
    /// stays as it is, but for the number of its answers. Of a model that learns from replaced tokens it is the
    /// discriminator's encoder.
    ///
    /// # Errors
    /// If the model is no encoder.
    pub fn with_head(self, head: Head) -> Result<Self, Error> {
        let Some(encoder) = self.encoder().cloned() else {
            return Err(Error::Head { family: self.family(), head: head.to_string() });
        };
        let activation = self.pooler_activation();
        let dropout = encoder.stack.block.residual.dropout;
        Ok(match (self, head) {
            (model @ Self::MaskedLm(_), Head::MaskedLm) => model,
            (model @ Self::QuestionAnswerer(_), Head::Answers) => model,
            (model @ Self::SentenceEncoder(_), Head::Sentences) => model,
            (Self::Classifier(mut model), Head::Classes(n_classes)) => {
                model.head.n_classes = n_classes;
                Self::Classifier(model)
            }
            (Self::TokenClassifier(mut model), Head::Tags(n_tags)) => {
                model.head.n_tags = n_tags;
                Self::TokenClassifier(model)
            }
            (_, Head::MaskedLm) => Self::MaskedLm(masked_lm(encoder)),
            (_, Head::Classes(n_classes)) => {
                let head = ClassificationHeadConfig { n_classes, pooling: Pooling::First, activation, dropout };
                Self::Classifier(ClassifierConfig { encoder, head })
            }
            (_, Head::Tags(n_tags)) => {
                let head = TokenClassificationHeadConfig { n_tags, dropout };
                Self::TokenClassifier(TokenClassifierConfig { encoder, head })
            }
            (_, Head::Answers) => Self::QuestionAnswerer(QuestionAnswererConfig { encoder, head: AnswerHeadConfig {} }),
            (_, Head::Sentences) => {
                Self::SentenceEncoder(SentenceEncoderConfig { encoder, head: SentenceHeadConfig::default() })
            }
        })
    }

    /// What bends in the head of a whole text: as in the head of replaced tokens, or the `tanh` of Devlin et al. 2018.
    fn pooler_activation(&self) -> Activation {
        match self {
            Self::Classifier(config) => config.head.activation,
            Self::Discriminator(config) => config.head.activation,
            Self::ReplacedTokens(config) => config.discriminator.head.activation,
            _ => Activation::Tanh,
        }
    }
}

/// The head that is trained with the encoder, its settings those of the encoder.
fn masked_lm(encoder: EncoderConfig) -> MaskedLmConfig {
    let head = MaskedLmHeadConfig {
        activation: encoder.stack.block.feed_forward.activation,
        norm: encoder.embedding.norm.clone(),
        unembedding: UnembeddingConfig::Tied { scale: 1.0, bias: true },
    };
    MaskedLmConfig { encoder, head }
}

impl Display for Head {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::MaskedLm => f.write_str("hidden words"),
            Self::Classes(count) => write!(f, "{count} classes"),
            Self::Tags(count) => write!(f, "{count} tags"),
            Self::Answers => f.write_str("answers"),
            Self::Sentences => f.write_str("sentence vectors"),
        }
    }
}
