//! The way back.

use burn::backend::autodiff::{
    checkpoint::base::Checkpointer,
    grads::Gradients,
    ops::{Backward, Ops},
};
use burn_flex::{Flex, FlexTensor};
use rayon::prelude::*;

use super::{
    super::{
        linear::Matrix,
        memory::{buffer, elements},
        score::{softmax_slope, sum_to},
        shelf::Buffer,
        tile::turned,
    },
    BLOCK, Inputs, Kept, SERIAL, Sizes,
    heads::{Target, add_times, head, heads_inside, rows_together, times},
};
use crate::Weights;

/// The rule; `N` is 4 with a bias and 3 without.
#[derive(Debug)]
pub(in crate::flex) struct Rule<const N: usize>;

/// The gradients of queries, keys and values, and of the scores if a bias wants them.
struct Slopes {
    q: Buffer,
    k: Buffer,
    v: Buffer,
    scores: Buffer,
}

impl<const N: usize> Backward<Flex, N> for Rule<N> {
    type State = (Inputs, Kept);

    fn backward(self, ops: Ops<Self::State, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = rows_together(grads.consume::<Flex>(&ops.node));
        let (inputs, kept) = ops.state;
        let Sizes { b, h, k, t, s, e, f } = inputs.sizes;
        let bias_wanted = ops.parents.get(3).is_some_and(Option::is_some);
        let slopes = inputs.backward(&kept, &dy, bias_wanted);
        let mut results = vec![
            heads_inside(slopes.q, [b, h, t, e]),
            heads_inside(slopes.k, [b, k, s, e]),
            heads_inside(slopes.v, [b, k, s, f]),
        ];
        if let (true, Some(bias)) = (bias_wanted, &inputs.bias) {
            results.push(sum_to(&slopes.scores, [b, h, t, s], bias.layout().shape()));
        }
        for (node, result) in ops.parents.into_iter().zip(results) {
            if let Some(node) = node {
                grads.register::<Flex>(node.id, result);
            }
        }
    }
}

impl Inputs {
    fn backward(&self, kept: &Kept, dy: &FlexTensor, bias_wanted: bool) -> Slopes {
        let Sizes { b, h, k, t, s, e, f } = self.sizes;
        let mut slopes = Slopes {
            q: buffer(b * h * t * e),
            k: Buffer::zeros(b * k * s * e),
            v: Buffer::zeros(b * k * s * f),
            scores: Buffer::zeros(if bias_wanted { b * h * t * s } else { 0 }),
        };
        let to_q = Target::of(&mut slopes.q);
        let (to_k, to_v) = (Target::of(&mut slopes.k), Target::of(&mut slopes.v));
        let to_scores = Target::of(&mut slopes.scores);
        // The query heads that share a key head add to the same gradient, one after the other.
        let one = |group: usize| {
            let (mut d_scores, mut used) = (buffer(t * s), buffer(if self.dropout.is_some() { t * s } else { 0 }));
            let (batch, key_head) = (group / k, group % k);
            for head_index in key_head * (h / k)..(key_head + 1) * (h / k) {
                let i = batch * h + head_index;
                // SAFETY: head `i` belongs to this task alone, and so do the keys and values of its group.
                unsafe {
                    self.head_backward(i, kept, dy, &mut d_scores, &mut used, to_q);
                    self.key_gradients(i, kept, dy, (&d_scores, &used), (to_k, to_v));
                    if bias_wanted {
                        let to = std::slice::from_raw_parts_mut(to_scores.at(i * t * s), t * s);
                        to.copy_from_slice(&d_scores);
                    }
                }
            }
        };
        if b * h * t * s * f <= SERIAL {
            (0..b * k).for_each(one);
        } else {
            (0..b * k).into_par_iter().for_each(one);
        }
        slopes
    }

    /// The gradients of head `i`'s scores, with zeros where nothing is seen, and of its queries.
    ///
    /// # Safety
    /// No other task may work on head `i`.
    unsafe fn head_backward(
        &self,
        i: usize,
        (weights, divisors): &Kept,
        dy: &FlexTensor,
        d_scores: &mut [f32],
        used: &mut [f32],
        to_q: Target,
    ) {
        let Sizes { h, t, s, e, f, .. } = self.sizes;
        let (batch, head_index) = (i / h, i % h);
        let weights = &elements(weights)[i * t * s..][..t * s];
        let k = head(&self.k, batch, self.key_head(head_index));
        // SAFETY: a head of the values.
        let values = unsafe { turned(head(&self.v, batch, self.key_head(head_index)), [s, f]) };
        for start in (0..t).step_by(BLOCK) {
            let count = BLOCK.min(t - start);
            let seen = self.visible().block(start, count);
            let range = start * s..(start + count) * s;
            let block = &mut d_scores[range.clone()];
            // SAFETY: `count` rows of `block`, of each the part `seen`; rows `start..` of head `i` of the queries.
            unsafe {
                let target = (block.as_mut_ptr().add(seen.start), s as isize);
                let dy = head(dy, batch, head_index).skip_rows(start);
                times([count, f, seen.len()], dy, Matrix::of(&values, s).skip_columns(seen.start), target, 1.0);
                for (row, d_scores) in block.chunks_exact_mut(s).enumerate() {
                    let at = start + row;
                    d_scores[..seen.start].fill(0.0);
                    d_scores[seen.end..].fill(0.0);
                    let weights = &weights[at * s..][..s];
                    if let Some(pattern) = &self.dropout {
                        let first = (i * t + at) * s;
                        for j in 0..s {
                            let factor = pattern.factor(first + j);
                            used[at * s + j] = weights[j] * factor;
                            d_scores[j] *= factor;
                        }
                    }
                    let divisor = divisors[i * t + at];
                    slope_of_row(self.options.weights, weights, divisor, &seen, d_scores);
                }
                let to = to_q.at(((batch * t + start) * h + head_index) * e);
                let d_scores = Matrix { at: block.as_ptr().add(seen.start), row: s as isize, column: 1 };
                let target = (to, (h * e) as isize);
                times([count, seen.len(), e], d_scores, k.skip_rows(seen.start), target, self.options.scale as f32);
            }
        }
    }

    /// Adds head `i`'s part to the gradients of its keys and values.
    ///
    /// # Safety
    /// No other task may work on head `i`'s group.
    unsafe fn key_gradients(
        &self,
        i: usize,
        (weights, _): &Kept,
        dy: &FlexTensor,
        (d_scores, used): (&[f32], &[f32]),
        (to_k, to_v): (Target, Target),
    ) {
        let Sizes { h, k, t, s, e, f, .. } = self.sizes;
        let (batch, head_index) = (i / h, i % h);
        let key_head = self.key_head(head_index);
        let weights = match &self.dropout {
            Some(_) => used,
            None => &elements(weights)[i * t * s..][..t * s],
        };
        let (q, dy) = (head(&self.q, batch, head_index), head(dy, batch, head_index));
        for start in (0..s).step_by(BLOCK) {
            let count = BLOCK.min(s - start);
            let rows = self.visible().seeing(start, count);
            if rows.is_empty() {
                continue;
            }
            let column = |values: &[f32]| Matrix::of(values, s).skip_rows(rows.start).transposed().skip_rows(start);
            // SAFETY: rows `start..` of the key head's gradients, `[B, S, K, E]`.
            unsafe {
                let at = (batch * s + start) * k + key_head;
                let (to_k, to_v) = (to_k.at(at * e), to_v.at(at * f));
                add_times(
                    [count, rows.len(), e],
                    column(d_scores),
                    q.skip_rows(rows.start),
                    (to_k, (k * e) as isize),
                    self.options.scale as f32,
                );
                let dy = dy.skip_rows(rows.start);
                add_times([count, rows.len(), f], column(weights), dy, (to_v, (k * f) as isize), 1.0);
            }
        }
    }
}

/// From the gradient of the weights to that of the scores.
fn slope_of_row(kind: Weights, weights: &[f32], divisor: f32, seen: &std::ops::Range<usize>, slope: &mut [f32]) {
    let (weights, slope) = (&weights[seen.clone()], &mut slope[seen.clone()]);
    match kind {
        Weights::Softmax => softmax_slope(weights, slope),
        Weights::Relu { .. } => {
            for (slope, &weight) in slope.iter_mut().zip(weights) {
                *slope = if weight > 0.0 { *slope / divisor } else { 0.0 };
            }
        }
    }
}
