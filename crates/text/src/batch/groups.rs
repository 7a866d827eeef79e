//! Which rows meet in which batch.

use std::sync::Arc;

use crate::{Error, Random, random::Order};

/// How many batches are put together at once when similar lengths are to meet.
const POOL: u64 = 16;

/// Added to a batch's number where noise is drawn to evaluate on: it must not be that of a step.
const EVALUATION: u64 = 1 << 63;

/// How large a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchSize {
    /// So many rows, whatever their lengths.
    Rows(usize),
    /// So many rows, and while learning of similar lengths: less padding, and batches less alike.
    SimilarRows(usize),
    /// As many rows of similar lengths as have at most so many tokens together, padding included; of a source and a
    /// target, the longer side counts. As fairseq counts (Ott et al. 2019, arXiv:1904.01038).
    Tokens(usize),
}

/// How long a row is: of what decides first, and of what decides between equals.
pub(super) type Length = (usize, usize);

/// Rows put into batches. To learn from, each epoch takes each row once, in an order of its own.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    size: BatchSize,
    lengths: Arc<[Length]>,
    order: Order,
    /// What its rows are called.
    unit: &'static str,
    seed: u64,
    /// All rows, the shortest first, and where in that order each batch by tokens ends.
    sorted: Arc<[usize]>,
    ends: Arc<[usize]>,
}

/// Gives a set its batches: it has `groups`, and `batch` makes a batch of some rows and of what is drawn for it.
macro_rules! grouped {
    ($set:ident => $batch:ident) => {
        impl $set {
            /// The same in batches of another size.
            ///
            /// # Errors
            /// If one row alone has more tokens than a batch may have.
            pub fn sized(mut self, size: BatchSize) -> Result<Self, Error> {
                self.groups = self.groups.resized(size)?;
                Ok(self)
            }
        }

        impl Batches for $set {
            type Batch = $batch;

            fn batch_at(&self, step: u64) -> $batch {
                self.batch(self.groups.at(step), self.groups.random(step))
            }

            fn len(&self) -> usize {
                self.groups.len()
            }

            fn evaluation_at(&self, index: usize) -> $batch {
                self.batch(self.groups.evaluation(index), self.groups.evaluation_random(index))
            }
        }
    };
}

pub(super) use grouped;

impl Groups {
    /// # Errors
    /// If there is no row, or one alone is more than a batch may have.
    ///
    /// # Panics
    /// If a batch has no row or no token.
    pub(super) fn new(lengths: Vec<Length>, size: BatchSize, unit: &'static str, seed: u64) -> Result<Self, Error> {
        let (BatchSize::Rows(most) | BatchSize::SimilarRows(most) | BatchSize::Tokens(most)) = size;
        assert!(most > 0, "a batch of nothing: {size:?}");
        if lengths.is_empty() {
            return Err(Error::TooFew { found: 0, least: 1, unit, hint: "" });
        }
        let order = Order::new(lengths.len(), seed);
        let (mut sorted, mut ends) = (Vec::new(), Vec::new());
        if let BatchSize::Tokens(tokens) = size {
            sorted = (0..lengths.len()).collect();
            sorted.sort_by_key(|&row| lengths[row]);
            ends = cut(&sorted, &lengths, tokens)?;
        }
        Ok(Self { size, lengths: lengths.into(), order, unit, seed, sorted: sorted.into(), ends: ends.into() })
    }

    /// The same rows in batches of another size.
    pub(super) fn resized(&self, size: BatchSize) -> Result<Self, Error> {
        Self::new(self.lengths.to_vec(), size, self.unit, self.seed)
    }

    /// What is drawn for the batch of a step.
    pub(super) fn random(&self, step: u64) -> Random {
        Random::at(self.seed, step)
    }

    /// What is drawn for a batch to evaluate on: never that of a step.
    pub(super) fn evaluation_random(&self, index: usize) -> Random {
        Random::at(self.seed, EVALUATION | index as u64)
    }

    /// How many batches go once over everything.
    pub(super) fn len(&self) -> usize {
        match self.size {
            BatchSize::Rows(rows) | BatchSize::SimilarRows(rows) => self.lengths.len().div_ceil(rows),
            BatchSize::Tokens(_) => self.ends.len(),
        }
    }

    /// The rows to learn from at a step.
    pub(super) fn at(&self, step: u64) -> Vec<usize> {
        match self.size {
            BatchSize::Rows(rows) => self.items(step * rows as u64, rows as u64),
            BatchSize::SimilarRows(rows) => self.similar(step, rows as u64),
            BatchSize::Tokens(_) => self.by_tokens(step),
        }
    }

    /// The rows of one of the [`len`](Self::len) batches to evaluate on: in their own order, or by length if batches are
    /// by tokens.
    ///
    /// # Panics
    /// If there are not so many.
    pub(super) fn evaluation(&self, index: usize) -> Vec<usize> {
        assert!(index < self.len(), "batch {index} of {}", self.len());
        match self.size {
            BatchSize::Rows(rows) | BatchSize::SimilarRows(rows) => {
                (0..self.lengths.len()).skip(index * rows).take(rows).collect()
            }
            BatchSize::Tokens(_) => self.sorted[self.range(index)].to_vec(),
        }
    }

    fn items(&self, first: u64, count: u64) -> Vec<usize> {
        (first..first + count).map(|position| self.order.item(position)).collect()
    }

    fn similar(&self, step: u64, rows: u64) -> Vec<usize> {
        let mut chosen = self.items(step / POOL * POOL * rows, POOL * rows);
        chosen.sort_by_key(|&row| self.lengths[row]);
        // Short and long batches take turns in no order.
        let turn = Order::new(POOL as usize, self.seed).item(step);
        chosen.chunks(rows as usize).nth(turn).map(<[usize]>::to_vec).unwrap_or_default()
    }

    fn range(&self, batch: usize) -> std::ops::Range<usize> {
        let start = batch.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[batch]
    }

    /// Batches take turns in an order of each epoch. Where they begin and end is always the same, since the sorted lengths
    /// are; but rows of the same length change places from epoch to epoch.
    fn by_tokens(&self, step: u64) -> Vec<usize> {
        let batches = self.ends.len();
        let epoch = step / batches as u64;
        let range = self.range(Order::new(batches, self.seed).item(step));
        range.map(|position| self.equal(position, epoch)).collect()
    }

    /// What stands in an epoch at a position among the sorted rows.
    fn equal(&self, position: usize, epoch: u64) -> usize {
        let length = self.lengths[self.sorted[position]];
        let first = self.sorted.partition_point(|&row| self.lengths[row] < length);
        let count = self.sorted[first..].partition_point(|&row| self.lengths[row] == length);
        let order = Order::new(count, self.seed ^ first as u64);
        let at = order.item(epoch * count as u64 + (position - first) as u64);
        self.sorted[first + at]
    }
}

/// Where batches of at most `tokens` tokens end.
fn cut(sorted: &[usize], lengths: &[Length], tokens: usize) -> Result<Vec<usize>, Error> {
    let (mut ends, mut start, mut longest) = (Vec::new(), 0, 0);
    for (position, &row) in sorted.iter().enumerate() {
        let length = lengths[row].0.max(lengths[row].1);
        if length > tokens {
            return Err(Error::LongRow { index: row, found: length, most: tokens });
        }
        longest = longest.max(length);
        if (position + 1 - start) * longest > tokens {
            ends.push(position);
            (start, longest) = (position, length);
        }
    }
    ends.push(sorted.len());
    Ok(ends)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn groups(lengths: &[usize], size: BatchSize) -> Groups {
        Groups::new(lengths.iter().map(|&length| (length, 0)).collect(), size, "rows", 7).unwrap()
    }

    #[test]
    fn tokens_by_hand() {
        let groups = groups(&[5, 1, 2, 8, 2], BatchSize::Tokens(8));
        // 1 2 2 are three rows of two; 5 alone, since two of five are ten; 8 alone.
        let batches: Vec<_> = (0..groups.len()).map(|index| groups.evaluation(index)).collect();
        assert_eq!(batches, [vec![1, 2, 4], vec![0], vec![3]]);
    }

    #[test]
    fn the_longer_side_counts() {
        let lengths = vec![(1, 4), (2, 1), (2, 3)];
        let groups = Groups::new(lengths, BatchSize::Tokens(8), "pairs", 0).unwrap();
        assert_eq!((groups.evaluation(0), groups.evaluation(1)), (vec![0, 1], vec![2]));
    }

    #[test]
    fn equals_change_places_from_epoch_to_epoch() {
        let groups = groups(&[3; 12], BatchSize::Tokens(6));
        assert_eq!(groups.len(), 6);
        let epoch = |number: u64| (number * 6..(number + 1) * 6).map(|step| groups.at(step)).collect::<Vec<_>>();
        let sorted = |epoch: Vec<Vec<usize>>| {
            let mut epoch = epoch;
            epoch.sort_unstable();
            epoch
        };
        assert_ne!(sorted(epoch(0)), sorted(epoch(1)), "not only other turns: other batches");
    }

    #[test]
    fn a_row_that_fits_in_no_batch_is_refused() {
        let error = Groups::new(vec![(3, 0), (2, 9)], BatchSize::Tokens(8), "rows", 0).unwrap_err().to_string();
        assert_eq!(error, "row 1 has 9 tokens, more than the 8 it may have: raise the limit, cut it or leave it out");
    }

    proptest! {
        #[test]
        fn every_row_once_in_every_epoch_and_evaluation(
            lengths in prop::collection::vec(0usize..20, 1..80), most in 20usize..60, kind in 0usize..3
        ) {
            let size = [BatchSize::Rows(1), BatchSize::SimilarRows(1), BatchSize::Tokens(most)][kind];
            let groups = groups(&lengths, size);
            let all: Vec<_> = (0..lengths.len()).collect();
            let mut seen: Vec<_> = (0..groups.len()).flat_map(|index| groups.evaluation(index)).collect();
            seen.sort_unstable();
            prop_assert_eq!(&seen, &all);
            // Batches of similar rows are epochs only where pools end.
            let epochs = if kind == 1 { 16 } else { 2 };
            let steps = 0..epochs * groups.len() as u64;
            let mut counts = vec![0u64; lengths.len()];
            for step in steps {
                let rows = groups.at(step);
                let longest = rows.iter().map(|&row| lengths[row]).max().unwrap_or(0);
                prop_assert!(kind != 2 || rows.len() * longest <= most);
                rows.into_iter().for_each(|row| counts[row] += 1);
            }
            prop_assert!(counts.iter().all(|&count| count == epochs), "{counts:?}");
        }
    }
}
