//! Documents side by side in rows of one length.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Batches, IGNORE, LanguageBatch, check_size};
use crate::{Error, Matrix, Tokens, random::Order};

/// How documents share rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Packing {
    /// One after the other, cut where a row is full: no padding but in the last row.
    Cut,
    /// Whole where they fit, the longest first, each in the row where the least room is left over (Ding et al. 2024,
    /// arXiv:2404.10830). Only what is longer than a row is cut.
    Whole,
}

/// Tokens of several documents in each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedBatch {
    /// Inputs and targets, `[B, T]`. No target belongs to another document than its input.
    pub language: LanguageBatch,
    /// For each row, where a part begins: the first at 0, and padding, if there is any, as the last. Attention must stay
    /// within a part.
    pub starts: Vec<Vec<usize>>,
}

impl PackedBatch {
    /// `[B, T]`: the part each token belongs to, counted from 0 in each row.
    pub fn segments(&self) -> Matrix<i64> {
        self.each(|part, _| part)
    }

    /// `[B, T]`: where each token stands in its part, counted from 0.
    pub fn positions(&self) -> Matrix<i64> {
        self.each(|_, position| position)
    }

    /// How many targets count: the weight of this batch's mean loss in a mean over batches.
    pub fn counted(&self) -> usize {
        self.language.counted()
    }

    fn each(&self, number: impl Fn(usize, usize) -> usize) -> Matrix<i64> {
        let Matrix { rows, columns, .. } = self.language.inputs;
        let mut values = Vec::with_capacity(rows * columns);
        for starts in &self.starts {
            let ends = starts.iter().skip(1).chain([&columns]);
            for (part, (start, end)) in starts.iter().zip(ends).enumerate() {
                values.extend((0..end - start).map(|position| number(part, position) as i64));
            }
        }
        Matrix { values, rows, columns }
    }
}

/// A stretch of a document: where its first input stands among the tokens, and how many inputs it has.
type Part = (usize, usize);

/// Documents packed in rows of exactly `length` tokens, for models that predict the next token and attend within a document
/// only: as many tokens are learned from in each step, and none sees another document (Raffel et al. 2019,
/// arXiv:1910.10683, section 3.1.2, packs without the second).
///
/// To learn from, each epoch takes the rows in an order of its own; to evaluate, in their own order. Every token but the
/// first of each document is a target exactly once.
#[derive(Debug, Clone)]
pub struct Packed {
    tokens: Tokens,
    /// Row by row.
    parts: Arc<[Part]>,
    /// Where the parts of each row end.
    ends: Arc<[usize]>,
    order: Order,
    length: usize,
    rows: usize,
    pad: u32,
}

impl Packed {
    /// Batches of `rows` rows of `length` tokens, which may be in memory or in a file. Each document ends with `end`, the
    /// last with the tokens at the latest; `end` fills up short rows too.
    ///
    /// # Errors
    /// If no document has two tokens, its end included.
    ///
    /// # Panics
    /// If `rows` or `length` is 0.
    pub fn new(
        tokens: impl Into<Tokens>,
        end: u32,
        packing: Packing,
        length: usize,
        rows: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        check_size(rows, length);
        let tokens = tokens.into();
        let packed = match packing {
            Packing::Cut => cut(documents(&tokens, end), length),
            Packing::Whole => whole(documents(&tokens, end), length),
        };
        if packed.is_empty() {
            return Err(Error::TooFew { found: 0, least: 1, unit: "documents with text", hint: "" });
        }
        let order = Order::new(packed.len(), seed);
        let ends = packed.iter().scan(0, |end, parts| {
            *end += parts.len();
            Some(*end)
        });
        let (ends, parts) = (ends.collect(), packed.concat().into());
        Ok(Self { tokens, parts, ends, order, length, rows, pad: end })
    }

    fn batch(&self, rows: impl Iterator<Item = usize>) -> PackedBatch {
        let (mut inputs, mut targets, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let first = row.checked_sub(1).map_or(0, |before| self.ends[before]);
            let (mut input, mut target, mut starts) = (Vec::with_capacity(self.length), Vec::new(), Vec::new());
            for &(start, length) in &self.parts[first..self.ends[row]] {
                starts.push(input.len());
                input.extend(self.tokens.widened(start..start + length));
                target.extend(self.tokens.widened(start + 1..start + length + 1));
            }
            starts.extend((input.len() < self.length).then_some(input.len()));
            input.resize(self.length, i64::from(self.pad));
            target.resize(self.length, IGNORE);
            inputs.push(input);
            targets.push(target);
            all.push(starts);
        }
        let (inputs, targets) = (Matrix::padded(&inputs, 0), Matrix::padded(&targets, IGNORE));
        PackedBatch { language: LanguageBatch { inputs, targets, padding: None }, starts: all }
    }
}

/// Every document with an input and a target. What ends it is a target only.
fn documents(tokens: &Tokens, end: u32) -> impl Iterator<Item = Part> + '_ {
    let ends = tokens.positions(end).chain(tokens.len().checked_sub(1));
    let mut start = 0;
    let documents = ends.map(move |end| (std::mem::replace(&mut start, end + 1), end));
    documents.filter(|(start, end)| end > start).map(|(start, end)| (start, end - start))
}

fn cut(documents: impl Iterator<Item = Part>, length: usize) -> Vec<Vec<Part>> {
    let (mut rows, mut room) = (Vec::<Vec<Part>>::new(), 0);
    for (mut start, mut left) in documents {
        while left > 0 {
            if room == 0 {
                rows.push(Vec::new());
                room = length;
            }
            let part = left.min(room);
            rows.last_mut().into_iter().for_each(|row| row.push((start, part)));
            (start, left, room) = (start + part, left - part, room - part);
        }
    }
    rows
}

fn whole(documents: impl Iterator<Item = Part>, length: usize) -> Vec<Vec<Part>> {
    let cut = |(start, left): Part| (0..left).step_by(length).map(move |at| (start + at, length.min(left - at)));
    let mut parts: Vec<_> = documents.flat_map(cut).collect();
    // Stable: equals stay in their order.
    parts.sort_by_key(|&(_, part)| std::cmp::Reverse(part));
    let mut rows: Vec<Vec<Part>> = Vec::new();
    // Rows by the room that is left in them.
    let mut open: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (start, part) in parts {
        let fitting = open.range_mut(part..).find_map(|(&room, rows)| rows.pop().map(|row| (room, row)));
        let (room, row) = fitting.unwrap_or_else(|| {
            rows.push(Vec::new());
            (length, rows.len() - 1)
        });
        if open.get(&room).is_some_and(Vec::is_empty) {
            open.remove(&room);
        }
        rows[row].push((start, part));
        open.entry(room - part).or_default().push(row);
    }
    rows
}

impl Batches for Packed {
    type Batch = PackedBatch;

    fn batch_at(&self, step: u64) -> PackedBatch {
        let first = step * self.rows as u64;
        self.batch((first..first + self.rows as u64).map(|position| self.order.item(position)))
    }

    fn len(&self) -> usize {
        self.ends.len().div_ceil(self.rows)
    }

    fn evaluation_at(&self, index: usize) -> PackedBatch {
        assert!(index < self.len(), "batch {index} of {}", self.len());
        self.batch((0..self.ends.len()).skip(index * self.rows).take(self.rows))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const END: u32 = 9;

    fn packed(tokens: &[u32], packing: Packing, length: usize, rows: usize) -> Packed {
        Packed::new(tokens, END, packing, length, rows, 1).unwrap()
    }

    #[test]
    fn by_hand() {
        let tokens = [1, 2, 3, 9, 9, 4, 9, 5, 6, 7, 8];
        let batch = packed(&tokens, Packing::Cut, 4, 9).evaluation_at(0);
        assert_eq!(batch.language.inputs.to_rows(), [[1, 2, 3, 4], [5, 6, 7, 9]]);
        assert_eq!(batch.language.targets.to_rows(), [[2, 3, 9, 9], [6, 7, 8, IGNORE]]);
        assert_eq!(batch.starts, [vec![0, 3], vec![0, 3]]);
        assert_eq!(batch.segments().to_rows(), [[0, 0, 0, 1], [0, 0, 0, 1]]);
        assert_eq!(batch.positions().to_rows(), [[0, 1, 2, 0], [0, 1, 2, 0]]);
        assert_eq!(batch.counted(), 7);
        // A document that goes on in the next row is a part of its own there.
        let batch = packed(&tokens, Packing::Cut, 5, 9).evaluation_at(0);
        assert_eq!(batch.language.inputs.to_rows(), [[1, 2, 3, 4, 5], [6, 7, 9, 9, 9]]);
        assert_eq!(batch.language.targets.to_rows(), [[2, 3, 9, 9, 6], [7, 8, IGNORE, IGNORE, IGNORE]]);
        assert_eq!(batch.starts, [vec![0, 3, 4], vec![0, 2]]);
        let batch = packed(&tokens, Packing::Whole, 5, 9).evaluation_at(0);
        assert_eq!(batch.language.inputs.to_rows(), [[1, 2, 3, 9, 9], [5, 6, 7, 4, 9]]);
        assert_eq!(batch.starts, [vec![0, 3], vec![0, 3, 4]]);
    }

    #[test]
    fn the_least_room_is_left_over() {
        let documents = [(0, 3), (10, 5), (20, 2), (30, 4), (40, 9)];
        let rows = whole(documents.into_iter(), 7);
        assert_eq!(rows, [vec![(40, 7)], vec![(10, 5), (20, 2)], vec![(30, 4), (0, 3)], vec![(47, 2)]]);
    }

    #[test]
    fn a_step_is_a_function_of_seed_and_step() {
        let tokens: Vec<_> = (0..1000).map(|n| n % 10).collect();
        let packed = packed(&tokens, Packing::Cut, 7, 3);
        assert_eq!(packed.batch_at(40), packed.clone().batch_at(40));
        assert_ne!(packed.batch_at(40), packed.batch_at(41));
    }

    #[test]
    fn nothing_is_refused() {
        for tokens in [&[][..], &[END], &[END, END], &[4]] {
            assert!(Packed::new(tokens, END, Packing::Cut, 3, 1, 0).is_err(), "{tokens:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_dropped_repeated_or_leaked(
            lengths in prop::collection::vec(0usize..20, 1..30), length in 1usize..12, rows in 1usize..4, whole: bool
        ) {
            // Each token tells its document and its place.
            let mut tokens = Vec::new();
            for (document, &length) in lengths.iter().enumerate() {
                tokens.extend((0..length).map(|place| 10 + (document * 100 + place) as u32));
                tokens.push(END);
            }
            let packing = if whole { Packing::Whole } else { Packing::Cut };
            let Ok(packed) = Packed::new(tokens, END, packing, length, rows, 3) else {
                prop_assert!(lengths.iter().all(|&length| length == 0));
                return Ok(());
            };
            let check = |batches: Vec<PackedBatch>| {
                let mut seen = Vec::new();
                for batch in batches {
                    let (segments, positions) = (batch.segments(), batch.positions());
                    assert_eq!(batch.language.inputs.columns, length);
                    for at in 0..segments.values.len() {
                        let (input, target) = (batch.language.inputs.values[at], batch.language.targets.values[at]);
                        if target != IGNORE {
                            assert!(target == i64::from(END) || target == input + 1, "{input} {target}");
                            let (document, place) = ((input as usize - 10) / 100, (input - 10) % 100);
                            assert!(!whole || lengths[document] > length || positions.values[at] == place, "whole");
                            seen.push(input);
                        }
                        if positions.values[at] > 0 && target != IGNORE {
                            assert_eq!(batch.language.inputs.values[at - 1], input - 1, "within one document");
                            assert_eq!(segments.values[at - 1], segments.values[at]);
                        }
                    }
                }
                seen.sort_unstable();
                seen
            };
            let all: Vec<_> = lengths.iter().enumerate()
                .flat_map(|(document, &length)| (0..length).map(move |place| 10 + (document * 100 + place) as i64))
                .collect();
            prop_assert_eq!(check(packed.evaluation().collect()), all.clone());
            // As many steps as rows are `rows` epochs.
            let steps = packed.ends.len() as u64;
            let repeated: Vec<_> = all.iter().flat_map(|&input| vec![input; rows]).collect();
            prop_assert_eq!(check((0..steps).map(|step| packed.batch_at(step)).collect()), repeated);
        }
    }
}
