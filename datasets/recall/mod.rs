//! Keys with values, then a key to be looked up: attention as memory (the associative recall of Graves et al. 2014,
//! arXiv:1410.5401).
//!
//! ```text
//! a 3 f 7 c 1 ? f        ->  7
//! a 3 f 7 c 1 . . . ? f  ->  7
//! ```
//!
//! The second has a gap: filler between what is to be remembered and what asks for it.

use crate::{
    Corpus, DataSet, Error, Options, Origin, Pair, Shape, Size,
    random::Random,
    split::{draw, part},
};

/// How many keys there are.
const PAIRS: Size = Size { name: "pairs", summary: "keys with their values", default: 3, least: 1, most: 26 };
/// How much stands between the keys and the question.
const GAP: Size = Size { name: "gap", summary: "filler before the question", default: 0, least: 0, most: 1000 };

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "recall",
    summary: "letters with a digit each, then one of the letters: which digit was it?",
    shape: Shape::Pairs,
    origin: Origin::Generated,
    variants: &[],
    sizes: &[PAIRS, GAP],
    load: |options, _| load(options),
};

/// How many problems train, validate and test.
const SIZES: [usize; 3] = [10_000, 500, 500];
/// Before what is asked for.
const QUESTION: &str = "?";
/// What a gap is made of.
const FILLER: &str = ".";

/// Problems without end, each with its answer: so many keys (one to 26), no two alike, and so much filler. The same seed
/// gives the same problems for ever.
pub fn recall(seed: u64, pairs: usize, gap: usize) -> impl Iterator<Item = Pair> {
    let (mut random, pairs) = (Random::new(seed), pairs.clamp(PAIRS.least, PAIRS.most));
    std::iter::repeat_with(move || {
        let mut keys: Vec<_> = ('a'..='z').collect();
        random.shuffle(&mut keys);
        keys.truncate(pairs);
        let values: Vec<_> = keys.iter().map(|_| random.below(10).to_string()).collect();
        let asked = random.below(keys.len());
        let mut symbols: Vec<String> = Vec::new();
        for (key, value) in keys.iter().zip(&values) {
            symbols.extend([key.to_string(), value.clone()]);
        }
        symbols.extend(std::iter::repeat_n(FILLER.to_owned(), gap));
        symbols.extend([QUESTION.to_owned(), keys[asked].to_string()]);
        (symbols.join(" "), values[asked].clone())
    })
}

/// The value of the key that `source` asks for, or `None` if it is no such problem.
///
/// ```
/// use salamander_datasets::recall::answer;
///
/// assert_eq!(answer("a 3 f 7 c 1 . . ? f").as_deref(), Some("7"));
/// assert_eq!(answer("a 3 f 7 c 1 ? b"), None);
/// ```
pub fn answer(source: &str) -> Option<String> {
    let (memory, key) = source.split_once(&format!(" {QUESTION} "))?;
    let mut symbols: Vec<_> = memory.split(' ').collect();
    while symbols.pop_if(|symbol| *symbol == FILLER).is_some() {}
    let (pairs, []) = symbols.as_chunks::<2>() else { return None };
    let is_pair = |[key, value]: &[&str; 2]| one(key, u8::is_ascii_lowercase) && one(value, u8::is_ascii_digit);
    let twice = |index: usize| pairs[..index].iter().any(|[earlier, _]| *earlier == pairs[index][0]);
    if !pairs.iter().all(is_pair) || (0..pairs.len()).any(twice) {
        return None;
    }
    pairs.iter().find(|[known, _]| *known == key).map(|[_, value]| (*value).to_owned())
}

fn one(symbol: &str, kind: fn(&u8) -> bool) -> bool {
    matches!(symbol.as_bytes(), [byte] if kind(byte))
}

fn load(options: &Options) -> Result<Corpus, Error> {
    let splits = draw(recall(options.seed, PAIRS.of(options), GAP.of(options)), SIZES, part);
    match splits.counts().contains(&0) {
        true => Err(Error::FewProblems { name: DATA_SET.name, larger: "pairs" }),
        false => Ok(Corpus::Pairs(splits)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::split::hash;

    fn load(sizes: &[(&str, usize)]) -> Corpus {
        let sizes = sizes.iter().map(|(name, value)| (name.to_string(), *value)).collect();
        DATA_SET.load(&Options { sizes, ..Options::default() }, &mut |_| {}).unwrap()
    }

    #[test]
    fn problems_stay_as_they_are() {
        let text: String = recall(1, 3, 2).take(1000).map(|(source, target)| format!("{source}\t{target}\n")).collect();
        assert_eq!(hash(&text), 12_553_386_165_213_879_347, "{}", &text[..20]);
    }

    #[test]
    fn every_problem_has_its_answer_and_none_is_in_two_parts() {
        for sizes in [&[][..], &[("pairs", 26), ("gap", 50)]] {
            let Corpus::Pairs(parts) = load(sizes) else { panic!("not pairs") };
            assert_eq!(parts.counts(), SIZES);
            let train: HashSet<_> = parts.train.iter().map(|(source, _)| source).collect();
            for (source, target) in parts.train.iter().chain(&parts.validation).chain(&parts.test) {
                assert_eq!(answer(source).as_ref(), Some(target), "{source}");
            }
            assert!(parts.validation.iter().chain(&parts.test).all(|(source, _)| !train.contains(source)));
        }
    }

    #[test]
    fn the_sizes_are_what_they_say() {
        let Corpus::Pairs(parts) = load(&[("pairs", 5), ("gap", 4)]) else { panic!("not pairs") };
        let source = &parts.train[0].0;
        assert_eq!(source.split(' ').count(), 5 * 2 + 4 + 2, "{source}");
        assert!(source.contains(" . . . . ? "), "{source}");
        let Corpus::Pairs(parts) = load(&[("pairs", 1)]) else { panic!("not pairs") };
        assert!(parts.validation.len() > 5 && parts.test.len() > 5, "{:?}", parts.counts());
    }

    #[test]
    fn there_are_never_fewer_keys_than_one_nor_more_than_letters() {
        for (pairs, symbols) in [(0, 4), (27, 54)] {
            assert_eq!(recall(1, pairs, 0).next().unwrap().0.split(' ').count(), symbols);
        }
    }

    #[test]
    fn every_place_is_asked_for_about_equally_often() {
        let mut counts = [0usize; 4];
        for (source, _) in recall(3, 4, 0).take(8000) {
            let symbols: Vec<_> = source.split(' ').collect();
            counts[symbols.iter().position(|symbol| *symbol == symbols[9]).unwrap() / 2] += 1;
        }
        assert!(counts.iter().all(|count| count.abs_diff(2000) < 200), "{counts:?}");
    }

    #[test]
    fn what_is_no_problem_has_no_answer() {
        for source in ["", "? a", "a 3 ?", "a 3 a 4 ? a", "a ? a", "A 3 ? A", "a 33 ? a", "a 3 . b 4 ? a", "a 3 ? a b"]
        {
            assert_eq!(answer(source), None, "{source}");
        }
    }
}
