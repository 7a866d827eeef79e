//! Windows on a continuous text.

use super::{Batches, IGNORE, LanguageBatch, check_size};
use crate::{Error, Matrix, Random, Tokens};

/// Windows on a continuous text, for models that predict the next token: the target at each position is the token after it.
///
/// To learn from, windows begin anywhere, each equally likely, as in nanoGPT (Karpathy 2022). To evaluate, they follow one
/// another so that each token but the first is a target exactly once.
#[derive(Debug, Clone)]
pub struct Windows {
    tokens: Tokens,
    length: usize,
    rows: usize,
    seed: u64,
}

impl Windows {
    /// Batches of `rows` windows of `length` tokens, which may be in memory or in a file.
    ///
    /// # Errors
    /// If there are not more than `length` tokens.
    ///
    /// # Panics
    /// If `rows` or `length` is 0.
    pub fn new(tokens: impl Into<Tokens>, length: usize, rows: usize, seed: u64) -> Result<Self, Error> {
        check_size(rows, length);
        let tokens = tokens.into();
        match tokens.len() > length {
            true => Ok(Self { tokens, length, rows, seed }),
            false => Err(Error::TooFew {
                found: tokens.len(),
                least: length + 1,
                unit: "tokens",
                hint: " for one window: take more text or shorter windows",
            }),
        }
    }

    fn batch(&self, starts: impl Iterator<Item = usize>) -> LanguageBatch {
        let cut = |start: usize| {
            let end = (start + self.length).min(self.tokens.len() - 1);
            (self.tokens.widened(start..end), self.tokens.widened(start + 1..end + 1))
        };
        let (inputs, targets): (Vec<_>, Vec<_>) = starts.map(cut).unzip();
        // Only the very last window is short. What stands behind its end is never seen from before it.
        LanguageBatch { inputs: Matrix::padded(&inputs, 0), targets: Matrix::padded(&targets, IGNORE), padding: None }
    }
}

impl Batches for Windows {
    type Batch = LanguageBatch;

    fn batch_at(&self, step: u64) -> LanguageBatch {
        let mut random = Random::at(self.seed, step);
        self.batch((0..self.rows).map(|_| random.below(self.tokens.len() - self.length)))
    }

    fn len(&self) -> usize {
        (self.tokens.len() - 1).div_ceil(self.length).div_ceil(self.rows)
    }

    fn evaluation_at(&self, index: usize) -> LanguageBatch {
        assert!(index < self.len(), "batch {index} of {}", self.len());
        let starts = (0..self.tokens.len() - 1).step_by(self.length);
        self.batch(starts.skip(index * self.rows).take(self.rows))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn windows(tokens: u32, length: usize, rows: usize) -> Windows {
        Windows::new((0..tokens).collect::<Vec<_>>(), length, rows, 5).unwrap()
    }

    #[test]
    fn by_hand() {
        let batches: Vec<_> = windows(6, 2, 2).evaluation().collect();
        assert_eq!(batches.len(), 2);
        assert_eq!(batches[0].inputs.to_rows(), [[0, 1], [2, 3]]);
        assert_eq!(batches[0].targets.to_rows(), [[1, 2], [3, 4]]);
        assert_eq!((batches[1].inputs.to_rows(), batches[1].targets.to_rows()), (vec![vec![4]], vec![vec![5]]));
        let one = windows(6, 3, 2).evaluation_at(0);
        assert_eq!(one.inputs.to_rows(), [[0, 1, 2], [3, 4, 0]]);
        assert_eq!(one.targets.to_rows(), [[1, 2, 3], [4, 5, IGNORE]]);
        assert_eq!(one.counted(), 5);
    }

    #[test]
    fn evaluation_covers_everything_once() {
        for (tokens, length, rows) in [(2, 1, 1), (10, 9, 4), (11, 3, 2), (100, 7, 5), (101, 10, 3)] {
            let windows = windows(tokens, length, rows);
            let batches = windows.evaluation();
            let targets: Vec<_> =
                batches.flat_map(|batch| batch.targets.values).filter(|&target| target != IGNORE).collect();
            assert_eq!(targets, (1..i64::from(tokens)).collect::<Vec<_>>(), "{tokens} {length} {rows}");
        }
    }

    #[test]
    fn a_step_is_a_function_of_seed_and_step() {
        let windows = windows(1000, 8, 4);
        let steps: Vec<_> = (0..10).map(|step| windows.batch_at(step)).collect();
        assert_eq!(windows.clone().batch_at(7), steps[7]);
        assert_ne!(steps[6], steps[7]);
        assert_ne!(Windows { seed: 6, ..windows }.batch_at(7), steps[7]);
    }

    #[test]
    fn windows_begin_anywhere_and_end_within() {
        let windows = windows(10, 8, 1);
        let starts: HashSet<_> = (0..50).map(|step| windows.batch_at(step).inputs.values[0]).collect();
        assert_eq!(starts, HashSet::from([0, 1]));
        for step in 0..50 {
            let batch = windows.batch_at(step);
            let next: Vec<_> = batch.inputs.values.iter().map(|id| id + 1).collect();
            assert_eq!(batch.targets.values, next);
        }
    }

    #[test]
    fn too_little_text_is_refused() {
        let message = Windows::new(vec![0; 8], 8, 1, 0).unwrap_err().to_string();
        assert_eq!(
            message,
            "there are 8 tokens, and at least 9 are needed for one window: take more text or shorter windows"
        );
    }
}
