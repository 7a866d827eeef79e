//! `x + dropout(change)` in one pass, where `change` was.

use burn::backend::autodiff::{
    checkpoint::base::Checkpointer,
    grads::Gradients,
    ops::{Backward, Ops},
};
use burn_flex::{Flex, FlexTensor};
use multiversion::multiversion;

use super::{
    activation::products_of,
    dropout::Pattern,
    memory::{buffer, elements, in_order, shape, tensor, whole},
    pieces::{self, PIECE},
};

/// The sum, and what the change was multiplied with if anything was dropped.
pub(super) fn forward(x: &FlexTensor, change: FlexTensor, probability: f64) -> (FlexTensor, Option<FlexTensor>) {
    let xs = elements(x);
    let mut y = whole(change);
    let factors = Pattern::draw(probability).map(|pattern| {
        let mut factors = buffer(xs.len());
        pieces::fill_two(y.storage_mut(), PIECE, &mut factors, PIECE, |i, y, factors| {
            pattern.write(i * PIECE, factors);
            y.iter_mut().zip(factors).for_each(|(y, factor)| *y *= *factor);
        });
        tensor(factors, shape(x))
    });
    pieces::fill(y.storage_mut(), PIECE, |start, y| add(&xs[start..], y));
    (y, factors)
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn add(x: &[f32], y: &mut [f32]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += x);
}

/// `dx = dy`, `dchange = dy · factors`.
#[derive(Debug)]
pub(super) struct Rule;

impl Backward<Flex, 2> for Rule {
    type State = Option<FlexTensor>;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = in_order(grads.consume::<Flex>(&ops.node));
        let [x, change] = ops.parents;
        if let Some(node) = change {
            let slope = ops.state.map_or_else(|| dy.clone(), |factors| products_of(&dy, &factors));
            grads.register::<Flex>(node.id, slope);
        }
        if let Some(node) = x {
            grads.register::<Flex>(node.id, dy);
        }
    }
}
