//! A token for each word.

use std::collections::BTreeSet;

use tokenizers::{OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer};

use super::{Pretrained, json, special::Special, special::Specials};

/// The vocabulary of `texts`, as a tokenizer of the library. Its own splitter finds the words, so that they are cut the
/// same way when they are looked up.
pub(super) fn build<'a>(texts: impl IntoIterator<Item = &'a str>, special: &[Special]) -> Pretrained {
    let specials = Specials::numbered(special, 0);
    let splitter = with_vocabulary(&[], &specials);
    let mut words = BTreeSet::new();
    for text in texts {
        words.extend(split(&splitter, text));
    }
    let words: Vec<_> = words.into_iter().filter(|word| specials.named(word).is_none()).collect();
    with_vocabulary(&words, &specials)
}

fn with_vocabulary(words: &[String], specials: &Specials) -> Pretrained {
    let json = json::words(words, specials).to_string();
    Pretrained::parse(&json).expect("what is written here can be read here")
}

fn split(splitter: &Pretrained, text: &str) -> Vec<String> {
    let mut pieces = PreTokenizedString::from(text);
    // Splitting at white space and punctuation cannot fail; if it did, the words would be unknown, not wrong.
    match splitter.inner().get_pre_tokenizer().map(|splitter| splitter.pre_tokenize(&mut pieces)) {
        Some(Ok(())) => {
            let splits = pieces.get_splits(OffsetReferential::Original, OffsetType::Byte);
            splits.into_iter().map(|(word, _, _)| word.to_owned()).collect()
        }
        _ => Vec::new(),
    }
}
