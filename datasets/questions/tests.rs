//! Questions remain the same, have one answer each, and it stands in the story.

use std::collections::{BTreeMap, HashSet};

use super::*;
use crate::split::hash;

const STORY: &str = "Paul was a gentle boy who lived near the school. Last summer he met a squirrel. The squirrel looked \
                     worried. Paul gave it a nut. It slept in a warm bed. The squirrel did not want to leave. Paul still \
                     visits the squirrel at the school.";

fn line(Question { question, context, answer }: &Question) -> String {
    format!("{question}\t{context}\t{}\t{}\n", answer.start, answer.end)
}

#[test]
fn questions_stay_as_they_are() {
    let text: String = questions(1).take(1000).map(|question| line(&question)).collect();
    assert_eq!(hash(&text), 1_193_963_137_283_416_485, "{}", text.lines().next().unwrap());
}

#[test]
fn worked_by_hand() {
    let told = |question| answer(question, STORY).map(|answer| &STORY[answer]);
    assert_eq!(told("Whom did Paul meet?"), Some("a squirrel"));
    assert_eq!(told("What did Paul give the squirrel?"), Some("a nut"));
    assert_eq!(told("What did Paul give the fox?"), None);
    assert_eq!(told("Why?"), None);
    assert_eq!(answer("Whom did Paul meet?", &STORY[..80]), None, "half a story is none");
}

#[test]
fn the_answer_is_whole_words_of_the_story() {
    for question in questions(2).take(3000) {
        let context = &question.context;
        assert_eq!(answer(&question.question, context), Some(question.answer.clone()), "{question:?}");
        assert!(!question.answer.is_empty() && context.get(question.answer.clone()).is_some());
        assert!(context[..question.answer.start].chars().next_back().is_none_or(|c| c == ' '), "{question:?}");
        assert!(context[question.answer.end..].starts_with([' ', '.', '!', '?', ',']), "{question:?}");
    }
    assert_eq!(find("spring ring", "ring"), Some(7..11));
    assert_eq!(find("spring", "ring"), None);
}

#[test]
fn no_question_has_two_answers() {
    let mut random = Random::new(3);
    for _ in 0..3000 {
        let (story, choices) = stories::story(&mut random);
        let mut answers: BTreeMap<String, String> = BTreeMap::new();
        for (question, answer) in about(&story, &choices) {
            let answer = story[answer].to_owned();
            let before = answers.insert(question.clone(), answer.clone());
            assert!(before.is_none_or(|before| before == answer), "{question} {story}");
        }
    }
}

#[test]
fn every_fact_is_told_by_some_story() {
    let mut random = Random::new(4);
    let mut told = vec![false; FACTS.len()];
    for _ in 0..20_000 {
        let (story, choices) = stories::story(&mut random);
        for (fact, told) in READY.iter().zip(&mut told) {
            *told = *told || fact[0].fill(&choices).is_some_and(|sentence| story.contains(&sentence));
        }
    }
    let untold: Vec<_> = FACTS.iter().zip(told).filter(|(_, told)| !told).map(|(fact, _)| fact.sentence).collect();
    assert!(untold.is_empty(), "{untold:?}");
}

#[test]
fn the_parts_are_full_and_share_no_story() {
    let Corpus::Questions(parts) = DATA_SET.load(&Options::default(), &mut |_| {}).unwrap() else {
        panic!("not questions")
    };
    assert_eq!(parts.counts(), SIZES);
    let stories =
        |questions: &[Question]| questions.iter().map(|question| question.context.clone()).collect::<HashSet<_>>();
    let [train, validation, test] = [&parts.train, &parts.validation, &parts.test].map(|part| stories(part));
    assert!(train.is_disjoint(&validation) && train.is_disjoint(&test) && validation.is_disjoint(&test));
    let kinds: HashSet<_> = parts.train.iter().map(|question| question.question.split(' ').next().unwrap()).collect();
    assert_eq!(kinds, HashSet::from(["Who", "Whom", "Where", "What", "With", "Whose"]));
}
