//! Documents one by one.

use std::sync::Arc;

use super::{
    BatchSize, Batches, IGNORE, LanguageBatch, check_size,
    groups::{Groups, grouped},
    widen,
};
use crate::{Error, Matrix, Random};

const UNIT: &str = "documents with text";

/// Documents one by one, for models that predict the next token. Each ends in a token that says so; no window straddles
/// two. What is longer than a window goes on in another; what is shorter is padded on the right.
///
/// To learn from, each epoch takes the windows in an order of its own; to evaluate, in their own order.
#[derive(Debug, Clone)]
pub struct Documents {
    /// Inputs and, one token on, targets: windows of up to `length + 1` tokens.
    windows: Arc<[Vec<u32>]>,
    groups: Groups,
    pad: u32,
}

impl Documents {
    /// Batches of `rows` windows of at most `length` tokens; each document is followed by `end`, and padded by `end` too
    /// (that padding is no target, and no real position sees it).
    ///
    /// # Errors
    /// If no document has a token.
    ///
    /// # Panics
    /// If `rows` or `length` is 0.
    pub fn new(
        documents: impl IntoIterator<Item = Vec<u32>>,
        end: u32,
        length: usize,
        rows: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        check_size(rows, length);
        let mut windows = Vec::new();
        for mut document in documents {
            document.push(end);
            // Neighbours share a token: the last target of one is the first input of the next.
            let starts = (0..document.len() - 1).step_by(length);
            windows.extend(starts.map(|start| document[start..(start + length + 1).min(document.len())].to_vec()));
        }
        let lengths = windows.iter().map(|window| (window.len() - 1, 0)).collect();
        let groups = Groups::new(lengths, BatchSize::Rows(rows), UNIT, seed)?;
        Ok(Self { windows: windows.into(), groups, pad: end })
    }

    fn batch(&self, windows: Vec<usize>, _: Random) -> LanguageBatch {
        let cut = |window: usize| {
            let window = widen(&self.windows[window]);
            (window[..window.len() - 1].to_vec(), window[1..].to_vec())
        };
        let (inputs, targets): (Vec<_>, Vec<_>) = windows.into_iter().map(cut).unzip();
        LanguageBatch {
            inputs: Matrix::padded(&inputs, i64::from(self.pad)),
            targets: Matrix::padded(&targets, IGNORE),
            padding: None,
        }
    }
}

grouped!(Documents => LanguageBatch);

#[cfg(test)]
mod tests {
    use super::*;

    const END: u32 = 9;

    fn documents(length: usize, rows: usize) -> Documents {
        let documents = [vec![1, 2, 3], vec![], vec![4], vec![5, 6, 7, 8]];
        Documents::new(documents, END, length, rows, 1).unwrap()
    }

    #[test]
    fn by_hand() {
        let batches: Vec<_> = documents(3, 2).evaluation().collect();
        assert_eq!(batches[0].inputs.to_rows(), [[1, 2, 3], [4, 9, 9]]);
        assert_eq!(batches[0].targets.to_rows(), [[2, 3, 9], [9, IGNORE, IGNORE]]);
        assert_eq!(batches[1].inputs.to_rows(), [[5, 6, 7], [8, 9, 9]]);
        assert_eq!(batches[1].targets.to_rows(), [[6, 7, 8], [9, IGNORE, IGNORE]]);
        assert_eq!((batches.len(), batches[0].counted()), (2, 4));
    }

    #[test]
    fn each_target_once_in_every_epoch() {
        for (length, rows) in [(1, 1), (2, 2), (3, 1), (10, 4)] {
            let documents = documents(length, rows);
            let targets = |batches: &mut dyn Iterator<Item = LanguageBatch>| {
                let all = batches.flat_map(|batch| batch.targets.values).filter(|&target| target != IGNORE);
                let mut all: Vec<_> = all.collect();
                all.sort_unstable();
                all
            };
            assert_eq!(targets(&mut documents.evaluation()), [2, 3, 6, 7, 8, 9, 9, 9], "{length} {rows}");
            // As many steps as windows are `rows` epochs.
            let epochs = targets(&mut (0..documents.windows.len() as u64).map(|step| documents.batch_at(step)));
            assert_eq!(epochs.iter().filter(|&&target| target == 7).count(), rows);
        }
    }

    #[test]
    fn a_step_is_a_function_of_seed_and_step() {
        let documents = Documents::new((0..100).map(|id| vec![id; 3]), 0, 8, 4, 2).unwrap();
        assert_eq!(documents.batch_at(40), documents.clone().batch_at(40));
        assert_ne!(documents.batch_at(40), documents.batch_at(41));
    }

    #[test]
    fn nothing_is_refused() {
        assert!(Documents::new([vec![], vec![]], END, 3, 1, 0).is_err());
    }
}
