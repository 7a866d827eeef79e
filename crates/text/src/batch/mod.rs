//! Batches as plain numbers.

mod classified;
mod denoised;
mod documents;
mod frame;
mod groups;
mod masked;
mod packed;
mod pairs;
mod prefixed;
mod questions;
mod tagged;
mod windows;

use crate::Matrix;

pub use classified::{ClassBatch, Classified, Contrastive, ContrastiveBatch};
pub use denoised::{Denoised, Noise};
pub use documents::Documents;
pub use frame::{Frame, Framed, Rows};
pub use groups::BatchSize;
pub use masked::Masked;
pub use packed::{Packed, PackedBatch, Packing};
pub use pairs::{PairBatch, PairOptions, Pairs};
pub use prefixed::{Continued, PrefixBatch, Prefixed};
pub use questions::{Question, QuestionBatch, QuestionOptions, QuestionWindow, Questions};
pub use tagged::{Tagged, tag};
pub use windows::Windows;

/// The target of a position that does not count.
pub const IGNORE: i64 = -100;

/// Tokens and, for each, what a model should say there: a token, or where words have labels a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageBatch {
    /// `[B, T]` token ids.
    pub inputs: Matrix<i64>,
    /// `[B, T]` token ids or labels, or [`IGNORE`].
    pub targets: Matrix<i64>,
    /// `[B, T]`, `true` = padding. `None` if there is none, or only where no real position can see it: to the right, in
    /// batches for models that predict the next token.
    pub padding: Option<Matrix<bool>>,
}

impl LanguageBatch {
    /// How many targets count: the weight of this batch's mean loss in a mean over batches.
    pub fn counted(&self) -> usize {
        counted(&self.targets)
    }
}

fn counted(targets: &Matrix<i64>) -> usize {
    targets.values.iter().filter(|&&target| target != IGNORE).count()
}

/// Batches, each a pure function of the seed and where it stands.
pub trait Batches {
    /// What one is.
    type Batch;

    /// The batch to learn from at a step. After `n` steps, going on at step `n` is all there is to resuming.
    fn batch_at(&self, step: u64) -> Self::Batch;

    /// How many batches go once over everything.
    fn len(&self) -> usize;

    /// Whether there is nothing to go over.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One of the [`len`](Self::len) batches that go once over everything, in order, always alike: to evaluate on.
    ///
    /// # Panics
    /// If there are not so many.
    fn evaluation_at(&self, index: usize) -> Self::Batch;

    /// All of these.
    fn evaluation(&self) -> impl Iterator<Item = Self::Batch>
    where
        Self: Sized,
    {
        (0..self.len()).map(|index| self.evaluation_at(index))
    }
}

fn widen(ids: &[u32]) -> Vec<i64> {
    ids.iter().map(|&id| i64::from(id)).collect()
}

/// At least one row of at least one token; nought is a slip in a plan, and no batch can be made of it.
fn check_size(rows: usize, length: usize) {
    assert!(rows > 0 && length > 0, "a batch of {rows} rows of {length} tokens");
}
