//! From scores to weights, one row at a time, and which keys a row may see.

use std::ops::Range;

use burn::tensor::Shape;
use burn_flex::FlexTensor;
use multiversion::multiversion;

use super::{
    math::{LANES, exp, max, relu, sum, sum_two},
    memory::{elements, tensor},
    shelf::Buffer,
};
use crate::{Reach, Weights};

/// Which keys the rows may see by their distance.
pub(super) struct Visible {
    pub(super) reach: Reach,
    pub(super) t: usize,
    pub(super) s: usize,
}

impl Visible {
    /// Row `row`.
    pub(super) fn row(&self, row: usize) -> Range<usize> {
        self.reach.range(self.reach.first_position(self.t, self.s) + row, self.s)
    }

    /// Any of `count` rows from `start` on.
    pub(super) fn block(&self, start: usize, count: usize) -> Range<usize> {
        self.row(start).start..self.row(start + count - 1).end
    }

    /// The rows that see any of `count` keys from `start` on.
    pub(super) fn seeing(&self, start: usize, count: usize) -> Range<usize> {
        let first = self.reach.first_position(self.t, self.s);
        let row = |position: usize| position.saturating_sub(first).min(self.t);
        let from = self.reach.right.map_or(0, |right| row(start.saturating_sub(right)));
        let to = self.reach.left.map_or(self.t, |left| row(start + count + left));
        from..to.max(from)
    }
}

/// A tensor `[1 or B, 1 or H, 1 or T, 1 or S]` as rows for one head.
pub(super) struct Rows<'a> {
    tensor: &'a FlexTensor,
    start: usize,
    rows: usize,
    columns: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn of(tensor: &'a FlexTensor, batch: usize, head: usize) -> Self {
        let shape = tensor.layout().shape();
        let (rows, columns) = (shape[2], shape[3]);
        let batch = if shape[0] == 1 { 0 } else { batch };
        let head = if shape[1] == 1 { 0 } else { head };
        Self { tensor, start: (batch * shape[1] + head) * rows * columns, rows, columns }
    }

    fn offset(&self, row: usize) -> usize {
        self.start + if self.rows == 1 { 0 } else { row * self.columns }
    }

    /// Adds the row's numbers to `scores`.
    pub(super) fn add_to(&self, row: usize, range: Range<usize>, scores: &mut [f32]) {
        let bias = &elements(self.tensor)[self.offset(row)..][..self.columns];
        if self.columns == 1 {
            scores[range].iter_mut().for_each(|score| *score += bias[0]);
        } else {
            scores[range.clone()].iter_mut().zip(&bias[range]).for_each(|(score, bias)| *score += bias);
        }
    }

    /// The row's flags, one or as many as keys.
    pub(super) fn flags(&self, row: usize) -> &'a [u8] {
        // A tensor of booleans has a byte for each.
        let start = self.tensor.layout().start_offset() + self.offset(row);
        &self.tensor.bytes()[start..start + self.columns]
    }
}

/// Turns the scores in `range` into weights, all others into 0; returns what a relu row was divided by.
pub(super) fn weigh(scores: &mut [f32], range: Range<usize>, hidden: Option<&[u8]>, weights: Weights) -> f32 {
    // A few more than are seen, so that whole vectors are computed.
    let end = (range.start + range.len().next_multiple_of(LANES)).min(scores.len());
    scores[..range.start].fill(0.0);
    scores[range.end..end].fill(f32::NEG_INFINITY);
    scores[end..].fill(0.0);
    let hidden = hidden.map(|flags| if flags.len() == 1 { flags } else { &flags[range.clone()] });
    let seen = match hidden {
        Some(flags) => hide(&mut scores[range.clone()], flags),
        None => range.len(),
    };
    let row = &mut scores[range.start..end];
    match weights {
        Weights::Softmax => {
            softmax(row);
            1.0
        }
        Weights::Relu { gamma } => {
            let divisor = gamma as f32 * (seen.max(1) as f32 / 2.0).sqrt();
            row.iter_mut().for_each(|x| *x = relu(*x) / divisor);
            divisor
        }
    }
}

/// Sets hidden scores to minus infinity and counts the others.
fn hide(row: &mut [f32], flags: &[u8]) -> usize {
    let mut seen = 0;
    for (x, &flag) in row.iter_mut().zip(flags.iter().cycle()) {
        if flag != 0 {
            *x = f32::NEG_INFINITY;
        } else {
            seen += 1;
        }
    }
    seen
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn softmax(row: &mut [f32]) {
    let highest = max(row);
    if highest == f32::NEG_INFINITY {
        // Nothing is seen, or nothing that is a number.
        row.iter_mut().for_each(|x| *x = if x.is_nan() { *x } else { 0.0 });
        return;
    }
    for x in row.iter_mut() {
        // The clamp inside `exp` would leave a trace of what is hidden.
        *x = if *x == f32::NEG_INFINITY { 0.0 } else { exp(*x - highest) };
    }
    let over_total = 1.0 / sum(row, |x| x);
    row.iter_mut().for_each(|x| *x *= over_total);
}

/// `ds = w (dw - Σ w dw)`.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(super) fn softmax_slope(weights: &[f32], slope: &mut [f32]) {
    let mean = sum_two(weights, slope, |w, d| w * d);
    slope.iter_mut().zip(weights).for_each(|(slope, weight)| *slope = weight * (*slope - mean));
}

/// Sums `x`, `[B, H, T, S]`, over the axes that are 1 in `shape`.
pub(super) fn sum_to(x: &[f32], [b, h, t, s]: [usize; 4], shape: &Shape) -> FlexTensor {
    let mut sums = Buffer::zeros(shape.num_elements());
    let place = |i: usize, axis: usize| if shape[axis] == 1 { 0 } else { i };
    for batch in 0..b {
        for head in 0..h {
            for row in 0..t {
                let from = &x[((batch * h + head) * t + row) * s..][..s];
                let to = (place(batch, 0) * shape[1] + place(head, 1)) * shape[2] + place(row, 2);
                let to = &mut sums[to * shape[3]..][..shape[3]];
                if shape[3] == 1 {
                    to[0] += sum(from, |x| x);
                } else {
                    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
                }
            }
        }
    }
    tensor(sums, shape.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sees_whom() {
        let causal = Visible { reach: Reach { left: None, right: Some(0) }, t: 3, s: 5 };
        assert_eq!((causal.row(0), causal.row(2)), (0..3, 0..5));
        assert_eq!((causal.block(0, 2), causal.block(1, 2)), (0..4, 0..5));
        assert_eq!((causal.seeing(0, 2), causal.seeing(3, 1), causal.seeing(4, 1)), (0..3, 1..3, 2..3));
        let window = Visible { reach: Reach { left: Some(1), right: Some(1) }, t: 6, s: 6 };
        assert_eq!((window.row(0), window.row(3), window.row(5)), (0..2, 2..5, 4..6));
        assert_eq!((window.seeing(0, 1), window.seeing(3, 2)), (0..2, 2..6));
        let all = Visible { reach: Reach::default(), t: 7, s: 2 };
        assert_eq!((all.row(6), all.seeing(0, 2)), (0..2, 0..7));
    }

    #[test]
    fn a_row_of_weights() {
        let check = |hidden: Option<&[u8]>, range: Range<usize>, want: [f32; 3]| {
            let mut row = [0.3, 1.2, 0.8];
            weigh(&mut row, range, hidden, Weights::Softmax);
            row.iter().zip(want).for_each(|(got, want)| assert!((got - want).abs() < 1e-6, "{row:?}"));
        };
        check(None, 0..3, [0.195_758_91, 0.481_489_22, 0.322_751_87]);
        check(Some(&[1, 0, 1]), 0..3, [0.0, 1.0, 0.0]);
        check(Some(&[1, 1, 1]), 0..3, [0.0; 3]);
        check(None, 1..1, [0.0; 3]);
        // What is no number shows.
        for weights in [Weights::Softmax, Weights::Relu { gamma: 1.0 }] {
            let mut row = [f32::NAN; 3];
            weigh(&mut row, 0..3, Some(&[0, 0, 1]), weights);
            assert!(row[0].is_nan() && row[1].is_nan() && row[2] == 0.0, "{row:?}");
        }
        let mut row = [0.3, 1.2, 0.8];
        weigh(&mut row, 0..3, None, Weights::Relu { gamma: 1.0 });
        for (got, want) in row.iter().zip([0.244_949, 0.979_796, 0.653_197]) {
            assert!((got - want).abs() < 1e-6);
        }
    }
}
