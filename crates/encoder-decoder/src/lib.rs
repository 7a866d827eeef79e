//! Encoder-decoder transformers: one stack reads, another writes and looks at what was read.
//!
//! ```text
//!   source sees source      target sees target      target sees source
//!          a b c                   x y z                   a b c
//!        a # # #                 x # . .                 x # # #
//!        b # # #                 y # # .                 y # # #
//!        c # # #                 z # # #                 z # # #
//!
//! source -> table -> N blocks -----------------------------+ memory
//!                                                          v
//! target -> table -> N blocks (self-attention, cross-attention, feed-forward) -> logits
//! ```
//!
//! # What makes an encoder-decoder
//!
//! Two stacks with weights of their own, and a third part in each block of the second: cross-attention, whose queries come
//! from the target and whose keys and values come from the top of the encoder ([`Memory`](salamander_attention::Memory)).
//! The source is read once, with every position seeing every other; each target position then depends on all of the source
//! and on the target up to itself. This second stack is what burn and PyTorch call `TransformerDecoder`; a decoder-only
//! model has no source and needs none of it.
//!
//! A prefix language model (`salamander-decoder-only`) gives the same visibility with one stack: the source is its prefix.
//! It halves the parameters at the same cost of computation. Most of that half can be saved here too: a decoder may borrow its
//! self-attention and feed-forward from the encoder ([`Sharing`]).

mod config;
mod decoder;
mod describe;
mod model;
mod sharing;

pub use config::EncoderDecoderConfig;
pub use decoder::DecoderStack;
pub use model::EncoderDecoder;
pub use sharing::Sharing;
