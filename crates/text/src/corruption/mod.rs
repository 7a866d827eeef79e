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
