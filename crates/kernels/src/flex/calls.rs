//! What the rest of the crate calls: tensors in, through burn's dispatch to the extension, tensors out.

use burn::{
    backend::Dispatch,
    tensor::{Bool, Int, Tensor},
};

use super::fused::{Fused, Maybe, MaybeHidden};
use crate::{Activation, AttentionOptions, CrossEntropyOptions, Pairing};

pub(crate) fn linear<const R: usize>(x: Tensor<R>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<R> {
    let bias = Maybe::of(bias.map(Tensor::into_dispatch));
    Tensor::from_dispatch(Dispatch::fused_linear(x.into_dispatch(), weight.into_dispatch(), bias))
}

pub(crate) fn layer_norm<const R: usize>(
    x: Tensor<R>,
    gamma: Tensor<1>,
    beta: Option<Tensor<1>>,
    epsilon: f64,
) -> Tensor<R> {
    let beta = Maybe::of(beta.map(Tensor::into_dispatch));
    Tensor::from_dispatch(Dispatch::fused_layer_norm(x.into_dispatch(), gamma.into_dispatch(), beta, epsilon))
}

pub(crate) fn rms_norm<const R: usize>(x: Tensor<R>, gamma: Tensor<1>, epsilon: f64) -> Tensor<R> {
    Tensor::from_dispatch(Dispatch::fused_rms_norm(x.into_dispatch(), gamma.into_dispatch(), epsilon))
}

pub(crate) fn activation<const R: usize>(x: Tensor<R>, kind: Activation) -> Tensor<R> {
    Tensor::from_dispatch(Dispatch::fused_activation(x.into_dispatch(), kind))
}

pub(crate) fn gated<const R: usize>(gate: Tensor<R>, up: Tensor<R>, kind: Activation) -> Tensor<R> {
    Tensor::from_dispatch(Dispatch::fused_gated(gate.into_dispatch(), up.into_dispatch(), kind))
}

pub(crate) fn attention(
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    hidden: Option<Tensor<4, Bool>>,
    bias: Option<Tensor<4>>,
    options: AttentionOptions,
) -> Tensor<4> {
    let (q, k, v) = (q.into_dispatch(), k.into_dispatch(), v.into_dispatch());
    let hidden = MaybeHidden::of(hidden.map(Tensor::into_dispatch));
    let bias = Maybe::of(bias.map(Tensor::into_dispatch));
    Tensor::from_dispatch(Dispatch::fused_attention(q, k, v, hidden, bias, options))
}

pub(crate) fn cross_entropy(logits: Tensor<2>, targets: Tensor<1, Int>, options: CrossEntropyOptions) -> Tensor<1> {
    let (logits, targets) = (logits.into_dispatch(), targets.into_dispatch());
    Tensor::from_dispatch(Dispatch::fused_cross_entropy(logits, targets, options))
}

pub(crate) fn rotary(x: Tensor<4>, cos: Tensor<2>, sin: Tensor<2>, pairing: Pairing) -> Tensor<4> {
    let (cos, sin) = (cos.into_dispatch(), sin.into_dispatch());
    Tensor::from_dispatch(Dispatch::fused_rotary(x.into_dispatch(), cos, sin, pairing))
}

pub(crate) fn dropout<const R: usize>(x: Tensor<R>, probability: f64) -> Tensor<R> {
    Tensor::from_dispatch(Dispatch::fused_dropout(x.into_dispatch(), probability))
}

pub(crate) fn residual<const R: usize>(x: Tensor<R>, change: Tensor<R>, probability: f64) -> Tensor<R> {
    Tensor::from_dispatch(Dispatch::fused_residual(x.into_dispatch(), change.into_dispatch(), probability))
}

pub(crate) fn embedding(weight: Tensor<2>, ids: Tensor<2, Int>) -> Tensor<3> {
    Tensor::from_dispatch(Dispatch::fused_embedding(weight.into_dispatch(), ids.into_dispatch()))
}
