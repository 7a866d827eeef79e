//! Which part of a data set an item belongs to.

use std::collections::HashSet;

use crate::{Pair, Splits};

/// The three parts by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Train,
    Validation,
    Test,
}

/// Where a text belongs, whatever else is in the set: 90 % train, 5 % validation, 5 % test.
///
/// A text that occurs twice therefore lands in one part only, and no two seeds disagree.
pub(crate) fn part(text: &str) -> Part {
    match hash(text) % 100 {
        0..90 => Part::Train,
        90..95 => Part::Validation,
        _ => Part::Test,
    }
}

/// Where a problem belongs if a quarter of all are held out: 75 % train, 12.5 % validation, 12.5 % test.
pub(crate) fn quarter(problem: &str) -> Part {
    match hash(problem) % 8 {
        0 => Part::Validation,
        1 => Part::Test,
        _ => Part::Train,
    }
}

/// FNV-1a, then the finalizer of MurmurHash3: the low digits of FNV-1a alone are not well mixed.
pub(crate) fn hash(text: &str) -> u64 {
    let mut hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

impl<T> Splits<T> {
    /// Takes items until the parts hold as many as asked for, putting each where `part` says and leaving out what a full
    /// part would get.
    pub(crate) fn fill(
        items: impl Iterator<Item = T>,
        [train, validation, test]: [usize; 3],
        part: impl Fn(&T) -> Option<Part>,
    ) -> Self {
        let mut splits = Self { train: Vec::new(), validation: Vec::new(), test: Vec::new() };
        for item in items {
            let (kept, wanted) = match part(&item) {
                None => continue,
                Some(Part::Train) => (&mut splits.train, train),
                Some(Part::Validation) => (&mut splits.validation, validation),
                Some(Part::Test) => (&mut splits.test, test),
            };
            if kept.len() < wanted {
                kept.push(item);
            }
            if splits.counts() == [train, validation, test] {
                break;
            }
        }
        splits
    }

    /// Holds out some percent of all different keys to validate and to test, those whose hashes are greatest: the same key
    /// is never in two parts.
    ///
    /// By rank and not by remainder, so that a small file too has something in each part.
    pub(crate) fn by_rank(items: Vec<T>, [validation, test]: [usize; 2], key: impl Fn(&T) -> &str) -> Self {
        let mut hashes: Vec<_> = items.iter().map(|item| hash(key(item))).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let share = |percent: usize| if percent == 0 { 0 } else { (hashes.len() * percent / 100).max(1) };
        let (held, tested) = (share(validation) + share(test), share(test));
        // Where as much would be held out as there is, all of it trains.
        let from = |count: usize| match hashes.len().checked_sub(held) {
            None | Some(0) => u64::MAX,
            Some(kept) => hashes.get(kept + held - count).copied().unwrap_or(u64::MAX),
        };
        let (validation, test) = (from(held), from(tested));
        let mut splits = Self { train: Vec::new(), validation: Vec::new(), test: Vec::new() };
        for item in items {
            let part = match hash(key(&item)) {
                hash if hash >= test => &mut splits.test,
                hash if hash >= validation => &mut splits.validation,
                _ => &mut splits.train,
            };
            part.push(item);
        }
        splits
    }
}

/// How many problems are drawn at most for each that is wanted; where there are few different ones, the parts held out end
/// up with what there is.
const TRIES: usize = 20;

/// Parts filled with random problems. What trains may come again, as often as it is drawn; what is held out comes once.
pub(crate) fn draw(
    problems: impl Iterator<Item = Pair>,
    sizes: [usize; 3],
    part: impl Fn(&str) -> Part,
) -> Splits<Pair> {
    let mut seen = HashSet::new();
    let most = TRIES * sizes.iter().sum::<usize>();
    let fresh = problems.take(most).filter(|(source, _)| part(source) == Part::Train || seen.insert(source.clone()));
    Splits::fill(fresh, sizes, |(source, _)| Some(part(source)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_stays_as_it_is() {
        assert_eq!(hash(""), 0xefd0_1f60_ba99_2926);
        assert_ne!(hash("a"), hash("b"));
    }

    #[test]
    fn the_parts_have_their_shares() {
        let mut counts = [[0usize; 3]; 2];
        for number in 0..100_000 {
            counts[0][part(&format!("text {number}")) as usize] += 1;
            counts[1][quarter(&format!("text {number}")) as usize] += 1;
        }
        for (counts, expected) in counts.iter().zip([[90_000, 5_000, 5_000], [75_000, 12_500, 12_500]]) {
            let near = counts.iter().zip(expected).all(|(count, expected)| count.abs_diff(expected) < 500);
            assert!(near, "{counts:?} and not {expected:?}");
        }
    }

    #[test]
    fn some_percent_are_held_out_by_rank() {
        for (count, [validation, test], expected) in [
            (1000, [5, 5], [900, 50, 50]),
            (1000, [10, 0], [900, 100, 0]),
            (39, [5, 5], [37, 1, 1]),
            (3, [5, 5], [1, 1, 1]),
            (2, [5, 5], [2, 0, 0]),
            (0, [5, 5], [0, 0, 0]),
        ] {
            let items: Vec<_> = (0..count).map(|number| format!("text {number}")).collect();
            let splits = Splits::by_rank(items, [validation, test], |text| text);
            assert_eq!(splits.counts(), expected, "{count}");
        }
    }

    #[test]
    fn few_problems_do_not_keep_drawing_waiting() {
        let problems = (0..).map(|number: usize| ((number % 10).to_string(), String::new()));
        let place = |source: &str| if source == "3" { Part::Validation } else { Part::Train };
        assert_eq!(draw(problems, [100, 100, 100], place).counts(), [100, 1, 0]);
    }
}
