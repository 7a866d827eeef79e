//! Small models to write with, and ways to read them anew.

// Each test uses its part of it.
#![allow(dead_code, unreachable_pub)]

use burn::tensor::{Device, Int, Tensor, TensorData};
use salamander_attention::*;
use salamander_decoder_only::{Decoder, DecoderConfig};
use salamander_encoder_decoder::{EncoderDecoder, EncoderDecoderConfig, Sharing};

use crate::support::*;

pub const START: u32 = 1;
pub const END: u32 = 2;

pub fn decoder(choice: &Choice, device: &Device) -> Decoder {
    decoder_of(VOCAB, choice, device)
}

/// One that knows only `vocab_size` words.
pub fn decoder_of(vocab_size: usize, choice: &Choice, device: &Device) -> Decoder {
    device.seed(choice.seed);
    DecoderConfig {
        vocab_size,
        d_model: choice.d_model(),
        max_seq_len: LONGEST,
        embedding: choice.embedding(),
        stack: choice.stack(choice.block(), BucketDirection::Back),
        unembedding: choice.unembedding(),
        init: choice.init(),
    }
    .init(device)
}

pub fn encoder_decoder(choice: &Choice, device: &Device) -> EncoderDecoder {
    translator_of(VOCAB, choice, device)
}

/// One that knows only `vocab_size` words.
pub fn translator_of(vocab_size: usize, choice: &Choice, device: &Device) -> EncoderDecoder {
    device.seed(choice.seed);
    EncoderDecoderConfig {
        vocab_size,
        d_model: choice.d_model(),
        max_seq_len: LONGEST,
        source: choice.embedding(),
        target: choice.embedding(),
        encoder: choice.stack(choice.block(), BucketDirection::Both),
        decoder: choice.stack(choice.cross_block(), BucketDirection::Back),
        sharing: if choice.seed.is_multiple_of(2) { Sharing::Nothing } else { Sharing::Blocks },
        unembedding: choice.unembedding(),
        init: choice.init(),
    }
    .init(device)
}

pub fn words(choice: &Choice, count: usize, salt: u64) -> Vec<u32> {
    let ids = choice.tokens(1, count, salt, &Device::flex()).into_data().convert::<i64>();
    ids.try_to_vec::<i64>().expect("i64").into_iter().map(|id| id as u32).collect()
}

pub fn row(ids: &[u32], device: &Device) -> Tensor<2, Int> {
    let ids: Vec<i64> = ids.iter().map(|&id| id.into()).collect();
    let shape = [1, ids.len()];
    Tensor::from_data(TensorData::new(ids, shape), device)
}

/// The logits behind the last position of `[1, T, V]`.
pub fn last(logits: Tensor<3>) -> Vec<f32> {
    let [_, t, _] = logits.dims();
    values(logits.narrow(1, t - 1, 1))
}

/// The logits behind a target, all of it read anew.
pub fn alone<'m>(model: &'m EncoderDecoder, source: &[u32]) -> impl FnMut(&[u32]) -> Vec<f32> + 'm {
    let device = Device::flex();
    let states = model.encode(row(source, &device), &mut Pass::default());
    move |target| {
        let memory = Memory { states: states.clone(), mask: Mask::None };
        last(model.decode(row(target, &device), &mut Pass::default().with_memory(memory)))
    }
}

/// The logits behind a text whose first tokens are read from both sides, all of it read anew.
pub fn behind_prefix(model: &Decoder, prefix: usize) -> impl FnMut(&[u32]) -> Vec<f32> {
    let device = Device::flex();
    move |all| last(model.forward(row(all, &device), &mut Pass::default().with_prefix(vec![prefix])))
}

/// The logits behind a text, all of it read anew.
pub fn anew(model: &Decoder) -> impl FnMut(&[u32]) -> Vec<f32> {
    let device = Device::flex();
    move |all| last(model.forward(row(all, &device), &mut Pass::default()))
}
