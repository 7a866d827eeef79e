//! Attention against numbers worked by hand, and its laws.

use burn::{
    module::{Module, Param},
    tensor::{Device, Distribution, Tensor, Tolerance},
};

use super::*;
use crate::{BucketDirection, Init, KvCache, Mask, Memory, Pass, RelativeBiasConfig, Trace};

fn values<const R: usize>(tensor: Tensor<R>) -> Vec<f32> {
    tensor.into_data().try_to_vec::<f32>().expect("f32")
}

fn random(shape: [usize; 3], device: &Device) -> Tensor<3> {
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
}

fn config() -> AttentionConfig {
    AttentionConfig { n_kv_heads: 2, ..AttentionConfig::multi_head(4, 3) }
}

fn made(config: &AttentionConfig, device: &Device) -> Attention {
    device.seed(11);
    config.init(8, &Init::Normal { std: 0.4, output_std: 0.4 }, device)
}

/// One head of width 2 whose projections are the identity.
fn bare(config: AttentionConfig, device: &Device) -> Attention {
    let mut attention = config.init(2, &Init::Xavier, device);
    let identity = || Param::from_tensor(Tensor::<2>::eye(2, device));
    for linear in [&mut attention.query, &mut attention.key, &mut attention.value, &mut attention.output] {
        linear.weight = identity();
    }
    attention
}

#[test]
fn hand_worked_weights() {
    // q = [1, 0], k = [1, 0] and [0, 1]: softmax(1/√2, 0) = .66976155, .33023845.
    let device = Device::flex();
    let attention = bare(AttentionConfig::multi_head(1, 2), &device);
    let x = Tensor::<2>::eye(2, &device).unsqueeze::<3>();
    let mut trace = Trace::all();
    let y = attention.forward(x, &mut Pass::new(Mask::None).with_trace(&mut trace).layer(0));
    let weights = trace.get("blocks.0.attention.weights").expect("asked for").try_to_vec::<f32>().expect("f32");
    let want = [0.669_761_55, 0.330_238_45, 0.330_238_45, 0.669_761_55];
    for (got, want) in weights.iter().chain(&values(y)).zip(want.iter().chain(&want)) {
        assert!((got - want).abs() < 1e-6, "{got} instead of {want}");
    }
}

#[test]
fn a_sharp_temperature_fetches_the_best_match() {
    let device = Device::flex();
    let sharp = AttentionConfig { temperature: 1e-4, ..AttentionConfig::multi_head(1, 2) };
    let x = Tensor::<3>::from_floats([[[1.0, 0.5], [0.2, 3.0], [0.9, 0.1]]], &device);
    let y = bare(sharp, &device).forward(x, &mut Pass::new(Mask::None).layer(0));
    // Each row's largest product is with itself or the middle row.
    let want = [0.2, 3.0, 0.2, 3.0, 1.0, 0.5];
    for (got, want) in values(y).iter().zip(want) {
        assert!((got - want).abs() < 1e-6);
    }
}

#[test]
fn as_many_kv_heads_as_heads_is_multi_head() {
    // Sharing keys and values is the same as repeating their projection for each query head.
    let device = Device::flex();
    let shared = made(&config(), &device);
    let mut whole = made(&AttentionConfig::multi_head(4, 3), &device);
    let repeat = |linear: &Linear| {
        let weight = linear.weight.val().reshape([8, 2, 1, 3]).repeat_dim(2, 2).reshape([8, 12]);
        let bias = linear.bias.as_ref().map(|b| b.val().reshape([2, 1, 3]).repeat_dim(1, 2).reshape([12]));
        Linear { weight: Param::from_tensor(weight), bias: bias.map(Param::from_tensor) }
    };
    (whole.query, whole.output) = (shared.query.clone(), shared.output.clone());
    (whole.key, whole.value) = (repeat(&shared.key), repeat(&shared.value));
    let x = random([2, 5, 8], &device);
    let a = shared.forward(x.clone(), &mut Pass::new(Mask::Causal).layer(0));
    let b = whole.forward(x, &mut Pass::new(Mask::Causal).layer(0));
    a.into_data().assert_approx_eq::<f32>(&b.into_data(), Tolerance::absolute(1e-6));
}

#[test]
fn without_positions_the_order_of_the_keys_does_not_matter() {
    let device = Device::flex();
    let attention = made(&config(), &device);
    let (x, memory) = (random([1, 3, 8], &device), random([1, 4, 8], &device));
    let cross = |memory: Tensor<3>| {
        let memory = Memory { states: memory, mask: Mask::None };
        attention.cross(x.clone(), &mut Pass::new(Mask::None).with_memory(memory).layer(0))
    };
    let turned = cross(memory.clone().flip([1]));
    cross(memory).into_data().assert_approx_eq::<f32>(&turned.into_data(), Tolerance::absolute(1e-6));
}

#[test]
fn looking_inside_changes_nothing() {
    let device = Device::flex();
    let attention = made(&config(), &device);
    let relative = RelativeBiasConfig { n_buckets: 8, max_distance: 16, direction: BucketDirection::Back };
    let relative = relative.init(4, 8, &Init::Normal { std: 1.0, output_std: 1.0 }, &device);
    let x = random([2, 6, 8], &device);
    let run = |mut pass: Pass| {
        pass.set_relative(Some(relative.forward(6, 6)));
        attention.forward(x.clone(), &mut pass.layer(0)).into_data()
    };
    let mask = || Mask::Causal.and(Mask::padding(vec![vec![false; 6], vec![true, true, false, false, false, false]]));
    let mut trace = Trace::all();
    let looked = run(Pass::new(mask()).with_trace(&mut trace));
    run(Pass::new(mask())).assert_approx_eq::<f32>(&looked, Tolerance::absolute(1e-5));
    assert_eq!(trace.records()[0].data.shape().to_vec(), [2, 4, 6, 6]);
}

#[test]
fn step_by_step_with_a_cache_is_the_whole_at_once() {
    let device = Device::flex();
    let attention = made(&config(), &device);
    let x = random([2, 5, 8], &device);
    let whole = attention.forward(x.clone(), &mut Pass::new(Mask::Causal).layer(0)).into_data();
    let mut cache = KvCache::new(&[attention.cache_shape()], 2, 5, &device);
    let steps: Vec<_> = [(0, 2), (2, 1), (3, 2)]
        .map(|(start, count)| {
            let mut pass = Pass::new(Mask::Causal).with_cache(&mut cache);
            let y = attention.forward(x.clone().narrow(1, start, count), &mut pass.layer(0));
            pass.finish(count);
            y
        })
        .into();
    Tensor::cat(steps, 1).into_data().assert_approx_eq::<f32>(&whole, Tolerance::absolute(1e-5));
}

#[test]
fn the_regulariser_asks_of_the_loss_in_training_only() {
    let device = Device::flex();
    let config = AttentionConfig { weights: kernels::Weights::Relu { gamma: 1.0 }, regulariser: 0.5, ..config() };
    let attention = made(&config, &device);
    let x = random([1, 4, 8], &device);
    let mut pass = Pass::new(Mask::Causal);
    attention.forward(x.clone(), &mut pass.layer(0));
    assert!(pass.take_owed().penalty.is_none());

    let training = attention.train();
    let mut pass = Pass::new(Mask::Causal);
    training.forward(Tensor::from_inner(x), &mut pass.layer(0));
    let penalty = pass.take_owed().penalty.expect("relu weights off balance");
    assert!(penalty.clone().into_scalar::<f32>() > 0.0);
    let gradients = penalty.backward();
    assert!(training.query.weight.val().grad(&gradients).is_some());
}

#[test]
fn the_regulariser_counts_the_keys_of_a_source_shorter_than_its_target() {
    let device = Device::flex().autodiff();
    let config = AttentionConfig { weights: kernels::Weights::Relu { gamma: 1.0 }, regulariser: 0.5, ..config() };
    let attention = made(&config, &device);
    let x = random([1, 4, 8], &device);
    let penalty = |mask: Mask, states: Tensor<3>| {
        let mut pass = Pass::default().with_memory(Memory { states, mask });
        attention.cross(x.clone(), &mut pass.layer(0));
        pass.take_owed().penalty.expect("relu weights off balance").into_scalar::<f32>()
    };
    let states = random([1, 2, 8], &device);
    let padded = Tensor::cat(vec![states.clone(), random([1, 1, 8], &device)], 1);
    let [short, padded] = [
        penalty(Mask::None, states),
        // What is hidden does not count.
        penalty(Mask::padding(vec![vec![false, false, true]]), padded),
    ];
    assert!(short > 0.0 && short.is_finite(), "{short}");
    assert!((short - padded).abs() < 1e-5 * short, "{short} {padded}");
}

#[test]
fn bad_numbers_are_named() {
    let check = |config: AttentionConfig, want: &str| {
        assert_eq!(config.validate().unwrap_err().to_string(), want);
    };
    check(AttentionConfig { n_kv_heads: 3, ..config() }, "n_kv_heads: is 3; it must divide the 4 query heads");
    check(AttentionConfig { d_head: 0, ..config() }, "d_head: is 0; at least 1 is needed");
    check(AttentionConfig { dropout: 1.0, ..config() }, "dropout: is 1; a probability of dropping lies in [0, 1)");
    check(AttentionConfig { temperature: 0.0, ..config() }, "temperature: is 0; it must be a number above 0");
    check(AttentionConfig { scale: Some(f64::NAN), ..config() }, "scale: is NaN; it must be a number above 0");
    let weights = kernels::Weights::Relu { gamma: -0.5 };
    check(AttentionConfig { weights, ..config() }, "weights.gamma: is -0.5; it must be a number above 0");
    assert!(config().validate().is_ok());
}
