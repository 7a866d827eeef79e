//! Small models to write with, and ways to read them anew and to look for the best texts.

// Each test uses its part of it.
#![allow(dead_code, unreachable_pub)]

#[path = "../../../encoder-decoder/tests/models/mod.rs"]
mod encoder_decoders;

use burn::tensor::{Device, Int, Tensor, TensorData};
use salamander_attention::*;
use salamander_decoder_only::{Decoder, DecoderConfig};
use salamander_encoder_decoder::{EncoderDecoder, EncoderDecoderConfig, Sharing};
use salamander_generate::{BeamSearch, Hypothesis, Request, Seq2Seq, Translator, logits::log_sum_exp};

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
    let sharing = if choice.seed.is_multiple_of(2) { Sharing::Nothing } else { Sharing::Blocks };
    EncoderDecoderConfig { vocab_size, ..encoder_decoders::config(choice, sharing) }.init(device)
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

/// Whether each token of `written`, and the `end` behind it if there is one, is the likeliest after all before it.
pub fn is_greedy(mut read: impl FnMut(&[u32]) -> Vec<f32>, start: &[u32], written: &[u32], end: Option<u32>) -> bool {
    let all: Vec<u32> = start.iter().chain(written).copied().chain(end).collect();
    (start.len()..all.len()).all(|at| {
        let logits = read(&all[..at]);
        let largest = logits.iter().copied().fold(f32::MIN, f32::max);
        // two that are equally likely may change places
        logits[all[at] as usize] > largest - 1e-4
    })
}

/// Log-probabilities of the tokens behind `start` and what is written, all of it read anew.
pub fn log_probabilities(mut read: impl FnMut(&[u32]) -> Vec<f32>, start: &[u32]) -> impl FnMut(&[u32]) -> Vec<f64> {
    move |written| {
        let logits = read(&[start, written].concat());
        let total = log_sum_exp(&logits);
        logits.into_iter().map(|logit| f64::from(logit) - total).collect()
    }
}

/// The log-probability of a text, all of it read anew.
pub fn recomputed(mut next: impl FnMut(&[u32]) -> Vec<f64>, found: &Hypothesis) -> f64 {
    let all: Vec<u32> = found.ids.iter().copied().chain(found.end).collect();
    (0..all.len()).map(|at| next(&all[..at])[all[at] as usize]).sum()
}

/// The best targets of each source.
pub fn find<M: Seq2Seq>(model: &M, end: u32, sources: &[Vec<u32>], search: &BeamSearch) -> Vec<Vec<Hypothesis>> {
    let translator = Translator::new(model, LONGEST, START, end).expect("legal ids");
    translator.search(sources, search).expect("a legal search")
}

/// The likeliest token at each position of the target.
pub fn greedy<M: Seq2Seq>(model: &M, end: u32, source: &[u32], tokens: usize) -> Vec<u32> {
    let translator = Translator::new(model, LONGEST, START, end).expect("legal ids");
    let written = translator.write(source, &Request::greedy(tokens)).expect("a legal request");
    written.collect::<Result<_, _>>().expect("finite logits")
}

/// The scores of all texts of at most `tokens` tokens, best first.
pub fn exhaustive(mut next: impl FnMut(&[u32]) -> Vec<f64>, end: u32, tokens: usize, search: &BeamSearch) -> Vec<f64> {
    let (mut open, mut scores) = (vec![(Vec::new(), 0.0)], Vec::new());
    for length in 1..=tokens {
        for (text, so_far) in std::mem::take(&mut open) {
            for (token, more) in next(&text).into_iter().enumerate() {
                let total = so_far + more;
                if token as u32 == end || length == tokens {
                    scores.push(search.score(total, length));
                } else {
                    open.push(([text.as_slice(), &[token as u32]].concat(), total));
                }
            }
        }
    }
    scores.sort_by(|a, b| b.total_cmp(a));
    scores
}

/// Whether two scores are the same.
pub fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-4
}
