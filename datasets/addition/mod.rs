//! Numbers to be added, digit by digit: minGPT's adder (Karpathy 2020).
//!
//! 85 + 50 = 135 is the source `8 5 5 0` with the target `5 3 1`: both numbers have all their digits and no sign stands
//! between them, and the sum is written from its end, in the order one computes it. Put together and without the spaces,
//! that is minGPT's line `8550531`.

use crate::{
    Corpus, DataSet, Error, Options, Origin, Pair, Shape, Size, Splits,
    random::Random,
    split::{Part, draw, hash, part},
};

/// How many digits each number has.
const DIGITS: Size = Size { name: "digits", summary: "digits of each number", default: 2, least: 1, most: 18 };

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "addition",
    summary: "two numbers of two digits to be added, minGPT's task",
    shape: Shape::Pairs,
    origin: Origin::Generated,
    variants: &[],
    sizes: &[DIGITS],
    load: |options, _| load(options),
};

/// How many problems are held out, half of them to validate and half to test; but never more than a fifth of all.
const HELD_OUT: usize = 500;
/// Up to so many digits all problems are used; beyond, there are too many, and some are drawn.
const LISTED: usize = 2;
/// How many of those that are drawn train.
const TRAIN: usize = 100_000;

/// Random sums without end, of numbers of so many digits (18 at most). The same seed gives the same sums for ever.
pub fn addition(seed: u64, digits: usize) -> impl Iterator<Item = Pair> {
    let (mut random, digits) = (Random::new(seed), digits.min(DIGITS.most));
    std::iter::repeat_with(move || {
        let mut number = || (0..digits).fold(0, |number, _| number * 10 + random.below(10) as u64);
        let first = number();
        problem(first, number(), digits)
    })
}

/// Every sum of two numbers of so many digits (18 at most), in order: 10,000 where each has two.
///
/// ```
/// let sums: Vec<_> = salamander_datasets::addition::all(2).collect();
/// assert_eq!((sums.len(), &sums[8550]), (10_000, &("8 5 5 0".into(), "5 3 1".into())));
/// ```
pub fn all(digits: usize) -> impl Iterator<Item = Pair> {
    let digits = digits.min(DIGITS.most);
    let end = 10u64.pow(digits as u32);
    (0..end).flat_map(move |first| (0..end).map(move |second| problem(first, second, digits)))
}

/// The sum, last digit first, of the two numbers in `source`, or `None` if it is not twice as many digits with a space
/// between each two.
pub fn answer(source: &str) -> Option<String> {
    let symbols: Vec<_> = source.split(' ').collect();
    let (first, second) = symbols.split_at_checked(symbols.len() / 2)?;
    let is_digit = |symbol: &&str| symbol.len() == 1 && symbol.bytes().all(|byte| byte.is_ascii_digit());
    let fits = first.len() == second.len() && first.len() <= DIGITS.most;
    let sum = first.concat().parse::<u64>().ok()?.checked_add(second.concat().parse().ok()?)?;
    (fits && symbols.iter().all(is_digit)).then(|| reversed(sum, first.len() + 1))
}

fn problem(first: u64, second: u64, digits: usize) -> Pair {
    (spaced(format!("{first:0digits$}{second:0digits$}").chars()), reversed(first + second, digits + 1))
}

fn reversed(sum: u64, digits: usize) -> String {
    spaced(format!("{sum:0digits$}").chars().rev())
}

fn spaced(symbols: impl Iterator<Item = char>) -> String {
    symbols.map(String::from).collect::<Vec<_>>().join(" ")
}

fn load(options: &Options) -> Result<Corpus, Error> {
    let digits = DIGITS.of(options);
    if digits > LISTED {
        let sizes = [TRAIN, HELD_OUT / 2, HELD_OUT / 2];
        return Ok(Corpus::Pairs(draw(addition(options.seed, digits), sizes, part)));
    }
    let mut sums: Vec<_> = all(digits).collect();
    Random::new(options.seed).shuffle(&mut sums);
    // The same are held out whatever the seed, or a model could have met them in another run.
    let mut hashes: Vec<_> = sums.iter().map(|(source, _)| hash(source)).collect();
    hashes.sort_unstable();
    let held = HELD_OUT.min(sums.len() / 5);
    let (middle, end) = (hashes[held / 2], hashes[held]);
    let place = |(source, _): &Pair| match hash(source) {
        hash if hash < middle => Some(Part::Validation),
        hash if hash < end => Some(Part::Test),
        _ => Some(Part::Train),
    };
    let count = sums.len();
    Ok(Corpus::Pairs(Splits::fill(sums.into_iter(), [count; 3], place)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn parts(digits: usize, seed: u64) -> Splits<Pair> {
        let mut options = Options { seed, ..Options::default() };
        options.sizes.insert("digits".into(), digits);
        match DATA_SET.load(&options, &mut |_| {}).unwrap() {
            Corpus::Pairs(pairs) => pairs,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn sums_stay_as_they_are() {
        let text: String = addition(1, 3).take(1000).map(|(source, target)| format!("{source}\t{target}\n")).collect();
        assert_eq!(hash(&text), 580_899_253_742_406_928, "{}", &text[..20]);
    }

    #[test]
    fn worked_by_hand() {
        for (source, target) in [
            ("8 5 5 0", "5 3 1"),
            ("0 0 0 0", "0 0 0"),
            ("9 9 9 9", "8 9 1"),
            ("0 7 0 5", "2 1 0"),
            ("5 5", "0 1"),
            ("1 0 0 9 9 9", "9 9 0 1"),
        ] {
            assert_eq!(answer(source).as_deref(), Some(target), "{source}");
        }
        for source in ["", "1", "1 2 3", "a 1", "11 1", "8 5 + 5 0", "1 +"] {
            assert_eq!(answer(source), None, "{source}");
        }
    }

    #[test]
    fn every_sum_is_right() {
        for (source, target) in all(2).chain(addition(2, 18).take(100)) {
            assert_eq!(answer(&source), Some(target), "{source}");
        }
    }

    #[test]
    fn five_hundred_are_held_out_of_ten_thousand_the_same_for_every_seed() {
        let (parts, others) = (parts(2, 1), parts(2, 2));
        assert_eq!(parts.counts(), [9_500, 250, 250]);
        let all: HashSet<_> = parts.train.iter().chain(&parts.validation).chain(&parts.test).collect();
        assert_eq!(all.len(), 10_000);
        let set = |pairs: &[Pair]| pairs.iter().cloned().collect::<HashSet<_>>();
        assert_eq!((set(&parts.validation), set(&parts.test)), (set(&others.validation), set(&others.test)));
        assert_ne!(parts.train, others.train);
    }

    #[test]
    fn other_numbers_of_digits() {
        assert_eq!(parts(1, 0).counts(), [80, 10, 10]);
        let parts = parts(3, 0);
        assert_eq!(parts.counts(), [TRAIN, 250, 250]);
        let train: HashSet<_> = parts.train.iter().collect();
        assert!(parts.validation.iter().chain(&parts.test).all(|sum| !train.contains(sum)));
    }
}
