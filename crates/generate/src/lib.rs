//! From logits to text.
//!
//! A [`Completer`] goes on where a prompt ends, a [`Translator`] writes a target for a source. Both give [`Tokens`], an
//! iterator of ids: a text can be shown while it is written, and is ended by asking for no more. What makes an id of
//! logits is [`Sampling`], composed of the pure functions of [`logits`]. Where the likeliest text is wanted rather than one
//! that could have been written, a [`BeamSearch`] looks for it.
//!
//! # Why a writer
//!
//! Keys and values of what has been read do not change, so they are kept: the prompt is read in one pass, of which only
//! the last position becomes logits, and each new token is a pass over one position. Of a recurrent network its state is
//! kept. What a model of each family must do for that is [`Writer`], and the loops are written once, on top of it: a
//! [`LanguageModel`] begins one with nothing read, a [`Seq2Seq`] with its sources read.
//!
//! # Why the same seed gives the same text
//!
//! The choice of token `n` is a function of the seed, of `n` and of the logits: not of what else was drawn before, nor
//! of how many texts are written side by side.
//!
//! # Example
//!
//! ```
//! use burn::tensor::Device;
//! use salamander_attention::*;
//! use salamander_decoder_only::DecoderConfig;
//! use salamander_generate::{Completer, Request, Sampling};
//!
//! # let config = DecoderConfig {
//! #     vocab_size: 50,
//! #     d_model: 16,
//! #     max_seq_len: 32,
//! #     embedding: EmbeddingConfig {
//! #         positions: PositionsConfig::Learned { max_seq_len: 32, offset: 0 },
//! #         ..Default::default()
//! #     },
//! #     stack: StackConfig {
//! #         n_layers: 1,
//! #         block: BlockConfig {
//! #             attention: AttentionConfig::multi_head(4, 4),
//! #             feed_forward: FeedForwardConfig {
//! #                 d_ff: 64,
//! #                 kind: FeedForwardKind::Plain,
//! #                 activation: Activation::Gelu,
//! #                 bias: true,
//! #                 dropout: 0.0,
//! #             },
//! #             residual: ResidualConfig::pre_norm(NormConfig::Layer { epsilon: 1e-5, bias: true }, 0.0),
//! #         },
//! #         relative: None,
//! #         norm: NormConfig::None,
//! #         dropout: 0.0,
//! #     },
//! #     unembedding: UnembeddingConfig::Tied { scale: 1.0, bias: false },
//! #     init: Init::Xavier,
//! # };
//! let completer = Completer::new(&config.init(&Device::flex()), config.max_seq_len);
//! let request = Request {
//!     new_tokens: 20,
//!     stop: vec![0],
//!     sampling: Sampling { temperature: 0.8, min_p: Some(0.1), seed: 7, ..Sampling::default() },
//! };
//! let first = completer.complete(&[3, 1, 4], &request)?.collect::<Result<Vec<u32>, _>>()?;
//! let again = completer.complete(&[3, 1, 4], &request)?.collect::<Result<Vec<u32>, _>>()?;
//! assert_eq!(first, again);
//! # Ok::<(), salamander_generate::Error>(())
//! ```

mod beam;
mod beam_search;
mod completer;
mod error;
pub mod logits;
mod model;
mod pieces;
mod recurrent;
mod request;
mod sampling;
mod search;
mod side_by_side;
mod stops;
mod tokens;
mod translator;
mod writer;

pub use beam_search::{BeamSearch, Hypothesis, Longest};
pub use completer::Completer;
pub use error::Error;
pub use model::{LanguageModel, Seq2Seq};
pub use pieces::Pieces;
pub use recurrent::{RecurrentTargetWriter, RecurrentWriter};
pub use request::Request;
pub use sampling::{Sampler, Sampling};
pub use tokens::Tokens;
pub use translator::Translator;
pub use writer::{DecoderWriter, Reading, TargetWriter, Writer};
