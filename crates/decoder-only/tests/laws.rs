//! What holds for every decoder, whatever it is made of.

#[path = "../../attention/tests/support/mod.rs"]
mod support;

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor},
};
use proptest::prelude::*;
use salamander_attention::*;
use salamander_decoder_only::{Decoder, DecoderConfig};
use support::*;

fn config(choice: &Choice) -> DecoderConfig {
    DecoderConfig {
        vocab_size: VOCAB,
        d_model: choice.d_model(),
        max_seq_len: LONGEST,
        embedding: choice.embedding(),
        stack: choice.stack(choice.block(), BucketDirection::Back),
        unembedding: choice.unembedding(),
        init: choice.init(),
    }
}

fn made(choice: &Choice, device: &Device) -> Decoder {
    let config = config(choice);
    config.validate().expect("every choice is legal");
    device.seed(choice.seed);
    config.init(device)
}

fn logits(model: &Decoder, tokens: Tensor<2, Int>) -> Tensor<3> {
    model.forward(tokens, &mut Pass::default())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_future_changes_nothing(choice in choices(), at in 1..7usize) {
        let device = Device::flex();
        let model = made(&choice, &device);
        let tokens = choice.tokens(2, 7, 1, &device);
        let (a, b) = (logits(&model, tokens.clone()), logits(&model, changed(tokens, at)));
        prop_assert_eq!(distance(a.clone().narrow(1, 0, at), b.clone().narrow(1, 0, at)), 0.0);
        prop_assert!(distance(a.narrow(1, at, 1), b.narrow(1, at, 1)) > 0.0, "its own word must matter");
    }

    #[test]
    fn documents_side_by_side_are_as_if_alone(choice in choices(), first in 1..6usize) {
        let device = Device::flex();
        let model = made(&choice, &device);
        let tokens = choice.tokens(2, 7, 1, &device);
        let mask = Mask::within(parts([first, 2], 7));
        let places = side_by_side([first, 2], 7, &device);
        let packed = model.forward(tokens.clone(), &mut Pass::new(mask).with_positions(places));
        for (row, first) in [first, 2].into_iter().enumerate() {
            for (start, length) in [(0, first), (first, 7 - first)] {
                let alone = tokens.clone().narrow(0, row, 1).narrow(1, start, length);
                let got = packed.clone().narrow(0, row, 1).narrow(1, start, length);
                prop_assert!(distance(got, logits(&model, alone)) < 1e-5);
            }
        }
    }

    #[test]
    fn padding_changes_nothing_at_real_positions(choice in choices(), padding in 1..5usize) {
        let device = Device::flex();
        let model = made(&choice, &device);
        let tokens = choice.tokens(1, 5, 1, &device);
        let padded = Tensor::cat(vec![tokens.clone(), choice.tokens(1, padding, 2, &device)], 1);
        let mask = Mask::padding(vec![(0..5 + padding).map(|j| j >= 5).collect()]);
        let a = model.forward(padded, &mut Pass::new(mask)).narrow(1, 0, 5);
        prop_assert!(distance(a, logits(&model, tokens)) < 1e-5);
    }

    #[test]
    fn hidden_positions_before_the_real_ones_change_nothing(choice in choices()) {
        // What stands at hidden positions does not matter, wherever they are.
        let device = Device::flex();
        let model = made(&choice, &device);
        let tokens = choice.tokens(1, 6, 1, &device);
        let run = |tokens| {
            let mask = Mask::padding(vec![(0..6).map(|j| j < 2).collect()]);
            model.forward(tokens, &mut Pass::new(mask)).narrow(1, 2, 4)
        };
        prop_assert_eq!(distance(run(tokens.clone()), run(changed(tokens, 1))), 0.0);
    }

    #[test]
    fn step_by_step_with_a_cache_is_the_whole(choice in choices(), first in 1..6usize) {
        let device = Device::flex();
        let model = made(&choice, &device);
        let tokens = choice.tokens(2, 8, 1, &device);
        let mut cache = model.cache(2, 8, &device);
        let mut starts = vec![(0, first)];
        starts.extend((first..8).map(|i| (i, 1)));
        let steps = starts.into_iter().map(|(start, count)| {
            model.forward(tokens.clone().narrow(1, start, count), &mut Pass::default().with_cache(&mut cache))
        });
        let steps = Tensor::cat(steps.collect(), 1);
        prop_assert!(distance(steps, logits(&model, tokens)) < 1e-5);
    }

    #[test]
    fn a_batch_is_its_rows(choice in choices()) {
        let device = Device::flex();
        let model = made(&choice, &device);
        let tokens = choice.tokens(3, 5, 1, &device);
        let batch = logits(&model, tokens.clone());
        for row in 0..3 {
            let single = logits(&model, tokens.clone().narrow(0, row, 1));
            prop_assert!(distance(batch.clone().narrow(0, row, 1), single) < 1e-5);
        }
    }

    #[test]
    fn a_prefix_is_read_in_both_directions(choice in choices(), prefix in 2..5usize) {
        let device = Device::flex();
        // relu weights may be zero; softmax weights never are
        let choice = Choice { weights: Weights::Softmax, ..choice };
        let model = made(&choice, &device);
        let tokens = choice.tokens(1, 7, 1, &device);
        let run = |tokens| model.forward(tokens, &mut Pass::default().with_prefix(vec![prefix]));
        let whole = run(tokens.clone());
        let within = run(changed(tokens.clone(), prefix - 1));
        prop_assert!(distance(whole.clone().narrow(1, 0, 1), within.narrow(1, 0, 1)) > 0.0);
        let behind = run(changed(tokens, prefix));
        prop_assert_eq!(distance(whole.narrow(1, 0, prefix), behind.narrow(1, 0, prefix)), 0.0);
    }

    #[test]
    fn a_gradient_reaches_every_parameter(choice in choices()) {
        let device = Device::flex().autodiff();
        let missed = never_reached(&choice, |choice| {
            let model = made(choice, &device);
            let logits = logits(&model, choice.tokens(4, LONGEST - 2, 1, &device));
            unreached(&model, &logits.powi_scalar(2).sum().backward())
        });
        prop_assert!(missed.is_empty(), "no gradient reaches {:?}", missed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn gradients_are_slopes(choice in choices()) {
        let device = Device::flex().autodiff();
        let choice = choice.smooth();
        let model = made(&choice, &device);
        let tokens = choice.tokens(2, 5, 1, &device);
        check_gradients(&model, |model| logits(model, tokens.clone()).tanh().powi_scalar(2).mean());
    }
}

#[test]
fn the_receptive_field_is_the_past() {
    let device = Device::flex().autodiff();
    for choice in some_choices(8) {
        let model = made(&choice, &device);
        let x =
            Tensor::<3>::random([1, 6, choice.d_model()], burn::tensor::Distribution::Default, &device).require_grad();
        for out in [0, 2, 5] {
            let mut pass = Pass::default();
            pass.hide_future();
            let y = model.stack.forward(model.embedding.forward(x.clone(), &mut pass), &mut pass);
            for (position, influence) in influence(y, out, &x).into_iter().enumerate() {
                assert_eq!(influence > 0.0, position <= out, "{position} on {out}: {influence} in {choice:?}");
            }
        }
    }
}

#[test]
fn freezing_for_evaluation_changes_nothing_without_dropout() {
    let device = Device::flex().autodiff();
    for choice in some_choices(3) {
        let model = made(&choice, &device);
        let tokens = choice.tokens(2, 5, 1, &device);
        let training = logits(&model, tokens.clone()).inner();
        let plain = logits(&model.valid(), tokens.inner());
        assert!(distance(training, plain) < 1e-5);
    }
}

#[test]
fn a_tied_head_needs_the_streams_width() {
    let choice = Choice { heads: (2, 2, 2), tied: true, ..some_choices(1)[0].clone() };
    let mut config = config(&choice);
    config.embedding.d_embedding = Some(3);
    let message = config.validate().unwrap_err().to_string();
    assert_eq!(
        message,
        "unembedding.kind: is tied to vectors of width 3, the stream has width 4; untied, it has its own"
    );
    config.unembedding = UnembeddingConfig::Untied { bias: true };
    config.validate().expect("its own matrix has the stream's width");
    let device = Device::flex();
    let logits = logits(&config.init(&device), choice.tokens(2, 5, 1, &device));
    assert_eq!(logits.dims(), [2, 5, VOCAB]);
}
