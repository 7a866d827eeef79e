//! What the words of a northern sentence of the [`dialect`](crate::dialect) are: their kinds, or their roles.

use crate::{
    Corpus, DataSet, Error, Options, Origin, Shape, Splits, Tagged,
    dialect::{Role, Speech, analyse, dialect},
    split::part,
};
use std::collections::HashSet;

const KINDS: &str = "kinds";
const ROLES: &str = "roles";

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "tags",
    summary: "sentences with the part of speech of each word, or with its role",
    shape: Shape::Tagged,
    origin: Origin::Generated,
    variants: &[KINDS, ROLES],
    sizes: &[],
    load: |options, _| load(options),
};

/// How many sentences train, validate and test.
const SIZES: [usize; 3] = [10_000, 500, 500];

/// What is told of each word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tags {
    /// Its part of speech: article, number, adjective, noun, auxiliary, negation, verb, preposition or adverb.
    Kinds,
    /// What part of the sentence it belongs to: the subject, the predicate, the object, the place or the manner.
    Roles,
}

impl Tags {
    /// What the tags are called, each at its number.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Kinds => {
                &["article", "number", "adjective", "noun", "auxiliary", "negation", "verb", "preposition", "adverb"]
            }
            Self::Roles => &["subject", "predicate", "object", "place", "manner"],
        }
    }

    /// The tag of each word of a northern sentence, or `None` if it is no such sentence.
    ///
    /// ```
    /// use salamander_datasets::tags::Tags;
    ///
    /// let tags = Tags::Roles.of("the dog will help a red bird").unwrap();
    /// assert_eq!(tags, [0, 0, 1, 1, 2, 2, 2]);
    /// assert_eq!(Tags::Roles.of("the dog help"), None);
    /// ```
    pub fn of(self, sentence: &str) -> Option<Vec<usize>> {
        let number = |(speech, role): (Speech, Role)| match self {
            Self::Kinds => speech as usize,
            Self::Roles => role as usize,
        };
        Some(analyse(sentence)?.into_iter().map(number).collect())
    }
}

/// Tagged sentences without end. The same seed gives the same sentences for ever.
pub fn tags(seed: u64, tags: Tags) -> impl Iterator<Item = Tagged> {
    dialect(seed).filter_map(move |(north, _)| {
        let words = north.split(' ').map(str::to_owned).collect();
        Some(Tagged { words, tags: tags.of(&north)? })
    })
}

fn load(options: &Options) -> Result<Corpus, Error> {
    let kind = if options.variant(DATA_SET.variants) == ROLES { Tags::Roles } else { Tags::Kinds };
    let mut seen = HashSet::new();
    let fresh = tags(options.seed, kind).filter(|tagged| seen.insert(tagged.words.clone()));
    let splits = Splits::fill(fresh, SIZES, |tagged| Some(part(&tagged.words.join(" "))));
    Ok(Corpus::Tagged { splits, tags: kind.names().iter().map(|name| (*name).to_owned()).collect() })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::split::hash;

    fn named(tags: Tags, sentence: &str) -> String {
        tags.of(sentence).unwrap().iter().map(|tag| tags.names()[*tag]).collect::<Vec<_>>().join(" ")
    }

    fn line(tagged: &Tagged) -> String {
        let each = tagged.words.iter().zip(&tagged.tags).map(|(word, tag)| format!("{word}/{tag}"));
        each.collect::<Vec<_>>().join(" ") + "\n"
    }

    #[test]
    fn sentences_stay_as_they_are() {
        for (kind, expected) in [(Tags::Kinds, 2_688_088_661_524_495_371), (Tags::Roles, 271_617_856_041_812_420)] {
            let text: String = tags(1, kind).take(1000).map(|tagged| line(&tagged)).collect();
            assert_eq!(hash(&text), expected);
        }
    }

    #[test]
    fn worked_by_hand() {
        let sentence = "the two red birds did not help a farmer near the river today";
        assert_eq!(
            named(Tags::Kinds, sentence),
            "article number adjective noun auxiliary negation verb article noun preposition article noun adverb"
        );
        assert_eq!(
            named(Tags::Roles, sentence),
            "subject subject subject subject predicate predicate predicate object object place place place manner"
        );
        assert_eq!(named(Tags::Kinds, "five kings call the trees"), "number noun verb article noun");
        assert_eq!(named(Tags::Kinds, "a cook will lift the lamp"), "article noun auxiliary verb article noun");
    }

    #[test]
    fn every_word_has_a_tag_and_every_tag_a_word() {
        for (variant, kind) in [(KINDS, Tags::Kinds), (ROLES, Tags::Roles)] {
            let options = Options { variant: Some(variant.into()), ..Options::default() };
            let Corpus::Tagged { splits, tags } = DATA_SET.load(&options, &mut |_| {}).unwrap() else {
                panic!("not tagged")
            };
            assert_eq!((splits.counts(), tags.len()), (SIZES, kind.names().len()));
            let all = [splits.train, splits.validation, splits.test].concat();
            assert!(all.iter().all(|tagged| tagged.words.len() == tagged.tags.len()));
            let met: BTreeSet<_> = all.iter().flat_map(|tagged| tagged.tags.clone()).collect();
            assert_eq!(met, (0..tags.len()).collect());
            assert_eq!(all.iter().map(|tagged| &tagged.words).collect::<HashSet<_>>().len(), all.len());
        }
    }

    #[test]
    fn a_word_is_of_one_kind_but_has_many_roles() {
        let tags_of = |kind| {
            let mut met: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
            for tagged in tags(3, kind).take(5000) {
                for (word, tag) in tagged.words.into_iter().zip(tagged.tags) {
                    met.entry(word).or_default().insert(tag);
                }
            }
            met
        };
        assert!(tags_of(Tags::Kinds).values().all(|tags| tags.len() == 1), "the card says otherwise");
        assert_eq!(tags_of(Tags::Roles)["the"].len(), 3);
    }
}
