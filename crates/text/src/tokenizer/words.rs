//! A token for each word.

use std::collections::BTreeSet;

use tokenizers::{OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer, pre_tokenizers::bert::BertPreTokenizer};

use super::{Pretrained, json, special::Special, special::Specials};

/// The vocabulary of `texts`, as a tokenizer of the library: what splits words is then the same everywhere.
pub(super) fn build<'a>(texts: impl IntoIterator<Item = &'a str>, special: &[Special]) -> Pretrained {
    let mut words = BTreeSet::new();
    for text in texts {
        let mut pieces = PreTokenizedString::from(text);
        // Splitting at white space and punctuation cannot fail; if it did, the words would be unknown, not wrong.
        if BertPreTokenizer.pre_tokenize(&mut pieces).is_ok() {
            let splits = pieces.get_splits(OffsetReferential::Original, OffsetType::Byte);
            words.extend(splits.into_iter().map(|(word, _, _)| word.to_owned()));
        }
    }
    let specials = Specials::numbered(special, 0);
    let words: Vec<_> = words.into_iter().filter(|word| specials.named(word).is_none()).collect();
    let json = json::words(&words, &specials).to_string();
    Pretrained::parse(&json).expect("what is written here can be read here")
}
