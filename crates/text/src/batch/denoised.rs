//! Texts to be restored.

use std::sync::Arc;

use super::{
    BatchSize, Batches, PairBatch, PairOptions, check_size,
    groups::{Groups, grouped},
    pairs::batch_of,
};
use crate::{Error, Infilling, Random, SpanCorruption};

const UNIT: &str = "sequences with text";

/// How a text is spoilt for a model from sequence to sequence to restore.
#[derive(Debug, Clone, PartialEq)]
pub enum Noise {
    /// The model writes the spans that are missing: T5.
    Spans(SpanCorruption),
    /// The model writes the whole text: BART.
    Infilling(Infilling),
}

impl Noise {
    /// What the encoder sees, and what the decoder must write.
    pub fn corrupt(&self, ids: &[u32], random: &mut Random) -> (Vec<u32>, Vec<u32>) {
        match self {
            Self::Spans(spans) => spans.corrupt(ids, random),
            Self::Infilling(infilling) => (infilling.corrupt(ids, random), ids.to_vec()),
        }
    }
}

/// Texts to be restored, for models from sequence to sequence; for those of one stack, see
/// [`Prefixed::restored`](crate::Prefixed::restored).
///
/// To learn from, each epoch takes the texts in an order of its own, with new noise; to evaluate, in their own order,
/// always with the same noise. Where tokens decide how large batches are, they are counted before the noise.
#[derive(Debug, Clone)]
pub struct Denoised {
    sequences: Arc<[Vec<u32>]>,
    noise: Noise,
    pub(super) options: PairOptions,
    pub(super) groups: Groups,
}

impl Denoised {
    /// Batches of sequences without special tokens: those of `options` are added (an end that [`SpanCorruption`] has of its
    /// own is left out). What is longer than `options.longest`, its end included, is cut in pieces before the noise.
    ///
    /// # Errors
    /// If no sequence has a token, or there are not enough sentinels.
    ///
    /// # Panics
    /// If `options.rows` is 0 or `options.longest` below 2.
    pub fn new(
        sequences: impl IntoIterator<Item = Vec<u32>>,
        mut noise: Noise,
        options: PairOptions,
        seed: u64,
    ) -> Result<Self, Error> {
        let length = options.longest.saturating_sub(1);
        check_size(options.rows, length);
        let pieces = |sequence: Vec<u32>| sequence.chunks(length).map(<[u32]>::to_vec).collect::<Vec<_>>();
        let sequences: Vec<_> = sequences.into_iter().flat_map(pieces).collect();
        if let Noise::Spans(spans) = &mut noise {
            spans.end = None;
            sequences.iter().try_for_each(|sequence| spans.check(sequence.len()))?;
        }
        let lengths = sequences.iter().map(|sequence| (sequence.len() + 1, 0)).collect();
        let groups = Groups::new(lengths, options.size(), UNIT, seed)?;
        Ok(Self { sequences: sequences.into(), noise, options, groups })
    }

    fn batch(&self, sequences: Vec<usize>, random: Random) -> PairBatch {
        batch_of(&self.pairs(sequences, random), &self.options)
    }

    /// Some texts, each damaged, and what is to be written of it.
    pub(super) fn pairs(&self, sequences: Vec<usize>, mut random: Random) -> Vec<(Vec<u32>, Vec<u32>)> {
        sequences.into_iter().map(|index| self.noise.corrupt(&self.sequences[index], &mut random)).collect()
    }
}

grouped!(Denoised => PairBatch);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IGNORE, Prefixed};

    fn options() -> PairOptions {
        PairOptions { pad: 0, start: 1, end: 2, rows: 2, longest: 41, similar: false }
    }

    fn spans() -> Noise {
        Noise::Spans(SpanCorruption { density: 0.15, mean: 3.0, sentinels: (900..1000).rev().collect(), end: Some(7) })
    }

    fn infilling() -> Noise {
        Noise::Infilling(Infilling { rate: 0.3, mean: 3.0, mask: 3, full_stops: vec![] })
    }

    #[test]
    fn by_hand() {
        // So short that there is one way only: two of text, one of noise.
        let denoised = Denoised::new([vec![11, 12, 13], vec![14]], spans(), options(), 0).unwrap();
        let batch = denoised.evaluation_at(0);
        assert_eq!(batch.source.to_rows(), [[11, 12, 999, 2], [14, 2, 0, 0]]);
        assert_eq!(batch.decoder_inputs.to_rows(), [[1, 999, 13], [1, 999, 0]]);
        assert_eq!(batch.targets.to_rows(), [[999, 13, 2], [999, 2, IGNORE]]);
        assert_eq!(batch.counted(), 5);
        let denoised = Denoised::new([vec![11, 12, 13]], infilling(), options(), 0).unwrap();
        let batch = denoised.evaluation_at(0);
        assert_eq!(batch.targets.to_rows(), [[11, 12, 13, 2]]);
        let kept = batch.source.values.iter().filter(|&&id| id > 10).count();
        assert_eq!(kept, 2, "one of three is hidden: {:?}", batch.source);
    }

    #[test]
    fn in_one_row_and_in_two_the_same_holes() {
        let texts: Vec<Vec<u32>> = (1..60).map(|length| (10..10 + length).collect()).collect();
        let [start, end] = [options().start, options().end].map(i64::from);
        for noise in [spans(), infilling()] {
            for size in [BatchSize::SimilarRows(4), BatchSize::Tokens(90)] {
                let two = Denoised::new(texts.clone(), noise.clone(), options(), 5).unwrap().sized(size).unwrap();
                let one = Prefixed::restored(two.clone());
                assert_eq!(one.len(), two.len());
                let steps = (0..40).map(|step| (one.batch_at(step), two.batch_at(step)));
                let evaluation = (0..two.len()).map(|index| (one.evaluation_at(index), two.evaluation_at(index)));
                for (one, two) in steps.chain(evaluation) {
                    assert_eq!(one.counted(), two.counted());
                    for (row, &prefix) in one.prefixes.iter().enumerate() {
                        let real =
                            |ids: &[i64], stop| ids.iter().copied().take_while(|&id| id != stop).collect::<Vec<_>>();
                        let (inputs, targets) = (one.language.inputs.row(row), one.language.targets.row(row));
                        let source = real(two.source.row(row), end);
                        assert_eq!(inputs[..prefix], [source, vec![start]].concat());
                        assert!(targets[..prefix - 1].iter().all(|&target| target == IGNORE));
                        assert_eq!(real(&targets[prefix - 1..], IGNORE), real(two.targets.row(row), IGNORE));
                    }
                }
            }
        }
    }

    #[test]
    fn noise_changes_from_step_to_step_but_not_in_evaluation() {
        for noise in [spans(), infilling()] {
            let denoised = Denoised::new([(10..50).collect(), (10..95).collect()], noise, options(), 5).unwrap();
            assert_eq!(denoised.batch_at(3), denoised.clone().batch_at(3));
            assert!((0..10).any(|step| denoised.batch_at(step) != denoised.batch_at(step + 2)));
            assert_eq!(denoised.evaluation_at(1), denoised.evaluation_at(1));
            assert_eq!(denoised.len(), 2, "four pieces of up to 40");
            let sized = denoised.sized(BatchSize::Tokens(41)).unwrap();
            assert_eq!(sized.evaluation().map(|batch| batch.source.rows).collect::<Vec<_>>(), [1, 1, 1, 1]);
        }
    }

    #[test]
    fn too_few_sentinels_are_refused() {
        let noise = Noise::Spans(SpanCorruption { density: 0.5, mean: 1.0, sentinels: vec![7, 8], end: None });
        assert!(Denoised::new([vec![1; 4]], noise.clone(), options(), 0).is_ok());
        assert!(matches!(Denoised::new([vec![1; 40]], noise, options(), 0), Err(Error::TooFew { least: 20, .. })));
    }
}
