//! Attention, one head of one sequence at a time, its scores in blocks of rows.

use burn::{
    backend::autodiff::{
        checkpoint::base::Checkpointer,
        grads::Gradients,
        ops::{Backward, Ops},
    },
    tensor::Shape,
};
use burn_flex::{Flex, FlexTensor, Layout};
use rayon::prelude::*;

use super::{
    dropout::Pattern,
    linear::{Matrix, dots},
    memory::{buffer, elements, in_order, tensor},
    score::{Rows, Visible},
    tile::{Product, turned},
};
use crate::{AttentionOptions, Weights};

/// Query rows whose scores are computed together: enough for a product to be fast, few enough to skip what is hidden.
const BLOCK: usize = 24;

/// What goes in, cut into heads.
#[derive(Debug, Clone)]
pub(super) struct Inputs {
    q: FlexTensor,
    k: FlexTensor,
    v: FlexTensor,
    hidden: Option<FlexTensor>,
    bias: Option<FlexTensor>,
    options: AttentionOptions,
    dropout: Option<Pattern>,
    sizes: Sizes,
}

#[derive(Debug, Clone, Copy)]
struct Sizes {
    b: usize,
    h: usize,
    k: usize,
    t: usize,
    s: usize,
    e: usize,
    /// Width of a value, usually `e`.
    f: usize,
}

/// The weights, `[B, H, T, S]`, before any were dropped, and what each row of relu weights was divided by.
pub(super) type Kept = (FlexTensor, Vec<f32>);

/// A tensor whose last axis is together in memory.
fn rows_together(x: FlexTensor) -> FlexTensor {
    if x.layout().strides()[3] == 1 { x } else { x.to_contiguous() }
}

/// Memory `[B, T, H, E]` seen as `[B, H, T, E]`: joining the heads afterwards moves nothing.
fn heads_inside(values: Vec<f32>, [b, h, t, e]: [usize; 4]) -> FlexTensor {
    let strides = [t * h * e, e, h * e, 1].map(|stride| stride as isize);
    let layout = Layout::new(Shape::new([b, h, t, e]), strides.to_vec(), 0);
    tensor(values, [b * h * t * e]).with_layout(layout)
}

/// A head of `x` as a matrix, `[positions, width]`.
fn head(x: &FlexTensor, b: usize, h: usize) -> Matrix {
    let (layout, strides) = (x.layout(), x.layout().strides());
    let start = layout.start_offset() as isize + b as isize * strides[0] + h as isize * strides[1];
    Matrix { at: x.storage::<f32>()[start as usize..].as_ptr(), row: strides[2], column: strides[3] }
}

/// Somewhere each task writes a part of its own.
#[derive(Clone, Copy)]
struct Target(*mut f32);
// SAFETY: every task writes only the rows of its own head.
unsafe impl Send for Target {}
// SAFETY: as above.
unsafe impl Sync for Target {}

impl Target {
    fn of(values: &mut [f32]) -> Self {
        Self(values.as_mut_ptr())
    }

    /// # Safety
    /// `offset` must lie in the buffer.
    unsafe fn at(self, offset: usize) -> *mut f32 {
        // SAFETY: the caller's promise.
        unsafe { self.0.add(offset) }
    }
}

impl Matrix {
    /// The matrix from row `row` on.
    fn skip_rows(self, row: usize) -> Self {
        Self { at: self.at.wrapping_offset(row as isize * self.row), ..self }
    }

    /// The matrix from column `column` on.
    fn skip_columns(self, column: usize) -> Self {
        Self { at: self.at.wrapping_offset(column as isize * self.column), ..self }
    }

    /// The memory of `count` rows of `width` that lie in order, none of them backwards.
    ///
    /// # Safety
    /// The matrix must lie in memory of its size, for as long as the result is used.
    unsafe fn rows<'a>(self, count: usize, width: usize) -> &'a [f32] {
        let length = count.saturating_sub(1) * self.row as usize + width;
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts(self.at, if count == 0 { 0 } else { length }) }
    }
}

impl Inputs {
    pub(super) fn new(
        [q, k, v]: [FlexTensor; 3],
        hidden: Option<FlexTensor>,
        bias: Option<FlexTensor>,
        options: AttentionOptions,
    ) -> Self {
        let (q, k, v) = (rows_together(q), rows_together(k), rows_together(v));
        let (qs, ks) = (q.layout().shape().clone(), k.layout().shape().clone());
        let f = v.layout().shape()[3];
        let sizes = Sizes { b: qs[0], h: qs[1], k: ks[1], t: qs[2], s: ks[2], e: qs[3], f };
        let dropout = Pattern::draw(options.dropout);
        Self { q, k, v, hidden: hidden.map(in_order), bias: bias.map(in_order), options, dropout, sizes }
    }

    /// The forward; with `keep` it returns the weights, which the backward needs.
    pub(super) fn forward(&self, keep: bool) -> (FlexTensor, Option<Kept>) {
        let Sizes { b, h, t, s, f, .. } = self.sizes;
        let mut y = buffer(b * h * t * f);
        let mut weights = buffer(if keep { b * h * t * s } else { 0 });
        let mut divisors = vec![1.0; b * h * t];
        let (to_y, to_weights) = (Target::of(&mut y), Target::of(&mut weights));
        let one = |(i, divisors): (usize, &mut [f32])| {
            let (batch, head_index) = (i / h, i % h);
            let keys = self.keys(batch, head_index);
            let mut scratch = buffer(if keep { 0 } else { BLOCK.min(t) * s });
            let mut dropped = buffer(if self.dropout.is_some() { BLOCK.min(t) * s } else { 0 });
            for start in (0..t).step_by(BLOCK) {
                let count = BLOCK.min(t - start);
                // SAFETY: rows `start..` of head `i`, which is this task's own part of `weights`.
                let block = unsafe {
                    let at = if keep { to_weights.at((i * t + start) * s) } else { scratch.as_mut_ptr() };
                    std::slice::from_raw_parts_mut(at, count * s)
                };
                self.weights(i, start, &keys, block, &mut divisors[start..start + count]);
                let used = self.after_dropout(i, start, block, &mut dropped);
                let seen = self.visible().block(start, count);
                let v = head(&self.v, batch, self.key_head(head_index)).skip_rows(seen.start);
                // SAFETY: the rows `start..` of head `i` in `y`, `[B, T, H, F]`.
                unsafe {
                    let to = to_y.at(((batch * t + start) * h + head_index) * f);
                    let used = Matrix { at: used.as_ptr().add(seen.start), row: s as isize, column: 1 };
                    let target = (to, (h * f) as isize);
                    times([count, seen.len(), f], used, v, target, 1.0);
                }
            }
        };
        if b * h * t * s * f <= SERIAL {
            divisors.chunks_mut(t.max(1)).enumerate().for_each(one);
        } else {
            divisors.par_chunks_mut(t).enumerate().for_each(one);
        }
        (heads_inside(y, [b, h, t, f]), keep.then(|| (tensor(weights, [b, h, t, s]), divisors)))
    }

    /// The keys of a head with positions as columns, `[E, S]`; empty for a single query, which needs no such order.
    fn keys(&self, batch: usize, head_index: usize) -> Vec<f32> {
        let Sizes { t, s, e, .. } = self.sizes;
        if t == 1 {
            return Vec::new();
        }
        // SAFETY: a head of the keys.
        unsafe { turned(head(&self.k, batch, self.key_head(head_index)), [s, e]) }
    }

    /// The weights of the rows from `start` on of head `i`, everything hidden being 0.
    fn weights(&self, i: usize, start: usize, keys: &[f32], block: &mut [f32], divisors: &mut [f32]) {
        let Sizes { h, e, s, .. } = self.sizes;
        let (batch, head_index, count) = (i / h, i % h, divisors.len());
        let seen = self.visible().block(start, count);
        let q = head(&self.q, batch, head_index).skip_rows(start);
        let factor = self.options.scale as f32;
        if keys.is_empty() {
            let k = head(&self.k, batch, self.key_head(head_index)).skip_rows(seen.start);
            let scores = &mut block[seen.clone()];
            scores.fill(0.0);
            // SAFETY: the head's only query, and of its keys those that are seen.
            unsafe { dots(k.rows(seen.len(), e), k.row as usize, q.rows(1, e), scores) };
            scores.iter_mut().for_each(|score| *score *= factor);
        } else {
            // SAFETY: `block` holds `count` rows of `s`; of each, the part `seen` is written.
            unsafe {
                let target = (block.as_mut_ptr().add(seen.start), s as isize);
                times([count, e, seen.len()], q, Matrix::of(keys, s).skip_columns(seen.start), target, factor);
            }
        }
        let bias = self.bias.as_ref().map(|bias| Rows::of(bias, batch, head_index));
        let hidden = self.hidden.as_ref().map(|hidden| Rows::of(hidden, batch, head_index));
        for (row, (scores, divisor)) in block.chunks_exact_mut(s).zip(divisors).enumerate() {
            let at = start + row;
            let range = self.visible().row(at);
            if let Some(bias) = &bias {
                bias.add_to(at, range.clone(), scores);
            }
            let hidden = hidden.as_ref().map(|hidden| hidden.flags(at));
            *divisor = super::score::weigh(scores, range, hidden, self.options.weights);
        }
    }

    /// The weights with some dropped, in `dropped` if any are.
    fn after_dropout<'a>(&self, i: usize, start: usize, block: &'a [f32], dropped: &'a mut [f32]) -> &'a [f32] {
        let Some(pattern) = &self.dropout else { return block };
        let first = (i * self.sizes.t + start) * self.sizes.s;
        for (j, (to, &from)) in dropped.iter_mut().zip(block).enumerate() {
            *to = from * pattern.factor(first + j);
        }
        &dropped[..block.len()]
    }

    fn visible(&self) -> Visible {
        Visible { reach: self.options.reach, t: self.sizes.t, s: self.sizes.s }
    }

    /// The key head that query head `h` shares.
    fn key_head(&self, h: usize) -> usize {
        h / (self.sizes.h / self.sizes.k)
    }
}

/// Heads smaller than this are done by one thread.
const SERIAL: usize = 1 << 15;

/// `y = factor · a b`; see [`Product`].
///
/// # Safety
/// As for [`Product::run`].
unsafe fn times(sizes: [usize; 3], a: Matrix, b: Matrix, y: (*mut f32, isize), factor: f32) {
    // SAFETY: the caller's promise.
    unsafe { Product { sizes, a, b, y, add: false, factor }.run() };
}

/// `y += factor · a b`; see [`Product`].
///
/// # Safety
/// As for [`Product::run`].
unsafe fn add_times(sizes: [usize; 3], a: Matrix, b: Matrix, y: (*mut f32, isize), factor: f32) {
    // SAFETY: the caller's promise.
    unsafe { Product { sizes, a, b, y, add: true, factor }.run() };
}

/// The rule; `N` is 4 with a bias and 3 without.
#[derive(Debug)]
pub(super) struct Rule<const N: usize>;

/// The gradients of queries, keys and values, and of the scores if a bias wants them.
struct Slopes {
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    scores: Vec<f32>,
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
            results.push(super::score::sum_to(&slopes.scores, [b, h, t, s], bias.layout().shape()));
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
            k: vec![0.0; b * k * s * e],
            v: vec![0.0; b * k * s * f],
            scores: vec![0.0; if bias_wanted { b * h * t * s } else { 0 }],
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
        Weights::Softmax => super::score::softmax_slope(weights, slope),
        Weights::Relu { .. } => {
            for (slope, &weight) in slope.iter_mut().zip(weights) {
                *slope = if weight > 0.0 { *slope / divisor } else { 0.0 };
            }
        }
    }
}
