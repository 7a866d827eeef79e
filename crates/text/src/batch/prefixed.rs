//! A prefix, and what follows it.

use std::sync::Arc;

use super::{
    BatchSize, Batches, IGNORE, LanguageBatch, check_size,
    groups::{Groups, grouped},
    widen,
};
use crate::{Error, Matrix, Random};

const UNIT: &str = "sequences of two tokens";

/// A batch for a model that predicts each token from those before it, of which the first ones are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefixBatch {
    /// Inputs and targets, `[B, T]`. No target is within the prefix.
    pub language: LanguageBatch,
    /// How many inputs of each row are its prefix, `[B]`: within it, a model may look ahead.
    pub prefixes: Vec<usize>,
}

impl PrefixBatch {
    /// How many targets count: the weight of this batch's mean loss in a mean over batches.
    pub fn counted(&self) -> usize {
        self.language.counted()
    }
}

/// Sequences whose first tokens are given and whose others are to be predicted.
///
/// To learn from, each epoch takes them in an order of its own; to evaluate, in their own order.
#[derive(Debug, Clone)]
pub struct Prefixed {
    sequences: Arc<[Vec<u32>]>,
    /// How long each prefix is, or nothing if it is drawn anew each time.
    prefixes: Option<Arc<[usize]>>,
    groups: Groups,
    pad: u32,
}

impl Prefixed {
    /// A prefix language model's batches: each time it is taken, a sequence is split at a point drawn anew, at least one
    /// token on either side (Raffel et al. 2019, arXiv:1910.10683, section 3.2.1; Dong et al. 2019, arXiv:1905.03197).
    /// What is longer than `length` inputs goes on in another row.
    ///
    /// # Errors
    /// If no sequence has two tokens.
    ///
    /// # Panics
    /// If `rows` or `length` is 0.
    pub fn drawn(
        sequences: impl IntoIterator<Item = Vec<u32>>,
        pad: u32,
        length: usize,
        rows: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        check_size(rows, length);
        let pieces = |sequence: Vec<u32>| sequence.chunks(length + 1).map(<[u32]>::to_vec).collect::<Vec<_>>();
        let sequences = sequences.into_iter().flat_map(pieces).filter(|sequence| sequence.len() > 1).collect();
        Self::of(sequences, None, pad, rows, seed)
    }

    /// Pairs for a model that reads the source and writes the target in one go: the source, `separator`, the target,
    /// `end`. Only the target and its end are to be predicted, the first of them at the separator. Where all sources and
    /// all targets have one length, neither is needed.
    ///
    /// # Errors
    /// If there is no pair, one has more than `length` inputs, or nothing stands before its target.
    ///
    /// # Panics
    /// If `rows` or `length` is 0.
    ///
    /// ```
    /// use salamander_text::{Batches, IGNORE, Prefixed};
    ///
    /// let (separator, end, pad) = (Some(1), Some(2), 0);
    /// let pairs = Prefixed::pairs([(vec![5, 6], vec![7])], separator, end, pad, 8, 4, 0)?;
    /// let batch = pairs.evaluation_at(0);
    /// assert_eq!(batch.language.inputs.row(0), [5, 6, 1, 7]);
    /// assert_eq!(batch.language.targets.row(0), [IGNORE, IGNORE, 7, 2]);
    /// assert_eq!(batch.prefixes, [3]);
    /// # Ok::<(), salamander_text::Error>(())
    /// ```
    pub fn pairs(
        pairs: impl IntoIterator<Item = (Vec<u32>, Vec<u32>)>,
        separator: Option<u32>,
        end: Option<u32>,
        pad: u32,
        length: usize,
        rows: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        check_size(rows, length);
        let (mut sequences, mut prefixes) = (Vec::new(), Vec::new());
        for (index, (source, target)) in pairs.into_iter().enumerate() {
            let mut sequence = source;
            sequence.extend(separator);
            prefixes.push(sequence.len());
            sequence.extend(target);
            sequence.extend(end);
            let inputs = sequence.len().saturating_sub(1);
            if prefixes[index] == 0 || prefixes[index] > inputs {
                let hint =
                    " for a pair: give it a source and a target, or take a tokenizer with a beginning and an end";
                return Err(Error::TooFew { found: inputs, least: 1, unit: "tokens before and after", hint });
            }
            if inputs > length {
                return Err(Error::LongRow { index, found: inputs, most: length });
            }
            sequences.push(sequence);
        }
        Self::of(sequences, Some(prefixes.into()), pad, rows, seed)
    }

    fn of(
        sequences: Vec<Vec<u32>>,
        prefixes: Option<Arc<[usize]>>,
        pad: u32,
        rows: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        let lengths = sequences.iter().map(|sequence| (sequence.len() - 1, 0)).collect();
        let groups = Groups::new(lengths, BatchSize::Rows(rows), UNIT, seed)?;
        Ok(Self { sequences: sequences.into(), prefixes, groups, pad })
    }

    /// The same for a model that never looks ahead, within a prefix neither.
    pub fn causal(self) -> Continued {
        Continued(self)
    }

    fn batch(&self, sequences: Vec<usize>, mut random: Random) -> PrefixBatch {
        let (mut inputs, mut targets, mut prefixes) = (Vec::new(), Vec::new(), Vec::new());
        for index in sequences {
            let sequence = widen(&self.sequences[index]);
            let drawn = 1 + random.below(sequence.len() - 1);
            let prefix = self.prefixes.as_ref().map_or(drawn, |prefixes| prefixes[index]);
            let mut target = sequence[1..].to_vec();
            target[..prefix - 1].fill(IGNORE);
            inputs.push(sequence[..sequence.len() - 1].to_vec());
            targets.push(target);
            prefixes.push(prefix);
        }
        let inputs = Matrix::padded(&inputs, i64::from(self.pad));
        let language = LanguageBatch { inputs, targets: Matrix::padded(&targets, IGNORE), padding: None };
        PrefixBatch { language, prefixes }
    }
}

/// Sequences whose first tokens are given, for a model that never looks ahead: [`Prefixed::causal`].
#[derive(Debug, Clone)]
pub struct Continued(Prefixed);

impl Batches for Continued {
    type Batch = LanguageBatch;

    fn batch_at(&self, step: u64) -> LanguageBatch {
        self.0.batch_at(step).language
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn evaluation_at(&self, index: usize) -> LanguageBatch {
        self.0.evaluation_at(index).language
    }
}

grouped!(Prefixed => PrefixBatch);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let two = Prefixed::drawn([vec![5, 6]], 0, 4, 1, 0).unwrap().evaluation_at(0);
        assert_eq!((two.language.inputs.row(0), two.language.targets.row(0)), (&[5][..], &[6][..]));
        assert_eq!((two.prefixes[0], two.counted()), (1, 1));
        let pairs = [(vec![5, 6], vec![7]), (vec![], vec![8, 9, 10])];
        let batch = Prefixed::pairs(pairs, Some(1), Some(2), 0, 4, 2, 0).unwrap().evaluation_at(0);
        assert_eq!(batch.language.inputs.to_rows(), [[5, 6, 1, 7], [1, 8, 9, 10]]);
        assert_eq!(batch.language.targets.to_rows(), [[IGNORE, IGNORE, 7, 2], [8, 9, 10, 2]]);
        assert_eq!((batch.prefixes.clone(), batch.counted()), (vec![3, 1], 6));
    }

    #[test]
    fn of_one_length_neither_separator_nor_end_is_needed() {
        let pairs = || [(vec![2, 0, 1], vec![0, 1, 2])];
        let bare = Prefixed::pairs(pairs(), None, None, 0, 5, 1, 0).unwrap();
        let batch = bare.evaluation_at(0);
        assert_eq!(batch.language.inputs.row(0), [2, 0, 1, 0, 1]);
        assert_eq!(batch.language.targets.row(0), [IGNORE, IGNORE, 0, 1, 2]);
        assert_eq!(batch.prefixes, [3]);
        let causal = bare.causal();
        assert_eq!(
            (causal.evaluation_at(0), causal.batch_at(0), causal.len()),
            (batch.language.clone(), batch.language, 1)
        );
        for nothing in [(vec![], vec![1, 2]), (vec![1, 2], vec![])] {
            let error = Prefixed::pairs([nothing], None, None, 0, 5, 1, 0).unwrap_err();
            assert!(error.to_string().contains("give it a source and a target"), "{error}");
        }
    }

    #[test]
    fn every_split_is_equally_likely_and_targets_are_behind_it() {
        let prefixed = Prefixed::drawn([(10..15).collect()], 0, 4, 1, 3).unwrap();
        let mut counts = [0usize; 6];
        for step in 0..4000 {
            let batch = prefixed.batch_at(step);
            let prefix = batch.prefixes[0];
            counts[prefix] += 1;
            assert_eq!(batch.language.inputs.row(0), [10, 11, 12, 13]);
            let expected: Vec<_> = (1..5).map(|at| if at < prefix { IGNORE } else { 10 + at as i64 }).collect();
            assert_eq!(batch.language.targets.row(0), expected);
        }
        assert_eq!((counts[0], counts[5]), (0, 0));
        assert!(counts[1..5].iter().all(|count| count.abs_diff(1000) < 130), "{counts:?}");
        assert_eq!(prefixed.evaluation_at(0), prefixed.evaluation_at(0));
    }

    #[test]
    fn long_sequences_go_on_and_long_pairs_are_refused() {
        let prefixed = Prefixed::drawn([(0..9).collect(), vec![1]], 0, 3, 4, 0).unwrap();
        let lengths: Vec<_> = prefixed.sequences.iter().map(Vec::len).collect();
        assert_eq!(lengths, [4, 4], "a single token is nothing to predict");
        let error = Prefixed::pairs([(vec![1; 3], vec![2; 3])], Some(1), Some(2), 0, 6, 1, 0).unwrap_err();
        assert!(matches!(error, Error::LongRow { index: 0, found: 7, most: 6 }));
        assert!(Prefixed::drawn([], 0, 3, 4, 0).is_err());
    }
}
