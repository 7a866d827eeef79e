//! A decoder with the encoder's weights.

#[path = "../../attention/tests/support/mod.rs"]
mod support;

mod models;

use std::collections::HashSet;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId},
    tensor::{Device, Tensor},
};
use models::config;
use salamander_attention::*;
use salamander_encoder_decoder::{DecoderStack, EncoderDecoder, EncoderDecoderConfig, Sharing};
use support::*;

fn logits(model: &EncoderDecoder, choice: &Choice, device: &Device) -> Tensor<3> {
    let (source, target) = (choice.tokens(2, 6, 1, device), choice.tokens(2, 5, 2, device));
    let states = model.encode(source, &mut Pass::default());
    model.decode(target, &mut Pass::default().with_memory(Memory { states, mask: Mask::None }))
}

/// The same with tensors of its own: a clone would be reached by the same gradients.
fn copied<M: Module>(module: &M) -> M {
    struct Copied;
    impl ModuleMapper for Copied {
        fn map_float<const R: usize>(&mut self, param: Param<Tensor<R>>) -> Param<Tensor<R>> {
            Param::from_tensor(Tensor::from_data(param.val().into_data(), &param.val().device()))
        }
    }
    module.clone().map(&mut Copied)
}

/// A model without sharing whose decoder has the weights that `shared` computes with, each as a tensor of its own.
fn apart(shared: &EncoderDecoder, choice: &Choice, device: &Device) -> EncoderDecoder {
    let DecoderStack::Shared(lent) = &shared.decoder else { panic!("configured to share") };
    let mut model = config(choice, Sharing::Nothing).init(device);
    let DecoderStack::Own(own) = &mut model.decoder else { panic!("configured to share nothing") };
    let both = shared.encoder.blocks.iter().zip(&lent.blocks);
    let block = |(block, layer): (&Block, &SharedCrossBlock)| CrossBlock {
        attention: copied(&block.attention),
        around_attention: copied(&block.around_attention),
        cross: layer.cross.clone(),
        around_cross: layer.around_cross.clone(),
        feed_forward: copied(&block.feed_forward),
        around_feed_forward: copied(&block.around_feed_forward),
    };
    own.blocks = both.map(block).collect();
    (own.relative, own.norm) = (lent.relative.clone(), lent.norm.clone());
    EncoderDecoder {
        tokens: shared.tokens.clone(),
        source: shared.source.clone(),
        target: shared.target.clone(),
        encoder: shared.encoder.clone(),
        unembedding: shared.unembedding.clone(),
        ..model
    }
}

#[test]
fn equal_weights_say_the_same_as_shared_ones() {
    let device = Device::flex();
    for choice in some_choices(24) {
        device.seed(choice.seed);
        let shared = config(&choice, Sharing::Blocks).init(&device);
        let apart = apart(&shared, &choice, &device);
        assert_eq!(distance(logits(&shared, &choice, &device), logits(&apart, &choice, &device)), 0.0, "{choice:?}");
    }
}

#[test]
fn a_shared_weight_learns_from_both_stacks() {
    let device = Device::flex().autodiff();
    for choice in some_choices(8) {
        device.seed(choice.seed);
        let shared = config(&choice, Sharing::Blocks).init(&device);
        let apart = apart(&shared, &choice, &device);
        let gradients =
            |model: &EncoderDecoder| logits(model, &choice, &device).tanh().powi_scalar(2).mean().backward();
        let (one, two) = (gradients(&shared), gradients(&apart));
        let DecoderStack::Own(decoder) = &apart.decoder else { panic!("made without sharing") };
        for (depth, block) in shared.encoder.blocks.iter().enumerate() {
            let of = |attention: &Attention, gradients| {
                attention.value.weight.val().grad(gradients).expect("one reaches it")
            };
            let (read, written) = (&apart.encoder.blocks[depth].attention, &decoder.blocks[depth].attention);
            let sum = of(read, &two) + of(written, &two);
            assert!(distance(of(&block.attention, &one), sum) < 1e-5, "layer {depth} of {choice:?}");
        }
    }
}

#[test]
fn one_tensor_for_each_parameter_and_their_number_by_hand() {
    #[derive(Default)]
    struct Ids(Vec<ParamId>);
    impl ModuleVisitor for Ids {
        fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
            self.0.push(param.id);
        }
    }
    // Width 4, 9 inside, two layers, RMS norms before each sublayer and at the ends, no biases, one table of 13 words.
    let choice = Choice {
        heads: (2, 2, 2),
        gated: false,
        residual: ResidualConfig::pre_norm(NormConfig::Rms { epsilon: EPSILON }, 0.0),
        bias: false,
        positions: support::Positions::Sinusoidal,
        tied: true,
        ..some_choices(1)[0].clone()
    };
    let (attention, feed_forward, norm) = (4 * 4 * 4, 2 * 4 * 9, 4);
    let encoder = 2 * (attention + feed_forward + 2 * norm) + norm;
    let decoder = 2 * (attention + norm) + norm;
    let model = config(&choice, Sharing::Blocks).init(&Device::flex());
    assert_eq!(model.num_params(), 13 * 4 + encoder + decoder);
    let mut ids = Ids::default();
    model.visit(&mut ids);
    assert_eq!(ids.0.iter().collect::<HashSet<_>>().len(), ids.0.len());
}

#[test]
fn what_is_shared_must_be_alike() {
    let choice = Choice { positions: support::Positions::Sinusoidal, ..some_choices(1)[0].clone() };
    let check = |change: fn(&mut EncoderDecoderConfig), what: &str, values: [&str; 2]| {
        let mut config = config(&choice, Sharing::Blocks);
        config.validate().expect("both stacks are alike");
        change(&mut config);
        let message = config.validate().unwrap_err().to_string();
        let named = message.starts_with(what) && values.iter().all(|value| message.contains(value));
        assert!(named && message.contains("sharing"), "{message}");
        config.sharing = Sharing::Nothing;
        config.validate().expect("what is not shared may differ");
    };
    check(|config| config.decoder.n_layers = 3, "decoder.n_layers", ["is 3", "encoder's is 2"]);
    check(|config| config.decoder.block.attention.temperature = 2.5, "decoder.block.attention", ["2.5", "1.0"]);
    check(|config| config.decoder.block.feed_forward.d_ff = 77, "decoder.block.feed_forward", ["77", "d_ff: "]);
    check(|config| config.encoder.block.residual.dropout = 0.25, "decoder.block.residual", ["0.25", "0.0"]);
    let mut config = config(&choice, Sharing::Blocks);
    config.decoder.block.cross.temperature = 2.5;
    config.decoder.norm = NormConfig::None;
    config.validate().expect("cross-attention and the final norm are the decoder's own");
}
