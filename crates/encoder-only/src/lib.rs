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
//! it cannot be trained to predict the next token. It is trained to fill gaps ([`MaskedLm`]) or to judge the whole
//! ([`Classifier`]). With a causal mask the same blocks are a decoder-only model (`salamander-decoder-only`); with a second
//! stack that looks at this one's output, an encoder-decoder (`salamander-encoder-decoder`).

mod config;
mod describe;
mod heads;
mod model;

pub use config::{ClassifierConfig, EncoderConfig, MaskedLmConfig};
pub use heads::{ClassificationHead, ClassificationHeadConfig, MaskedLmHead, MaskedLmHeadConfig};
pub use model::{Classifier, Encoder, MaskedLm};
