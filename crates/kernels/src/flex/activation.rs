//! Activations, with and without a gate.

use burn::backend::autodiff::{
    checkpoint::base::Checkpointer,
    grads::Gradients,
    ops::{Backward, Ops},
};
use burn_flex::{Flex, FlexTensor};
use multiversion::multiversion;

use super::{
    math::bend,
    memory::{buffer, elements, in_order, shape, tensor},
    pieces::{self, PIECE},
};
use crate::Activation;

/// One match outside the loop, so that each kind's loop is vectorised on its own.
macro_rules! for_kind {
    ($kind:expr, $k:ident => $body:expr) => {
        match $kind {
            Activation::Identity => {
                const $k: Activation = Activation::Identity;
                $body
            }
            Activation::Relu => {
                const $k: Activation = Activation::Relu;
                $body
            }
            Activation::Gelu => {
                const $k: Activation = Activation::Gelu;
                $body
            }
            Activation::GeluTanh => {
                const $k: Activation = Activation::GeluTanh;
                $body
            }
            Activation::Silu => {
                const $k: Activation = Activation::Silu;
                $body
            }
            Activation::Tanh => {
                const $k: Activation = Activation::Tanh;
                $body
            }
        }
    };
}

/// The values.
pub(super) fn forward(x: &FlexTensor, kind: Activation) -> FlexTensor {
    let xs = elements(x);
    let mut y = buffer(xs.len());
    pieces::fill(&mut y, PIECE, |start, y| values(kind, &xs[start..], y));
    tensor(y, shape(x))
}

/// The values and the slopes, which are all that the backward needs.
pub(super) fn forward_and_slope(x: &FlexTensor, kind: Activation) -> (FlexTensor, FlexTensor) {
    let xs = elements(x);
    let (mut y, mut slope) = (buffer(xs.len()), buffer(xs.len()));
    pieces::fill_two(&mut y, PIECE, &mut slope, PIECE, |i, y, slope| {
        values_and_slopes(kind, &xs[i * PIECE..], y, slope);
    });
    (tensor(y, shape(x)), tensor(slope, shape(x)))
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn values(kind: Activation, x: &[f32], y: &mut [f32]) {
    for_kind!(kind, K => for (y, &x) in y.iter_mut().zip(x) { *y = bend(K, x).0; });
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn values_and_slopes(kind: Activation, x: &[f32], y: &mut [f32], slope: &mut [f32]) {
    for_kind!(kind, K => for ((y, s), &x) in y.iter_mut().zip(slope.iter_mut()).zip(x) { (*y, *s) = bend(K, x); });
}

/// `kind(gate) · up`.
pub(super) fn gated(gate: &FlexTensor, up: &FlexTensor, kind: Activation) -> FlexTensor {
    let (gates, ups) = (elements(gate), elements(up));
    let mut y = buffer(gates.len());
    pieces::fill(&mut y, PIECE, |start, y| gated_values(kind, &gates[start..], &ups[start..], y));
    tensor(y, shape(gate))
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn gated_values(kind: Activation, gate: &[f32], up: &[f32], y: &mut [f32]) {
    for_kind!(kind, K => for ((y, &g), &u) in y.iter_mut().zip(gate).zip(up) { *y = bend(K, g).0 * u; });
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn gated_gradients(kind: Activation, (gate, up, dy): (&[f32], &[f32], &[f32]), d_gate: &mut [f32], d_up: &mut [f32]) {
    let inputs = gate.iter().zip(up).zip(dy);
    for_kind!(kind, K => for ((dg, du), ((&g, &u), &dy)) in d_gate.iter_mut().zip(d_up.iter_mut()).zip(inputs) {
        let (value, slope) = bend(K, g);
        *dg = dy * u * slope;
        *du = dy * value;
    });
}

/// `dx = dy · slope`: the rule of whatever acts on each element alone.
#[derive(Debug)]
pub(super) struct Rule;

impl Backward<Flex, 1> for Rule {
    type State = FlexTensor;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = in_order(grads.consume::<Flex>(&ops.node));
        if let [Some(node)] = &ops.parents {
            grads.register::<Flex>(node.id, products_of(&dy, &ops.state));
        }
    }
}

/// `a · b`, element by element.
pub(super) fn products_of(a: &FlexTensor, b: &FlexTensor) -> FlexTensor {
    let (xs, ys) = (elements(a), elements(b));
    let mut y = buffer(xs.len());
    pieces::fill(&mut y, PIECE, |start, y| products(&xs[start..], &ys[start..], y));
    tensor(y, shape(a))
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn products(a: &[f32], b: &[f32], y: &mut [f32]) {
    y.iter_mut().zip(a).zip(b).for_each(|((y, a), b)| *y = a * b);
}

/// The rule of a gate.
#[derive(Debug)]
pub(super) struct GatedRule;

impl Backward<Flex, 2> for GatedRule {
    type State = (FlexTensor, FlexTensor, Activation);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = in_order(grads.consume::<Flex>(&ops.node));
        let (gate, up, kind) = ops.state;
        let (gates, ups, dys) = (elements(&gate), elements(&up), elements(&dy));
        let (mut d_gate, mut d_up) = (buffer(dys.len()), buffer(dys.len()));
        pieces::fill_two(&mut d_gate, PIECE, &mut d_up, PIECE, |i, d_gate, d_up| {
            let start = i * PIECE;
            gated_gradients(kind, (&gates[start..], &ups[start..], &dys[start..]), d_gate, d_up);
        });
        let [gate_node, up_node] = ops.parents;
        if let Some(node) = gate_node {
            grads.register::<Flex>(node.id, tensor(d_gate, shape(&gate)));
        }
        if let Some(node) = up_node {
            grads.register::<Flex>(node.id, tensor(d_up, shape(&up)));
        }
    }
}
