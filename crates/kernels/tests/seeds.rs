//! What depends on the random state: it is one for the whole process, so these tests take turns.

use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::tensor::{Device, Distribution, Int, Tensor};
use salamander_kernels::*;

/// Waits for its turn.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn device() -> Device {
    Device::flex().autodiff()
}

fn random<const R: usize>(shape: [usize; R]) -> Tensor<R> {
    Tensor::<R>::random(shape, Distribution::Normal(0.0, 1.0), &Device::flex())
}

/// A leaf of the graph with the values of `x`.
fn leaf<const R: usize>(x: &Tensor<R>) -> Tensor<R> {
    Tensor::from_inner(x.clone()).require_grad()
}

#[test]
fn dropped_weights_are_dropped_on_the_way_back_too() {
    // With the same seed the same weights are dropped, so slopes can be measured.
    let _alone = alone();
    let options = |dropout| AttentionOptions {
        scale: 0.5,
        softcap: None,
        reach: Reach { left: None, right: Some(0) },
        weights: Weights::Softmax,
        dropout,
    };
    let device = device();
    let (q, k, v) = (random([1, 2, 9, 3]), random([1, 2, 9, 3]), random([1, 2, 9, 3]));
    let loss = |q: Tensor<4>, k: Tensor<4>, v: Tensor<4>| {
        device.seed(5);
        attention(q, k, v, None, None, &options(0.4)).powi_scalar(2).sum()
    };
    let leaves = [&q, &k, &v].map(leaf);
    let [lq, lk, lv] = leaves.clone();
    let gradients = loss(lq, lk, lv).backward();
    for (at, input) in leaves.iter().enumerate() {
        let slope = input.grad(&gradients).expect("a gradient");
        let direction = slope.clone().sign();
        let shifted = |by: f32| {
            let mut moved = [q.clone(), k.clone(), v.clone()];
            moved[at] = moved[at].clone() + direction.clone() * by;
            let [q, k, v] = moved.map(|x| leaf(&x));
            loss(q, k, v).into_scalar::<f32>() as f64
        };
        let measured = (shifted(1e-2) - shifted(-1e-2)) / 2e-2;
        let want = (slope * direction).sum().into_scalar::<f32>() as f64;
        assert!((measured - want).abs() < 2e-2 * want.abs(), "input {at}: {measured} instead of {want}");
    }
    let plain = attention(q.clone(), k.clone(), v.clone(), None, None, &options(0.0));
    device.seed(5);
    let dropped = attention(leaf(&q), leaf(&k), leaf(&v), None, None, &options(0.4)).inner();
    assert!((plain - dropped).abs().max().into_scalar::<f32>() > 1e-2);
}

#[test]
fn dropout_keeps_the_mean_and_its_pattern_follows_the_seed() {
    let _alone = alone();
    let device = device();
    let x = leaf(&Tensor::<2>::ones([100, 300], &Device::flex()));
    let run = |seed| {
        device.seed(seed);
        dropout(x.clone(), 0.3)
    };
    let y = run(1);
    let slope = x.grad(&y.clone().sum().backward()).expect("a gradient");
    assert_eq!((y.clone().inner() - slope).abs().max().into_scalar::<f32>(), 0.0);
    let mean = y.clone().mean().into_scalar::<f32>();
    assert!((mean - 1.0).abs() < 0.02, "{mean}");
    let same = |a: Tensor<2>, b: Tensor<2>| (a - b).abs().max().into_scalar::<f32>() == 0.0;
    assert!(same(run(1), y.clone()) && !same(run(2), y));
}

#[test]
fn the_same_bits_whatever_the_number_of_threads() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let device = Device::flex().autodiff();
            device.seed(4);
            let random = |shape: [usize; 2]| Tensor::<2>::random(shape, Distribution::Default, &device).require_grad();
            // Several pieces each.
            let (x, w, gain) = (random([2400, 70]), random([70, 300]), random([1, 300]).flatten::<1>(0, 1));
            let y = rms_norm(activation(linear(x, w.clone(), None), Activation::GeluTanh), Some(gain), 1e-5);
            let targets = Tensor::<1, Int>::arange(0..2400, &device).remainder_scalar(300);
            let loss = cross_entropy(y, targets, &CrossEntropyOptions::default());
            let first = w.grad(&loss.backward()).expect("a gradient");
            let first = first.into_data().try_to_vec::<f32>().expect("f32");
            let y = Tensor::<4>::random([2, 3, 130, 8], Distribution::Default, &device).require_grad();
            let options = AttentionOptions {
                scale: 0.3,
                softcap: None,
                reach: Reach { left: None, right: Some(0) },
                weights: Weights::Softmax,
                dropout: 0.1,
            };
            let z = attention(y.clone(), y.clone(), y.clone(), None, None, &options);
            let slope = y.grad(&z.powi_scalar(2).sum().backward()).expect("a gradient");
            let slope = slope.into_data().try_to_vec::<f32>().expect("f32");
            [first, slope].concat().into_iter().map(f32::to_bits).collect::<Vec<_>>()
        })
    };
    let _alone = alone();
    let one = run(1);
    assert!(run(2) == one && run(8) == one && run(1) == one);
}

#[test]
fn what_is_dropped_from_a_change_has_no_gradient_and_the_stream_keeps_its_own() {
    let _alone = alone();
    let device = device();
    let (x, change) = (random([40, 70]), random([40, 70]));
    let leaves = [&x, &change].map(leaf);
    device.seed(6);
    let y = residual(leaves[0].clone(), leaves[1].clone(), 0.25);
    let gradients = y.clone().sum().backward();
    let [to_x, factors] = leaves.map(|leaf| leaf.grad(&gradients).expect("a gradient"));
    assert_eq!(to_x.into_data(), Tensor::<2>::ones([40, 70], &Device::flex()).into_data());
    let difference = (y.inner() - (x + change * factors.clone())).abs().max().into_scalar::<f32>();
    assert!(difference < 1e-6, "{difference}");
    let dropped = factors.equal_elem(0.0).int().sum().into_scalar::<i64>();
    assert!((550..850).contains(&dropped), "{dropped} of 2800 dropped at a chance of 1/4");
}
