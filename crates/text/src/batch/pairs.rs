//! Sources with their targets.

use std::{borrow::Borrow, sync::Arc};

use super::{
    BatchSize, Batches, IGNORE, check_size, counted,
    groups::{Groups, grouped},
    widen,
};
use crate::{Error, Matrix, Random};

/// How pairs become rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairOptions {
    /// Fills up rows shorter than the longest of their batch.
    pub pad: u32,
    /// What a decoder sees first.
    pub start: u32,
    /// What ends a source and a target.
    pub end: u32,
    /// How many pairs are in a batch, `B`.
    pub rows: usize,
    /// The longest source or target, its special token included.
    pub longest: usize,
    /// Whether pairs of similar length share a batch while learning (less padding, and batches less alike).
    pub similar: bool,
}

/// A batch for a model from sequence to sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairBatch {
    /// `[B, S]` ids: the source and its end.
    pub source: Matrix<i64>,
    /// `[B, S]`, `true` = padding.
    pub source_padding: Matrix<bool>,
    /// `[B, T]` ids: the start and the target, one position later than in `targets`.
    pub decoder_inputs: Matrix<i64>,
    /// `[B, T]` ids: the target and its end, then [`IGNORE`].
    pub targets: Matrix<i64>,
    /// `[B, T]`, `true` = padding. It lies to the right, where no real position of a causal decoder looks.
    pub target_padding: Matrix<bool>,
}

impl PairOptions {
    /// How large its batches are, until [`sized`](Pairs::sized) says otherwise.
    pub(super) fn size(&self) -> BatchSize {
        if self.similar { BatchSize::SimilarRows(self.rows) } else { BatchSize::Rows(self.rows) }
    }
}

impl PairBatch {
    /// How many targets count: the weight of this batch's mean loss in a mean over batches.
    pub fn counted(&self) -> usize {
        counted(&self.targets)
    }
}

/// Sources with their targets, for models from sequence to sequence: the decoder predicts each token of the target from the
/// source and from what stands before it (Sutskever et al. 2014, arXiv:1409.3215).
///
/// To learn from, each epoch takes the pairs in an order of its own; to evaluate, in their own order.
#[derive(Debug, Clone)]
pub struct Pairs {
    pairs: Arc<[(Vec<u32>, Vec<u32>)]>,
    options: PairOptions,
    groups: Groups,
}

impl Pairs {
    /// Batches of pairs of ids without special tokens: those of `options` are added.
    ///
    /// # Errors
    /// If there is no pair, or a side is too long.
    ///
    /// # Panics
    /// If `options.rows` or `options.longest` is 0.
    pub fn new(pairs: Vec<(Vec<u32>, Vec<u32>)>, options: PairOptions, seed: u64) -> Result<Self, Error> {
        check_size(options.rows, options.longest);
        for (index, (source, target)) in pairs.iter().enumerate() {
            for (side, found) in [("source", source.len() + 1), ("target", target.len() + 1)] {
                if found > options.longest {
                    return Err(Error::TooLong { side, index, found, most: options.longest });
                }
            }
        }
        let lengths = pairs.iter().map(|(source, target)| (target.len() + 1, source.len() + 1)).collect();
        let groups = Groups::new(lengths, options.size(), "pairs", seed)?;
        Ok(Self { pairs: pairs.into(), options, groups })
    }

    fn batch(&self, pairs: Vec<usize>, _: Random) -> PairBatch {
        let pairs: Vec<_> = pairs.into_iter().map(|pair| &self.pairs[pair]).collect();
        batch_of(&pairs, &self.options)
    }
}

/// A batch of pairs without special tokens: those of `options` are added.
pub(super) fn batch_of(pairs: &[impl Borrow<(Vec<u32>, Vec<u32>)>], options: &PairOptions) -> PairBatch {
    let [pad, start, end] = [options.pad, options.start, options.end].map(i64::from);
    let (mut sources, mut inputs, mut targets) = (Vec::new(), Vec::new(), Vec::new());
    for pair in pairs {
        let (source, target) = pair.borrow();
        let target = widen(target);
        sources.push([widen(source), vec![end]].concat());
        inputs.push([vec![start], target.clone()].concat());
        targets.push([target, vec![end]].concat());
    }
    let lengths = |rows: &[Vec<i64>]| rows.iter().map(Vec::len).collect::<Vec<_>>();
    PairBatch {
        source_padding: Matrix::padding(&lengths(&sources)),
        target_padding: Matrix::padding(&lengths(&targets)),
        source: Matrix::padded(&sources, pad),
        decoder_inputs: Matrix::padded(&inputs, pad),
        targets: Matrix::padded(&targets, IGNORE),
    }
}

grouped!(Pairs => PairBatch);

#[cfg(test)]
mod tests {
    use super::*;

    fn options(rows: usize, similar: bool) -> PairOptions {
        PairOptions { pad: 0, start: 1, end: 2, rows, longest: 40, similar }
    }

    fn many(similar: bool) -> Pairs {
        let pairs = (0..640).map(|n| (vec![n + 3; n as usize % 7], vec![n + 3; n as usize % 31])).collect();
        Pairs::new(pairs, options(4, similar), 8).unwrap()
    }

    #[test]
    fn by_hand() {
        let pairs = Pairs::new(vec![(vec![5, 6], vec![7]), (vec![], vec![8, 9])], options(2, false), 0).unwrap();
        let batch = pairs.evaluation_at(0);
        assert_eq!(batch.source.to_rows(), [[5, 6, 2], [2, 0, 0]]);
        assert_eq!(batch.source_padding.to_rows(), [[false, false, false], [false, true, true]]);
        assert_eq!(batch.decoder_inputs.to_rows(), [[1, 7, 0], [1, 8, 9]]);
        assert_eq!(batch.targets.to_rows(), [[7, 2, IGNORE], [8, 9, 2]]);
        assert_eq!(batch.target_padding.to_rows(), [[false, false, true], [false, false, false]]);
        assert_eq!((batch.counted(), pairs.len()), (5, 1));
    }

    #[test]
    fn every_pair_once_in_every_epoch() {
        for similar in [false, true] {
            let pairs = many(similar);
            // 160 steps are an epoch, and ten pools.
            for epoch in 0..2 {
                let mut all: Vec<_> = (epoch * 160..(epoch + 1) * 160).flat_map(|step| pairs.groups.at(step)).collect();
                all.sort_unstable();
                assert_eq!(all, (0..640).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn similar_lengths_need_less_padding() {
        let padding = |pairs: &Pairs| {
            let batches = (0..160).map(|step| pairs.batch_at(step));
            batches.flat_map(|batch| batch.target_padding.values).filter(|&padding| padding).count()
        };
        let (mixed, similar) = (padding(&many(false)), padding(&many(true)));
        assert!(5 * similar < mixed, "{similar} {mixed}");
    }

    #[test]
    fn batches_by_tokens_have_no_more() {
        let pairs = many(false).sized(BatchSize::Tokens(120)).unwrap();
        let (mut rows, mut tokens) = (0, 0);
        for batch in pairs.evaluation() {
            assert!(batch.source.values.len().max(batch.targets.values.len()) <= 120);
            rows += batch.source.rows;
            tokens += batch.targets.values.len();
        }
        assert_eq!(rows, 640);
        let counted: usize = pairs.evaluation().map(|batch| batch.counted()).sum();
        assert!(counted * 100 > tokens * 95, "{counted} of {tokens}: hardly any padding");
    }

    #[test]
    fn a_step_is_a_function_of_seed_and_step() {
        let pairs = many(true);
        assert_eq!(pairs.batch_at(33), pairs.clone().batch_at(33));
        assert_ne!(pairs.batch_at(33), pairs.batch_at(34));
    }

    #[test]
    fn too_long_and_too_few_are_refused() {
        let message = Pairs::new(vec![(vec![], vec![0; 40])], options(1, false), 0).unwrap_err().to_string();
        assert!(
            message.starts_with("the target of pair 0 has 41 tokens with its special ones, more than 40"),
            "{message}"
        );
        assert!(Pairs::new(vec![], options(1, false), 0).is_err());
    }
}
