//! What chrF counts in a segment.

use std::{iter::Sum, ops::AddAssign};

use serde::{Deserialize, Serialize};

use crate::{
    Hits,
    ngrams::{count, shared, total},
    whitespace::{is_space, words},
};

/// All that chrF must know of a segment, or of many: for each length of runs, first of characters and then of words, how
/// many there are and how many are shared. A length that the reference is too short for counts no run of the hypothesis.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChrfCounts(pub Vec<Hits>);

impl AddAssign<&Self> for ChrfCounts {
    fn add_assign(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), Hits::default());
        self.0.iter_mut().zip(&other.0).for_each(|(mine, other)| *mine += *other);
    }
}

impl<'a> Sum<&'a Self> for ChrfCounts {
    fn sum<I: Iterator<Item = &'a Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |mut sum, counts| {
            sum += counts;
            sum
        })
    }
}

/// A text as the two sequences whose runs are compared.
pub(super) struct Sequences<'a> {
    characters: Vec<char>,
    words: Vec<&'a str>,
}

impl<'a> Sequences<'a> {
    pub(super) fn new(text: &'a str, with_spaces: bool) -> Self {
        Self {
            characters: text.chars().filter(|&character| with_spaces || !is_space(character)).collect(),
            words: words(text).flat_map(|word| apart(word).into_iter().filter(|part| !part.is_empty())).collect(),
        }
    }
}

/// Compares two texts in runs of up to so many characters and words.
pub(super) fn compare(
    hypothesis: &Sequences<'_>,
    reference: &Sequences<'_>,
    char_order: usize,
    word_order: usize,
) -> ChrfCounts {
    let characters = (1..=char_order).map(|n| hits(&hypothesis.characters, &reference.characters, n));
    let words = (1..=word_order).map(|n| hits(&hypothesis.words, &reference.words, n));
    ChrfCounts(characters.chain(words).collect())
}

fn hits<T: Eq + std::hash::Hash>(hypothesis: &[T], reference: &[T], n: usize) -> Hits {
    match total(reference.len(), n) {
        0 => Hits::default(),
        wanted => Hits {
            shared: shared(&count(hypothesis, n), &count(reference, n)),
            predicted: total(hypothesis.len(), n),
            wanted,
        },
    }
}

/// A word and the punctuation behind it or, if there is none, that before it: one sign at most, as in Popović's own script.
fn apart(word: &str) -> [&str; 2] {
    let mut characters = word.chars();
    match (characters.next(), characters.next_back()) {
        (Some(_), Some(last)) if last.is_ascii_punctuation() => word.split_at(word.len() - 1).into(),
        (Some(first), Some(_)) if first.is_ascii_punctuation() => word.split_at(1).into(),
        _ => [word, ""],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_stands_apart() {
        let words = |text| Sequences::new(text, false).words;
        assert_eq!(
            words("(hi) \"so ? that's... é! «oui»"),
            ["(hi", ")", "\"", "so", "?", "that's..", ".", "é", "!", "«oui»"]
        );
    }

    #[test]
    fn a_reference_that_is_too_short_counts_no_run() {
        let [hypothesis, reference] = ["abcd", "ab"].map(|text| Sequences::new(text, false));
        let ChrfCounts(hits) = compare(&hypothesis, &reference, 3, 1);
        let numbers = hits.iter().map(|hits| (hits.shared, hits.predicted, hits.wanted)).collect::<Vec<_>>();
        assert_eq!(numbers, [(2, 4, 2), (1, 3, 1), (0, 0, 0), (0, 1, 1)]);
    }
}
