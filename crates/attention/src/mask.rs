//! Who may see whom: masks as symbols, made into tensors late.

use std::sync::Arc;

use burn::tensor::{Bool, Device, Tensor, TensorData};
use salamander_kernels::Reach;

/// Which keys a query may see.
///
/// A query at position `i` (counted from the start of the sequence, so that a cached step at the end has a large `i`) and
/// a key at position `j`:
///
/// ```text
/// None          Causal        Window 1,1    Prefix 2      Padding (last)
/// # # # #       # . . .       # # . .       # # . .       # # # .
/// # # # #       # # . .       # # # .       # # . .       # # # .
/// # # # #       # # # .       . # # #       # # # .       # # # .
/// # # # #       # # # #       . . # #       # # # #       # # # .
/// ```
///
/// In the tensors that come out, `true` means hidden, as in burn; nobody outside this file holds one.
#[derive(Debug, Clone, Default)]
#[allow(clippy::large_enum_variant)] // one mask for each pass
pub enum Mask {
    /// Every query sees every key.
    #[default]
    None,
    /// `j <= i`.
    Causal,
    /// `i - left <= j <= i + right` (Child et al. 2019, arXiv:1904.10509; Beltagy et al. 2020, arXiv:2004.05150).
    Window {
        /// How many positions back.
        left: usize,
        /// How many positions forward.
        right: usize,
    },
    /// `j <= i`, or `j` within the first `lengths[b]` positions of sequence `b` (Raffel et al. 2020, arXiv:1910.10683).
    Prefix {
        /// The length of each sequence's prefix.
        lengths: Arc<[usize]>,
    },
    /// `j` is not padding. Positions beyond a row's end are real: they are what generation appends.
    Padding {
        /// For each sequence of the batch and each position, whether it is padding.
        padding: Arc<[Vec<bool>]>,
    },
    /// Whatever the caller says.
    Explicit {
        /// `true` = hidden, broadcastable to `[B, H, T, S]`.
        hidden: Tensor<4, Bool>,
    },
    /// All of these at once.
    All(Vec<Mask>),
}

/// A mask made ready for a kernel.
#[derive(Debug, Clone)]
pub(crate) struct Realised {
    pub(crate) reach: Reach,
    pub(crate) hidden: Option<Tensor<4, Bool>>,
}

impl Mask {
    /// Hides the positions marked in `padding`, one row for each sequence.
    pub fn padding(padding: Vec<Vec<bool>>) -> Self {
        if padding.iter().flatten().any(|&hidden| hidden) {
            Self::Padding { padding: padding.into() }
        } else {
            Self::None
        }
    }

    /// Lets everything see the first `lengths[b]` positions of sequence `b`, and the rest only what came before.
    pub fn prefix(lengths: Vec<usize>) -> Self {
        Self::Prefix { lengths: lengths.into() }
    }

    /// What both masks let through.
    #[must_use]
    pub fn and(self, other: Mask) -> Self {
        match (self, other) {
            (Self::None, mask) | (mask, Self::None) => mask,
            (Self::All(mut masks), mask) => {
                masks.push(mask);
                Self::All(masks)
            }
            (first, second) => Self::All(vec![first, second]),
        }
    }

    /// The facts a kernel takes as facts, and a tensor for the others, for `t` queries at the end of `s` positions.
    pub(crate) fn realise(&self, t: usize, s: usize, device: &Device) -> Realised {
        let mut realised = Realised { reach: Reach { left: None, right: None }, hidden: None };
        self.gather(&mut realised, t, s, device);
        realised
    }

    fn gather(&self, realised: &mut Realised, t: usize, s: usize, device: &Device) {
        match self {
            Self::None => {}
            Self::Causal => realised.reach = narrower(realised.reach, Reach { left: None, right: Some(0) }),
            Self::Window { left, right } => {
                realised.reach = narrower(realised.reach, Reach { left: Some(*left), right: Some(*right) });
            }
            Self::Prefix { lengths } => {
                let hidden = |b: usize, i: usize, j: usize| j > i && j >= lengths[b];
                realised.hide(table(lengths.len(), t, s, hidden, device));
            }
            Self::Padding { padding } => {
                let hidden = |b: usize, _: usize, j: usize| padding[b].get(j).copied().unwrap_or(false);
                realised.hide(table(padding.len(), 1, s, hidden, device));
            }
            Self::Explicit { hidden } => realised.hide(hidden.clone()),
            Self::All(masks) => masks.iter().for_each(|mask| mask.gather(realised, t, s, device)),
        }
    }
}

impl Realised {
    fn hide(&mut self, hidden: Tensor<4, Bool>) {
        self.hidden = Some(match self.hidden.take() {
            Some(before) => before.bool_or(hidden),
            None => hidden,
        });
    }

    /// How many keys each query may see, at least 1: `[B or 1, H or 1, T, 1]`.
    pub(crate) fn visible(&self, t: usize, s: usize, device: &Device) -> Tensor<4> {
        let Reach { left, right } = self.reach;
        let far = |_, i: usize, j: usize| left.is_some_and(|l| j + l < i) || right.is_some_and(|r| j > i + r);
        let far = table(1, t, s, far, device);
        let hidden = match &self.hidden {
            Some(hidden) => far.bool_or(hidden.clone()),
            None => far,
        };
        hidden.bool_not().float().sum_dim(3).clamp_min(1.0)
    }
}

fn narrower(a: Reach, b: Reach) -> Reach {
    let least = |a: Option<usize>, b: Option<usize>| match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    Reach { left: least(a.left, b.left), right: least(a.right, b.right) }
}

/// `[B, 1, T, S]` of `hidden(b, i, j)`, query row `r` standing at position `i = r + s - t`.
fn table(
    b: usize,
    t: usize,
    s: usize,
    hidden: impl Fn(usize, usize, usize) -> bool,
    device: &Device,
) -> Tensor<4, Bool> {
    let mut values = Vec::with_capacity(b * t * s);
    for b in 0..b {
        for i in s - t..s {
            values.extend((0..s).map(|j| hidden(b, i, j)));
        }
    }
    Tensor::from_data(TensorData::new(values, [b, 1, t, s]), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws the mask of one sequence: `#` visible, `.` hidden.
    fn draw(mask: &Mask, t: usize, s: usize) -> Vec<String> {
        let realised = mask.realise(t, s, &Device::flex());
        let hidden =
            realised.hidden.map(|hidden| hidden.expand([1, 1, t, s]).into_data().iter::<bool>().collect::<Vec<_>>());
        let visible = |r: usize, j: usize| {
            let i = r + s - t;
            let far = realised.reach.left.is_some_and(|left| j + left < i)
                || realised.reach.right.is_some_and(|right| j > i + right);
            !far && hidden.as_ref().is_none_or(|hidden| !hidden[r * s + j])
        };
        (0..t).map(|r| (0..s).map(|j| if visible(r, j) { '#' } else { '.' }).collect()).collect()
    }

    #[test]
    fn as_drawn() {
        let window = Mask::Window { left: 1, right: 1 };
        let padding = Mask::padding(vec![vec![false, false, false, true]]);
        assert_eq!(draw(&Mask::None, 2, 3), ["###", "###"]);
        assert_eq!(draw(&Mask::Causal, 4, 4), ["#...", "##..", "###.", "####"]);
        assert_eq!(draw(&window, 4, 4), ["##..", "###.", ".###", "..##"]);
        assert_eq!(draw(&Mask::prefix(vec![2]), 4, 4), ["##..", "##..", "###.", "####"]);
        assert_eq!(draw(&padding, 2, 4), ["###.", "###."]);
    }

    #[test]
    fn a_step_stands_at_the_end() {
        assert_eq!(draw(&Mask::Causal, 1, 4), ["####"]);
        assert_eq!(draw(&Mask::Causal, 2, 4), ["###.", "####"]);
        assert_eq!(draw(&Mask::Window { left: 1, right: 0 }, 1, 4), ["..##"]);
        let padding = Mask::padding(vec![vec![true, false]]);
        assert_eq!(draw(&padding, 1, 4), [".###"], "what was generated after the padded prompt is real");
    }

    #[test]
    fn both_at_once() {
        let padding = Mask::padding(vec![vec![true, false, false, false]]);
        let both = Mask::Causal.and(Mask::Window { left: 1, right: 1 }).and(padding);
        assert_eq!(draw(&both, 4, 4), ["....", ".#..", ".##.", "..##"]);
        assert!(matches!(Mask::padding(vec![vec![false; 4]]), Mask::None));
    }
}
