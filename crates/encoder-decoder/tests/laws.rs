//! What holds for every encoder-decoder, whatever it is made of.

#[path = "../../attention/tests/support/mod.rs"]
mod support;

mod models;

use burn::tensor::{Device, Distribution, Int, Tensor};
use models::config;
use proptest::prelude::*;
use salamander_attention::*;
use salamander_encoder_decoder::{EncoderDecoder, Sharing};
use support::*;

/// Half of all choices share, and those that differ in an even seed alike.
fn sharing(choice: &Choice) -> Sharing {
    if choice.seed.is_multiple_of(2) { Sharing::Nothing } else { Sharing::Blocks }
}

fn made(choice: &Choice, device: &Device) -> EncoderDecoder {
    let config = config(choice, sharing(choice));
    config.validate().expect("every choice is legal");
    device.seed(choice.seed);
    config.init(device)
}

/// Reads `source` under `mask` and gives the logits behind each word of `target`.
fn logits(model: &EncoderDecoder, source: Tensor<2, Int>, mask: Mask, target: Tensor<2, Int>) -> Tensor<3> {
    let states = model.encode(source, &mut Pass::new(mask.clone()));
    model.decode(target, &mut Pass::default().with_memory(Memory { states, mask }))
}

/// How far two rows of two pairs each, side by side, are from what the pairs alone give: sources of `reads` words and the
/// rest of 6, targets of `writes` words and the rest of 7.
fn apart(choice: &Choice, reads: [usize; 2], writes: [usize; 2]) -> f32 {
    let device = Device::flex();
    let model = made(choice, &device);
    let (source, target) = (choice.tokens(2, 6, 1, &device), choice.tokens(2, 7, 2, &device));
    let mask = Mask::within(parts(reads, 6));
    let mut pass = Pass::new(mask.clone()).with_positions(side_by_side(reads, 6, &device));
    let states = model.encode(source.clone(), &mut pass);
    let pass = Pass::new(Mask::within(parts(writes, 7))).with_positions(side_by_side(writes, 7, &device));
    let packed = model.decode(target.clone(), &mut pass.with_memory(Memory { states, mask }));
    let mut furthest = 0.0_f32;
    for (row, (read, written)) in reads.into_iter().zip(writes).enumerate() {
        for (from, to) in [(0..read, 0..written), (read..6, written..7)] {
            let source = source.clone().narrow(0, row, 1).narrow(1, from.start, from.len());
            let alone = target.clone().narrow(0, row, 1).narrow(1, to.start, to.len());
            let got = packed.clone().narrow(0, row, 1).narrow(1, to.start, to.len());
            furthest = furthest.max(distance(got, logits(&model, source, Mask::None, alone)));
        }
    }
    furthest
}

/// ReLU's weights have no bound, so that once in some thousand draws the last bit of a score is seen in the fifth digit of a
/// logit: it is tried on choices that are always the same.
#[test]
fn pairs_side_by_side_are_as_if_alone_under_relu() {
    for choice in some_choices(24) {
        let choice = Choice { weights: Weights::Relu { gamma: 1.0 }, ..choice };
        for (read, written) in [(1, 1), (2, 5), (4, 2)] {
            let far = apart(&choice, [read, 3], [written, 4]);
            assert!(far < 1e-5, "{far} for {choice:?}, {read}, {written}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_targets_future_changes_nothing_and_all_of_the_source_does(choice in choices(), at in 1..5usize) {
        let device = Device::flex();
        let choice = Choice { weights: Weights::Softmax, ..choice };
        let model = made(&choice, &device);
        let (source, target) = (choice.tokens(1, 6, 1, &device), choice.tokens(1, 5, 2, &device));
        let whole = logits(&model, source.clone(), Mask::None, target.clone());
        let later = logits(&model, source.clone(), Mask::None, changed(target.clone(), at));
        prop_assert_eq!(distance(whole.clone().narrow(1, 0, at), later.narrow(1, 0, at)), 0.0);
        for position in 0..6 {
            let other = logits(&model, changed(source.clone(), position), Mask::None, target.clone());
            prop_assert!(distance(whole.clone().narrow(1, 0, 1), other.narrow(1, 0, 1)) > 0.0);
        }
    }

    #[test]
    fn padding_of_the_source_changes_nothing(choice in choices(), padding in 1..5usize) {
        let device = Device::flex();
        let model = made(&choice, &device);
        let (source, target) = (choice.tokens(1, 5, 1, &device), choice.tokens(1, 4, 2, &device));
        let padded = Tensor::cat(vec![source.clone(), choice.tokens(1, padding, 3, &device)], 1);
        let mask = Mask::padding(vec![(0..5 + padding).map(|j| j >= 5).collect()]);
        let a = logits(&model, padded, mask, target.clone());
        prop_assert!(distance(a, logits(&model, source, Mask::None, target)) < 1e-5);
    }

    #[test]
    fn pairs_side_by_side_are_as_if_alone(choice in choices(), read in 1..5usize, written in 1..6usize) {
        prop_assert!(apart(&choice.smooth(), [read, 3], [written, 4]) < 1e-5);
    }

    #[test]
    fn step_by_step_with_a_cache_is_the_whole(choice in choices(), first in 1..4usize) {
        let device = Device::flex();
        let model = made(&choice, &device);
        let (source, target) = (choice.tokens(2, 6, 1, &device), choice.tokens(2, 7, 2, &device));
        // The memory is longer than some steps and shorter than others.
        let padding = Mask::padding(vec![vec![false; 6], vec![false, false, false, false, true, true]]);
        let whole = logits(&model, source.clone(), padding.clone(), target.clone());

        let states = model.encode(source, &mut Pass::new(padding.clone()));
        let mut cache = model.cache(2, 7, &device);
        let mut starts = vec![(0, first)];
        starts.extend((first..7).map(|i| (i, 1)));
        let steps = starts.into_iter().map(|(start, count)| {
            let memory = Memory { states: states.clone(), mask: padding.clone() };
            let mut pass = Pass::default().with_cache(&mut cache).with_memory(memory);
            model.decode(target.clone().narrow(1, start, count), &mut pass)
        });
        prop_assert!(distance(Tensor::cat(steps.collect(), 1), whole) < 1e-5);
    }

    #[test]
    fn a_batch_is_its_rows(choice in choices()) {
        let device = Device::flex();
        let model = made(&choice, &device);
        let (source, target) = (choice.tokens(3, 6, 1, &device), choice.tokens(3, 4, 2, &device));
        let batch = logits(&model, source.clone(), Mask::None, target.clone());
        for row in 0..3 {
            let (source, target) = (source.clone().narrow(0, row, 1), target.clone().narrow(0, row, 1));
            let single = logits(&model, source, Mask::None, target);
            prop_assert!(distance(batch.clone().narrow(0, row, 1), single) < 1e-5);
        }
    }

    #[test]
    fn a_gradient_reaches_every_parameter(choice in choices()) {
        let device = Device::flex().autodiff();
        let missed = never_reached(&choice, |choice| {
            let model = made(choice, &device);
            let (source, target) = (choice.tokens(4, 14, 1, &device), choice.tokens(4, 14, 2, &device));
            let logits = logits(&model, source, Mask::None, target);
            unreached(&model, &logits.powi_scalar(2).sum().backward())
        });
        prop_assert!(missed.is_empty(), "no gradient reaches {:?}", missed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn gradients_are_slopes(choice in choices()) {
        let device = Device::flex().autodiff();
        let choice = choice.smooth();
        let model = made(&choice, &device);
        let (source, target) = (choice.tokens(2, 5, 1, &device), choice.tokens(2, 4, 2, &device));
        check_gradients(&model, |model| {
            logits(model, source.clone(), Mask::None, target.clone()).tanh().powi_scalar(2).mean()
        });
    }
}

#[test]
fn the_receptive_field_is_all_of_the_source_and_the_targets_past() {
    let device = Device::flex().autodiff();
    for choice in some_choices(8) {
        let choice = Choice { weights: Weights::Softmax, ..choice };
        let model = made(&choice, &device);
        let random = |t| Tensor::<3>::random([1, t, choice.d_model()], Distribution::Default, &device).require_grad();
        let (source, target) = (random(5), random(6));
        let run = || {
            let mut pass = Pass::default();
            let states = model.encoder.forward(model.source.forward(source.clone(), &mut pass), &mut pass);
            let mut pass = Pass::default().with_memory(Memory { states, mask: Mask::None });
            pass.hide_future();
            model.decoder.forward(model.target.forward(target.clone(), &mut pass), &model.encoder, &mut pass)
        };
        for out in [0, 3, 5] {
            assert!(influence(run(), out, &source).into_iter().all(|influence| influence > 0.0), "{choice:?}");
            for (position, influence) in influence(run(), out, &target).into_iter().enumerate() {
                assert_eq!(influence > 0.0, position <= out, "{position} on {out}: {influence} in {choice:?}");
            }
        }
    }
}

#[test]
fn both_sides_read_one_table() {
    let choice = Choice { heads: (2, 2, 2), tied: false, ..some_choices(1)[0].clone() };
    let mut config = config(&choice, sharing(&choice));
    config.target.d_embedding = Some(3);
    let message = config.validate().unwrap_err().to_string();
    assert_eq!(message, "target.d_embedding: makes vectors of width 3, the source's have width 4; both read one table");
    config.source.d_embedding = Some(3);
    config.validate().expect("both are as narrow");
    let device = Device::flex();
    let (source, target) = (choice.tokens(1, 4, 1, &device), choice.tokens(1, 3, 2, &device));
    assert_eq!(logits(&config.init(&device), source, Mask::None, target).dims(), [1, 3, VOCAB]);
}
