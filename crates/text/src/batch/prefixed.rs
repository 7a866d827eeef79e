//! A prefix, and what follows it.

use std::sync::Arc;

use super::{
    BatchSize, Batches, Denoised, IGNORE, LanguageBatch, check_size,
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
    origin: Origin,
    groups: Groups,
    pad: u32,
}

/// Where sequences and their prefixes come from.
#[derive(Debug, Clone)]
enum Origin {
    /// Sequences, each split at a point drawn anew each time.
    Drawn(Arc<[Vec<u32>]>),
    /// Sequences, and how long the prefix of each is.
    Given(Arc<[(Vec<u32>, usize)]>),
    /// Texts damaged anew each time, each before what is to be written of it.
    Damaged(Denoised),
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
        let long = |sequence: &Vec<u32>| sequence.len() > 1;
        let sequences: Vec<_> = sequences.into_iter().flat_map(pieces).filter(long).collect();
        let groups = groups(sequences.iter(), rows, seed)?;
        Ok(Self { origin: Origin::Drawn(sequences.into()), groups, pad })
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
        let mut sequences = Vec::new();
        for (index, pair) in pairs.into_iter().enumerate() {
            let (sequence, prefix) = joined(pair, separator, end);
            let inputs = sequence.len().saturating_sub(1);
            if prefix == 0 || prefix > inputs {
                let hint =
                    " for a pair: give it a source and a target, or take a tokenizer with a beginning and an end";
                return Err(Error::TooFew { found: inputs, least: 1, unit: "tokens before and after", hint });
            }
            if inputs > length {
                return Err(Error::LongRow { index, found: inputs, most: length });
            }
            sequences.push((sequence, prefix));
        }
        let groups = groups(sequences.iter().map(|(sequence, _)| sequence), rows, seed)?;
        Ok(Self { origin: Origin::Given(sequences.into()), groups, pad })
    }

    /// Texts to be restored, for a model that reads and writes in one go: the damaged text, the start, what is to be
    /// written, the end. In every batch the same texts meet with the same noise as in that of `texts`.
    ///
    /// ```
    /// use salamander_text::{Batches, Denoised, IGNORE, Noise, PairOptions, Prefixed, SpanCorruption};
    ///
    /// let spans = Noise::Spans(SpanCorruption { density: 0.15, mean: 3.0, sentinels: vec![9, 8], end: None });
    /// let options = PairOptions { pad: 0, start: 1, end: 2, rows: 2, longest: 8, similar: false };
    /// let prefixed = Prefixed::restored(Denoised::new([vec![5, 6, 7]], spans, options, 0)?);
    /// let batch = prefixed.evaluation_at(0);
    /// assert_eq!(batch.language.inputs.row(0), [5, 6, 9, 1, 9, 7]);
    /// assert_eq!(batch.language.targets.row(0), [IGNORE, IGNORE, IGNORE, 9, 7, 2]);
    /// assert_eq!(batch.prefixes, [4]);
    /// # Ok::<(), salamander_text::Error>(())
    /// ```
    pub fn restored(texts: Denoised) -> Self {
        Self { groups: texts.groups.clone(), pad: texts.options.pad, origin: Origin::Damaged(texts) }
    }

    /// The same for a model that never looks ahead, within a prefix neither.
    pub fn causal(self) -> Continued {
        Continued(self)
    }

    fn batch(&self, rows: Vec<usize>, random: Random) -> PrefixBatch {
        let (mut inputs, mut targets, mut prefixes) = (Vec::new(), Vec::new(), Vec::new());
        for (sequence, prefix) in self.origin.rows(rows, random) {
            let sequence = widen(&sequence);
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

impl Origin {
    /// Some sequences, and how long the prefix of each is.
    fn rows(&self, rows: Vec<usize>, mut random: Random) -> Vec<(Vec<u32>, usize)> {
        let mut drawn = |sequence: &Vec<u32>| (sequence.clone(), 1 + random.below(sequence.len() - 1));
        match self {
            Self::Drawn(sequences) => rows.into_iter().map(|row| drawn(&sequences[row])).collect(),
            Self::Given(sequences) => rows.into_iter().map(|row| sequences[row].clone()).collect(),
            Self::Damaged(texts) => {
                let (start, end) = (Some(texts.options.start), Some(texts.options.end));
                texts.pairs(rows, random).into_iter().map(|pair| joined(pair, start, end)).collect()
            }
        }
    }
}

fn groups<'a>(sequences: impl Iterator<Item = &'a Vec<u32>>, rows: usize, seed: u64) -> Result<Groups, Error> {
    Groups::new(sequences.map(|sequence| (sequence.len() - 1, 0)).collect(), BatchSize::Rows(rows), UNIT, seed)
}

/// The target behind its source, and how long the prefix is: the source and what stands between.
fn joined((mut sequence, target): (Vec<u32>, Vec<u32>), separator: Option<u32>, end: Option<u32>) -> (Vec<u32>, usize) {
    sequence.extend(separator);
    let prefix = sequence.len();
    sequence.extend(target);
    sequence.extend(end);
    (sequence, prefix)
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
        let lengths: Vec<_> = prefixed.evaluation_at(0).language.targets.to_rows().iter().map(Vec::len).collect();
        assert_eq!(lengths, [3, 3], "a single token is nothing to predict");
        let error = Prefixed::pairs([(vec![1; 3], vec![2; 3])], Some(1), Some(2), 0, 6, 1, 0).unwrap_err();
        assert!(matches!(error, Error::LongRow { index: 0, found: 7, most: 6 }));
        assert!(Prefixed::drawn([], 0, 3, 4, 0).is_err());
    }
}
