//! Words that belong to two topics each, and the sentences they stand in.
//!
//! Any word leaves two topics open; two words of different pairs of topics leave at most one.

/// What the topics are called, each at its number.
pub(super) const TOPICS: [&str; 5] = ["music", "sea", "sport", "kitchen", "garden"];

/// Words with the two topics they belong to.
pub(super) const WORDS: &[([usize; 2], &[&str])] = &[
    ([0, 1], &["bass", "bow", "horn", "whistle", "wave", "shanty"]),
    ([0, 2], &["pitch", "score", "record", "drill", "warm-up", "encore"]),
    ([0, 3], &["fork", "scale", "jam", "mixer", "can", "bowl"]),
    ([0, 4], &["reed", "bell", "cricket", "trunk", "rose", "nightingale"]),
    ([1, 2], &["net", "oar", "anchor", "crew", "dive", "captain"]),
    ([1, 3], &["salt", "crab", "oyster", "galley", "hook", "kettle"]),
    ([1, 4], &["weed", "bed", "current", "shell", "heron", "rain"]),
    ([2, 3], &["plate", "club", "roll", "squash", "glove", "whisk"]),
    ([2, 4], &["field", "grass", "fence", "stake", "hedge", "ground"]),
    ([3, 4], &["mint", "pepper", "bean", "bulb", "knife", "herb"]),
];

/// Who talks.
pub(super) const NAMES: &[&str] = &["anna", "ben", "clara", "emil", "hugo", "ida", "leo", "mia", "nora", "paul"];

/// What is said; `{}` stands for a word, `{name}` for who says it. Nothing here tells of a topic.
pub(super) const SENTENCES: &[&str] = &[
    "{name} talked about the {} and the {} .",
    "first came the {} , then the {} , and at last the {} .",
    "nobody knew more about a {} than {name} , but the {} was new .",
    "the old {} was next to the {} .",
    "{name} asked for a {} , a {} and a {} .",
    "without a {} there is no {} , said {name} .",
    "all day {name} thought of the {} , the {} , the {} and the {} .",
    "where is the {} , and who took the {} ?",
];
