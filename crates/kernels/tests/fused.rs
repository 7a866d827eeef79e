//! Every fused body against its composed one: values and gradients within 1e-5, on sizes that fit no block.

use burn::tensor::{Bool, Device, Distribution, Int, Tensor, TensorData};
use proptest::prelude::*;
use salamander_kernels::*;

const KINDS: [Activation; 6] = [
    Activation::Identity,
    Activation::Relu,
    Activation::Gelu,
    Activation::GeluTanh,
    Activation::Silu,
    Activation::Tanh,
];

fn random<const R: usize>(shape: [usize; R]) -> Tensor<R> {
    Tensor::<R>::random(shape, Distribution::Normal(0.0, 1.0), &Device::flex())
}

/// A leaf of the graph with the values of `x`.
fn leaf<const R: usize>(x: &Tensor<R>) -> Tensor<R> {
    Tensor::from_inner(x.clone()).require_grad()
}

#[track_caller]
fn close<const R: usize>(what: &str, a: Tensor<R>, b: Tensor<R>) {
    assert_eq!(a.dims(), b.dims(), "{what}");
    if a.shape().num_elements() == 0 {
        return;
    }
    let largest = b.clone().abs().max().into_scalar::<f32>().max(1.0);
    let distance = (a - b).abs().max().into_scalar::<f32>();
    assert!(distance <= 1e-5 * largest, "{what} differs by {distance} (values up to {largest})");
}

/// Compares two functions of the tensors `inputs`: values, and gradients under a weighting that is not uniform.
#[track_caller]
fn agree<const R: usize, const O: usize, const N: usize>(
    inputs: [&Tensor<R>; N],
    fused: impl Fn([Tensor<R>; N]) -> Tensor<O>,
    composed: impl Fn([Tensor<R>; N]) -> Tensor<O>,
) {
    let run = |f: &dyn Fn([Tensor<R>; N]) -> Tensor<O>| {
        let leaves = inputs.map(leaf);
        let y = f(leaves.clone());
        let count = y.shape().num_elements();
        let weights = Tensor::<1, Int>::arange(0..count as i64, &y.device()).float().mul_scalar(0.37).sin();
        let gradients = (y.clone() * weights.reshape(y.shape())).sum().backward();
        let slopes = leaves.map(|leaf| leaf.grad(&gradients).expect("every input has a gradient"));
        (y.inner(), slopes)
    };
    let ((a, a_slopes), (b, b_slopes)) = (run(&fused), run(&composed));
    close("the value", a.clone(), b);
    for (i, (a, b)) in a_slopes.into_iter().zip(b_slopes).enumerate() {
        close(&format!("the gradient of input {i}"), a, b);
    }
    // Without a graph the same values come out.
    close("the value without a graph", fused(inputs.map(Tensor::clone)), a);
}

#[test]
fn linear_maps() {
    for (m, k, n) in [(1, 1, 1), (1, 70, 33), (5, 3, 2), (17, 65, 31), (300, 48, 130)] {
        let (x, w, b) = (random([m, k]), random([k, n]), random([1, n]));
        let bias = |b: Tensor<2>| b.flatten::<1>(0, 1);
        agree([&x, &w, &b], |[x, w, b]| linear(x, w, Some(bias(b))), |[x, w, b]| composed::linear(x, w, Some(bias(b))));
        agree([&x, &w], |[x, w]| linear(x, w, None), |[x, w]| composed::linear(x, w, None));
        // The transposed view of a tied embedding, and an input that is not in order.
        let (wt, xt) = (random([n, k]), random([k, m]));
        agree(
            [&xt, &wt, &b],
            |[x, w, b]| linear(x.transpose(), w.transpose(), Some(bias(b))),
            |[x, w, b]| composed::linear(x.transpose(), w.transpose(), Some(bias(b))),
        );
    }
}

#[test]
fn norms() {
    for shape in [[1, 1, 1], [2, 3, 5], [1, 7, 64], [3, 50, 129]] {
        let (x, d) = (random(shape).mul_scalar(3.0).add_scalar(0.5), shape[2]);
        let (g, b) = (random([1, 1, d]), random([1, 1, d]));
        let flat = |x: Tensor<3>| x.flatten::<1>(0, 2);
        agree(
            [&x, &g, &b],
            |[x, g, b]| layer_norm(x, Some(flat(g)), Some(flat(b)), 1e-2),
            |[x, g, b]| composed::layer_norm(x, Some(flat(g)), Some(flat(b)), 1e-2),
        );
        agree(
            [&x, &g],
            |[x, g]| layer_norm(x, Some(flat(g)), None, 1e-2),
            |[x, g]| composed::layer_norm(x, Some(flat(g)), None, 1e-2),
        );
        agree([&x, &g], |[x, g]| rms_norm(x, Some(flat(g)), 1e-2), |[x, g]| composed::rms_norm(x, Some(flat(g)), 1e-2));
    }
}

#[test]
fn activations_and_gates() {
    for shape in [[1, 1], [3, 17], [130, 257]] {
        let (x, up) = (random(shape).mul_scalar(2.0), random(shape));
        for kind in KINDS {
            agree([&x], |[x]| activation(x, kind), |[x]| composed::activation(x, kind));
            agree([&x, &up], |[x, up]| gated(x, up, kind), |[x, up]| composed::gated(x, up, kind));
        }
        agree(
            [&x],
            |[x]| activation(x.transpose(), Activation::Silu),
            |[x]| composed::activation(x.transpose(), Activation::Silu),
        );
    }
}

#[test]
fn rotations() {
    for (shape, half) in [([1, 1, 1, 2], 1), ([2, 3, 5, 6], 2), ([2, 1, 9, 8], 4)] {
        let x = random(shape);
        let angles = random([shape[2], half]);
        for pairing in [Pairing::HalfSplit, Pairing::Interleaved] {
            let (cos, sin) = (angles.clone().cos(), angles.clone().sin());
            let on = |x: &Tensor<2>, like: &Tensor<4>| {
                if like.device().is_autodiff() { Tensor::from_inner(x.clone()) } else { x.clone() }
            };
            agree(
                [&x],
                |[x]| rotary(x.clone(), on(&cos, &x), on(&sin, &x), pairing),
                |[x]| composed::rotary(x.clone(), on(&cos, &x), on(&sin, &x), pairing),
            );
        }
    }
}

#[test]
fn tables() {
    let weight = random([7, 5]);
    let ids = Tensor::<2, Int>::from_ints([[0, 6, 3], [3, 3, 1]], &Device::flex());
    let on = |like: &Tensor<2>| if like.device().is_autodiff() { Tensor::from_inner(ids.clone()) } else { ids.clone() };
    agree([&weight], |[w]| embedding(w.clone(), on(&w)), |[w]| composed::embedding(w.clone(), on(&w)));
}

#[test]
#[should_panic(expected = "id 7 is outside the table of 7 rows")]
fn an_id_outside_the_table_says_so() {
    embedding(random([7, 5]), Tensor::from_ints([[7]], &Device::flex()));
}

fn ids(values: &[i64], like: &Tensor<2>) -> Tensor<1, Int> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), &like.device())
}

#[test]
fn cross_entropies() {
    for (n, v) in [(1, 2), (5, 3), (64, 65), (40, 1000)] {
        let x = random([n, v]).mul_scalar(3.0);
        let mut targets: Vec<i64> = (0..n).map(|i| (i * 7 % v) as i64).collect();
        for (ignore, smoothing) in [(None, 0.0), (Some(-100), 0.0), (Some(-100), 0.1), (None, 0.3)] {
            let options = CrossEntropyOptions { ignore, smoothing };
            if ignore.is_some() {
                targets.iter_mut().step_by(3).for_each(|target| *target = -100);
            } else {
                targets.iter_mut().for_each(|target| *target = (*target).max(0));
            }
            agree(
                [&x],
                |[x]| cross_entropy(x.clone(), ids(&targets, &x), &options),
                |[x]| composed::cross_entropy(x.clone(), ids(&targets, &x), &options),
            );
        }
    }
}

#[test]
fn a_hand_worked_loss() {
    // p = .19575891, .48148922, .32275187
    let x = Tensor::<2>::from_floats([[0.3, 1.2, 0.8], [0.3, 1.2, 0.8]], &Device::flex());
    let loss = |targets: &[i64], smoothing| {
        let options = CrossEntropyOptions { ignore: Some(-100), smoothing };
        cross_entropy(x.clone(), ids(targets, &x), &options).into_scalar::<f32>()
    };
    let nats = [0.195_758_91f32, 0.481_489_22, 0.322_751_87].map(|p| -p.ln());
    assert!((loss(&[1, -100], 0.0) - nats[1]).abs() < 1e-6);
    assert!((loss(&[1, 0], 0.0) - (nats[0] + nats[1]) / 2.0).abs() < 1e-6);
    let even = nats.iter().sum::<f32>() / 3.0;
    assert!((loss(&[1, -100], 0.1) - (0.9 * nats[1] + 0.1 * even)).abs() < 1e-6);
}

#[test]
fn a_batch_of_padding_costs_nothing() {
    let x = leaf(&random([3, 5]));
    let options = CrossEntropyOptions { ignore: Some(-100), smoothing: 0.1 };
    let loss = cross_entropy(x.clone(), ids(&[-100; 3], &x), &options);
    let slope = x.grad(&loss.clone().backward()).expect("a gradient");
    assert_eq!((loss.into_scalar::<f32>(), slope.abs().max().into_scalar::<f32>()), (0.0, 0.0));
}

#[test]
fn gradients_are_scaled_by_what_comes_behind() {
    let x = random([4, 6]);
    let options = CrossEntropyOptions::default();
    agree(
        [&x],
        |[x]| cross_entropy(x.clone(), ids(&[1, 2, 3, 4], &x), &options).mul_scalar(2.5),
        |[x]| composed::cross_entropy(x.clone(), ids(&[1, 2, 3, 4], &x), &options).mul_scalar(2.5),
    );
}

/// Sizes, a reach, which masks, which weights.
#[derive(Debug, Clone)]
struct Case {
    b: usize,
    heads: (usize, usize),
    t: usize,
    s: usize,
    e: usize,
    reach: Reach,
    masked: u8,
    biased: u8,
    weights: Weights,
}

fn cases() -> impl Strategy<Value = Case> {
    let heads = prop::sample::select(vec![(1, 1), (2, 2), (4, 2), (3, 1)]);
    let lengths = prop::sample::select(vec![(1, 1), (1, 9), (3, 3), (5, 2), (17, 17), (7, 20), (65, 65), (70, 130)]);
    let reach = (prop::option::of(0..9usize), prop::option::of(0..3usize));
    let weights = prop_oneof![Just(Weights::Softmax), Just(Weights::Relu { gamma: 0.7 })];
    (1..3usize, heads, lengths, 1..9usize, reach, 0..4u8, 0..4u8, weights).prop_map(
        |(b, heads, (t, s), e, (left, right), masked, biased, weights)| {
            // A reach says where the queries stand, at the end of the keys: there must be room.
            let reach = if t <= s { Reach { left, right } } else { Reach::default() };
            Case { b, heads, t, s, e, reach, masked, biased, weights }
        },
    )
}

impl Case {
    fn hidden(&self) -> Option<Tensor<4, Bool>> {
        let shape = match self.masked {
            0 => return None,
            1 => [self.b, 1, 1, self.s],
            2 => [1, 1, self.t, self.s],
            _ => [self.b, self.heads.0, self.t, self.s],
        };
        // Every fourth row sees nothing at all.
        let width = self.s;
        let hidden = |i: usize| (i * 2_654_435_761) % 7 < 2 || (i / width) % 4 == 3;
        let values: Vec<bool> = (0..shape.iter().product()).map(hidden).collect();
        Some(Tensor::from_data(TensorData::new(values, shape), &Device::flex()))
    }

    fn bias(&self) -> Tensor<4> {
        random(match self.biased {
            1 => [1, self.heads.0, self.t, self.s],
            2 => [self.b, 1, 1, self.s],
            _ => [self.b, self.heads.0, self.t, 1],
        })
    }

    fn options(&self) -> AttentionOptions {
        AttentionOptions { scale: 0.6, softcap: None, reach: self.reach, weights: self.weights, dropout: 0.0 }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, ..ProptestConfig::default() })]

    #[test]
    fn attentions(case in cases()) {
        let Case { b, heads: (h, k), t, s, e, .. } = case;
        // As a model has them: heads inside, seen from outside.
        let (q, key, v) = (random([b, t, h, e]), random([b, s, k, e]), random([b, s, k, e]));
        let (hidden, options) = (case.hidden(), case.options());
        let on = |like: &Tensor<4>| hidden.clone().map(|hidden| {
            if like.device().is_autodiff() { Tensor::from_inner(hidden) } else { hidden }
        });
        let seen = |x: Tensor<4>| x.swap_dims(1, 2);
        if case.biased == 0 {
            agree(
                [&q, &key, &v],
                |[q, k, v]| attention(seen(q.clone()), seen(k), seen(v), on(&q), None, &options),
                |[q, k, v]| composed::attention(seen(q.clone()), seen(k), seen(v), on(&q), None, &options).0,
            );
        } else {
            let bias = case.bias();
            agree(
                [&q, &key, &v, &bias],
                |[q, k, v, bias]| attention(seen(q.clone()), seen(k), seen(v), on(&q), Some(bias), &options),
                |[q, k, v, bias]| composed::attention(seen(q.clone()), seen(k), seen(v), on(&q), Some(bias), &options).0,
            );
        }
    }
}

#[test]
fn a_capped_score_is_composed_everywhere() {
    let x = random([1, 2, 5, 4]);
    let options = AttentionOptions {
        scale: 3.0,
        softcap: Some(1.5),
        reach: Reach { left: None, right: Some(0) },
        weights: Weights::Softmax,
        dropout: 0.0,
    };
    let run = |softcap| {
        attention(x.clone(), x.clone(), x.clone(), None, None, &AttentionOptions { softcap, ..options.clone() })
    };
    assert!((run(Some(1.5)) - run(None)).abs().max().into_scalar::<f32>() > 1e-3);
}

#[test]
fn sums_with_the_stream() {
    for shape in [[1, 1, 1], [2, 3, 5], [3, 70, 129]] {
        let (x, change) = (random(shape), random(shape));
        agree([&x, &change], |[x, change]| residual(x, change, 0.0), |[x, change]| composed::residual(x, change, 0.0));
        // What is added stays as it was, and so does a view of something larger.
        let before = change.clone().into_data();
        let row = |x: &Tensor<3>| x.clone().narrow(0, shape[0] - 1, 1);
        close("a view", residual(row(&x), row(&change), 0.0), row(&x) + row(&change));
        assert_eq!(change.into_data(), before);
    }
}
