//! Small encoder-decoders of every choice.

use salamander_attention::BucketDirection;
use salamander_encoder_decoder::{EncoderDecoderConfig, Sharing};

use crate::support::*;

pub(crate) fn config(choice: &Choice, sharing: Sharing) -> EncoderDecoderConfig {
    EncoderDecoderConfig {
        vocab_size: VOCAB,
        d_model: choice.d_model(),
        max_seq_len: LONGEST,
        source: choice.embedding(),
        target: choice.embedding(),
        encoder: choice.stack(choice.block(), BucketDirection::Both),
        decoder: choice.stack(choice.cross_block(), BucketDirection::Back),
        sharing,
        unembedding: choice.unembedding(),
        init: choice.init(),
    }
}
