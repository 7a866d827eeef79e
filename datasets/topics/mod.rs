//! Short texts about one of five topics, which no single word gives away.
//!
//! Every word that says something belongs to two topics: a *bass* is played or caught, a *scale* is practised or weighs
//! flour. The topic of a text is the only one to which all of its words belong, so that a model has to take them together.
//! Two texts of the same topic make a pair for contrastive learning ([`pairs`]).

mod vocabulary;

use std::collections::HashSet;

use crate::{Corpus, DataSet, Error, Labelled, Options, Origin, Pair, Shape, Splits, random::Random, split::part};
use vocabulary::{NAMES, SENTENCES, TOPICS, WORDS};

const LABELLED: &str = "labelled";
const PAIRS: &str = "pairs";

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "topics",
    summary: "short texts about one of five topics; no single word gives it away",
    shape: Shape::Labelled,
    origin: Origin::Generated,
    variants: &[LABELLED, PAIRS],
    sizes: &[],
    load: |options, _| load(options),
};

/// How many texts, or pairs of them, train, validate and test.
const SIZES: [usize; 3] = [10_000, 500, 500];

/// Texts without end, each with the number of its topic. The same seed gives the same texts for ever.
///
/// ```
/// use salamander_datasets::topics;
///
/// let text = topics::topics(1).next().unwrap();
/// assert_eq!(topics::topic(&text.text), Some(text.label));
/// ```
pub fn topics(seed: u64) -> impl Iterator<Item = Labelled> {
    let mut random = Random::new(seed);
    std::iter::repeat_with(move || {
        let label = random.below(TOPICS.len());
        Labelled { text: text(&mut random, label), label }
    })
}

/// Pairs without end, each of two different texts about the same topic. The same seed gives the same pairs for ever.
pub fn pairs(seed: u64) -> impl Iterator<Item = Pair> {
    let mut random = Random::new(seed);
    std::iter::repeat_with(move || {
        let label = random.below(TOPICS.len());
        let first = text(&mut random, label);
        loop {
            let second = text(&mut random, label);
            if second != first {
                return (first, second);
            }
        }
    })
}

/// The number of the only topic to which all words of a text belong, or `None` if there are several or none.
///
/// ```
/// use salamander_datasets::topics::topic;
///
/// assert_eq!(topic("the old bass was next to the scale ."), Some(0), "music");
/// assert_eq!(topic("the old bass was next to the crab ."), Some(1), "sea");
/// assert_eq!(topic("the old bass was next to the bow ."), None, "music or sea");
/// ```
pub fn topic(text: &str) -> Option<usize> {
    let words: Vec<_> = text.split(' ').filter_map(about).collect();
    let mut common = (0..TOPICS.len()).filter(|topic| words.iter().all(|topics| topics.contains(topic)));
    common.next().filter(|_| common.next().is_none())
}

/// The two topics of a word, if it has any.
fn about(word: &str) -> Option<&'static [usize; 2]> {
    WORDS.iter().find(|(_, words)| words.contains(&word)).map(|(topics, _)| topics)
}

/// A text of one sentence or two about a topic. Every word that says something comes once.
fn text(random: &mut Random, topic: usize) -> String {
    let about: Vec<_> =
        WORDS.iter().filter(|(topics, _)| topics.contains(&topic)).flat_map(|(_, words)| *words).collect();
    loop {
        let mut words = about.clone();
        random.shuffle(&mut words);
        let sentences: Vec<_> = (0..1 + random.below(2)).map(|_| sentence(random, &mut words)).collect();
        let text = sentences.join(" ");
        // By chance all words may be of the same two topics.
        if self::topic(&text) == Some(topic) {
            return text;
        }
    }
}

/// A sentence with the last of `words`.
fn sentence(random: &mut Random, words: &mut Vec<&&str>) -> String {
    let mut sentence = random.pick(SENTENCES).replace("{name}", random.pick::<&str>(NAMES));
    while let Some(word) = words.pop_if(|_| sentence.contains("{}")) {
        sentence = sentence.replacen("{}", word, 1);
    }
    sentence
}

fn load(options: &Options) -> Result<Corpus, Error> {
    if options.variant(DATA_SET.variants) == PAIRS {
        let mut seen = HashSet::new();
        let fresh = pairs(options.seed).filter(|pair| seen.insert(pair.clone()));
        // Both texts of a pair belong to its part, so that no text is met both while learning and while judging.
        let place = |(first, second): &Pair| Some(part(first)).filter(|place| *place == part(second));
        return Ok(Corpus::Pairs(Splits::fill(fresh, SIZES, place)));
    }
    let mut seen = HashSet::new();
    let fresh = topics(options.seed).filter(|labelled| seen.insert(labelled.text.clone()));
    let splits = Splits::fill(fresh, SIZES, |labelled| Some(part(&labelled.text)));
    Ok(Corpus::Labelled { splits, classes: TOPICS.map(str::to_owned).to_vec() })
}

#[cfg(test)]
mod tests;
