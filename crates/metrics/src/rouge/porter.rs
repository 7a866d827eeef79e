//! English words without their endings (Porter 1980, "An algorithm for suffix stripping", Program 14.3).
//!
//! With the departures of NLTK's `PorterStemmer`, which the `rouge-score` package uses: a list of irregular words, `-ies`
//! and `-ied` of four letters, `y` after a consonant only, `-alli` first, `-fulli` and `-logi`, and `e` after a vowel and a
//! consonant. Each is marked below.

/// NLTK: words that the rules would get wrong.
const IRREGULAR: [(&str, &str); 16] = [
    ("sky", "sky"),
    ("skies", "sky"),
    ("dying", "die"),
    ("lying", "lie"),
    ("tying", "tie"),
    ("news", "news"),
    ("innings", "inning"),
    ("inning", "inning"),
    ("outings", "outing"),
    ("outing", "outing"),
    ("cannings", "canning"),
    ("canning", "canning"),
    ("howe", "howe"),
    ("proceed", "proceed"),
    ("exceed", "exceed"),
    ("succeed", "succeed"),
];

/// Step 2, if what is left has a measure above 0. The first ending that fits decides.
const DOUBLE: [(&str, &str); 20] = [
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("bli", "ble"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
];

/// Step 3, if what is left has a measure above 0.
const SINGLE: [(&str, &str); 7] =
    [("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];

/// Step 4: endings to drop if what is left has a measure above 1; before `ion` there must be an `s` or a `t` too.
const LAST: [&str; 19] = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti",
    "ous", "ive", "ize",
];

/// The stem of a word of lower-case ASCII letters and digits.
pub(super) fn stem(word: &str) -> String {
    if let Some((_, stem)) = IRREGULAR.iter().find(|(irregular, _)| *irregular == word) {
        return (*stem).to_owned();
    }
    if word.len() <= 2 {
        return word.to_owned();
    }
    let steps = [plural, past, final_y, double_ending, single_ending, last_ending, final_e, final_l];
    steps.iter().fold(word.to_owned(), |word, step| step(word))
}

/// Step 1a: caresses, caress; ponies, poni; cats, cat.
fn plural(word: String) -> String {
    // NLTK: dies, die; but flies, fli.
    if word.ends_with("ies") && word.len() == 4 {
        return without(&word, "s");
    }
    let rules = [("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")];
    replace(&word, &rules, |_| true)
}

/// Step 1b: agreed, agree; plastered, plaster; motoring, motor.
fn past(word: String) -> String {
    // NLTK: died, die; but spied, spi.
    if word.ends_with("ied") {
        return without(&word, if word.len() == 4 { "d" } else { "ed" });
    }
    if word.ends_with("eed") {
        return replace(&word, &[("eed", "ee")], |left| measure(left) > 0);
    }
    let left = ["ed", "ing"].iter().find_map(|ending| word.strip_suffix(ending).filter(|left| has_vowel(left)));
    match left {
        Some(left) => mend(left),
        None => word,
    }
}

/// What `-ed` or `-ing` was taken from: conflat, conflate; hopp, hop; fil, file.
fn mend(left: &str) -> String {
    if ["at", "bl", "iz"].iter().any(|end| left.ends_with(end)) {
        return format!("{left}e");
    }
    if ends_doubled(left) {
        return if left.ends_with(['l', 's', 'z']) { left.to_owned() } else { left[..left.len() - 1].to_owned() };
    }
    if measure(left) == 1 && ends_short(left) { format!("{left}e") } else { left.to_owned() }
}

/// Step 1c: happy, happi. NLTK: only behind a consonant that is not all that is left, whether or not there is a vowel, so
/// that enjoy stays and fly becomes fli.
fn final_y(word: String) -> String {
    replace(&word, &[("y", "i")], |left| left.len() > 1 && consonants(left).last() == Some(&true))
}

/// Step 2: relational, relate.
fn double_ending(word: String) -> String {
    let positive = |left: &str| measure(left) > 0;
    // NLTK: this one first, and then all again.
    if word.strip_suffix("alli").is_some_and(positive) {
        return double_ending(without(&word, "li"));
    }
    if let Some((ending, by)) = DOUBLE.iter().find(|(ending, _)| word.ends_with(ending)) {
        return replace(&word, &[(ending, by)], positive);
    }
    // NLTK: hopefulli, hopeful; and theologi, theolog, where the l counts to what is left, so that geologi is long enough.
    let word = replace(&word, &[("fulli", "ful")], positive);
    if word.ends_with("logi") && positive(&word[..word.len() - 3]) { without(&word, "i") } else { word }
}

/// Step 3: triplicate, triplic.
fn single_ending(word: String) -> String {
    replace(&word, &SINGLE, |left| measure(left) > 0)
}

/// Step 4: revival, reviv.
fn last_ending(word: String) -> String {
    let Some(ending) = LAST.iter().find(|ending| word.ends_with(*ending)) else { return word };
    replace(&word, &[(ending, "")], |left| measure(left) > 1 && (*ending != "ion" || left.ends_with(['s', 't'])))
}

/// Step 5a: probate, probat; cease, ceas; but rate stays.
fn final_e(word: String) -> String {
    replace(&word, &[("e", "")], |left| measure(left) > 1 || measure(left) == 1 && !ends_short(left))
}

/// Step 5b: controll, control.
fn final_l(word: String) -> String {
    let one_less = word.strip_suffix('l').filter(|left| left.ends_with('l') && measure(left) > 1);
    one_less.map(str::to_owned).unwrap_or(word)
}

/// Replaces the first ending that the word has, if what is left is as it must be; no other is tried.
fn replace(word: &str, rules: &[(&str, &str)], holds: impl Fn(&str) -> bool) -> String {
    let found = rules.iter().find_map(|(ending, by)| Some((word.strip_suffix(ending)?, by)));
    match found {
        Some((left, by)) if holds(left) => format!("{left}{by}"),
        _ => word.to_owned(),
    }
}

fn without(word: &str, ending: &str) -> String {
    word.strip_suffix(ending).unwrap_or(word).to_owned()
}

/// Which letters are consonants: all but a, e, i, o, u, and y behind a consonant.
fn consonants(word: &str) -> Vec<bool> {
    let mut flags: Vec<bool> = Vec::with_capacity(word.len());
    for letter in word.bytes() {
        let consonant = match letter {
            b'a' | b'e' | b'i' | b'o' | b'u' => false,
            b'y' => flags.last() != Some(&true),
            _ => true,
        };
        flags.push(consonant);
    }
    flags
}

/// How many times a consonant follows a vowel.
fn measure(word: &str) -> usize {
    consonants(word).windows(2).filter(|pair| !pair[0] && pair[1]).count()
}

fn has_vowel(word: &str) -> bool {
    consonants(word).contains(&false)
}

/// Whether the last two letters are the same consonant.
fn ends_doubled(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= 2 && bytes[bytes.len() - 1] == bytes[bytes.len() - 2] && consonants(word).last() == Some(&true)
}

/// Whether the last three letters are consonant, vowel, and a consonant other than w, x and y. NLTK: or the word is a vowel
/// and a consonant.
fn ends_short(word: &str) -> bool {
    match *consonants(word) {
        [.., true, false, true] => !word.ends_with(['w', 'x', 'y']),
        [false, true] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_those_of_the_paper() {
        for (want, words) in [
            (0, ["tr", "ee", "tree", "y", "by"].as_slice()),
            (1, &["trouble", "oats", "trees", "ivy"]),
            (2, &["troubles", "private", "oaten", "orrery"]),
        ] {
            words.iter().for_each(|word| assert_eq!(measure(word), want, "{word}"));
        }
    }

    #[test]
    fn stems_are_those_of_the_paper() {
        for (word, want) in [
            ("caresses", "caress"),
            ("ponies", "poni"),
            ("feed", "feed"),
            ("plastered", "plaster"),
            ("bled", "bled"),
            ("sing", "sing"),
            ("hopping", "hop"),
            ("falling", "fall"),
            ("hissing", "hiss"),
            ("filing", "file"),
            ("generalizations", "gener"),
            ("oscillators", "oscil"),
            ("electrical", "electr"),
            ("replacement", "replac"),
            ("adoption", "adopt"),
            ("controlling", "control"),
        ] {
            assert_eq!(stem(word), want, "{word}");
        }
    }

    #[test]
    fn departures_are_those_of_nltk() {
        for (word, want) in [
            ("skies", "sky"),
            ("succeed", "succeed"),
            ("dies", "die"),
            ("flies", "fli"),
            ("died", "die"),
            ("spied", "spi"),
            ("enjoy", "enjoy"),
            ("fly", "fli"),
            ("bys", "by"),
            ("hopefully", "hope"),
            ("geology", "geolog"),
            ("ableness", "abl"),
        ] {
            assert_eq!(stem(word), want, "{word}");
        }
    }

    #[test]
    fn stems_are_those_of_nltk() {
        let recorded = include_str!("../../tests/reference/fixtures/stems.json");
        let recorded: std::collections::BTreeMap<String, String> = serde_json::from_str(recorded).unwrap();
        assert!(recorded.len() > 2000);
        for (word, want) in recorded {
            assert_eq!(stem(&word), want, "{word}");
        }
    }
}
