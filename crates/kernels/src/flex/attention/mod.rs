//! Attention, one head of one sequence at a time, its scores in blocks of rows.

mod backward;
mod heads;

use burn_flex::FlexTensor;
use rayon::prelude::*;

pub(super) use backward::Rule;
use heads::{Target, head, heads_inside, rows_together, times};

use super::{
    dropout::Pattern,
    linear::{Matrix, dots},
    memory::{buffer, in_order, tensor},
    score::{Rows, Visible, weigh},
    shelf::Buffer,
    tile::turned,
};
use crate::AttentionOptions;

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
    fn keys(&self, batch: usize, head_index: usize) -> Buffer {
        let Sizes { t, s, e, .. } = self.sizes;
        if t == 1 {
            return Buffer::default();
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
            *divisor = weigh(scores, range, hidden, self.options.weights);
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
