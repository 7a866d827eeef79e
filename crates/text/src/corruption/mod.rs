//! What is taken from a text for a model to bring back. Each is a pure function of the ids and a [`Random`](crate::Random).

mod infilling;
mod masked;
mod replaced;
mod spans;

pub use infilling::Infilling;
pub use masked::Corruption;
pub use replaced::{Replaced, ReplacedBatch};
pub use spans::SpanCorruption;

use crate::Random;

/// How gaps are made for a model that sees both sides of a gap.
#[derive(Debug, Clone, PartialEq)]
pub enum Gaps {
    /// Behind a mask, a random token, or nothing: BERT.
    Masked(Corruption),
    /// Behind a mask: the generator of ELECTRA.
    Hidden(Replaced),
}

impl Gaps {
    /// What the model sees, and what it must guess: the target is [`IGNORE`](crate::IGNORE) wherever there is no gap.
    pub fn corrupt(&self, ids: &[u32], random: &mut Random) -> (Vec<i64>, Vec<i64>) {
        match self {
            Self::Masked(corruption) => corruption.corrupt(ids, random),
            Self::Hidden(replaced) => replaced.hide(ids, random),
        }
    }
}

impl From<Corruption> for Gaps {
    fn from(corruption: Corruption) -> Self {
        Self::Masked(corruption)
    }
}

impl From<Replaced> for Gaps {
    fn from(replaced: Replaced) -> Self {
        Self::Hidden(replaced)
    }
}

/// `count` of `0..items`, each choice equally likely, sorted: the beginning of a Fisher-Yates shuffle.
///
/// # Panics
/// If there are not so many.
fn choose(items: usize, count: usize, random: &mut Random) -> Vec<usize> {
    let mut all: Vec<_> = (0..items).collect();
    for turn in 0..count {
        all.swap(turn, turn + random.below(items - turn));
    }
    all.truncate(count);
    all.sort_unstable();
    all
}
