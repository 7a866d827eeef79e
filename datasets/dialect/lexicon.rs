//! The words of both dialects.
//!
//! No noun or adjective of the northern dialect begins with a vowel (there is no `an`), and all its nouns and verbs are
//! regular. Southern words are stems; what they end in depends on gender and number.

/// The three genders of southern nouns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gender {
    A,
    O,
    E,
}

use Gender::{A, E, O};

/// Nouns: northern, southern stem, southern gender.
pub(super) const NOUNS: &[(&str, &str, Gender)] = &[
    ("baker", "furn", O),
    ("bird", "pir", A),
    ("boat", "nav", E),
    ("bridge", "pont", O),
    ("cat", "mits", A),
    ("cook", "kok", O),
    ("dog", "hund", O),
    ("doctor", "med", E),
    ("door", "dor", A),
    ("farmer", "agr", O),
    ("flower", "flor", E),
    ("friend", "vin", E),
    ("garden", "gard", A),
    ("girl", "nin", A),
    ("horse", "kav", O),
    ("house", "dom", A),
    ("king", "reg", O),
    ("lamp", "lum", E),
    ("letter", "brev", O),
    ("mountain", "gor", A),
    ("painter", "pikt", E),
    ("queen", "regin", A),
    ("river", "riv", A),
    ("road", "strad", O),
    ("sailor", "mar", O),
    ("singer", "kant", E),
    ("song", "mel", E),
    ("stone", "petr", A),
    ("teacher", "gur", E),
    ("tree", "boler", E),
];

/// Adjectives: northern, southern stem.
pub(super) const ADJECTIVES: &[(&str, &str)] = &[
    ("big", "grand"),
    ("blue", "azul"),
    ("brave", "valor"),
    ("dark", "nokt"),
    ("green", "verd"),
    ("happy", "fel"),
    ("new", "nov"),
    ("quiet", "tas"),
    ("red", "rub"),
    ("rich", "zlat"),
    ("small", "min"),
    ("tired", "lent"),
    ("wet", "akv"),
    ("young", "jun"),
];

/// Verbs: northern, southern stem.
pub(super) const VERBS: &[(&str, &str)] = &[
    ("call", "vok"),
    ("clean", "pur"),
    ("follow", "sek"),
    ("greet", "salut"),
    ("guard", "tut"),
    ("help", "jud"),
    ("kick", "bat"),
    ("lift", "lev"),
    ("need", "bes"),
    ("paint", "tint"),
    ("pull", "tir"),
    ("push", "pus"),
    ("remember", "memor"),
    ("thank", "dank"),
    ("turn", "vert"),
    ("visit", "vizit"),
    ("want", "vol"),
    ("warn", "avert"),
];

/// Numbers: northern, southern.
pub(super) const NUMBERS: &[(&str, &str)] = &[("two", "duo"), ("three", "tri"), ("five", "penk")];

/// Northern prepositions, southern postpositions.
pub(super) const PLACES: &[(&str, &str)] = &[("behind", "tras"), ("near", "pos"), ("under", "sub"), ("with", "kum")];

/// Adverbs: northern, southern.
pub(super) const ADVERBS: &[(&str, &str)] =
    &[("again", "denu"), ("often", "ofte"), ("slowly", "lente"), ("today", "hodi"), ("together", "unis")];
