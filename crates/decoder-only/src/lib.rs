//! Decoder-only transformers: each position sees what came before it and predicts what comes next.
//!
//! ```text
//!            keys
//!          a b c d
//!        a # . . .          tokens -> table -> + positions -> N blocks -> norm -> logits
//! queries b # # . .
//!        c # # # .          one stack, one mask, no cross-attention
//!        d # # # #
//! ```
//!
//! # What makes a decoder
//!
//! Only the mask. A block of a decoder-only model is attention and a feed-forward, the same two parts in the same order as
//! in an encoder: it has no cross-attention, for there is nothing else to look at. That is why libraries build a GPT from
//! their *encoder* layer and a causal mask (burn's `TransformerEncoder` among them): what burn and PyTorch call
//! `TransformerDecoder` is the decoder *of an encoder-decoder*, whose blocks look at a second sequence. The name "decoder"
//! for GPT is about what it does, one token after another.
//!
//! # Prefix language models
//!
//! ```text
//!          a b|c d          `Pass::with_prefix(vec![2])`: the prefix is read as an encoder reads,
//!        a # #|. .          the rest is written as a decoder writes, with one set of weights
//!        b # #|. .          (Raffel et al. 2020, arXiv:1910.10683, figure 4)
//!        c # #|# .
//!        d # #|# #
//! ```
//!
//! The other families: `salamander-encoder-only` sees everything and writes nothing; `salamander-encoder-decoder` has one
//! stack of each kind and cross-attention between them.
//!
//! # Example
//!
//! ```
//! use burn::tensor::{Device, Int, Tensor};
//! use salamander_attention::*;
//! use salamander_decoder_only::DecoderConfig;
//!
//! let config = DecoderConfig {
//!     vocab_size: 50,
//!     d_model: 16,
//!     max_seq_len: 8,
//!     embedding: EmbeddingConfig { positions: PositionsConfig::Learned { max_seq_len: 8, offset: 0 }, ..Default::default() },
//!     stack: StackConfig {
//!         n_layers: 2,
//!         block: BlockConfig {
//!             attention: AttentionConfig::multi_head(4, 4),
//!             feed_forward: FeedForwardConfig {
//!                 d_ff: 64,
//!                 kind: FeedForwardKind::Plain,
//!                 activation: Activation::Gelu,
//!                 bias: true,
//!                 dropout: 0.0,
//!             },
//!             residual: ResidualConfig::pre_norm(NormConfig::Layer { epsilon: 1e-5, bias: true }, 0.0),
//!         },
//!         relative: None,
//!         norm: NormConfig::Layer { epsilon: 1e-5, bias: true },
//!         dropout: 0.0,
//!     },
//!     unembedding: UnembeddingConfig::Tied { scale: 1.0, bias: false },
//!     init: Init::Normal { std: 0.02, output_std: 0.01 },
//! };
//! let device = Device::flex();
//! let decoder = config.init(&device);
//! let tokens = Tensor::<2, Int>::from_ints([[3, 1, 4, 1, 5]], &device);
//! let logits = decoder.forward(tokens, &mut Pass::default());
//! assert_eq!(logits.dims(), [1, 5, 50]);
//! ```

mod config;
mod describe;
mod model;

pub use config::DecoderConfig;
pub use model::Decoder;
