//! Hiding whole spans, each behind a token of its own.

use super::choose;
use crate::{Error, Random, Special, Tokenizer};

/// T5's span corruption (Raffel et al. 2019, arXiv:1910.10683, section 3.1.4 and figure 2): spans are cut out of the text,
/// a sentinel stands where each was, and the target lists the spans, each behind its sentinel.
///
/// How many tokens are noise and in how many spans follows from the length alone; where they are is random. A text always
/// ends in noise, and up to about 30 tokens there is a single span: so it is in the paper's own code.
///
/// ```
/// use salamander_text::SpanCorruption;
///
/// let spans = SpanCorruption { density: 0.15, mean: 3.0, sentinels: vec![99, 98, 97], end: Some(1) };
/// //    Thank you for inviting me to your party last week .
/// let ids = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
/// let noise = [2..4, 8..9];
/// assert_eq!(spans.cut(&ids, &noise), (vec![10, 11, 99, 14, 15, 16, 17, 98, 19, 20, 1], vec![99, 12, 13, 98, 18, 97, 1]));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SpanCorruption {
    /// The share of tokens that is noise: 0.15 in the paper.
    pub density: f64,
    /// How long spans are on average, in tokens: 3 in the paper.
    pub mean: f64,
    /// The tokens that stand for spans, the first span's first. In T5 their ids go down: `<extra_id_0>` is the last.
    pub sentinels: Vec<u32>,
    /// What ends the input and the target, if anything does.
    pub end: Option<u32>,
}

impl SpanCorruption {
    /// The paper's, with the sentinels of `tokenizer`, `<extra_id_0>` first, and no end.
    ///
    /// # Errors
    /// If it has none.
    ///
    /// ```
    /// use salamander_text::{Special, SpanCorruption, Tokenizer};
    ///
    /// let sentinels: Vec<_> = (0..100).map(Special::Sentinel).collect();
    /// let spans = SpanCorruption::new(&Tokenizer::bytes(&sentinels))?;
    /// assert_eq!((spans.sentinels[0], spans.sentinels.len()), (256, 100));
    /// # Ok::<(), salamander_text::Error>(())
    /// ```
    pub fn new(tokenizer: &Tokenizer) -> Result<Self, Error> {
        let sentinels: Vec<_> =
            (0..=u8::MAX).map_while(|number| tokenizer.id(Special::Sentinel(number).text())).collect();
        match sentinels.is_empty() {
            true => Err(Error::NoSpecial { special: "<extra_id_0>", purpose: "span corruption" }),
            false => Ok(Self { density: 0.15, mean: 3.0, sentinels, end: None }),
        }
    }

    /// How many tokens are noise, and in how many spans, in a text of `length` tokens.
    ///
    /// Single precision and halves to even, as in the paper's code. Never all tokens, and none of a single one; never
    /// more spans than fit.
    pub fn counts(&self, length: usize) -> (usize, usize) {
        if length < 2 {
            return (0, 0);
        }
        let noise = (length as f32 * self.density as f32).round_ties_even() as usize;
        let noise = noise.clamp(1, length - 1);
        let spans = (noise as f32 / self.mean as f32).round_ties_even() as usize;
        (noise, spans.clamp(1, noise.min(length - noise)))
    }

    /// Where the noise is, in a text of `length` tokens: text and noise take turns, beginning with text, and all ways to
    /// share out both are equally likely.
    pub fn noise(&self, length: usize, random: &mut Random) -> Vec<std::ops::Range<usize>> {
        let (noise, spans) = self.counts(length);
        if spans == 0 {
            return Vec::new();
        }
        let (text, noise) = (shares(length - noise, spans, random), shares(noise, spans, random));
        let mut end = 0;
        let span = |(text, noise)| {
            let start = end + text;
            end = start + noise;
            start..end
        };
        text.into_iter().zip(noise).map(span).collect()
    }

    /// The input without the spans of `noise`, and the target with only them. If text stands behind the last span, a last
    /// sentinel stands for it in the target.
    ///
    /// # Panics
    /// If spans are out of order or beyond the end, or there are not enough sentinels.
    pub fn cut(&self, ids: &[u32], noise: &[std::ops::Range<usize>]) -> (Vec<u32>, Vec<u32>) {
        let (mut input, mut target) = (Vec::new(), Vec::new());
        let mut end = 0;
        for (span, &sentinel) in noise.iter().zip(&self.sentinels) {
            input.extend_from_slice(&ids[end..span.start]);
            input.push(sentinel);
            target.push(sentinel);
            target.extend_from_slice(&ids[span.clone()]);
            end = span.end;
        }
        assert!(noise.len() <= self.sentinels.len(), "{} spans for {} sentinels", noise.len(), self.sentinels.len());
        if end < ids.len() {
            input.extend_from_slice(&ids[end..]);
            target.push(self.sentinels[noise.len()]);
        }
        input.extend(self.end);
        target.extend(self.end);
        (input, target)
    }

    /// What the model sees, and what it must write.
    ///
    /// # Panics
    /// If there are not enough sentinels: see [`check`](Self::check).
    pub fn corrupt(&self, ids: &[u32], random: &mut Random) -> (Vec<u32>, Vec<u32>) {
        self.cut(ids, &self.noise(ids.len(), random))
    }

    /// Whether there are enough sentinels for texts of `length` tokens.
    ///
    /// # Errors
    /// If there are not.
    pub fn check(&self, length: usize) -> Result<(), Error> {
        // A single token is never noise, and the sentinel stands for it.
        let least = self.counts(length).1.max(length.min(1));
        match self.sentinels.len() {
            found if found < least => Err(Error::TooFew {
                found,
                least,
                unit: "sentinels",
                hint: ", one for each span: take shorter texts or more sentinels",
            }),
            _ => Ok(()),
        }
    }
}

/// `items` in `shares` shares of at least one, all ways equally likely.
fn shares(items: usize, shares: usize, random: &mut Random) -> Vec<usize> {
    let cuts = choose(items - 1, shares - 1, random).into_iter().map(|cut| cut + 1);
    let ends = cuts.chain([items]);
    let mut start = 0;
    ends.map(|end| end - std::mem::replace(&mut start, end)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn spans() -> SpanCorruption {
        SpanCorruption { density: 0.15, mean: 3.0, sentinels: (900..1000).rev().collect(), end: Some(1) }
    }

    #[test]
    fn the_papers_sentence() {
        let text = "Thank you for inviting me to your party last week .";
        let words: Vec<_> = text.split(' ').collect();
        let ids: Vec<u32> = (10..21).collect();
        let (input, target) = spans().cut(&ids, &[2..4, 8..9]);
        let show = |ids: Vec<u32>| {
            let word = |id: u32| match id {
                1 => "</s>".to_owned(),
                900.. => format!("<{}>", ["X", "Y", "Z"][999 - id as usize]),
                _ => words[id as usize - 10].to_owned(),
            };
            ids.into_iter().map(word).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(show(input), "Thank you <X> me to your party <Y> week . </s>");
        assert_eq!(show(target), "<X> for inviting <Y> last <Z> </s>");
    }

    #[test]
    fn counts_are_those_of_the_papers_code() {
        // Recorded from NumPy: round(length * 0.15) and round(noise / 3) in single precision, halves to even.
        for (length, expected) in [
            (0, (0, 0)),
            (1, (0, 0)),
            (2, (1, 1)),
            (10, (2, 1)),
            (30, (4, 1)),
            (31, (5, 2)),
            (50, (8, 3)),
            (70, (10, 3)),
            (100, (15, 5)),
            (512, (77, 26)),
            (568, (85, 28)),
        ] {
            assert_eq!(spans().counts(length), expected, "{length}");
        }
        let dense = SpanCorruption { density: 0.9, mean: 1.0, ..spans() };
        assert_eq!(dense.counts(10), (9, 1), "one span of text leaves room for one of noise");
    }

    #[test]
    fn all_ways_are_equally_likely() {
        let spans = SpanCorruption { density: 0.4, mean: 2.0, ..spans() };
        let mut counts: HashMap<_, usize> = HashMap::new();
        for step in 0..30_000 {
            *counts.entry(spans.noise(10, &mut Random::at(3, step))).or_default() += 1;
        }
        // Four of noise in two spans, three ways; six of text before them, five ways.
        assert_eq!(counts.len(), 15);
        assert!(counts.values().all(|count| count.abs_diff(2000) < 200), "{counts:?}");
    }

    #[test]
    fn a_tokenizer_tells_its_sentinels() {
        let special = [Special::ALL.to_vec(), (0..3).map(Special::Sentinel).collect()].concat();
        let tokenizer = Tokenizer::words(["a b"], &special);
        assert_eq!(SpanCorruption::new(&tokenizer).unwrap().sentinels, [5, 6, 7]);
        assert_eq!(tokenizer.encode("a<extra_id_2> b").unwrap(), [8, 7, 9]);
        assert_eq!(tokenizer.decode(&[8, 7, 9]).unwrap(), "a b");
        let message = SpanCorruption::new(&Tokenizer::bytes(&[])).unwrap_err().to_string();
        assert_eq!(message, "the tokenizer has no <extra_id_0> token, which span corruption needs");
    }

    #[test]
    fn too_few_sentinels_are_refused() {
        let few = SpanCorruption { sentinels: vec![5, 4], ..spans() };
        assert!(few.check(31).is_ok());
        let none = SpanCorruption { sentinels: vec![], ..spans() };
        assert!(none.check(0).is_ok() && none.check(1).is_err());
        let message = few.check(100).unwrap_err().to_string();
        assert!(message.starts_with("there are 2 sentinels, and at least 5 are needed"), "{message}");
    }

    proptest! {
        #[test]
        fn input_and_target_together_are_the_text(length in 0usize..300, seed in any::<u64>(), density in 0.05f64..0.8) {
            let spans = SpanCorruption { density, sentinels: (1000..1400).collect(), ..spans() };
            let ids: Vec<u32> = (2..2 + length as u32).collect();
            let (input, target) = spans.corrupt(&ids, &mut Random::at(seed, 0));
            let (noise, count) = spans.counts(length);
            let ordinary = |ids: &[u32]| ids.iter().filter(|&&id| (2..1000).contains(&id)).count();
            prop_assert_eq!((ordinary(&input), ordinary(&target)), (length - noise, noise));
            prop_assert_eq!(input.len(), length - noise + count + 1);
            // Put each span back where its sentinel stands.
            let mut spans: HashMap<u32, Vec<u32>> = HashMap::new();
            let mut open = 0;
            for &id in &target[..target.len() - 1] {
                match id {
                    1000.. => open = id,
                    _ => spans.entry(open).or_default().push(id),
                }
            }
            let back: Vec<_> = input[..input.len() - 1]
                .iter()
                .flat_map(|id| spans.get(id).cloned().unwrap_or_else(|| vec![*id]))
                .collect();
            prop_assert_eq!(back, ids);
        }
    }
}
