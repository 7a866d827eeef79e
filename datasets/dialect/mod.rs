//! Sentences of two dialects that differ in word order and agreement.
//!
//! ```text
//! north   the two red birds | did not help | a farmer    | near the river | today
//! south   hodi | lan piran ruban duo | la riva pos | mo agro | judulan nai
//! ```
//!
//! The northern dialect says subject, verb, object, with prepositions and the adjective before its noun. The southern says
//! subject, object, verb, with postpositions and the adjective after its noun; article, noun and adjective agree in gender
//! and number, and the verb with its subject. Each northern sentence has exactly one translation ([`translate`]), so a
//! model can be held to exact matches on sentences it has never seen: there are more than 10^9.

mod analysis;
mod lexicon;
mod sentence;

use std::collections::HashSet;

use crate::{Corpus, DataSet, Error, Options, Origin, Pair, Shape, Size, Splits, random::Random, split::part};
pub(crate) use analysis::{Role, Speech, analyse};
use sentence::Sentence;

/// How long a text is.
const SENTENCES: Size =
    Size { name: "sentences", summary: "sentences of a text, each of 5 to 16 words", default: 1, least: 1, most: 32 };
/// What stands between two of them.
const STOP: &str = " . ";

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "dialect",
    summary: "sentence pairs of two synthetic languages, word order and agreement differ",
    shape: Shape::Pairs,
    origin: Origin::Generated,
    variants: &[],
    sizes: &[SENTENCES],
    load: |options, _| load(options),
};

/// How many pairs train, validate and test.
const SIZES: [usize; 3] = [40_000, 1_000, 1_000];

/// Pairs without end: a northern sentence and its southern translation. The same seed gives the same pairs for ever.
pub fn dialect(seed: u64) -> impl Iterator<Item = Pair> {
    let mut random = Random::new(seed);
    std::iter::repeat_with(move || {
        let sentence = Sentence::random(&mut random);
        (sentence.north(), sentence.south())
    })
}

/// The southern translation of a northern sentence, or `None` if it is none.
///
/// ```
/// use salamander_datasets::dialect::translate;
///
/// assert_eq!(translate("a girl thanked the red birds").as_deref(), Some("ma nina lan piran ruban dankula"));
/// assert_eq!(translate("a girl thanked the red bird slowly").as_deref(), Some("lente ma nina la pira ruba dankula"));
/// assert_eq!(translate("a girls thanked the red birds"), None);
/// ```
pub fn translate(source: &str) -> Option<String> {
    Sentence::parse(source).map(|sentence| sentence.south())
}

fn load(options: &Options) -> Result<Corpus, Error> {
    let mut seen = HashSet::new();
    let (mut sentences, count) = (dialect(options.seed), SENTENCES.of(options));
    let texts = std::iter::repeat_with(|| {
        let (sources, targets): (Vec<_>, Vec<_>) = sentences.by_ref().take(count).unzip();
        (sources.join(STOP), targets.join(STOP))
    });
    let distinct = texts.filter(|(source, _)| seen.insert(source.clone()));
    Ok(Corpus::Pairs(Splits::fill(distinct, SIZES, |(source, _)| Some(part(source)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::hash;

    #[test]
    fn pairs_stay_as_they_are() {
        let first: Vec<_> = dialect(1).take(1000).map(|(source, target)| format!("{source}\t{target}\n")).collect();
        assert_eq!(first[0], "the door will lift a dog near the horse\tla dora lo kavo pos mo hundo levora\n");
        assert_eq!(hash(&first.concat()), 11_626_980_661_304_813_278);
    }

    #[test]
    fn worked_by_hand() {
        let table = [
            (
                "the two red birds did not help a farmer near the river today",
                "hodi lan piran ruban duo la riva pos mo agro judulan nai",
            ),
            ("the king calls a big tree", "lo rego me bolere grande vokio"),
            ("five kings call the trees", "mon regon penk len boleren vokion"),
            ("the lamps will not need the new doctor", "len lumen le mede nove besoren nai"),
            ("the lamp will need the new doctor", "le lume le mede nove besore"),
            ("a dog does not follow a song", "mo hundo me mele sekio nai"),
        ];
        for (source, target) in table {
            assert_eq!(translate(source).as_deref(), Some(target), "{source}");
        }
    }

    #[test]
    fn texts_are_translated_sentence_by_sentence() {
        let sizes = [("sentences".to_owned(), 3)].into();
        let Corpus::Pairs(parts) = load(&Options { sizes, ..Options::default() }).unwrap() else { panic!("not pairs") };
        assert_eq!([parts.train.len(), parts.validation.len(), parts.test.len()], SIZES);
        for (source, target) in parts.train.iter().chain(&parts.test) {
            let translated: Vec<_> = source.split(STOP).map(|sentence| translate(sentence).unwrap()).collect();
            assert_eq!((translated.len(), &translated.join(STOP)), (3, target));
        }
    }

    #[test]
    fn what_is_not_northern_has_no_translation() {
        let table = [
            "",
            "the",
            "the bird",
            "the bird helps",
            "the bird help the dog",
            "the birds helps the dog",
            "birds help the dog",
            "two bird help the dog",
            "a two birds help the dog",
            "the bird did help the dog",
            "the bird do not help the dog",
            "the bird helps the dog near",
            "the bird helps the dog today near the tree",
            "the bird helps the dog today today",
            "the bird  helps the dog",
            "the bird helps the dog ",
            "the red big bird helps the dog",
            "la pira la hundo judia",
        ];
        for source in table {
            assert_eq!(translate(source), None, "{source}");
        }
    }

    #[test]
    fn every_pair_is_translated_as_given_and_back_no_two_alike() {
        let (mut sources, mut targets) = (HashSet::new(), HashSet::new());
        for (source, target) in dialect(2).take(20_000) {
            assert_eq!(translate(&source).as_ref(), Some(&target), "{source}");
            sources.insert(source);
            targets.insert(target);
        }
        assert_eq!(sources.len(), targets.len(), "two sentences have one translation");
        assert!(sources.len() > 19_900, "{}", sources.len());
    }

    #[test]
    fn there_are_many_sentences() {
        assert!(dialect(3).take(101_000).collect::<HashSet<_>>().len() > 100_000);
    }

    #[test]
    fn every_word_is_met_while_learning() {
        let Corpus::Pairs(parts) = load(&Options::default()).unwrap() else { panic!("not pairs") };
        let words = |pairs: &[Pair]| {
            let words = pairs.iter().flat_map(|(source, target)| source.split(' ').chain(target.split(' ')));
            words.map(str::to_owned).collect::<HashSet<_>>()
        };
        let known = words(&parts.train);
        assert!(words(&parts.validation).is_subset(&known) && words(&parts.test).is_subset(&known));
        assert!((500..700).contains(&known.len()), "{}", known.len());
    }

    #[test]
    fn the_parts_are_full_and_share_no_source() {
        let Corpus::Pairs(parts) = load(&Options { seed: 4, ..Options::default() }).unwrap() else {
            panic!("not pairs")
        };
        assert_eq!([parts.train.len(), parts.validation.len(), parts.test.len()], SIZES);
        let all = parts.train.iter().chain(&parts.validation).chain(&parts.test);
        assert_eq!(all.map(|(source, _)| source).collect::<HashSet<_>>().len(), SIZES.iter().sum::<usize>());
    }
}
