//! What separates words.

/// White space as Python's `str.split` and `str.strip` see it: Unicode's, and four separators from the control characters.
pub(crate) fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

/// The words of a text.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_by_hand() {
        let split = |text| words(text).collect::<Vec<_>>();
        assert_eq!(split(""), [""; 0]);
        assert_eq!(split(" \u{3000}one\u{a0}two\x1cthree\n\t"), ["one", "two", "three"]);
        // A zero-width space is no space.
        assert_eq!(split("one\u{200b}two"), ["one\u{200b}two"]);
    }
}
