//! Layer norm and RMS norm.

use burn::backend::autodiff::{
    checkpoint::base::Checkpointer,
    grads::Gradients,
    ops::{Backward, Ops},
};
use burn_flex::{Flex, FlexTensor};
use multiversion::multiversion;

use super::{
    math::{sum, sum_two},
    memory::{buffer, elements, in_order, shape, tensor},
    pieces,
    shelf::Buffer,
};

/// What the backward needs to know of each row: its mean (0 for RMS) and one over its spread.
pub(super) type Statistics = Buffer;

/// Which of the two, and epsilon.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) centred: bool,
    pub(super) epsilon: f32,
}

/// The forward.
pub(super) fn forward(
    x: &FlexTensor,
    gamma: &FlexTensor,
    beta: Option<&FlexTensor>,
    kind: Kind,
) -> (FlexTensor, Statistics) {
    let (xs, gamma) = (elements(x), elements(gamma));
    let d = gamma.len();
    let zeros;
    let beta = match beta {
        Some(beta) => elements(beta),
        None => {
            zeros = vec![0.0; d];
            &zeros
        }
    };
    let (mut y, mut statistics) = (buffer(xs.len()), buffer(2 * (xs.len() / d)));
    let piece = pieces::rows(d);
    pieces::fill_two(&mut y, piece, &mut statistics, 2 * (piece / d), |i, y, statistics| {
        rows_forward(&xs[i * piece..][..y.len()], gamma, beta, kind, y, statistics);
    });
    (tensor(y, shape(x)), statistics)
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn rows_forward(x: &[f32], gamma: &[f32], beta: &[f32], kind: Kind, y: &mut [f32], statistics: &mut [f32]) {
    let d = gamma.len();
    for ((x, y), statistics) in x.chunks_exact(d).zip(y.chunks_exact_mut(d)).zip(statistics.chunks_exact_mut(2)) {
        let mean = if kind.centred { sum(x, |x| x) / d as f32 } else { 0.0 };
        let variance = sum(x, |x| (x - mean) * (x - mean)) / d as f32;
        let over_spread = 1.0 / (variance + kind.epsilon).sqrt();
        statistics.copy_from_slice(&[mean, over_spread]);
        for (((y, &x), &gamma), &beta) in y.iter_mut().zip(x).zip(gamma).zip(beta) {
            *y = ((x - mean) * over_spread).mul_add(gamma, beta);
        }
    }
}

/// The rule; `N` is 3 with a shift and 2 without.
#[derive(Debug)]
pub(super) struct Rule<const N: usize>;

impl<const N: usize> Backward<Flex, N> for Rule<N> {
    type State = (FlexTensor, FlexTensor, Statistics, Kind);

    fn backward(self, ops: Ops<Self::State, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = in_order(grads.consume::<Flex>(&ops.node));
        let (x, gamma, statistics, kind) = ops.state;
        let (xs, gammas, dys) = (elements(&x), elements(&gamma), elements(&dy));
        let d = gammas.len();
        let mut dx = buffer(xs.len());
        // The sums of the gain's and the shift's gradients lie side by side.
        let sums = pieces::fill_and_sum(&mut dx, pieces::rows(d), 2 * d, |start, dx, sums| {
            let range = start..start + dx.len();
            let statistics = &statistics[2 * (start / d)..];
            rows_backward((&xs[range.clone()], &dys[range]), gammas, statistics, kind.centred, dx, sums);
        });
        let mut parents = ops.parents.into_iter();
        if let Some(Some(node)) = parents.next() {
            grads.register::<Flex>(node.id, tensor(dx, shape(&x)));
        }
        for sums in sums.chunks_exact(d) {
            if let Some(Some(node)) = parents.next() {
                grads.register::<Flex>(node.id, tensor(sums.into(), [d]));
            }
        }
    }
}

/// With `h = (x - mean) / spread` and `g = dy γ`: `dx = (g - mean g - h mean(g h)) / spread`, `dγ = Σ dy h`, `dβ = Σ dy`.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn rows_backward(
    (x, dy): (&[f32], &[f32]),
    gamma: &[f32],
    statistics: &[f32],
    centred: bool,
    dx: &mut [f32],
    sums: &mut [f32],
) {
    let d = gamma.len();
    let (d_gamma, d_beta) = sums.split_at_mut(d);
    let rows = x.chunks_exact(d).zip(dy.chunks_exact(d)).zip(dx.chunks_exact_mut(d));
    for (((x, dy), dx), statistics) in rows.zip(statistics.chunks_exact(2)) {
        let (mean, over_spread) = (statistics[0], statistics[1]);
        // g and h are written down once: g into dx, and h again from x.
        let inputs = x.iter().zip(dy).zip(gamma);
        let outputs = dx.iter_mut().zip(d_gamma.iter_mut()).zip(d_beta.iter_mut());
        for (((&x, &dy), &gamma), ((dx, d_gamma), d_beta)) in inputs.zip(outputs) {
            let h = (x - mean) * over_spread;
            *dx = dy * gamma;
            *d_gamma = dy.mul_add(h, *d_gamma);
            *d_beta += dy;
        }
        let mean_g = if centred { sum(dx, |g| g) / d as f32 } else { 0.0 };
        let mean_gh = sum_two(dx, x, |g, x| g * ((x - mean) * over_spread)) / d as f32;
        for (dx, &x) in dx.iter_mut().zip(x) {
            let h = (x - mean) * over_spread;
            *dx = (*dx - mean_g - h * mean_gh) * over_spread;
        }
    }
}
