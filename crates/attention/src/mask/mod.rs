//! Who may see whom: masks as symbols, made into tensors late.

mod realised;

use std::{ops::Range, sync::Arc};

use burn::tensor::{Bool, Device, Tensor};
pub(crate) use realised::Realised;
use realised::{narrower, table, table_of};
use salamander_kernels::Reach;

/// Which keys a query may see.
///
/// A query at position `i` (counted from the start of the sequence, so that a cached step at the end has a large `i`) and
/// a key at position `j`:
///
/// ```text
/// None        Causal      Window 1,1  Prefix 2    Padding (last)  Within 0 0 1 1
/// # # # #     # . . .     # # . .     # # . .     # # # .         # # . .
/// # # # #     # # . .     # # # .     # # . .     # # # .         # # . .
/// # # # #     # # # .     . # # #     # # # .     # # # .         . . # #
/// # # # #     # # # #     . . # #     # # # #     # # # .         . . # #
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
    /// `j` is in the part of the row that `i` is in: documents that lie side by side do not see each other (Krell et al.
    /// 2021, arXiv:2107.02027). Positions beyond a row's end belong to its last part. On an encoder's output, a query sees
    /// the part that has the number of its own.
    Within {
        /// For each sequence of the batch and each position, the number of its part.
        parts: Arc<[Vec<i64>]>,
    },
    /// Whatever the caller says.
    Explicit {
        /// `true` = hidden, broadcastable to `[B, H, T, S]`.
        hidden: Tensor<4, Bool>,
    },
    /// All of these at once.
    All(Vec<Mask>),
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

    /// Hides each part of a row from its other parts; `parts` numbers them, one row for each sequence. Where every row is
    /// one part, nothing is hidden.
    ///
    /// A row is then what its documents are alone if each of them also counts its positions from 0:
    /// [`Pass::with_positions`](crate::Pass::with_positions).
    pub fn within(parts: Vec<Vec<i64>>) -> Self {
        if parts.iter().any(|row| row.iter().any(|part| Some(part) != row.first())) {
            Self::Within { parts: parts.into() }
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
        let mut realised = Realised::default();
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
            Self::Within { parts } => {
                let hidden = |b: usize, i: usize, j: usize| part(&parts[b], i) != part(&parts[b], j);
                realised.hide(table(parts.len(), t, s, hidden, device));
            }
            Self::Explicit { hidden } => realised.hide(hidden.clone()),
            Self::All(masks) => masks.iter().for_each(|mask| mask.gather(realised, t, s, device)),
        }
    }

    /// The same for a memory of `s` positions under this mask, and `t` queries of another sequence, from its position
    /// `first` on, under the mask `asking`.
    ///
    /// # Panics
    /// If the memory has parts and the queries have none.
    pub(crate) fn realise_across(&self, asking: &Mask, first: usize, t: usize, s: usize, device: &Device) -> Realised {
        let mut realised = Realised::default();
        self.gather_across(&mut realised, asking, first..first + t, s, device);
        realised
    }

    fn gather_across(&self, realised: &mut Realised, asking: &Mask, at: Range<usize>, s: usize, device: &Device) {
        match self {
            Self::Within { parts } => {
                let own = asking.parts().expect(
                    "the memory has parts: say with `Mask::within` which part each token that looks at it is in",
                );
                let hidden = |b: usize, i: usize, j: usize| part(&own[b], i) != part(&parts[b], j);
                realised.hide(table_of(parts.len(), at, s, hidden, device));
            }
            Self::All(masks) => {
                masks.iter().for_each(|mask| mask.gather_across(realised, asking, at.clone(), s, device));
            }
            // Every query stands behind the whole memory: no position of it is in the future.
            mask => mask.gather(realised, at.len().min(s), s, device),
        }
    }

    /// The part of each position, if rows have parts.
    fn parts(&self) -> Option<&[Vec<i64>]> {
        match self {
            Self::Within { parts } => Some(parts),
            Self::All(masks) => masks.iter().find_map(Self::parts),
            _ => None,
        }
    }
}

/// The part of position `i`; beyond the end, the last.
fn part(row: &[i64], i: usize) -> Option<&i64> {
    row.get(i).or(row.last())
}

#[cfg(test)]
mod tests;
