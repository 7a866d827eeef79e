//! Tokenizers made from text.

mod count;
mod merges;
mod unigram;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::Value;

use self::{
    count::{Counts, Splitter},
    merges::{Mark, Merges},
};
use super::{
    Characters, Pretrained, Special, Symbols, Tokenizer, TokenizerKind, bytes::visible, json, special::Specials,
};
use crate::{Error, lines::lines};

/// How far training has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// Text is being read.
    Read {
        /// How many texts, by now.
        texts: u64,
        /// How many bytes they have together.
        bytes: u64,
    },
    /// Tokens are being learned from the words in the text.
    Learn {
        /// How many there are, by now: more and more, or, of kinds that begin with too many, fewer and fewer.
        tokens: usize,
        /// How many there shall be.
        most: usize,
    },
}

/// Tokens in the order of their ids, and what is joined to what, in order.
#[derive(Debug, Default)]
pub(super) struct Learned {
    pub(super) tokens: Vec<String>,
    pub(super) merges: Vec<(String, String)>,
}

impl TokenizerKind {
    /// Makes a tokenizer from `texts`: the same texts in any order give the same tokenizer, and the same file, byte for
    /// byte. For a source and a target that share a vocabulary, give both.
    ///
    /// The special tokens get the first ids (those of [`Bytes`](Self::Bytes) the last). `progress` hears of each stretch of
    /// text and of tokens learned; it may do nothing.
    ///
    /// # Errors
    /// If the vocabulary has no room for the special tokens and the characters of the texts, or needs
    /// [`Special::Unknown`] and has none.
    ///
    /// ```
    /// use salamander_text::{Special, Symbols, TokenizerKind};
    ///
    /// let kind = TokenizerKind::Bpe { vocab_size: 260, min_frequency: 2, lowercase: false, symbols: Symbols::Bytes };
    /// let tokenizer = kind.train(["low lower lowest"], &[Special::End], &mut |_| ())?;
    /// assert_eq!(tokenizer.vocab_size(), 260);
    /// assert_eq!(tokenizer.token(257).as_deref(), Some("lo"));
    /// assert_eq!(tokenizer.decode(&tokenizer.encode("slow?")?)?, "slow?");
    /// # Ok::<(), salamander_text::Error>(())
    /// ```
    pub fn train<T: AsRef<str>>(
        &self,
        texts: impl IntoIterator<Item = T>,
        special: &[Special],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Tokenizer, Error> {
        let texts = texts.into_iter().map(|text| Ok(text.as_ref().to_owned()));
        self.train_on(texts, special, progress)
    }

    /// [`train`](Self::train) on the lines of files, read one after the other.
    ///
    /// # Errors
    /// Those of [`train`](Self::train), and if a file cannot be read or is not UTF-8.
    pub fn train_files<P: AsRef<Path>>(
        &self,
        files: impl IntoIterator<Item = P>,
        special: &[Special],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Tokenizer, Error> {
        self.train_on(files.into_iter().flat_map(|file| lines(file.as_ref())), special, progress)
    }

    fn train_on(
        &self,
        texts: impl Iterator<Item = Result<String, Error>>,
        special: &[Special],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Tokenizer, Error> {
        let specials = Specials::numbered(special, 0);
        let json = match *self {
            Self::Bytes => return Ok(Tokenizer::bytes(special)),
            Self::Characters => return characters(texts, specials, progress),
            Self::Words { vocab_size, min_frequency, lowercase } => {
                let write = |words: &[String]| json::words(words, &specials, lowercase);
                let words = count(texts, &write(&[]), &specials, progress)?;
                write(&frequent(words, &specials, vocab_size, min_frequency))
            }
            Self::Pieces { vocab_size, min_frequency, lowercase } => {
                let write = |words: &[String]| json::pieces(words, &specials, lowercase);
                let words = count(texts, &write(&[]), &specials, progress)?;
                write(&frequent(words, &specials, vocab_size, min_frequency))
            }
            Self::Bpe { vocab_size, min_frequency, lowercase, symbols } => {
                let write = |learned: &Learned| json::bpe(learned, &specials, lowercase, symbols);
                let mark = if symbols == Symbols::Bytes { Mark::None } else { Mark::End };
                let words = count(texts, &write(&Learned::default()), &specials, progress)?;
                write(&merges(words, &specials, mark, (vocab_size, min_frequency), progress)?)
            }
            Self::WordPiece { vocab_size, min_frequency, lowercase } => {
                let write = |learned: &Learned| json::word_piece(&learned.tokens, &specials, lowercase);
                let words = count(texts, &write(&Learned::default()), &specials, progress)?;
                write(&merges(words, &specials, Mark::Inside, (vocab_size, min_frequency), progress)?)
            }
            Self::Unigram { vocab_size, lowercase } => {
                let write = |pieces: &[(String, f64)]| json::unigram(pieces, &specials, lowercase);
                let words = count(texts, &write(&unigram::special(&specials)), &specials, progress)?;
                write(&unigram(words, &specials, vocab_size, progress)?)
            }
        };
        Ok(Tokenizer::Pretrained(Pretrained::parse(&json.to_string())?))
    }
}

/// See [`Tokenizer::words`].
pub(super) fn words<'a>(texts: impl IntoIterator<Item = &'a str>, special: &[Special]) -> Pretrained {
    whole(TokenizerKind::Words { vocab_size: None, min_frequency: 1, lowercase: false }, texts, special)
}

/// See [`Tokenizer::pieces`].
pub(super) fn pieces<'a>(texts: impl IntoIterator<Item = &'a str>, special: &[Special]) -> Pretrained {
    whole(TokenizerKind::Pieces { vocab_size: None, min_frequency: 1, lowercase: false }, texts, special)
}

fn whole<'a>(kind: TokenizerKind, texts: impl IntoIterator<Item = &'a str>, special: &[Special]) -> Pretrained {
    match kind.train(texts, special, &mut |_| ()) {
        Ok(Tokenizer::Pretrained(words)) => words,
        // Splitting at white space and punctuation cannot fail, and what is written here can be read here.
        other => panic!("a tokenizer of words: {other:?}"),
    }
}

/// The words of `texts`, as the tokenizer written in `json` finds them.
fn count(
    texts: impl Iterator<Item = Result<String, Error>>,
    json: &Value,
    specials: &Specials,
    progress: &mut dyn FnMut(Progress),
) -> Result<BTreeMap<String, u64>, Error> {
    let splitter = Splitter::new(Pretrained::parse(&json.to_string())?, specials.clone());
    Counts::new(&splitter, progress).all(texts)
}

fn characters(
    texts: impl Iterator<Item = Result<String, Error>>,
    specials: Specials,
    progress: &mut dyn FnMut(Progress),
) -> Result<Tokenizer, Error> {
    let (mut symbols, mut read, mut bytes) = (BTreeSet::new(), 0, 0);
    for text in texts {
        let text = text?;
        symbols.extend(text.chars());
        (read, bytes) = (read + 1, bytes + text.len() as u64);
        progress(Progress::Read { texts: read, bytes });
    }
    Ok(Tokenizer::Characters(Characters::of(symbols.into_iter().collect(), specials)))
}

/// The words that are frequent enough, sorted.
fn frequent(
    words: BTreeMap<String, u64>,
    specials: &Specials,
    vocab_size: Option<usize>,
    min_frequency: u64,
) -> Vec<String> {
    // In small letters a word may have become the text of a special token, whose id it must not take.
    let ordinary = |word: &str, count: u64| count >= min_frequency && specials.named(word).is_none();
    let mut words: Vec<_> = words.into_iter().filter(|(word, count)| ordinary(word, *count)).collect();
    // Stable: of equally frequent words, the first in the alphabet stay.
    words.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    words.truncate(vocab_size.map_or(usize::MAX, |most| most.saturating_sub(specials.len())));
    let mut words: Vec<_> = words.into_iter().map(|(word, _)| word).collect();
    words.sort_unstable();
    words
}

fn merges(
    words: BTreeMap<String, u64>,
    specials: &Specials,
    mark: Mark,
    (vocab_size, min_frequency): (usize, u64),
    progress: &mut dyn FnMut(Progress),
) -> Result<Learned, Error> {
    if mark != Mark::None {
        check_unknown(specials)?;
    }
    let bytes = (mark == Mark::None).then_some(0..=u8::MAX).into_iter().flatten();
    let named = specials.iter().map(|(special, _)| special.text().to_owned());
    let merges = Merges::new(&words, named, bytes.map(visible), mark);
    check_room(vocab_size, merges.len())?;
    Ok(merges.learn(vocab_size, min_frequency, |tokens| progress(Progress::Learn { tokens, most: vocab_size })))
}

fn unigram(
    words: BTreeMap<String, u64>,
    specials: &Specials,
    vocab_size: usize,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<(String, f64)>, Error> {
    check_unknown(specials)?;
    let characters: BTreeSet<_> = words.keys().flat_map(|word| word.chars()).collect();
    check_room(vocab_size, specials.len() + characters.len())?;
    Ok(unigram::learn(&words, specials, vocab_size, |tokens| progress(Progress::Learn { tokens, most: vocab_size })))
}

/// Whether there is a token for characters that are not in the vocabulary.
fn check_unknown(specials: &Specials) -> Result<(), Error> {
    let unknown = specials.id(Special::Unknown).map(|_| ());
    unknown.ok_or(Error::NoSpecial { special: "<unk>", purpose: "a vocabulary of characters" })
}

/// Whether the tokens that must be there leave any room.
fn check_room(vocab_size: usize, least: usize) -> Result<(), Error> {
    match vocab_size >= least {
        true => Ok(()),
        false => Err(Error::SmallVocabulary { found: vocab_size, least }),
    }
}

#[cfg(test)]
pub(crate) mod tests;
