//! What holds for every encoder, whatever it is made of.

#[path = "../../attention/tests/support/mod.rs"]
mod support;

mod encoders;

use burn::tensor::{Device, Distribution, Int, Tensor};
use encoders::*;
use proptest::prelude::*;
use salamander_attention::*;
use salamander_encoder_only::*;
use support::*;

fn masked_lm(choice: &Choice, device: &Device) -> MaskedLm {
    let head = MaskedLmHeadConfig {
        activation: choice.activation,
        norm: NormConfig::Layer { epsilon: EPSILON, bias: true },
        unembedding: choice.unembedding(),
    };
    let config = MaskedLmConfig { encoder: encoder(choice), head };
    config.validate().expect("every choice is legal");
    device.seed(choice.seed);
    config.init(device)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_position_sees_every_other(choice in choices(), at in 0..6usize) {
        let device = Device::flex();
        // relu weights may be zero; softmax weights never are
        let choice = Choice { weights: Weights::Softmax, ..choice };
        let model = masked_lm(&choice, &device).encoder;
        let tokens = choice.tokens(1, 6, 1, &device);
        let a = model.forward(tokens.clone(), &mut Pass::default());
        let b = model.forward(changed(tokens, at), &mut Pass::default());
        for position in 0..6 {
            prop_assert!(distance(a.clone().narrow(1, position, 1), b.clone().narrow(1, position, 1)) > 0.0);
        }
    }

    #[test]
    fn padding_changes_nothing_at_real_positions(choice in choices(), padding in 1..5usize) {
        let device = Device::flex();
        let tokens = choice.tokens(1, 5, 1, &device);
        let padded = Tensor::cat(vec![tokens.clone(), choice.tokens(1, padding, 2, &device)], 1);
        let mask = Mask::padding(vec![(0..5 + padding).map(|j| j >= 5).collect()]);

        let model = masked_lm(&choice, &device);
        let a = model.forward(padded, &mut Pass::new(mask)).narrow(1, 0, 5);
        prop_assert!(distance(a, model.forward(tokens, &mut Pass::default())) < 1e-5);
    }

    #[test]
    fn words_are_named_at_some_positions_as_at_all(choice in choices()) {
        let device = Device::flex();
        let model = masked_lm(&choice, &device);
        let (tokens, some) = (choice.tokens(2, 6, 1, &device), || Tensor::<1, Int>::from_ints([1, 4, 11], &device));
        let all = model.forward(tokens.clone(), &mut Pass::default()).flatten::<2>(0, 1).select(0, some());
        prop_assert!(distance(all, model.at(tokens, some(), &mut Pass::default())) < 1e-5);
    }

    #[test]
    fn documents_side_by_side_are_as_if_alone(choice in choices(), first in 1..6usize) {
        let device = Device::flex();
        let model = masked_lm(&choice, &device);
        let tokens = choice.tokens(2, 7, 1, &device);
        let places = side_by_side([first, 2], 7, &device);
        let mask = Mask::within(parts([first, 2], 7));
        let packed = model.forward(tokens.clone(), &mut Pass::new(mask).with_positions(places));
        for (row, first) in [first, 2].into_iter().enumerate() {
            for (start, length) in [(0, first), (first, 7 - first)] {
                let cut = |x: Tensor<3>| x.narrow(0, row, 1).narrow(1, start, length);
                let alone = tokens.clone().narrow(0, row, 1).narrow(1, start, length);
                let alone = model.forward(alone, &mut Pass::default());
                prop_assert!(distance(cut(packed.clone()), alone) < 1e-5);
            }
        }
    }

    #[test]
    fn a_gradient_reaches_every_parameter(choice in choices()) {
        let device = Device::flex().autodiff();
        all_are_reached(&choice, &device, |choice, tokens, pass| {
            let model = masked_lm(choice, &device);
            unreached(&model, &model.forward(tokens, pass).powi_scalar(2).sum().backward())
        })?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn gradients_are_slopes(choice in choices()) {
        let device = Device::flex().autodiff();
        let choice = choice.smooth();
        let tokens = choice.tokens(2, 5, 1, &device);
        let model = masked_lm(&choice, &device);
        check_gradients(&model, |model| {
            let segments = tokens.clone().remainder_scalar(2);
            let logits = model.forward(tokens.clone(), &mut Pass::default().with_segments(segments));
            logits.tanh().powi_scalar(2).mean()
        });
    }
}

#[test]
fn the_receptive_field_is_everything() {
    let device = Device::flex().autodiff();
    for choice in some_choices(8) {
        let choice = Choice { weights: Weights::Softmax, ..choice };
        let model = masked_lm(&choice, &device).encoder;
        let x = Tensor::<3>::random([1, 6, width(&choice).unwrap_or(choice.d_model())], Distribution::Default, &device)
            .require_grad();
        for out in [0, 5] {
            let mut pass = Pass::default();
            let y = model.stack.forward(model.embedding.forward(x.clone(), &mut pass), &mut pass);
            assert!(influence(y, out, &x).into_iter().all(|influence| influence > 0.0), "{choice:?}");
        }
    }
}
