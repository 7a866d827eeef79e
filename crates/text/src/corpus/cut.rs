//! Where a text may be cut so that its parts have the tokens of the whole.

use crate::{Error, Tokenizer};

/// How many bytes on both sides of a cut are looked at.
const CONTEXT: usize = 512;
/// So many places are tried before more text is waited for.
const TRIES: usize = 64;

/// The last place where `text`, which may go on, can be cut, if there is one: where the tokenizer, asked about the text
/// around, gives the same ids with the cut as without it.
///
/// Only places before white space are tried: there every tokenizer trained here begins a new word, whatever else is in the
/// text, so what is found around holds for the whole. Those of single characters and bytes can be cut anywhere but within a
/// special token. A tokenizer from elsewhere that joins across words has, around, other ids with the cut, and is not cut.
pub(super) fn last_cut(tokenizer: &Tokenizer, text: &str) -> Result<Option<usize>, Error> {
    let anywhere = matches!(tokenizer, Tokenizer::Characters(_) | Tokenizer::Bytes(_));
    let Some(known) = text.len().checked_sub(CONTEXT) else { return Ok(None) };
    let mut after: Option<char> = None;
    let mut tries = 0;
    for (at, character) in text[..text.floor_char_boundary(known)].char_indices().rev() {
        let next = after.replace(character);
        let Some(next) = next else { continue };
        if !anywhere && (character.is_whitespace() || !next.is_whitespace()) {
            continue;
        }
        let cut = at + character.len_utf8();
        if is_safe(tokenizer, text, cut)? {
            return Ok(Some(cut));
        }
        tries += 1;
        if tries == TRIES {
            break;
        }
    }
    Ok(None)
}

fn is_safe(tokenizer: &Tokenizer, text: &str, cut: usize) -> Result<bool, Error> {
    let start = text.floor_char_boundary(cut.saturating_sub(CONTEXT));
    let end = text.floor_char_boundary(cut + CONTEXT);
    let whole = tokenizer.encode(&text[start..end])?;
    let (left, right) = (tokenizer.encode(&text[start..cut])?, tokenizer.encode(&text[cut..end])?);
    Ok(whole.len() == left.len() + right.len() && whole.starts_with(&left) && whole.ends_with(&right))
}

/// `text` in pieces of about `size` bytes that have the tokens of the whole.
pub(super) fn pieces<'a>(tokenizer: &Tokenizer, mut text: &'a str, size: usize) -> Result<Vec<&'a str>, Error> {
    let (mut pieces, mut reach) = (Vec::new(), size);
    while text.len() > reach + CONTEXT {
        match last_cut(tokenizer, &text[..text.floor_char_boundary(reach + CONTEXT)])? {
            Some(cut) => {
                pieces.push(&text[..cut]);
                (text, reach) = (&text[cut..], size);
            }
            None => reach *= 2,
        }
    }
    pieces.push(text);
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tokenizer::trained;

    fn check(tokenizer: &Tokenizer, text: &str) -> usize {
        let pieces = pieces(tokenizer, text, CONTEXT).unwrap();
        assert_eq!(pieces.concat(), text);
        let ids: Vec<_> = pieces.iter().flat_map(|piece| tokenizer.encode(piece).unwrap()).collect();
        assert!(ids == tokenizer.encode(text).unwrap(), "{tokenizer:?} {text:?}");
        pieces.len()
    }

    #[test]
    fn hard_texts_are_cut_where_nothing_joins() {
        let spaces = format!("a{}b", " ".repeat(4 * CONTEXT));
        let lines = "the keeper counted\n\n\n  waves, \t and lost\r\n count <mask> of them\n".repeat(40);
        let unbroken = "wave".repeat(CONTEXT);
        let marks = "<mask>".repeat(CONTEXT);
        for tokenizer in trained() {
            for text in [&spaces, &lines, &unbroken, &marks] {
                check(&tokenizer, text);
            }
            assert!(check(&tokenizer, &lines) > 3, "{tokenizer:?} cuts lines");
            assert!(!matches!(tokenizer, Tokenizer::Bytes(_)) || check(&tokenizer, &unbroken) > 3);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]
        #[test]
        fn pieces_have_the_tokens_of_the_whole(
            parts in prop::collection::vec("[a-e]{1,5}|the|waves|[ \n\t]{1,3}|\r\n|<mask>|'s|\\PC{1,3}", 800)
        ) {
            let text = parts.concat();
            for tokenizer in trained() {
                check(&tokenizer, &text);
            }
        }
    }
}
