//! Stories of meeting an animal or a friend.

use super::{Shape, may, must};

/// Somebody helps an animal.
pub(super) const ANIMAL: Shape = Shape {
    steps: &[
        must(&[
            "{hero} lived near the {place}.",
            "{hero} was a {trait} {girl} who lived near the {place}.",
            "Near the {place} lived a {trait} {girl} named {hero}.",
            "{hero} often played {at} the {place}.",
        ]),
        must(&[
            "{time} {he} saw a {animal} {spot}.",
            "{time} {he} found a little {animal} {spot}.",
            "{time} a {animal} sat {spot}.",
            "{time} {he} met a {animal}.",
        ]),
        must(&[
            "The {animal} was hungry.",
            "The {animal} was cold and hungry.",
            "It could not walk.",
            "The {animal} looked {sad}.",
        ]),
        must(&[
            "{hero} gave it {food}.",
            "{He} ran home and got {food} for the {animal}.",
            "{hero} gave {food} to the {animal}.",
            "{His} {kin} had {food} for the {animal}.",
        ]),
        may(&[
            "The {animal} ate it all.",
            "It slept in a warm bed.",
            "The {animal} was not afraid of {hero}.",
            "{His} {kin} made it a bed.",
        ]),
        must(&[
            "Soon the {animal} was well again.",
            "The next day it could run and jump.",
            "The {animal} did not want to leave.",
            "Now it follows {hero} home.",
        ]),
        must(&[
            "{hero} still visits the {animal} {at} the {place}.",
            "The {animal} became a good friend of {hero}.",
            "Every day {hero} and the {animal} play {at} the {place}.",
            "{hero} and the {animal} are never far from the {place}.",
        ]),
    ],
};

/// Somebody finds what another has lost.
pub(super) const RETURNED: Shape = Shape {
    steps: &[
        must(&[
            "{time} {hero} went to the {place}.",
            "{time} {hero} was {at} the {place}.",
            "{time} {hero} walked to the {place} with {his} {kin}.",
            "{time} {hero} played {at} the {place}.",
        ]),
        may(&["It was a {weather} day.", "The day was {weather}."]),
        must(&[
            "{He} saw a {adjective} {thing} {spot}.",
            "There {he} found a {adjective} {thing} {spot}.",
            "A {adjective} {thing} lay {spot}.",
        ]),
        must(&[
            "{He} picked up the {thing}.",
            "{He} wanted to keep it.",
            "{He} liked the {thing} very much.",
            "Who had lost the {thing}?",
        ]),
        must(&[
            "Then {friend} came by.",
            "Soon {he} met {friend}.",
            "Not far away sat {friend}.",
            "Then {he} saw {friend}.",
        ]),
        must(&[
            "{friend} was {sad}.",
            "{friend} was looking for a {thing}.",
            "{friend} had lost the {thing}.",
            "It was the {thing} of {friend}.",
        ]),
        must(&[
            "So {hero} gave it back.",
            "{hero} gave the {thing} to {friend}.",
            "{He} knew what to do and gave it back.",
        ]),
        may(&["{friend} was {glad}.", "{friend} smiled and thanked {him}.", "How {friend} laughed!"]),
        must(&[
            "Now {hero} and {friend} are friends.",
            "{friend} let {hero} {use} the {adjective} {thing}.",
            "Then {hero} and {friend} left the {place}.",
            "{friend} never forgot that {hero} found the {adjective} {thing}.",
        ]),
    ],
};

/// Two wait for the rain to stop.
pub(super) const STORM: Shape = Shape {
    steps: &[
        must(&[
            "{time} {hero} and {friend} walked to the {place}.",
            "{time} {hero} met {friend} {at} the {place}.",
            "{hero} and {friend} played {at} the {place}.",
            "{hero} took {friend} to the {place}.",
        ]),
        must(&[
            "{hero} had a {adjective} {thing}.",
            "{hero} brought a {adjective} {thing}.",
            "They wanted to {use} a {adjective} {thing}.",
        ]),
        must(&[
            "Soon it began to rain.",
            "Then a storm came.",
            "Then the sky turned dark.",
            "Suddenly there was thunder.",
        ]),
        must(&["They hid {spot}.", "They ran and sat {spot}.", "They found a dry place {spot}."]),
        may(&["{friend} was afraid.", "{friend} was {sad} and cold.", "{friend} wanted to go home."]),
        must(&[
            "So {hero} told a story about a {animal}.",
            "So {hero} sang a song about a {animal}.",
            "{hero} told {friend} about a {animal}.",
        ]),
        may(&["Soon {friend} laughed.", "{friend} forgot the rain.", "The {animal} made {friend} laugh."]),
        must(&["Then the sun came out.", "At last the rain stopped.", "Soon the storm was over."]),
        must(&[
            "{hero} and {friend} went home from the {place} with the {adjective} {thing}.",
            "{friend} never forgot the {animal} of {hero}.",
            "{hero} took the {adjective} {thing} and went home with {friend}.",
            "Then {hero} let {friend} {use} the {adjective} {thing}.",
        ]),
    ],
};
