//! Encoders of every choice, and which of their parameters learn.

use burn::tensor::{Device, Int, Tensor};
use proptest::prelude::*;
use salamander_attention::*;
use salamander_encoder_only::EncoderConfig;

use crate::support::*;

pub(crate) fn encoder(choice: &Choice) -> EncoderConfig {
    EncoderConfig {
        vocab_size: VOCAB,
        d_model: choice.d_model(),
        max_seq_len: LONGEST,
        embedding: EmbeddingConfig { segments: 2, d_embedding: width(choice), ..choice.embedding() },
        stack: choice.stack(choice.block(), BucketDirection::Both),
        init: choice.init(),
    }
}

/// Some embeddings are narrower than the stream, or wider.
pub(crate) fn width(choice: &Choice) -> Option<usize> {
    choice.seed.is_multiple_of(2).then_some(3)
}

/// That no parameter is [`never_reached`] over words of both segments: `missed` reads them with a model of a choice and tells
/// what the gradients of its loss miss.
pub(crate) fn all_are_reached(
    choice: &Choice,
    device: &Device,
    missed: impl Fn(&Choice, Tensor<2, Int>, &mut Pass) -> Vec<String>,
) -> Result<(), TestCaseError> {
    let missed = never_reached(choice, |choice| {
        let tokens = choice.tokens(4, LONGEST - 2, 1, device);
        let segments = tokens.clone().remainder_scalar(2);
        missed(choice, tokens, &mut Pass::default().with_segments(segments))
    });
    prop_assert!(missed.is_empty(), "no gradient reaches {:?}", missed);
    Ok(())
}
