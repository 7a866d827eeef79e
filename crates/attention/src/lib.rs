//! The core layers every transformer is made of.
//!
//! A transformer is a stack of blocks over a stream of vectors, one for each token. A block lets the positions exchange
//! information ([`Attention`]) and then works on each position alone ([`FeedForward`]); a [`Residual`] around each keeps
//! the stream. What distinguishes one published architecture from another is held here as closed enums and slots, each in
//! its own file; how the parts are wired into a family is the business of the family crates.
//!
//! # Axes
//!
//! | letter | axis |
//! |---|---|
//! | `B` | sequences of a batch |
//! | `T` | positions that ask (queries) |
//! | `S` | positions that are asked (keys, values) |
//! | `D` | width of the residual stream, `d_model` |
//! | `H`, `K` | query heads, key/value heads (`K` divides `H`) |
//! | `M` | width of the embedding, where it is not `D`, `d_embedding` |
//! | `E` | width of one head, `d_head` |
//! | `F` | width inside the feed-forward, `d_ff` |
//! | `V` | vocabulary |
//!
//! # Why one residual equation
//!
//! Pre-norm, post-norm, norm of the branch and sandwich norm are one line with different slots filled:
//!
//! ```text
//! x <- after(x + inside(f(before(x))))
//! ```
//!
//! so no forward asks which of them it is.
//!
//! # Why masks are symbols
//!
//! "Causal", "padding here", "at most 128 back" are facts about positions. They become tensors as late as possible
//! ([`Mask`]): a fused kernel wants the fact (it skips what cannot be seen), a cache changes the length, and two facts
//! combine by saying both.
//!
//! # Why there is no backend parameter
//!
//! burn's [`Tensor`](burn::tensor::Tensor) picks its backend at run time by its `Device`, so these are plain structs.
//!
//! # Example
//!
//! ```
//! use burn::tensor::{Device, Distribution, Tensor};
//! use salamander_attention::{AttentionConfig, Init, Mask, Pass};
//!
//! let device = Device::flex();
//! let attention = AttentionConfig::multi_head(4, 8).init(32, &Init::Xavier, &device);
//! let x = Tensor::<3>::random([2, 5, 32], Distribution::Default, &device);
//! let y = attention.forward(x, &mut Pass::new(Mask::Causal).layer(0));
//! assert_eq!(y.dims(), [2, 5, 32]);
//! ```

mod attention;
mod block;
mod cache;
pub mod describe;
mod dropout;
mod embedding;
mod error;
mod feed_forward;
mod init;
mod linear;
mod mask;
mod norm;
mod pass;
mod position;
mod replay;
mod residual;
mod shared;
mod stack;
mod trace;
mod unembedding;

pub use attention::{Attention, AttentionConfig, ProjectionBias};
pub use block::{Block, BlockConfig, CrossBlock, CrossBlockConfig};
pub use cache::{CacheShape, KvCache};
pub use dropout::Dropout;
pub use embedding::{Embedding, EmbeddingConfig, TokenTable};
pub use error::ConfigError;
pub use feed_forward::{FeedForward, FeedForwardConfig, FeedForwardKind, GatedFeedForward, PlainFeedForward};
pub use init::{Init, Role};
pub use linear::{Linear, LinearConfig};
pub use mask::Mask;
pub use norm::{LayerNorm, Norm, NormConfig, RmsNorm};
pub use pass::{LayerPass, Memory, Pass};
pub use position::{
    BucketDirection, LearnedPositions, Positions, PositionsConfig, RelativeBias, RelativeBiasConfig, RotaryConfig,
    RotaryScaling, SinusoidLayout, SinusoidalPositions, bucket, sinusoids,
};
pub use replay::{Owed, replaying};
pub use residual::{Residual, ResidualConfig};
pub use shared::{SharedCrossBlock, SharedCrossBlockConfig};
pub use stack::{Layer, LayerConfig, Stack, StackConfig};
pub use trace::{Record, Trace};
pub use unembedding::{Unembedding, UnembeddingConfig};

// What appears in the configurations of this crate.
pub use salamander_kernels::{Activation, Pairing, Reach, Weights};
