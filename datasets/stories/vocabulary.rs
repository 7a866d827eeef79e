//! The people, places and things that stories are about.
//!
//! Adjectives, nouns and names all take `a`, never `an`, so that the article needs no rule.

/// Names of girls, then of boys: [`is_girl`] tells which.
pub(super) const NAMES: &[&str] = &[
    "Anna", "Bella", "Clara", "Daisy", "Ella", "Grace", "Hanna", "Julia", "Kate", "Lily", "Mia", "Nora", "Rosa",
    "Sara", "Tina", "Zoe", "Adam", "Ben", "Carl", "David", "Emil", "Felix", "Hugo", "Ivan", "Jack", "Leo", "Max",
    "Noah", "Oscar", "Paul", "Sam", "Tom",
];

/// Whether the name at `index` of [`NAMES`] is a girl's.
pub(super) fn is_girl(index: usize) -> bool {
    index < NAMES.len() / 2
}

/// Somewhere to go.
pub(super) struct Place {
    /// What one is: in it, on it, by it, at it.
    pub(super) at: &'static str,
    /// Its noun.
    pub(super) noun: &'static str,
    /// Where something may lie there.
    pub(super) spots: [&'static str; 3],
}

const fn place(at: &'static str, noun: &'static str, spots: [&'static str; 3]) -> Place {
    Place { at, noun, spots }
}

/// Where stories happen.
pub(super) const PLACES: &[Place] = &[
    place("in", "forest", ["under a tree", "behind a rock", "next to a log"]),
    place("in", "garden", ["under a bush", "behind the shed", "next to the gate"]),
    place("in", "park", ["under a bench", "behind a tree", "next to the pond"]),
    place("at", "market", ["under a table", "behind a cart", "next to a basket"]),
    place("on", "beach", ["under a towel", "behind a rock", "next to a shell"]),
    place("by", "lake", ["under a boat", "behind the reeds", "next to a stone"]),
    place("on", "farm", ["under a cart", "behind the barn", "next to the well"]),
    place("at", "school", ["under a desk", "behind the door", "next to the stairs"]),
    place("by", "river", ["under the bridge", "behind the reeds", "next to a stone"]),
    place("on", "hill", ["under a tree", "behind a rock", "next to the path"]),
    place("in", "meadow", ["under a leaf", "behind a bush", "next to a flower"]),
    place("at", "castle", ["under the bridge", "behind the wall", "next to the tower"]),
    place("at", "mill", ["under a sack", "behind the wheel", "next to the door"]),
    place("at", "harbor", ["under a net", "behind a box", "next to a boat"]),
    place("in", "orchard", ["under a tree", "behind a basket", "next to a ladder"]),
    place("at", "zoo", ["under a bench", "behind the fence", "next to the gate"]),
    place("on", "playground", ["under the slide", "behind a bench", "next to the swings"]),
    place("in", "barn", ["under the hay", "behind a sack", "next to a ladder"]),
    place("in", "village", ["under the bridge", "behind the church", "next to the well"]),
    place("at", "station", ["under a bench", "behind the clock", "next to the stairs"]),
];

/// Something to have, with what one does with it.
pub(super) const THINGS: &[(&str, &str)] = &[
    ("ball", "throw"),
    ("basket", "carry"),
    ("bell", "ring"),
    ("bike", "ride"),
    ("boat", "sail"),
    ("book", "read"),
    ("coat", "wear"),
    ("doll", "hold"),
    ("drum", "play"),
    ("flute", "play"),
    ("hat", "wear"),
    ("kite", "fly"),
    ("lamp", "hold"),
    ("map", "read"),
    ("ring", "wear"),
    ("scarf", "wear"),
    ("sled", "pull"),
    ("top", "spin"),
    ("train", "push"),
    ("violin", "play"),
    ("wagon", "pull"),
];

/// What a thing is like.
pub(super) const ADJECTIVES: &[&str] = &[
    "big", "black", "blue", "brown", "golden", "green", "pink", "pretty", "purple", "red", "shiny", "silver", "small",
    "white", "yellow",
];

/// What a person is like.
pub(super) const TRAITS: &[&str] = &["brave", "clever", "gentle", "kind", "lively", "polite", "quiet", "shy"];

/// Who looks after a person.
pub(super) const KIN: &[&str] = &["aunt", "brother", "father", "grandmother", "mother", "sister", "uncle"];

/// An animal and what it eats.
pub(super) const ANIMALS: &[(&str, &str)] = &[
    ("bear", "some honey"),
    ("bird", "some seeds"),
    ("duck", "some bread"),
    ("fox", "some meat"),
    ("goat", "some hay"),
    ("kitten", "some milk"),
    ("mouse", "some cheese"),
    ("pony", "a carrot"),
    ("puppy", "a bone"),
    ("rabbit", "a carrot"),
    ("squirrel", "a nut"),
    ("turtle", "some leaves"),
];

/// How a person feels when all is well.
pub(super) const GLAD: &[&str] = &["cheerful", "glad", "happy", "proud"];

/// And when it is not.
pub(super) const SAD: &[&str] = &["sad", "unhappy", "upset", "worried"];

/// When it happens.
pub(super) const TIMES: &[&str] =
    &["One day", "One morning", "One afternoon", "One evening", "Last spring", "Last summer"];

/// What the day is like.
pub(super) const WEATHERS: &[&str] = &["bright", "cloudy", "cold", "fine", "sunny", "warm", "windy"];
