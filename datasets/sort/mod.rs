//! Letters to be put in order: the first task of minGPT (Karpathy 2020) and the one that LLM Visualization shows.
//!
//! ```text
//! C B A B B C  ->  A B B B C C
//! ```
//!
//! There are only 729 problems of six letters, so a model can be judged on all of them ([`all`]).

use crate::{
    Corpus, DataSet, Error, Options, Origin, Pair, Shape, Size, Splits,
    random::Random,
    split::{Part, draw, quarter},
};

/// How many letters are to be sorted.
const LENGTH: Size = Size { name: "length", summary: "letters to sort", default: 6, least: 2, most: 20 };
/// How many different letters there are.
const SYMBOLS: Size = Size { name: "symbols", summary: "different letters", default: 3, least: 2, most: 26 };

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "sort",
    summary: "six letters of A, B, C to be sorted, minGPT's task",
    shape: Shape::Pairs,
    origin: Origin::Generated,
    variants: &[],
    sizes: &[LENGTH, SYMBOLS],
    load: |options, _| load(options),
};

/// How many problems are drawn to train.
const TRAIN: usize = 10_000;
/// How many are held out of more than this many that there are.
const HELD_OUT: usize = 500;
/// With so many different problems, all that are held out can be listed.
const LISTED: usize = 4096;

/// Problems without end, each with its answer: `length` of the first `symbols` letters (26 at most). The same seed gives the same
/// problems for ever.
///
/// Every other one, on average, is drawn again as long as it has more than `length / 2` different letters, since long
/// repeats would otherwise be rare. With three letters out of six that never happens.
pub fn sort(seed: u64, length: usize, symbols: usize) -> impl Iterator<Item = Pair> {
    let (mut random, symbols) = (Random::new(seed), symbols.min(SYMBOLS.most));
    std::iter::repeat_with(move || problem(&draw_letters(&mut random, length, symbols)))
}

/// Every problem of six letters there is, each with its answer: 729, from `A A A A A A` to `C C C C C C`.
///
/// ```
/// assert_eq!(salamander_datasets::sort::all().count(), 729);
/// ```
pub fn all() -> impl Iterator<Item = Pair> {
    every(LENGTH.default, SYMBOLS.default)
}

/// The letters of `source` in order, or `None` if it is not letters with a space between each two.
///
/// ```
/// use salamander_datasets::sort::answer;
///
/// assert_eq!(answer("C B A B B C").as_deref(), Some("A B B B C C"));
/// assert_eq!(answer("C BA"), None);
/// ```
pub fn answer(source: &str) -> Option<String> {
    let mut letters: Vec<_> = source.split(' ').collect();
    letters.sort_unstable();
    let is_letter = |letter: &&str| letter.len() == 1 && letter.bytes().all(|byte| byte.is_ascii_uppercase());
    letters.iter().all(is_letter).then(|| letters.join(" "))
}

fn every(length: usize, symbols: usize) -> impl Iterator<Item = Pair> {
    let count = symbols.checked_pow(length as u32).unwrap_or(usize::MAX);
    (0..count).map(move |number| {
        let digit = |place: usize| number / symbols.pow(place as u32) % symbols;
        problem(&(0..length).rev().map(digit).collect::<Vec<_>>())
    })
}

fn draw_letters(random: &mut Random, length: usize, symbols: usize) -> Vec<usize> {
    let biased = random.chance(50);
    loop {
        let letters: Vec<_> = (0..length).map(|_| random.below(symbols)).collect();
        let different = (0..symbols).filter(|letter| letters.contains(letter)).count();
        if !biased || different <= (length / 2).max(1) {
            return letters;
        }
    }
}

/// A problem with its answer. Letters are numbers from 0.
fn problem(letters: &[usize]) -> Pair {
    let text = |letters: &[usize]| {
        letters.iter().map(|letter| char::from(b'A' + *letter as u8).to_string()).collect::<Vec<_>>().join(" ")
    };
    let mut sorted = letters.to_vec();
    sorted.sort_unstable();
    (text(letters), text(&sorted))
}

fn load(options: &Options) -> Result<Corpus, Error> {
    let (length, symbols) = (LENGTH.of(options), SYMBOLS.of(options));
    let drawn = sort(options.seed, length, symbols);
    let splits = match symbols.checked_pow(length as u32) {
        Some(count) if count <= LISTED => {
            let held = Splits::fill(every(length, symbols), [0, count, count], |(source, _)| Some(quarter(source)));
            let train = drawn.filter(|(source, _)| quarter(source) == Part::Train).take(TRAIN).collect();
            Splits { train, ..held }
        }
        _ => draw(drawn, [TRAIN, HELD_OUT, HELD_OUT], quarter),
    };
    match splits.counts().contains(&0) {
        true => Err(Error::FewProblems { name: DATA_SET.name, larger: "length or symbols" }),
        false => Ok(Corpus::Pairs(splits)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::split::hash;

    fn parts(sizes: &[(&str, usize)]) -> Result<Splits<Pair>, Error> {
        let sizes = sizes.iter().map(|(name, value)| (name.to_string(), *value)).collect();
        match DATA_SET.load(&Options { sizes, ..Options::default() }, &mut |_| {})? {
            Corpus::Pairs(pairs) => Ok(pairs),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn problems_stay_as_they_are() {
        let first: String = sort(1, 6, 3).take(1000).map(|(source, target)| format!("{source}\t{target}\n")).collect();
        assert_eq!(hash(&first), 11_624_305_553_250_504_171, "{}", &first[..24]);
    }

    #[test]
    fn every_problem_is_there_once_and_answered() {
        let all: Vec<_> = all().collect();
        assert_eq!((all[0].0.as_str(), all[728].0.as_str()), ("A A A A A A", "C C C C C C"));
        assert_eq!(all.iter().map(|(source, _)| source).collect::<HashSet<_>>().len(), 729);
        for (source, target) in all {
            assert_eq!(answer(&source), Some(target));
        }
    }

    #[test]
    fn a_quarter_of_all_problems_is_held_out_and_the_rest_is_met() {
        let parts = parts(&[]).unwrap();
        let train: HashSet<_> = parts.train.iter().collect();
        let held: HashSet<_> = parts.validation.iter().chain(&parts.test).collect();
        assert_eq!((parts.train.len(), train.len() + held.len()), (TRAIN, 729));
        assert!(train.is_disjoint(&held));
        let card = include_str!("README.md");
        let counts = format!("{} validate, {} test", parts.validation.len(), parts.test.len());
        assert!(card.contains(&counts), "the card does not say {counts}");
        assert!(held.len().abs_diff(729 / 4) < 20, "{}", held.len());
    }

    #[test]
    fn half_of_the_draws_have_many_repeats() {
        let few = |(source, _): &Pair| source.split(' ').collect::<HashSet<_>>().len() <= 3;
        let count = sort(2, 6, 20).take(2000).filter(few).count();
        assert!(count.abs_diff(1000) < 150, "{count}");
    }

    #[test]
    fn the_smallest_and_the_largest_are_drawn_too() {
        assert_eq!(sort(1, 1, 1).next(), Some(("A".into(), "A".into())));
        assert!(sort(1, 1, 1000).take(100).all(|(source, target)| answer(&source) == Some(target)));
    }

    #[test]
    fn other_sizes_are_drawn_and_too_small_ones_refused() {
        let large = parts(&[("length", 12), ("symbols", 26)]).unwrap();
        assert_eq!(large.counts(), [TRAIN, HELD_OUT, HELD_OUT]);
        let error = parts(&[("length", 2), ("symbols", 2)]).unwrap_err().to_string();
        assert_eq!(
            error,
            "the data set `sort` has too few different problems of that size; make length or symbols larger"
        );
    }

    #[test]
    fn what_is_no_problem_has_no_answer() {
        for source in ["", "A ", "a b", "A  B", "AB", "A 1"] {
            assert_eq!(answer(source), None, "{source}");
        }
    }
}
