//! Texts with labels.

use std::sync::Arc;

use super::{
    BatchSize, Batches, Framed, Rows, check_size,
    frame::check_lengths,
    groups::{Groups, Length, grouped},
};
use crate::{Error, Matrix, Random};

const UNIT: &str = "texts with labels";

/// A batch for a model that says which class a text, or a pair of texts, is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassBatch {
    /// The texts.
    pub inputs: Rows,
    /// Their classes, `[B]`.
    pub labels: Vec<i64>,
}

/// Texts with a class each.
///
/// To learn from, each epoch takes them in an order of its own; to evaluate, in their own order.
#[derive(Debug, Clone)]
pub struct Classified {
    examples: Arc<[(Framed, i64)]>,
    groups: Groups,
    pad: u32,
}

impl Classified {
    /// Batches of `rows` texts in their frames, padded with `pad`.
    ///
    /// # Errors
    /// If there is no text, or one has more than `longest` tokens.
    ///
    /// # Panics
    /// If `rows` or `longest` is 0.
    ///
    /// ```
    /// use salamander_text::{Batches, Classified, Frame};
    ///
    /// let frame = Frame { begin: vec![1], between: vec![2], end: vec![2] };
    /// let examples = [(frame.one(&[5, 6]), 0), (frame.two(&[7], &[8]), 1)];
    /// let batch = Classified::new(examples, 0, 8, 2, 0)?.evaluation_at(0);
    /// assert_eq!(batch.inputs.ids.to_rows(), [[1, 5, 6, 2, 0], [1, 7, 2, 8, 2]]);
    /// assert_eq!(batch.labels, [0, 1]);
    /// # Ok::<(), salamander_text::Error>(())
    /// ```
    pub fn new(
        examples: impl IntoIterator<Item = (Framed, i64)>,
        pad: u32,
        longest: usize,
        rows: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        check_size(rows, longest);
        let examples: Vec<_> = examples.into_iter().collect();
        check_lengths(examples.iter().map(|(text, _)| text), longest)?;
        let lengths = examples.iter().map(|(text, _)| (text.ids.len(), 0)).collect();
        let groups = Groups::new(lengths, BatchSize::Rows(rows), UNIT, seed)?;
        Ok(Self { examples: examples.into(), groups, pad })
    }

    fn batch(&self, rows: Vec<usize>, _: Random) -> ClassBatch {
        let inputs = Rows::new(rows.iter().map(|&row| &self.examples[row].0), self.pad);
        ClassBatch { inputs, labels: rows.iter().map(|&row| self.examples[row].1).collect() }
    }
}

grouped!(Classified => ClassBatch);

/// A batch for a model that learns which texts belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContrastiveBatch {
    /// The first of each pair.
    pub first: Rows,
    /// The second of each, in the same order: row `n` belongs to row `n`.
    pub second: Rows,
    /// `[B, B]`, `true` where the second of a pair (column) is no wrong one for the first of a pair (row): its own, and
    /// any of a pair with the same first or the same second. All others are wrong.
    pub alike: Matrix<bool>,
}

/// Pairs of texts that belong together, to be told from all others in the batch (van den Oord et al. 2018,
/// arXiv:1807.03748; Gao et al. 2021, arXiv:2104.08821, where a text is paired with itself).
///
/// To learn from, each epoch takes them in an order of its own; to evaluate, in their own order.
#[derive(Debug, Clone)]
pub struct Contrastive {
    pairs: Arc<[(Framed, Framed)]>,
    groups: Groups,
    pad: u32,
}

impl Contrastive {
    /// Batches of `rows` pairs in their frames, padded with `pad`.
    ///
    /// # Errors
    /// If there is no pair, or a text has more than `longest` tokens.
    ///
    /// # Panics
    /// If `rows` or `longest` is 0.
    pub fn new(
        pairs: impl IntoIterator<Item = (Framed, Framed)>,
        pad: u32,
        longest: usize,
        rows: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        check_size(rows, longest);
        let pairs: Vec<_> = pairs.into_iter().collect();
        check_lengths(pairs.iter().map(|(first, _)| first), longest)?;
        check_lengths(pairs.iter().map(|(_, second)| second), longest)?;
        let length = |(first, second): &(Framed, Framed)| -> Length { (first.ids.len(), second.ids.len()) };
        let groups = Groups::new(pairs.iter().map(length).collect(), BatchSize::Rows(rows), "pairs", seed)?;
        Ok(Self { pairs: pairs.into(), groups, pad })
    }

    fn batch(&self, rows: Vec<usize>, _: Random) -> ContrastiveBatch {
        let pairs: Vec<_> = rows.iter().map(|&row| &self.pairs[row]).collect();
        let alike = |row: &(Framed, Framed), column: &(Framed, Framed)| row.0 == column.0 || row.1 == column.1;
        let values = pairs.iter().flat_map(|row| pairs.iter().map(move |column| alike(row, column))).collect();
        ContrastiveBatch {
            first: Rows::new(pairs.iter().map(|pair| &pair.0), self.pad),
            second: Rows::new(pairs.iter().map(|pair| &pair.1), self.pad),
            alike: Matrix { values, rows: pairs.len(), columns: pairs.len() },
        }
    }
}

grouped!(Contrastive => ContrastiveBatch);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Frame;

    fn frame() -> Frame {
        Frame { begin: vec![1], between: vec![2, 2], end: vec![2] }
    }

    #[test]
    fn by_hand() {
        let examples = [(frame().one(&[5, 6]), 3), (frame().two(&[7], &[8, 9]), -7), (frame().one(&[]), 0)];
        let classified = Classified::new(examples, 0, 7, 2, 0).unwrap();
        let batches: Vec<_> = classified.evaluation().collect();
        assert_eq!(batches[0].inputs.ids.to_rows(), [[1, 5, 6, 2, 0, 0, 0], [1, 7, 2, 2, 8, 9, 2]]);
        assert_eq!(batches[0].inputs.segments.to_rows(), [[0; 7], [0, 0, 0, 0, 1, 1, 1]]);
        let padding = batches[0].inputs.padding.as_ref().unwrap();
        assert_eq!(padding.row(0), [false, false, false, false, true, true, true]);
        assert_eq!((batches[0].labels.clone(), batches[1].labels.clone()), (vec![3, -7], vec![0]));
        assert_eq!((batches[1].inputs.ids.row(0), &batches[1].inputs.padding), (&[1, 2][..], &None));
        let sized = classified.sized(BatchSize::Tokens(8)).unwrap();
        assert_eq!(sized.evaluation().map(|batch| batch.labels).collect::<Vec<_>>(), [vec![0, 3], vec![-7]]);
    }

    #[test]
    fn rows_of_both_sides_belong_together() {
        let pairs =
            (10..40).map(|n| (frame().one(&vec![n; n as usize % 3]), frame().one(&vec![n; n as usize % 5 + 1])));
        let contrastive = Contrastive::new(pairs, 0, 8, 4, 1).unwrap();
        let mut seen = 0;
        for batch in contrastive.evaluation().chain((0..20).map(|step| contrastive.batch_at(step))) {
            assert_eq!(batch.first.ids.rows, batch.second.ids.rows);
            for row in 0..batch.first.ids.rows {
                let (first, second) = (batch.first.ids.row(row), batch.second.ids.row(row));
                assert!(first[1] == second[1] || first[1] == 2, "{first:?} {second:?}");
                seen += 1;
            }
        }
        assert_eq!(seen, 30 + 20 * 4);
    }

    #[test]
    fn what_belongs_to_both_is_no_wrong_one() {
        let text = |id| frame().one(&[id]);
        let pairs = [(text(5), text(6)), (text(7), text(6)), (text(5), text(8)), (text(9), text(10))];
        let batch = Contrastive::new(pairs, 0, 8, 4, 1).unwrap().evaluation_at(0);
        let expected = [
            [true, true, true, false],
            [true, true, false, false],
            [true, false, true, false],
            [false, false, false, true],
        ];
        assert_eq!(batch.alike.to_rows(), expected);
    }

    #[test]
    fn what_is_too_long_is_refused() {
        let error = Classified::new([(frame().one(&[5; 9]), 0)], 0, 8, 2, 0).unwrap_err().to_string();
        assert_eq!(error, "row 0 has 11 tokens, more than the 8 it may have: raise the limit, cut it or leave it out");
        assert!(Contrastive::new([(frame().one(&[]), frame().one(&[5; 9]))], 0, 8, 2, 0).is_err());
        assert!(Classified::new([], 0, 8, 2, 0).is_err());
    }
}
