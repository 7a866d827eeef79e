//! Sequences with gaps to fill.

use std::sync::Arc;

use super::{Batches, IGNORE, LanguageBatch, check_size};
use crate::{Corruption, Error, Matrix, Random, random::Order};

/// Evaluation's noise must not be that of a step.
const EVALUATION: u64 = 1 << 63;

/// Sequences with gaps, for models that see both sides of a gap and fill it in.
///
/// To learn from, each epoch takes the sequences in an order of its own, with new gaps; to evaluate, in their own order,
/// always with the same gaps.
#[derive(Debug, Clone)]
pub struct Masked {
    sequences: Arc<[Vec<u32>]>,
    order: Order,
    corruption: Corruption,
    rows: usize,
    pad: u32,
    seed: u64,
}

impl Masked {
    /// Batches of `rows` sequences of at most `length` tokens, padded with `pad`. Sequences come with whatever special
    /// tokens the model wants around them; what is longer than `length` is cut in pieces.
    ///
    /// # Errors
    /// If no sequence has a token.
    ///
    /// # Panics
    /// If `rows` or `length` is 0.
    pub fn new(
        sequences: impl IntoIterator<Item = Vec<u32>>,
        corruption: Corruption,
        pad: u32,
        length: usize,
        rows: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        check_size(rows, length);
        let pieces = |sequence: Vec<u32>| sequence.chunks(length).map(<[u32]>::to_vec).collect::<Vec<_>>();
        let sequences: Vec<_> = sequences.into_iter().flat_map(pieces).collect();
        if sequences.is_empty() {
            return Err(Error::TooFew { found: 0, least: 1, unit: "sequences with text", hint: "" });
        }
        Ok(Self { order: Order::new(sequences.len(), seed), sequences: sequences.into(), corruption, rows, pad, seed })
    }

    fn batch(&self, sequences: impl Iterator<Item = usize>, mut random: Random) -> LanguageBatch {
        let corrupt = |index: usize| self.corruption.corrupt(&self.sequences[index], &mut random);
        let (inputs, targets): (Vec<_>, Vec<_>) = sequences.map(corrupt).unzip();
        let lengths: Vec<_> = inputs.iter().map(Vec::len).collect();
        let padding = Matrix::padding(&lengths);
        LanguageBatch {
            inputs: Matrix::padded(&inputs, i64::from(self.pad)),
            targets: Matrix::padded(&targets, IGNORE),
            padding: padding.values.contains(&true).then_some(padding),
        }
    }
}

impl Batches for Masked {
    type Batch = LanguageBatch;

    fn batch_at(&self, step: u64) -> LanguageBatch {
        let first = step * self.rows as u64;
        let sequences = (first..first + self.rows as u64).map(|position| self.order.item(position));
        self.batch(sequences, Random::at(self.seed, step))
    }

    fn len(&self) -> usize {
        self.sequences.len().div_ceil(self.rows)
    }

    fn evaluation_at(&self, index: usize) -> LanguageBatch {
        assert!(index < self.len(), "batch {index} of {}", self.len());
        let sequences = (0..self.sequences.len()).skip(index * self.rows).take(self.rows);
        self.batch(sequences, Random::at(self.seed, EVALUATION | index as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
