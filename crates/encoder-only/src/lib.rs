//! Encoder-only transformers: every position sees every other; what comes out describes the input.
//!
//! ```text
//!          a b c d
//!        a # # # #          tokens -> table -> + positions -> N blocks -> a head for the task
//!        b # # # #
//!        c # # # #          one stack, no mask but padding, no cross-attention
//!        d # # # #
//! ```
//!
//! # What makes an encoder
//!
//! The absence of a causal mask, and so of an order to write in: a position's output may depend on what comes after it, so
//! it cannot be trained to predict the next token. It is trained to fill gaps ([`MaskedLm`]), to find the words that do not
//! belong ([`ReplacedTokens`]), to judge the whole ([`Classifier`]) or each word ([`TokenClassifier`]), to find an answer
//! ([`QuestionAnswerer`]), or to put texts that mean the same in one place ([`SentenceEncoder`]). With a causal mask the same blocks are a decoder-only model (`salamander-decoder-only`); with a second
//! stack that looks at this one's output, an encoder-decoder (`salamander-encoder-decoder`).

mod answering;
mod config;
mod describe;
mod heads;
mod model;
mod replaced;
mod sentence;
mod tagging;

pub use answering::{AnswerHead, AnswerHeadConfig, QuestionAnswerer, QuestionAnswererConfig};
pub use config::{ClassifierConfig, EncoderConfig, MaskedLmConfig};
pub use heads::{ClassificationHead, ClassificationHeadConfig, MaskedLmHead, MaskedLmHeadConfig};
pub use model::{Classifier, Encoder, MaskedLm};
pub use replaced::{
    Discriminator, DiscriminatorConfig, Generator, GeneratorConfig, ReplacedTokens, ReplacedTokensConfig,
    ReplacementHead, ReplacementHeadConfig,
};
pub use sentence::{Pooling, SentenceEncoder, SentenceEncoderConfig, SentenceHeadConfig};
pub use tagging::{TokenClassificationHead, TokenClassificationHeadConfig, TokenClassifier, TokenClassifierConfig};
