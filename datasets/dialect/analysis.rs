//! What the words of a northern sentence are.

use super::sentence::{Phrase, Sentence, Tense};

/// What kind of word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speech {
    Article,
    Number,
    Adjective,
    Noun,
    Auxiliary,
    Negation,
    Verb,
    Preposition,
    Adverb,
}

/// What it does in the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Subject,
    Predicate,
    Object,
    Place,
    Manner,
}

/// What each word of a northern sentence is, in order, or `None` if it is no such sentence.
pub(crate) fn analyse(north: &str) -> Option<Vec<(Speech, Role)>> {
    let sentence = Sentence::parse(north)?;
    let mut words = phrase(&sentence.subject, Role::Subject);
    words.extend(predicate(&sentence));
    words.extend(phrase(&sentence.object, Role::Object));
    if let Some((_, place)) = &sentence.place {
        words.push((Speech::Preposition, Role::Place));
        words.extend(phrase(place, Role::Place));
    }
    words.extend(sentence.adverb.map(|_| (Speech::Adverb, Role::Manner)));
    Some(words)
}

fn phrase(phrase: &Phrase, role: Role) -> Vec<(Speech, Role)> {
    let article = (phrase.definite || !phrase.plural).then_some(Speech::Article);
    let number = phrase.number.map(|_| Speech::Number);
    let adjective = phrase.adjective.map(|_| Speech::Adjective);
    [article, number, adjective, Some(Speech::Noun)].into_iter().flatten().map(|speech| (speech, role)).collect()
}

fn predicate(sentence: &Sentence) -> Vec<(Speech, Role)> {
    let auxiliary = (sentence.negated || sentence.tense == Tense::Future).then_some(Speech::Auxiliary);
    let negation = sentence.negated.then_some(Speech::Negation);
    [auxiliary, negation, Some(Speech::Verb)].into_iter().flatten().map(|speech| (speech, Role::Predicate)).collect()
}
