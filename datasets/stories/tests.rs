//! Stories are grammatical, remain the same, and nothing else passes for one.

use std::collections::{BTreeSet, HashSet};

use super::*;
use crate::split::hash;

fn words(story: &str) -> Vec<&str> {
    story.split(' ').collect()
}

#[test]
fn stories_stay_as_they_are() {
    let first: Vec<_> = stories(1).take(1000).collect();
    let expected = "Paul was a gentle boy who lived near the school. Last summer he met a squirrel. The squirrel looked \
                    worried. Paul gave it a nut. It slept in a warm bed. The squirrel did not want to leave. Paul still \
                    visits the squirrel at the school.";
    assert_eq!(first[0], expected);
    assert_eq!(hash(&first.concat()), 2_537_156_251_086_194_422);
    assert_ne!(first[0], stories(2).next().unwrap());
}

#[test]
fn every_story_is_grammatical() {
    for story in stories(3).take(2000) {
        assert_eq!(grammatical(&story), Ok(()), "{story}");
    }
}

#[test]
fn stories_are_short_and_plain() {
    let mut vocabulary = BTreeSet::new();
    let mut characters = 0;
    for story in stories(4).take(5000) {
        let sentences = story.matches(['.', '!', '?']).count();
        assert!((5..=9).contains(&sentences), "{sentences} sentences: {story}");
        assert!(story.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '), "{story}");
        assert!(story.len() <= 400, "{}: {story}", story.len());
        characters += story.len();
        vocabulary.extend(story.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase));
    }
    assert!((200..=400).contains(&vocabulary.len()), "{} words", vocabulary.len());
    assert!((200..=300).contains(&(characters / 5000)), "{} characters on average", characters / 5000);
}

#[test]
fn stories_hardly_repeat() {
    let distinct: HashSet<_> = stories(5).take(20_000).collect();
    assert!(distinct.len() > 19_900, "{}", distinct.len());
}

#[test]
fn the_end_comes_back_to_somebody_of_the_beginning() {
    for story in stories(6).take(2000) {
        let sentences: Vec<_> = story.split_inclusive(['.', '!', '?']).collect();
        let named = |sentence: &str| {
            let names = vocabulary::NAMES.iter().filter(|name| sentence.contains(**name));
            names.copied().collect::<HashSet<_>>()
        };
        let end = named(sentences[sentences.len() - 1]);
        assert!(!end.is_empty(), "{story}");
        assert!(end.is_subset(&named(&sentences[..sentences.len() - 1].concat())), "{story}");
    }
}

#[test]
fn corruptions_are_rejected() {
    let mut random = Random::new(7);
    for story in stories(8).take(300) {
        let words = words(&story);
        let at = random.below(words.len() - 1);
        let mut swapped = words.clone();
        swapped.swap(at, at + 1);
        let mut missing = words.clone();
        missing.remove(at);
        let mut doubled = words.clone();
        doubled.insert(at, words[at]);
        for (kind, corrupted) in [("swapped", swapped), ("missing", missing), ("doubled", doubled)] {
            let corrupted = corrupted.join(" ");
            assert!(corrupted == story || grammatical(&corrupted).is_err(), "{kind} at {at}: {corrupted}");
        }
        for end in [story.len() - 1, story.len() / 2] {
            assert!(grammatical(&story[..end]).is_err(), "{story}");
        }
        for extra in [" ", ".", " Then", "\n"] {
            assert!(grammatical(&format!("{story}{extra}")).is_err(), "{story}{extra}");
        }
    }
    assert!(grammatical("").is_err());
}

#[test]
fn whoever_changes_halfway_is_noticed() {
    let mut disagreements = 0;
    for story in stories(9).take(1000) {
        for (from, to) in
            [("She ", "He "), ("flute", "drum"), ("forest", "zoo"), ("Anna", "Bella"), (" red ", " green ")]
        {
            if story.matches(from).count() < 2 {
                continue;
            }
            let Some(last) = story.rfind(from) else { continue };
            let corrupted = format!("{}{to}{}", &story[..last], &story[last + from.len()..]);
            let complaint = grammatical(&corrupted).expect_err(&corrupted);
            // Where the sentence itself has become impossible (`He lost her kite`), the complaint says that instead.
            disagreements += usize::from(complaint.ends_with("does not agree with what came before"));
        }
    }
    assert!(disagreements > 100, "{disagreements}");
}

#[test]
fn a_complaint_names_the_sentence() {
    let table = [
        ("", "the story stops before its end"),
        ("Anna was a kind girl.", "the story stops before its end"),
        ("Anna was a kind boy.", "sentence 1, `Anna was a kind boy.`, is none of the grammar's"),
        ("Anna was a kind girl. She hummed. Then", "sentence 2, `She hummed.`, is none of the grammar's"),
        ("Anna was a kind girl. Anna hugged Anna.", "sentence 2, `Anna hugged Anna.`, is none of the grammar's"),
    ];
    for (story, complaint) in table {
        assert_eq!(grammatical(story), Err(complaint.to_owned()));
    }
}

#[test]
fn the_parts_are_full_and_share_nothing() {
    let Corpus::Text(parts) = DATA_SET.load(&Options::default(), &mut |_| {}).unwrap() else { panic!("not a text") };
    assert_eq!([parts.train.len(), parts.validation.len(), parts.test.len()], SIZES);
    let characters = crate::join(&parts.train).len();
    let counts =
        format!("{},{:03},{:03} characters", characters / 1_000_000, characters / 1000 % 1000, characters % 1000);
    assert!(include_str!("README.md").contains(&counts), "the card does not say {counts}");
    let train: HashSet<_> = parts.train.iter().collect();
    let validation: HashSet<_> = parts.validation.iter().collect();
    assert!(parts.validation.iter().all(|story| !train.contains(story)));
    assert!(parts.test.iter().all(|story| !train.contains(story) && !validation.contains(story)));
}
