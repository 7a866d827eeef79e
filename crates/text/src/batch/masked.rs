//! Sequences with gaps to fill.

use std::sync::Arc;

use super::{
    BatchSize, Batches, IGNORE, LanguageBatch, check_size,
    groups::{Groups, grouped},
};
use crate::{Error, Gaps, Matrix, Random};

const UNIT: &str = "sequences with text";

/// Sequences with gaps, for models that see both sides of a gap and fill it in.
///
/// To learn from, each epoch takes the sequences in an order of its own, with new gaps; to evaluate, in their own order,
/// always with the same gaps.
#[derive(Debug, Clone)]
pub struct Masked {
    sequences: Arc<[Vec<u32>]>,
    groups: Groups,
    gaps: Gaps,
    pad: u32,
}

impl Masked {
    /// Batches of `rows` sequences of at most `length` tokens, padded with `pad`, with gaps made by a
    /// [`Corruption`](crate::Corruption) or, for a generator, a [`Replaced`](crate::Replaced). Sequences come with
    /// whatever special tokens the model wants around them; what is longer than `length` is cut in pieces.
    ///
    /// # Errors
    /// If no sequence has a token.
    ///
    /// # Panics
    /// If `rows` or `length` is 0.
    pub fn new(
        sequences: impl IntoIterator<Item = Vec<u32>>,
        gaps: impl Into<Gaps>,
        pad: u32,
        length: usize,
        rows: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        check_size(rows, length);
        let pieces = |sequence: Vec<u32>| sequence.chunks(length).map(<[u32]>::to_vec).collect::<Vec<_>>();
        let sequences: Vec<_> = sequences.into_iter().flat_map(pieces).collect();
        let lengths = sequences.iter().map(|sequence| (sequence.len(), 0)).collect();
        let groups = Groups::new(lengths, BatchSize::Rows(rows), UNIT, seed)?;
        Ok(Self { sequences: sequences.into(), groups, gaps: gaps.into(), pad })
    }

    fn batch(&self, sequences: Vec<usize>, mut random: Random) -> LanguageBatch {
        let corrupt = |index: usize| self.gaps.corrupt(&self.sequences[index], &mut random);
        let (inputs, targets): (Vec<_>, Vec<_>) = sequences.into_iter().map(corrupt).unzip();
        let lengths: Vec<_> = inputs.iter().map(Vec::len).collect();
        let padding = Matrix::padding(&lengths);
        LanguageBatch {
            inputs: Matrix::padded(&inputs, i64::from(self.pad)),
            targets: Matrix::padded(&targets, IGNORE),
            padding: padding.values.contains(&true).then_some(padding),
        }
    }
}

grouped!(Masked => LanguageBatch);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Corruption, Replaced, ReplacedBatch};

    fn masked(lengths: &[usize]) -> Masked {
        let corruption = Corruption { rate: 0.15, mask: 1, special: vec![0, 1], vocab_size: 20 };
        let sequences = lengths.iter().enumerate().map(|(n, &length)| vec![2 + n as u32; length]);
        Masked::new(sequences, corruption, 0, 6, 2, 3).unwrap()
    }

    /// What stood there before the gaps.
    fn restored(batch: &LanguageBatch) -> Vec<Vec<i64>> {
        let values = batch.inputs.values.iter().zip(&batch.targets.values);
        let values: Vec<_> = values.map(|(&input, &target)| if target == IGNORE { input } else { target }).collect();
        values.chunks(batch.inputs.columns).map(<[i64]>::to_vec).collect()
    }

    #[test]
    fn by_hand() {
        let batches: Vec<_> = masked(&[3, 2, 8, 0]).evaluation().collect();
        assert_eq!(batches.len(), 2);
        assert_eq!(restored(&batches[0]), [[2, 2, 2], [3, 3, 0]]);
        assert_eq!(restored(&batches[1]), [[4, 4, 4, 4, 4, 4], [4, 4, 0, 0, 0, 0]]);
        let padding = batches[0].padding.as_ref().unwrap();
        assert_eq!(padding.to_rows(), [[false, false, false], [false, false, true]]);
        assert!(batches.iter().all(|batch| batch.counted() == 2), "one gap in each sequence");
    }

    #[test]
    fn no_padding_no_mask() {
        assert_eq!(masked(&[4, 4]).evaluation_at(0).padding, None);
    }

    #[test]
    fn gaps_change_from_step_to_step_but_not_in_evaluation() {
        let masked = masked(&[6, 6]);
        assert_eq!(masked.batch_at(3), masked.clone().batch_at(3));
        assert!((0..10).any(|step| masked.batch_at(step).targets != masked.batch_at(step + 1).targets));
        assert_eq!(masked.evaluation_at(0), masked.evaluation_at(0));
        assert!((0..2).any(|step| masked.batch_at(step) != masked.evaluation_at(0)));
    }

    #[test]
    fn a_generators_gaps_are_a_discriminators_text() {
        let replaced = Replaced { rate: 0.5, mask: 1, special: vec![0, 1] };
        let sequences = [vec![5, 6, 7, 8], vec![9, 10]];
        let seen = Masked::new(sequences, replaced, 0, 6, 2, 3).unwrap().evaluation_at(0);
        assert_eq!(seen.counted(), 3);
        assert_eq!(restored(&seen), [[5, 6, 7, 8], [9, 10, 0, 0]]);
        let guesses = Matrix { values: vec![19; 8], rows: 2, columns: 4 };
        let batch = ReplacedBatch::new(&seen, &guesses);
        assert_eq!(batch.replaced.values.iter().filter(|&&replaced| replaced == 1).count(), 3);
        assert_eq!(batch.counted(), 6);
    }
}
