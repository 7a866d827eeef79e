//! A sequence to be repeated: the first task of the Annotated Transformer (Rush 2018), and the least an encoder-decoder
//! should learn.

use crate::{
    Corpus, DataSet, Error, Options, Origin, Pair, Shape, Size,
    random::Random,
    split::{draw, part},
};

/// How long a sequence is, or may be.
const LENGTH: Size = Size { name: "length", summary: "letters to copy", default: 10, least: 1, most: 200 };
/// How many different letters there are.
const SYMBOLS: Size = Size { name: "symbols", summary: "different letters", default: 10, least: 2, most: 26 };
const FIXED: &str = "fixed";
const VARIED: &str = "varied";

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "copy",
    summary: "ten letters to be repeated, the Annotated Transformer's task",
    shape: Shape::Pairs,
    origin: Origin::Generated,
    variants: &[FIXED, VARIED],
    sizes: &[LENGTH, SYMBOLS],
    load: |options, _| load(options),
};

/// How many problems train, validate and test.
const SIZES: [usize; 3] = [10_000, 500, 500];

/// How long sequences are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// All of this length.
    Fixed(usize),
    /// From one letter to this many, each length as often as any other.
    UpTo(usize),
}

/// Sequences without end, each with its copy: of the first `symbols` letters (26 at most). The same seed gives the same sequences for
/// ever.
///
/// ```
/// use salamander_datasets::copy::{Length, copy};
///
/// let (source, target) = copy(1, Length::Fixed(10), 10).next().unwrap();
/// assert_eq!((source.len(), &source), (19, &target));
/// ```
pub fn copy(seed: u64, length: Length, symbols: usize) -> impl Iterator<Item = Pair> {
    let (mut random, symbols) = (Random::new(seed), symbols.min(SYMBOLS.most));
    std::iter::repeat_with(move || {
        let length = match length {
            Length::Fixed(length) => length,
            Length::UpTo(longest) => 1 + random.below(longest),
        };
        let letters: Vec<_> = (0..length).map(|_| char::from(b'A' + random.below(symbols) as u8).to_string()).collect();
        let text = letters.join(" ");
        (text.clone(), text)
    })
}

/// The copy of `source`, or `None` if it is not letters with a space between each two.
pub fn answer(source: &str) -> Option<String> {
    let is_letter = |letter: &str| letter.len() == 1 && letter.bytes().all(|byte| byte.is_ascii_uppercase());
    source.split(' ').all(is_letter).then(|| source.to_owned())
}

fn load(options: &Options) -> Result<Corpus, Error> {
    let length = match options.variant(DATA_SET.variants) {
        VARIED => Length::UpTo(LENGTH.of(options)),
        _ => Length::Fixed(LENGTH.of(options)),
    };
    let splits = draw(copy(options.seed, length, SYMBOLS.of(options)), SIZES, part);
    match splits.counts().contains(&0) {
        true => Err(Error::FewProblems { name: DATA_SET.name, larger: "length or symbols" }),
        false => Ok(Corpus::Pairs(splits)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;
    use crate::{Splits, split::hash};

    fn parts(options: &Options) -> Result<Splits<Pair>, Error> {
        match DATA_SET.load(options, &mut |_| {})? {
            Corpus::Pairs(pairs) => Ok(pairs),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn sequences_stay_as_they_are() {
        let text = |length| copy(1, length, 10).take(1000).map(|(source, _)| source + "\n").collect::<String>();
        assert_eq!(hash(&text(Length::Fixed(10))), 17_440_525_315_282_048_895, "{}", &text(Length::Fixed(10))[..20]);
        assert_eq!(hash(&text(Length::UpTo(10))), 2_221_582_523_034_467_210);
    }

    #[test]
    fn the_parts_are_full_share_nothing_and_are_copies() {
        let parts = parts(&Options::default()).unwrap();
        assert_eq!(parts.counts(), SIZES);
        let train: HashSet<_> = parts.train.iter().collect();
        for pair in parts.validation.iter().chain(&parts.test) {
            assert!(!train.contains(pair));
            assert_eq!(answer(&pair.0).as_ref(), Some(&pair.1));
            assert_eq!(pair.0.split(' ').count(), 10);
        }
        let letters: BTreeSet<_> = parts.train.iter().flat_map(|(source, _)| source.split(' ')).collect();
        assert_eq!(letters.into_iter().collect::<String>(), "ABCDEFGHIJ");
    }

    #[test]
    fn varied_lengths_go_from_one_to_the_longest() {
        let mut options = Options { variant: Some(VARIED.into()), ..Options::default() };
        options.sizes.insert("length".into(), 7);
        let lengths: Vec<_> =
            parts(&options).unwrap().train.iter().map(|(source, _)| source.split(' ').count()).collect();
        assert_eq!(lengths.iter().collect::<BTreeSet<_>>(), (1..=7).collect::<Vec<_>>().iter().collect());
        assert!(lengths.iter().filter(|length| **length == 7).count() > 1000);
    }

    #[test]
    fn too_few_problems_are_refused() {
        let mut options = Options::default();
        options.sizes.extend([("length".into(), 1), ("symbols".into(), 2)]);
        let error = parts(&options).unwrap_err();
        assert!(matches!(error, Error::FewProblems { name: "copy", .. }), "{error}");
    }

    #[test]
    fn what_is_no_sequence_has_no_copy() {
        for source in ["", " A", "a", "AB"] {
            assert_eq!(answer(source), None, "{source}");
        }
    }
}
