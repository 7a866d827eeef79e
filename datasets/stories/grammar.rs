//! Sentences with slots: filled in when a story is written, read back when one is judged.

use std::sync::LazyLock;

use super::{
    shapes::{SHAPES, Step},
    vocabulary::{ADJECTIVES, ANIMALS, GLAD, KIN, NAMES, PLACES, SAD, THINGS, TIMES, TRAITS, WEATHERS, is_girl},
};
use crate::random::Random;

/// What is chosen once for each story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    Hero,
    Friend,
    Place,
    Spot,
    Thing,
    Adjective,
    Trait,
    Kin,
    Animal,
    Glad,
    Sad,
    Time,
    Weather,
}

impl Choice {
    fn count(self) -> usize {
        match self {
            Self::Hero | Self::Friend => NAMES.len(),
            Self::Place => PLACES.len(),
            Self::Spot => PLACES[0].spots.len(),
            Self::Thing => THINGS.len(),
            Self::Adjective => ADJECTIVES.len(),
            Self::Trait => TRAITS.len(),
            Self::Kin => KIN.len(),
            Self::Animal => ANIMALS.len(),
            Self::Glad => GLAD.len(),
            Self::Sad => SAD.len(),
            Self::Time => TIMES.len(),
            Self::Weather => WEATHERS.len(),
        }
    }
}

/// The choices of a story, as far as they are made.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Choices([Option<usize>; Choice::Weather as usize + 1]);

impl Choices {
    fn get(&self, choice: Choice) -> Option<usize> {
        self.0[choice as usize]
    }

    /// With `choice` made, or `None` if nobody may be their own friend.
    fn with(mut self, choice: Choice, index: usize) -> Option<Self> {
        self.0[choice as usize] = Some(index);
        let (hero, friend) = (self.get(Choice::Hero), self.get(Choice::Friend));
        (hero.is_none() || hero != friend).then_some(self)
    }
}

/// A piece of a sentence.
#[derive(Debug, Clone, Copy)]
enum Piece {
    Words(&'static str),
    Slot(Slot),
}

/// Something to fill in: which choices it hangs on, and how they read.
#[derive(Debug, Clone, Copy)]
struct Slot {
    choices: &'static [Choice],
    word: fn(&[usize]) -> &'static str,
}

const fn slot(choices: &'static [Choice], word: fn(&[usize]) -> &'static str) -> Slot {
    Slot { choices, word }
}

impl Slot {
    fn named(name: &str) -> Option<Self> {
        const HERO: &[Choice] = &[Choice::Hero];
        const PLACE: &[Choice] = &[Choice::Place];
        const THING: &[Choice] = &[Choice::Thing];
        const ANIMAL: &[Choice] = &[Choice::Animal];
        Some(match name {
            "hero" => slot(HERO, |of| NAMES[of[0]]),
            "He" => slot(HERO, |of| if is_girl(of[0]) { "She" } else { "He" }),
            "he" => slot(HERO, |of| if is_girl(of[0]) { "she" } else { "he" }),
            "him" => slot(HERO, |of| if is_girl(of[0]) { "her" } else { "him" }),
            "His" => slot(HERO, |of| if is_girl(of[0]) { "Her" } else { "His" }),
            "his" => slot(HERO, |of| if is_girl(of[0]) { "her" } else { "his" }),
            "girl" => slot(HERO, |of| if is_girl(of[0]) { "girl" } else { "boy" }),
            "friend" => slot(&[Choice::Friend], |of| NAMES[of[0]]),
            "place" => slot(PLACE, |of| PLACES[of[0]].noun),
            "at" => slot(PLACE, |of| PLACES[of[0]].at),
            "spot" => slot(&[Choice::Place, Choice::Spot], |of| PLACES[of[0]].spots[of[1]]),
            "thing" => slot(THING, |of| THINGS[of[0]].0),
            "use" => slot(THING, |of| THINGS[of[0]].1),
            "adjective" => slot(&[Choice::Adjective], |of| ADJECTIVES[of[0]]),
            "trait" => slot(&[Choice::Trait], |of| TRAITS[of[0]]),
            "kin" => slot(&[Choice::Kin], |of| KIN[of[0]]),
            "animal" => slot(ANIMAL, |of| ANIMALS[of[0]].0),
            "food" => slot(ANIMAL, |of| ANIMALS[of[0]].1),
            "glad" => slot(&[Choice::Glad], |of| GLAD[of[0]]),
            "sad" => slot(&[Choice::Sad], |of| SAD[of[0]]),
            "time" => slot(&[Choice::Time], |of| TIMES[of[0]]),
            "weather" => slot(&[Choice::Weather], |of| WEATHERS[of[0]]),
            _ => return None,
        })
    }

    fn fill(&self, choices: &mut Choices, random: &mut Random) -> &'static str {
        for &choice in self.choices {
            while choices.get(choice).is_none() {
                *choices = choices.with(choice, random.below(choice.count())).unwrap_or(*choices);
            }
        }
        self.read(choices)
    }

    fn read(&self, choices: &Choices) -> &'static str {
        let made: Vec<_> = self.choices.iter().filter_map(|&choice| choices.get(choice)).collect();
        (self.word)(&made)
    }

    /// Every way of making the choices it hangs on, those already made kept.
    fn ways(&self, choices: Choices) -> Vec<Choices> {
        self.choices.iter().fold(vec![choices], |ways, &choice| {
            let each = |way: Choices| match way.get(choice) {
                Some(_) => vec![way],
                None => (0..choice.count()).filter_map(|index| way.with(choice, index)).collect(),
            };
            ways.into_iter().flat_map(each).collect()
        })
    }
}

/// A sentence with slots.
pub(crate) struct Sentence(Vec<Piece>);

impl Sentence {
    pub(crate) fn parse(template: &'static str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = template;
        while let Some((words, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let slot = Slot::named(name)
                .unwrap_or_else(|| panic!("a mistake in the grammar: `{template}` has a slot `{name}`"));
            pieces.extend((!words.is_empty()).then_some(Piece::Words(words)));
            pieces.push(Piece::Slot(slot));
            rest = after;
        }
        pieces.push(Piece::Words(rest));
        Self(pieces)
    }

    /// Writes it, making the choices that are still open.
    pub(super) fn write(&self, choices: &mut Choices, random: &mut Random, into: &mut String) {
        for piece in &self.0 {
            into.push_str(match piece {
                Piece::Words(words) => words,
                Piece::Slot(slot) => slot.fill(choices, random),
            });
        }
    }

    /// It with these choices, or `None` if one that it hangs on is not made.
    pub(crate) fn fill(&self, choices: &Choices) -> Option<String> {
        let fill = |piece: &Piece| match piece {
            Piece::Words(words) => Some(*words),
            Piece::Slot(slot) => {
                slot.choices.iter().all(|&choice| choices.get(choice).is_some()).then(|| slot.read(choices))
            }
        };
        self.0.iter().map(fill).collect()
    }

    /// Reads it at the start of `text`: every way that agrees with `choices`, with what follows.
    pub(super) fn read<'a>(&self, text: &'a str, choices: Choices) -> Vec<(&'a str, Choices)> {
        self.0.iter().fold(vec![(text, choices)], |ways, piece| {
            let each = |(text, choices): (&'a str, Choices)| -> Vec<(&'a str, Choices)> {
                match piece {
                    Piece::Words(words) => text.strip_prefix(words).map(|rest| (rest, choices)).into_iter().collect(),
                    Piece::Slot(slot) => {
                        let ways = slot.ways(choices).into_iter();
                        ways.filter_map(|way| Some((text.strip_prefix(slot.read(&way))?, way))).collect()
                    }
                }
            };
            ways.into_iter().flat_map(each).collect()
        })
    }
}

/// The sentences of one step, ready to be written and read.
pub(super) struct Ready {
    pub(super) sentences: Vec<Sentence>,
    pub(super) optional: bool,
}

/// Every kind of story, ready to be written and read.
pub(super) static GRAMMAR: LazyLock<Vec<Vec<Ready>>> = LazyLock::new(|| {
    let ready = |step: &Step| Ready {
        sentences: step.sentences.iter().map(|template| Sentence::parse(template)).collect(),
        optional: step.optional,
    };
    SHAPES.iter().map(|shape| shape.steps.iter().map(ready).collect()).collect()
});
