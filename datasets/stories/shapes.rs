//! The stories there are: for each step of each, the sentences that may stand there.
//!
//! A slot (`{hero}`) stands for the same person, place or thing from the first sentence to the last. Only the hero is `he`
//! or `she`; `it` is the thing (or the animal), named in the same step or the one before.

mod encounters;

use encounters::{ANIMAL, RETURNED, STORM};

/// A kind of story: its steps in order.
pub(super) struct Shape {
    pub(super) steps: &'static [Step],
}

/// One sentence of a story.
pub(super) struct Step {
    /// What it may be.
    pub(super) sentences: &'static [&'static str],
    /// Whether it may be left out.
    pub(super) optional: bool,
}

const fn must(sentences: &'static [&'static str]) -> Step {
    Step { sentences, optional: false }
}

const fn may(sentences: &'static [&'static str]) -> Step {
    Step { sentences, optional: true }
}

/// Who it is about.
const INTRODUCTION: Step = must(&[
    "{hero} was a {trait} {girl}.",
    "There was once a {trait} {girl} named {hero}.",
    "Once there lived a {trait} {girl} called {hero}.",
    "This is the story of a {trait} {girl} named {hero}.",
]);

/// And what is theirs.
const POSSESSION: Step = must(&[
    "{He} had a {adjective} {thing}.",
    "{He} liked to {use} {his} {adjective} {thing}.",
    "{His} {kin} gave {him} a {adjective} {thing}.",
    "{He} got a {adjective} {thing} from {his} {kin}.",
]);

/// How it is taken along.
const OUTING: Step = must(&[
    "{time} {he} took it to the {place}.",
    "{time} {hero} went to the {place} with the {thing}.",
    "{time} {he} went to {use} it {at} the {place}.",
    "{time} {hero} and {friend} took it to the {place}.",
]);

/// Every kind of story.
pub(super) const SHAPES: &[Shape] = &[LOST, DIRTY, WISH, SHARED, ANIMAL, RETURNED, STORM];

/// Something is lost, and found with a friend's help.
const LOST: Shape = Shape {
    steps: &[
        INTRODUCTION,
        POSSESSION,
        OUTING,
        must(&[
            "There {he} lost the {thing}.",
            "But then the {thing} was gone.",
            "Suddenly {he} could not find the {thing}.",
            "But {he} lost it on the way.",
        ]),
        may(&[
            "{hero} was very {sad}.",
            "{He} felt {sad} and began to cry.",
            "{He} looked here and there.",
            "Where was the {thing}?",
        ]),
        must(&[
            "{friend} came to help.",
            "{He} asked {friend} for help.",
            "{friend} helped {him} to look for it.",
            "Then {friend} helped {hero} to look.",
        ]),
        must(&[
            "They found the {thing} {spot}.",
            "{friend} found the {thing} {spot}.",
            "At last they saw it {spot}.",
            "The {thing} was {spot}!",
        ]),
        may(&[
            "{hero} was {glad} and thanked {friend}.",
            "{hero} hugged {friend}.",
            "{hero} and {friend} laughed.",
            "{He} was so {glad}!",
        ]),
        must(&[
            "Then {hero} carried the {adjective} {thing} home.",
            "{hero} never lost the {adjective} {thing} again.",
            "Then {hero} and {friend} left the {place} with the {adjective} {thing}.",
            "Now {hero} takes good care of the {adjective} {thing}.",
        ]),
    ],
};

/// Something falls into the mud, and is made clean.
const DIRTY: Shape = Shape {
    steps: &[
        INTRODUCTION,
        POSSESSION,
        OUTING,
        must(&[
            "There {he} fell into the mud.",
            "But it fell into the mud.",
            "But the {thing} fell down {spot}.",
            "A {animal} came and sat on the {thing}.",
        ]),
        must(&["Now the {thing} was dirty.", "Soon it was full of mud.", "Now nobody could {use} it."]),
        may(&["{hero} was {sad}.", "{He} did not know what to do.", "{hero} wanted to cry."]),
        must(&["{friend} brought some water.", "{friend} came with water and soap.", "{friend} knew what to do."]),
        must(&[
            "They washed the {thing} with care.",
            "{friend} washed it and dried it in the sun.",
            "{hero} and {friend} made it clean again.",
        ]),
        must(&[
            "Then {hero} took the {adjective} {thing} home.",
            "{hero} thanked {friend} and carried the {adjective} {thing} home from the {place}.",
            "Now the {adjective} {thing} is clean, and {hero} is {glad}.",
            "The next day {hero} and {friend} took the {adjective} {thing} to the {place} again.",
        ]),
    ],
};

/// Something is wished for, and worked for.
const WISH: Shape = Shape {
    steps: &[
        INTRODUCTION,
        must(&[
            "{He} wanted a {adjective} {thing}.",
            "More than anything {he} wanted a {adjective} {thing}.",
            "{He} dreamed of a {adjective} {thing}.",
            "{time} {he} saw a {adjective} {thing} and wanted it.",
        ]),
        must(&[
            "But {he} had no money.",
            "But the {thing} cost too much.",
            "But {his} {kin} could not buy it.",
            "{His} {kin} told {him} to wait.",
        ]),
        must(&[
            "So {he} worked {at} the {place}.",
            "So {he} helped {friend} {at} the {place}.",
            "All summer {he} worked {at} the {place}.",
            "{friend} had some work for {him} {at} the {place}.",
        ]),
        may(&[
            "The work was hard.",
            "It was hard work, but {hero} did not stop.",
            "{He} saved every coin.",
            "{He} was tired but {glad}.",
        ]),
        must(&[
            "At last {he} could buy the {thing}.",
            "After ten days {he} bought the {thing}.",
            "In the end {he} had the money for the {thing}.",
            "Then {his} {kin} gave {him} the {thing}.",
        ]),
        may(&[
            "{He} ran home to {use} it.",
            "{He} showed it to {his} {kin}.",
            "{hero} was so {glad}!",
            "Now {he} could {use} it all day.",
        ]),
        must(&[
            "{hero} still has the {adjective} {thing} today.",
            "{hero} was {glad} with the {adjective} {thing}.",
            "Every day {hero} takes the {adjective} {thing} to the {place}.",
            "The {adjective} {thing} made {hero} forget the work {at} the {place}.",
        ]),
    ],
};

/// Two want the same thing.
const SHARED: Shape = Shape {
    steps: &[
        must(&[
            "{hero} and {friend} were good friends.",
            "{hero} was the best friend of {friend}.",
            "{hero} lived next to {friend}.",
            "{hero} and {friend} went to the same school.",
        ]),
        must(&[
            "{time} they played {at} the {place}.",
            "{time} they went to the {place}.",
            "{time} they met {at} the {place}.",
        ]),
        must(&[
            "{hero} brought a {adjective} {thing}.",
            "There they found a {adjective} {thing}.",
            "There was a {adjective} {thing} {spot}.",
            "They saw a {adjective} {thing} {spot}.",
        ]),
        must(&[
            "{hero} wanted to {use} it first.",
            "{friend} asked to {use} it.",
            "They both wanted to {use} it.",
            "{friend} took the {thing} away.",
        ]),
        must(&[
            "{hero} did not want to share.",
            "Soon they began to fight.",
            "{hero} was {sad} and went away.",
            "{friend} began to cry.",
        ]),
        may(&["They did not speak for an hour.", "The {thing} lay {spot}.", "It was no fun at all."]),
        must(&[
            "Then {hero} had an idea.",
            "But {hero} felt sorry.",
            "But soon {hero} came back.",
            "At last {hero} smiled.",
        ]),
        must(&[
            "They took turns with the {thing}.",
            "{hero} let {friend} {use} it.",
            "{hero} gave the {thing} to {friend}.",
            "So they shared the {thing}.",
        ]),
        must(&[
            "{hero} and {friend} were friends again.",
            "Now {hero} and {friend} share the {adjective} {thing}.",
            "{hero} and {friend} played {at} the {place} until dark.",
            "The {adjective} {thing} now belongs to {hero} and {friend}.",
        ]),
    ],
};
