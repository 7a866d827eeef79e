//! Layers that are computed again for their gradients: the same gradients, whatever flows into and out of the stacks.

mod support;

use burn::{
    module::{Module, ModuleMapper, Param},
    optim::{GradientsAccumulator, GradientsParams},
    tensor::{Device, Tensor},
};
use salamander_attention::*;
use salamander_decoder_only::Decoder;
use salamander_encoder_decoder::{EncoderDecoder, EncoderDecoderConfig, Sharing};
use salamander_encoder_only::{Pooling, SentenceEncoderConfig, SentenceHeadConfig};
use salamander_kernels::{CrossEntropyOptions, cross_entropy};
use salamander_text::{Batches, Contrastive, Frame, IGNORE};
use salamander_train::*;
use support::*;

/// The loss that training goes down, from `seed` on, and the gradient of each parameter, one behind the other.
fn slope<M: Objective<B>, B>(model: &M, batch: &B, seed: u64) -> (f32, Vec<f32>) {
    let device = Device::flex().autodiff();
    device.seed(seed);
    let Question { logits, targets, weight, owed } = model.ask(batch, &device);
    let options = CrossEntropyOptions { ignore: Some(IGNORE), smoothing: 0.0 };
    let loss = cross_entropy(logits, targets, &options).mul_scalar(weight);
    let loss = owed.penalty.clone().map_or(loss.clone(), |penalty| loss + penalty);
    let mut sum = GradientsAccumulator::new();
    owed.backward(&loss, |gradients| sum.accumulate(model, GradientsParams::from_grads(gradients, model)));
    let mut slopes = Slopes { gradients: sum.grads(), values: Vec::new() };
    model.visit(&mut slopes);
    (loss.into_scalar::<f32>(), slopes.values)
}

struct Slopes {
    gradients: GradientsParams,
    values: Vec<f32>,
}

impl burn::module::ModuleVisitor for Slopes {
    fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
        let slope = self.gradients.get::<R>(param.id).unwrap_or_else(|| param.val().zeros_like().inner());
        self.values.extend(slope.into_data().try_to_vec::<f32>().expect("f32"));
    }
}

fn length(values: &[f32]) -> f32 {
    values.iter().map(|x| x * x).sum::<f32>().sqrt()
}

/// Both ways give the same loss and gradients where nothing is dropped.
#[track_caller]
fn same<M: Objective<B>, B>(model: M, batch: &B) {
    let (loss, plain) = slope(&model, batch, 1);
    let (again, replayed) = slope(&replaying(model), batch, 1);
    assert!((loss - again).abs() < 1e-6, "{loss} and {again}");
    let off: Vec<f32> = plain.iter().zip(&replayed).map(|(a, b)| a - b).collect();
    assert!(length(&plain) > 1e-3, "there is nothing to compare");
    assert!(length(&off) < 1e-5 * length(&plain), "{} of {}", length(&off), length(&plain));
}

#[test]
fn a_stack_that_writes() {
    let _alone = alone();
    let device = Device::flex();
    device.seed(1);
    same(decoder(0.0, &device.autodiff()), &Decoder::set(1).batch_at(0));
}

#[test]
fn a_stack_that_feeds_another() {
    // Through the memory, through biases that all layers share, and through what the layers ask of the loss.
    let _alone = alone();
    let device = Device::flex();
    device.seed(1);
    let mut config = translator(0.0);
    let bias = |direction| RelativeBiasConfig { n_buckets: 8, max_distance: 16, direction };
    config.encoder.relative = Some(bias(BucketDirection::Both));
    config.decoder.relative = Some(bias(BucketDirection::Back));
    for attention in
        [&mut config.encoder.block.attention, &mut config.decoder.block.attention, &mut config.decoder.block.cross]
    {
        attention.weights = Weights::Relu { gamma: 1.0 };
        attention.regulariser = 0.1;
    }
    same(config.init(&device.clone().autodiff()), &EncoderDecoder::set(1).batch_at(0));
    // Post-norm: the memory is what the last layer gave, without a norm in between.
    let mut config = translator(0.0);
    (config.encoder.norm, config.decoder.norm) = (NormConfig::None, NormConfig::None);
    same(config.init(&device.autodiff()), &EncoderDecoder::set(1).batch_at(0));
}

#[test]
fn a_stack_that_borrows_from_another() {
    let _alone = alone();
    let device = Device::flex();
    device.seed(1);
    let config = EncoderDecoderConfig { sharing: Sharing::Blocks, ..translator(0.0) };
    same(config.init(&device.autodiff()), &EncoderDecoder::set(1).batch_at(0));
}

#[test]
fn a_stack_that_is_used_twice() {
    let _alone = alone();
    let device = Device::flex();
    device.seed(1);
    let frame = Frame { begin: vec![2], between: vec![1], end: vec![1] };
    let pairs = (5..9).map(|i| (frame.one(&[i, i + 1, 4]), frame.one(&[3, i])));
    let batch = Contrastive::new(pairs, 0, 8, 4, 0).expect("pairs").evaluation_at(0);
    let config = SentenceEncoderConfig { encoder: encoder(0.0), head: SentenceHeadConfig { pooling: Pooling::Mean } };
    same(config.init(&device.autodiff()), &batch);
}

#[test]
fn what_is_dropped_is_dropped_again() {
    // With the same seed the same elements are dropped, so the slope can be measured: along the gradient it is its length.
    let _alone = alone();
    let device = Device::flex();
    device.seed(1);
    let model = replaying(translator(0.3).init(&device.clone().autodiff()));
    bits(&model); // parameters begin when they are first looked at, and draw from the same randomness
    let batch = EncoderDecoder::set(1).batch_at(0);
    let (_, gradient) = slope(&model, &batch, 7);
    let unit: Vec<f32> = gradient.iter().map(|x| x / length(&gradient)).collect();
    let at = |by: f32| slope(&model.clone().map(&mut Moved { by, along: &unit, at: 0 }), &batch, 7).0;
    let step = 4e-3;
    let measured = (at(step) - at(-step)) / (2.0 * step);
    assert!((measured - length(&gradient)).abs() < 2e-2 * measured, "{measured} and {}", length(&gradient));
}

/// Adds a multiple of a vector to all parameters, one behind the other.
struct Moved<'a> {
    by: f32,
    along: &'a [f32],
    at: usize,
}

impl ModuleMapper for Moved<'_> {
    fn map_float<const R: usize>(&mut self, param: Param<Tensor<R>>) -> Param<Tensor<R>> {
        let (by, shape) = (self.by, param.val().dims());
        let part = &self.along[self.at..self.at + shape.iter().product::<usize>()];
        self.at += part.len();
        let change = Tensor::<1>::from_floats(part, &Device::flex()).reshape(shape).mul_scalar(by);
        param.map(|x| Tensor::from_inner(x.inner() + change).require_grad())
    }
}

#[test]
fn training_is_the_same() {
    let _alone = alone();
    let run = |recompute| {
        let plan = Plan { recompute, ..plan(8) };
        let device = Device::flex();
        device.seed(1);
        let model = decoder(0.0, &device.clone().autodiff());
        let (_, outcome) = train(model, data::<Decoder>(), &plan, Session::silent(device)).expect("it learns");
        outcome.last.expect("an evaluation").loss
    };
    let (kept, again) = (run(Recompute::Nothing), run(Recompute::Blocks));
    assert!((kept - again).abs() < 1e-6, "{kept} and {again}");
}
