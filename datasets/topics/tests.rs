//! Texts remain the same, all their words together say what they are about, and none alone.

use std::collections::{BTreeMap, HashSet};

use super::*;
use crate::split::hash;

fn load_variant(variant: &str) -> Corpus {
    let options = Options { variant: Some(variant.into()), ..Options::default() };
    DATA_SET.load(&options, &mut |_| {}).unwrap()
}

#[test]
fn texts_stay_as_they_are() {
    let first: Vec<_> = topics(1).take(1000).map(|text| format!("{} {}\n", text.label, text.text)).collect();
    assert_eq!(hash(&first.concat()), 8_910_921_062_469_759_921, "{}", first[0]);
    let first: String = pairs(1).take(1000).map(|(first, second)| format!("{first}\t{second}\n")).collect();
    assert_eq!(hash(&first), 10_986_826_178_264_897_527);
}

#[test]
fn every_word_has_two_topics_and_every_two_topics_have_words() {
    let mut met = HashSet::new();
    for (topics, words) in WORDS {
        assert!(topics[0] < topics[1] && topics[1] < TOPICS.len() && met.insert(*topics));
        for word in *words {
            assert_eq!(about(word), Some(topics), "{word} is there twice");
            let other = SENTENCES.iter().flat_map(|sentence| sentence.split(' ')).chain(NAMES.iter().copied());
            assert!(other.into_iter().all(|other| other != *word), "{word} stands in a sentence");
        }
    }
    assert_eq!(met.len(), 10);
}

#[test]
fn a_text_is_about_what_its_label_says() {
    let mut counts = [0usize; TOPICS.len()];
    for text in topics(2).take(5000) {
        assert_eq!(topic(&text.text), Some(text.label), "{}", text.text);
        counts[text.label] += 1;
    }
    assert!(counts.iter().all(|count| count.abs_diff(1000) < 150), "{counts:?}");
    for text in ["", "nothing at all", "bass", "bass bow", "bass plate"] {
        assert_eq!(topic(text), None, "{text}");
    }
}

#[test]
fn no_single_word_gives_it_away() {
    let mut counts: BTreeMap<String, [usize; TOPICS.len()]> = BTreeMap::new();
    let texts: Vec<_> = topics(3).take(10_000).collect();
    for text in &texts {
        text.text.split(' ').for_each(|word| counts.entry(word.to_owned()).or_default()[text.label] += 1);
    }
    for (word, counts) in &counts {
        let (most, all) = (counts.iter().max().unwrap(), counts.iter().sum::<usize>());
        assert!(*most as f64 / (all as f64) < 0.65, "{word}: {counts:?}");
    }
}

#[test]
fn the_parts_are_full_and_share_no_text() {
    let Corpus::Labelled { splits, classes } = load_variant(LABELLED) else { panic!("not labelled") };
    assert_eq!((splits.counts(), classes.len()), (SIZES, 5));
    let all = splits.train.iter().chain(&splits.validation).chain(&splits.test);
    assert_eq!(all.map(|labelled| &labelled.text).collect::<HashSet<_>>().len(), SIZES.iter().sum::<usize>());
}

#[test]
fn both_texts_of_a_pair_are_about_the_same_and_in_no_other_part() {
    let Corpus::Pairs(splits) = load_variant(PAIRS) else { panic!("not pairs") };
    assert_eq!(splits.counts(), SIZES);
    let texts = |pairs: &[Pair]| {
        pairs.iter().flat_map(|(first, second)| [first.clone(), second.clone()]).collect::<HashSet<_>>()
    };
    let (train, held) = (texts(&splits.train), texts(&[splits.validation.clone(), splits.test.clone()].concat()));
    assert!(train.is_disjoint(&held) && texts(&splits.validation).is_disjoint(&texts(&splits.test)));
    for (first, second) in splits.train.iter().chain(&splits.test) {
        assert!(first != second && topic(first).is_some() && topic(first) == topic(second), "{first} | {second}");
    }
}
