//! Turning pairs; turning back is the gradient.

use burn::backend::autodiff::{
    checkpoint::base::Checkpointer,
    grads::Gradients,
    ops::{Backward, Ops},
};
use burn_flex::{Flex, FlexTensor};

use super::{
    memory::{buffer, elements, in_order, shape, tensor},
    pieces,
};
use crate::Pairing;

/// The angles and the way they are applied.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    pub(super) cos: FlexTensor,
    pub(super) sin: FlexTensor,
    pub(super) pairing: Pairing,
}

impl Turn {
    /// Turns by the angles times `sign`: 1 forward, -1 back.
    pub(super) fn apply(&self, x: &FlexTensor, sign: f32) -> FlexTensor {
        let dims = shape(x);
        let (t, e) = (dims[2], dims[3]);
        let (xs, cos, sin) = (elements(x), elements(&self.cos), elements(&self.sin));
        let half = self.cos.layout().shape()[1];
        let mut y = buffer(xs.len());
        pieces::fill(&mut y, pieces::rows(e), |start, y| {
            for (i, (y, x)) in y.chunks_exact_mut(e).zip(xs[start..].chunks_exact(e)).enumerate() {
                let angles = (start / e + i) % t * half;
                self.row(x, &cos[angles..][..half], &sin[angles..][..half], sign, y);
            }
        });
        tensor(y, dims)
    }

    fn row(&self, x: &[f32], cos: &[f32], sin: &[f32], sign: f32, y: &mut [f32]) {
        let half = cos.len();
        y[2 * half..].copy_from_slice(&x[2 * half..]);
        for i in 0..half {
            let (a, b) = match self.pairing {
                Pairing::HalfSplit => (i, i + half),
                Pairing::Interleaved => (2 * i, 2 * i + 1),
            };
            let (c, s) = (cos[i], sign * sin[i]);
            (y[a], y[b]) = (x[a] * c - x[b] * s, x[b] * c + x[a] * s);
        }
    }
}

/// The rule.
#[derive(Debug)]
pub(super) struct Rule;

impl Backward<Flex, 1> for Rule {
    type State = Turn;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = in_order(grads.consume::<Flex>(&ops.node));
        if let [Some(node)] = &ops.parents {
            grads.register::<Flex>(node.id, ops.state.apply(&dy, -1.0));
        }
    }
}
