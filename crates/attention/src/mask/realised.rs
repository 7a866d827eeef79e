//! A mask made ready for a kernel.

use std::ops::Range;

use burn::tensor::{Bool, Device, Tensor, TensorData};
use salamander_kernels::Reach;

/// A mask made ready for a kernel.
#[derive(Debug, Clone, Default)]
pub(crate) struct Realised {
    pub(crate) reach: Reach,
    pub(crate) hidden: Option<Tensor<4, Bool>>,
}

impl Realised {
    pub(super) fn hide(&mut self, hidden: Tensor<4, Bool>) {
        self.hidden = Some(match self.hidden.take() {
            Some(before) => before.bool_or(hidden),
            None => hidden,
        });
    }

    /// How many keys each query may see, at least 1: `[B or 1, H or 1, T or 1, 1]`.
    pub(crate) fn visible(&self, t: usize, s: usize, device: &Device) -> Tensor<4> {
        let Reach { left, right } = self.reach;
        let far = |_, i: usize, j: usize| left.is_some_and(|l| j + l < i) || right.is_some_and(|r| j > i + r);
        // Without a reach positions are not counted: a target may be longer than the source it looks at.
        let far = (left.is_some() || right.is_some()).then(|| table(1, t, s, far, device));
        let hidden = match (&self.hidden, far) {
            (Some(hidden), Some(far)) => far.bool_or(hidden.clone()),
            (Some(hidden), None) => hidden.clone(),
            (None, Some(far)) => far,
            (None, None) => return Tensor::full([1, 1, t, 1], s.max(1) as f64, device),
        };
        hidden.bool_not().float().sum_dim(3).clamp_min(1.0)
    }
}

pub(super) fn narrower(a: Reach, b: Reach) -> Reach {
    let least = |a: Option<usize>, b: Option<usize>| match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    Reach { left: least(a.left, b.left), right: least(a.right, b.right) }
}

/// `[B, 1, T, S]` of `hidden(b, i, j)`, query row `r` standing at position `i = r + s - t`.
pub(super) fn table(
    b: usize,
    t: usize,
    s: usize,
    hidden: impl Fn(usize, usize, usize) -> bool,
    device: &Device,
) -> Tensor<4, Bool> {
    table_of(b, s - t..s, s, hidden, device)
}

/// `[B, 1, T, S]` of `hidden(b, i, j)` for the queries `i` of a range.
pub(super) fn table_of(
    b: usize,
    queries: Range<usize>,
    s: usize,
    hidden: impl Fn(usize, usize, usize) -> bool,
    device: &Device,
) -> Tensor<4, Bool> {
    let t = queries.len();
    let mut values = Vec::with_capacity(b * t * s);
    for b in 0..b {
        for i in queries.clone() {
            values.extend((0..s).map(|j| hidden(b, i, j)));
        }
    }
    Tensor::from_data(TensorData::new(values, [b, 1, t, s]), device)
}
