//! Hiding spans of unknown length, and shuffling sentences.

use super::choose;
use crate::{Error, Random, Tokenizer};

/// BART's noise (Lewis et al. 2019, arXiv:1910.13461, section 2.2): the sentences of a text are put in another order, and
/// spans whose lengths are drawn from a Poisson distribution are each replaced by one mask, so that a model must also find
/// out how many tokens are missing. A span of no token puts a mask where nothing was.
///
/// ```
/// use salamander_text::{Infilling, Random};
///
/// let noise = Infilling { rate: 0.3, mean: 3.0, mask: 0, full_stops: vec![9] };
/// let ids: Vec<u32> = (10..30).collect();
/// let seen = noise.corrupt(&ids, &mut Random::at(0, 0));
/// assert_eq!(seen.iter().filter(|&&id| id != 0).count(), 14, "6 of 20 are hidden");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Infilling {
    /// The share of tokens to hide: 0.3 in the paper.
    pub rate: f64,
    /// How long spans are on average, in tokens, `λ`: 3 in the paper.
    pub mean: f64,
    /// The mask's id.
    pub mask: u32,
    /// Tokens that end a sentence. Without any, sentences stay where they are.
    pub full_stops: Vec<u32>,
}

impl Infilling {
    /// The paper's, with those of `. ! ?` that are tokens of `tokenizer` as ends of sentences.
    ///
    /// # Errors
    /// If it has no mask.
    pub fn new(tokenizer: &Tokenizer) -> Result<Self, Error> {
        let mask = tokenizer.mask().ok_or(Error::NoSpecial { special: "<mask>", purpose: "filling in text" })?;
        let full_stops = [".", "!", "?"].iter().filter_map(|stop| tokenizer.id(stop)).collect();
        Ok(Self { rate: 0.3, mean: 3.0, mask, full_stops })
    }

    /// What the model sees; what it must write is `ids`.
    pub fn corrupt(&self, ids: &[u32], random: &mut Random) -> Vec<u32> {
        let ids = self.permute(ids, random);
        let lengths = self.lengths(ids.len(), random);
        self.fill(&ids, &lengths, random)
    }

    /// The sentences of a text in another order, all orders equally likely. What follows the last full stop is a sentence
    /// too.
    pub fn permute(&self, ids: &[u32], random: &mut Random) -> Vec<u32> {
        let mut sentences: Vec<_> = ids.split_inclusive(|id| self.full_stops.contains(id)).collect();
        for turn in (1..sentences.len()).rev() {
            sentences.swap(turn, random.below(turn + 1));
        }
        sentences.concat()
    }

    /// How long the spans are that a text of `length` tokens loses, 0 for a mask put in: drawn until together they hide
    /// `⌈rate · length⌉` tokens, the last cut short where it would hide more. Each mask stands alone, a token that stays
    /// between any two; where there is room for only one more, it hides all that are left to hide.
    pub fn lengths(&self, length: usize, random: &mut Random) -> Vec<usize> {
        let mut left = ((length as f64 * self.rate).ceil() as usize).min(length);
        let stay = length - left;
        let mut lengths = Vec::new();
        while left > 0 {
            let span = if lengths.len() == stay { left } else { poisson(self.mean, random).min(left) };
            left -= span;
            lengths.push(span);
        }
        // No text grows: what fits into a model still fits.
        let mut more = lengths.len().saturating_sub(lengths.iter().sum());
        lengths.retain(|&span| {
            let stays = span > 0 || more == 0;
            more -= usize::from(!stays);
            stays
        });
        lengths
    }

    /// A text with spans of these lengths, in any places and any order, replaced by masks. No two touch.
    ///
    /// # Panics
    /// If there are too many for that.
    pub fn fill(&self, ids: &[u32], lengths: &[usize], random: &mut Random) -> Vec<u32> {
        let kept = ids.len() - lengths.iter().sum::<usize>();
        let places = choose(kept + 1, lengths.len(), random);
        let mut lengths = lengths.to_vec();
        for turn in (1..lengths.len()).rev() {
            lengths.swap(turn, random.below(turn + 1));
        }
        let (mut seen, mut at, mut before) = (Vec::with_capacity(kept + lengths.len()), 0, 0);
        for (place, length) in places.into_iter().zip(lengths) {
            seen.extend_from_slice(&ids[at..at + place - before]);
            seen.push(self.mask);
            at += place - before + length;
            before = place;
        }
        seen.extend_from_slice(&ids[at..]);
        seen
    }
}

/// How many events there are where `mean` are expected: factors are drawn until their product is below `e^-mean` (Knuth
/// 1969, "Seminumerical algorithms", section 3.4.1).
fn poisson(mean: f64, random: &mut Random) -> usize {
    let least = (-mean).exp();
    let (mut events, mut product) = (0, random.fraction());
    while product > least {
        events += 1;
        product *= random.fraction();
    }
    events
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn noise() -> Infilling {
        Infilling { rate: 0.3, mean: 3.0, mask: 0, full_stops: vec![9] }
    }

    #[test]
    fn by_hand() {
        // A B C D E loses B C and gets a mask put in: the five ways to place the other, and which comes first.
        let ids = [1, 2, 3, 4, 5];
        let seen: HashSet<_> = (0..200).map(|step| noise().fill(&ids, &[2, 0], &mut Random::at(0, step))).collect();
        assert_eq!(seen.len(), 12, "two of four places, in two orders");
        assert!(seen.contains(&vec![1, 0, 4, 0, 5]), "B C hidden, then a mask between D and E");
        assert!(seen.contains(&vec![0, 3, 4, 5, 0]), "A B hidden, a mask at the end");
        assert!(seen.contains(&vec![0, 1, 0, 4, 5]), "a mask at the beginning, B C hidden");
    }

    #[test]
    fn sentences_change_places() {
        let ids = [1, 2, 9, 3, 9, 4];
        let orders: HashSet<_> = (0..100).map(|step| noise().permute(&ids, &mut Random::at(0, step))).collect();
        assert_eq!(orders.len(), 6);
        assert!(orders.contains(&vec![4, 3, 9, 1, 2, 9]));
        let none = Infilling { full_stops: vec![], ..noise() };
        assert_eq!(none.permute(&ids, &mut Random::at(0, 0)), ids);
    }

    #[test]
    fn lengths_are_poissons() {
        let mut counts = [0usize; 30];
        for step in 0..100_000 {
            counts[poisson(3.0, &mut Random::at(1, step))] += 1;
        }
        // e^-3 3^k / k!
        for (events, share) in [0.0498, 0.1494, 0.2240, 0.2240, 0.1680, 0.1008, 0.0504].into_iter().enumerate() {
            assert!((counts[events] as f64 / 1e5 - share).abs() < 0.005, "{events}: {}", counts[events]);
        }
    }

    #[test]
    fn masks_are_put_in_where_nothing_was() {
        let lengths: Vec<_> = (0..1000).flat_map(|step| noise().lengths(100, &mut Random::at(5, step))).collect();
        let none = lengths.iter().filter(|&&length| length == 0).count() as f64 / lengths.len() as f64;
        assert!((0.035..0.065).contains(&none), "{none}");
    }

    proptest! {
        #[test]
        fn what_is_not_hidden_stays_in_order(length in 0usize..200, seed in any::<u64>(), rate in 0.0f64..1.0) {
            let noise = Infilling { rate, full_stops: vec![], ..noise() };
            let ids: Vec<u32> = (1..=length as u32).collect();
            let seen = noise.corrupt(&ids, &mut Random::at(seed, 0));
            let kept: Vec<_> = seen.iter().copied().filter(|&id| id != 0).collect();
            let hidden = (length as f64 * rate).ceil() as usize;
            prop_assert_eq!(kept.len(), length - hidden);
            prop_assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(seen.windows(2).all(|pair| pair != [0, 0]), "no two masks touch");
            prop_assert!(seen.len() <= length, "no text grows");
        }
    }
}
