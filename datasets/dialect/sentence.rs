//! A sentence apart from any dialect, and how it reads in each.

use super::lexicon::{ADJECTIVES, ADVERBS, Gender, NOUNS, NUMBERS, PLACES, VERBS};
use crate::random::Random;

/// Somebody or something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) definite: bool,
    pub(super) plural: bool,
    pub(super) number: Option<usize>,
    pub(super) adjective: Option<usize>,
    pub(super) noun: usize,
}

/// When it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tense {
    Present,
    Past,
    Future,
}

/// Who does what to whom, near what, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    pub(super) subject: Phrase,
    pub(super) verb: usize,
    pub(super) tense: Tense,
    pub(super) negated: bool,
    pub(super) object: Phrase,
    pub(super) place: Option<(usize, Phrase)>,
    pub(super) adverb: Option<usize>,
}

impl Phrase {
    fn random(random: &mut Random) -> Self {
        let plural = random.chance(50);
        let definite = random.chance(60);
        // A plural without an article has a number.
        let number = (plural && (!definite || random.chance(30))).then(|| random.below(NUMBERS.len()));
        let adjective = random.chance(45).then(|| random.below(ADJECTIVES.len()));
        Self { definite, plural, number, adjective, noun: random.below(NOUNS.len()) }
    }

    /// `the two red birds`: article, number, adjective, noun.
    fn north(&self, words: &mut Vec<String>) {
        match (self.definite, self.plural) {
            (true, _) => words.push("the".into()),
            (false, false) => words.push("a".into()),
            (false, true) => {}
        }
        words.extend(self.number.map(|number| NUMBERS[number].0.into()));
        words.extend(self.adjective.map(|adjective| ADJECTIVES[adjective].0.into()));
        words.push(format!("{}{}", NOUNS[self.noun].0, if self.plural { "s" } else { "" }));
    }

    /// `lan piran ruban duo`: article, noun, adjective, number; the first three agree.
    fn south(&self, words: &mut Vec<String>) {
        let ending = self.ending();
        words.push(format!("{}{ending}", if self.definite { "l" } else { "m" }));
        words.push(format!("{}{ending}", NOUNS[self.noun].1));
        words.extend(self.adjective.map(|adjective| format!("{}{ending}", ADJECTIVES[adjective].1)));
        words.extend(self.number.map(|number| NUMBERS[number].1.into()));
    }

    /// What southern words end in that agree with it.
    fn ending(&self) -> &'static str {
        match (NOUNS[self.noun].2, self.plural) {
            (Gender::A, false) => "a",
            (Gender::A, true) => "an",
            (Gender::O, false) => "o",
            (Gender::O, true) => "on",
            (Gender::E, false) => "e",
            (Gender::E, true) => "en",
        }
    }

    fn parse(words: &mut Words) -> Option<Self> {
        let definite = words.take("the");
        let single = !definite && words.take("a");
        let number = if single { None } else { words.take_of(NUMBERS.iter().map(|number| number.0)) };
        let adjective = words.take_of(ADJECTIVES.iter().map(|adjective| adjective.0));
        let word = words.next()?;
        let find = |word: &str| NOUNS.iter().position(|noun| noun.0 == word);
        let (noun, plural) = match find(word) {
            Some(noun) => (noun, false),
            None => (find(word.strip_suffix('s')?)?, true),
        };
        // `a birds`, `two bird`, and a bare `birds` are no phrases.
        let agrees = match plural {
            true => !single && (definite || number.is_some()),
            false => (definite || single) && number.is_none(),
        };
        agrees.then_some(Self { definite, plural, number, adjective, noun })
    }
}

impl Sentence {
    pub(super) fn random(random: &mut Random) -> Self {
        Self {
            subject: Phrase::random(random),
            verb: random.below(VERBS.len()),
            tense: *random.pick(&[Tense::Present, Tense::Past, Tense::Future]),
            negated: random.chance(20),
            object: Phrase::random(random),
            place: random.chance(30).then(|| (random.below(PLACES.len()), Phrase::random(random))),
            adverb: random.chance(30).then(|| random.below(ADVERBS.len())),
        }
    }

    /// Subject, verb, object, place, adverb.
    pub(super) fn north(&self) -> String {
        let mut words = Vec::new();
        self.subject.north(&mut words);
        let verb = VERBS[self.verb].0;
        words.extend(match (self.tense, self.negated, self.subject.plural) {
            (Tense::Present, false, false) => vec![format!("{verb}s")],
            (Tense::Present, false, true) => vec![verb.into()],
            (Tense::Present, true, false) => vec!["does".into(), "not".into(), verb.into()],
            (Tense::Present, true, true) => vec!["do".into(), "not".into(), verb.into()],
            (Tense::Past, false, _) => vec![format!("{verb}ed")],
            (Tense::Past, true, _) => vec!["did".into(), "not".into(), verb.into()],
            (Tense::Future, false, _) => vec!["will".into(), verb.into()],
            (Tense::Future, true, _) => vec!["will".into(), "not".into(), verb.into()],
        });
        self.object.north(&mut words);
        if let Some((place, phrase)) = &self.place {
            words.push(PLACES[*place].0.into());
            phrase.north(&mut words);
        }
        words.extend(self.adverb.map(|adverb| ADVERBS[adverb].0.into()));
        words.join(" ")
    }

    /// Adverb, subject, place, object, verb, negation.
    pub(super) fn south(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        words.extend(self.adverb.map(|adverb| ADVERBS[adverb].1.into()));
        self.subject.south(&mut words);
        if let Some((place, phrase)) = &self.place {
            phrase.south(&mut words);
            words.push(PLACES[*place].1.into());
        }
        self.object.south(&mut words);
        let tense = match self.tense {
            Tense::Present => "i",
            Tense::Past => "ul",
            Tense::Future => "or",
        };
        words.push(format!("{}{tense}{}", VERBS[self.verb].1, self.subject.ending()));
        words.extend(self.negated.then(|| "nai".into()));
        words.join(" ")
    }

    /// Reads a northern sentence.
    pub(super) fn parse(north: &str) -> Option<Self> {
        let mut words = Words(north.split(' ').collect());
        words.0.reverse();
        let subject = Phrase::parse(&mut words)?;
        let (verb, tense, negated) = parse_verb(&mut words, subject.plural)?;
        let object = Phrase::parse(&mut words)?;
        let place = match words.take_of(PLACES.iter().map(|place| place.0)) {
            Some(place) => Some((place, Phrase::parse(&mut words)?)),
            None => None,
        };
        let adverb = words.take_of(ADVERBS.iter().map(|adverb| adverb.0));
        words.0.is_empty().then_some(Self { subject, verb, tense, negated, object, place, adverb })
    }
}

fn parse_verb(words: &mut Words, plural: bool) -> Option<(usize, Tense, bool)> {
    let find = |word: &str| VERBS.iter().position(|verb| verb.0 == word);
    let present = if plural { "do" } else { "does" };
    for (helper, tense) in [("will", Tense::Future), ("did", Tense::Past), (present, Tense::Present)] {
        if words.take(helper) {
            let negated = words.take("not");
            // Only the future has a helper without `not`.
            return (negated || tense == Tense::Future).then_some((find(words.next()?)?, tense, negated));
        }
    }
    let word = words.next()?;
    if let Some(verb) = word.strip_suffix("ed").and_then(find) {
        return Some((verb, Tense::Past, false));
    }
    let verb = if plural { word } else { word.strip_suffix('s')? };
    Some((find(verb)?, Tense::Present, false))
}

/// The words still to be read, the next one last.
struct Words<'a>(Vec<&'a str>);

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a str> {
        self.0.pop()
    }

    fn take(&mut self, word: &str) -> bool {
        self.0.pop_if(|next| *next == word).is_some()
    }

    fn take_of(&mut self, mut words: impl Iterator<Item = &'static str>) -> Option<usize> {
        let next = self.0.last()?;
        let index = words.position(|word| word == *next)?;
        self.0.pop();
        Some(index)
    }
}
