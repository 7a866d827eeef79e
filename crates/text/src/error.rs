//! What can be wrong with text, ids and tokenizers.

use std::path::PathBuf;

/// What is wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A character is not in the vocabulary, and there is no token for the unknown.
    #[error(
        "the character {character:?} at byte {offset} is not in the vocabulary of {vocab_size} (made from other text)"
    )]
    UnknownCharacter {
        /// The character.
        character: char,
        /// How many bytes of text come before it.
        offset: usize,
        /// How many tokens there are.
        vocab_size: usize,
    },
    /// An id is beyond the vocabulary.
    #[error("token id {id} (at position {position}) is beyond the vocabulary of {vocab_size}")]
    UnknownId {
        /// The id.
        id: u32,
        /// How many ids come before it.
        position: usize,
        /// How many tokens there are.
        vocab_size: usize,
    },
    /// The system would not read or write a file.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is not a `tokenizer.json`.
    #[error("{}: is not a tokenizer that can be read: {message}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What the `tokenizers` library says.
        message: String,
    },
    /// A file is not one of tokens.
    #[error("{}: is not a file of tokens that can be read: {message}", path.display())]
    TokenFormat {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A file of tokens belongs to another tokenizer.
    #[error(
        "{}: was written with another tokenizer (fingerprint {found:016x}, not {expected:016x}): encode the text again",
        path.display()
    )]
    OtherTokenizer {
        /// The file.
        path: PathBuf,
        /// The fingerprint in the file.
        found: u64,
        /// The tokenizer's.
        expected: u64,
    },
    /// The `tokenizers` library refuses a text or some ids.
    #[error("the tokenizer fails: {message}")]
    Library {
        /// What the library says.
        message: String,
    },
    /// The tokenizer lacks a special token.
    #[error("the tokenizer has no {special} token, which {purpose} needs")]
    NoSpecial {
        /// The token's usual text.
        special: &'static str,
        /// What needs it.
        purpose: &'static str,
    },
    /// A vocabulary has no room for what must be in it.
    #[error(
        "a vocabulary of {found} tokens has no room for the {least} that the special tokens and characters of the text take: raise vocab_size"
    )]
    SmallVocabulary {
        /// How many tokens it may have.
        found: usize,
        /// How many it must have.
        least: usize,
    },
    /// There is not enough to make a batch of.
    #[error("there are {found} {unit}, and at least {least} are needed{hint}")]
    TooFew {
        /// How many there are.
        found: usize,
        /// How many there must be.
        least: usize,
        /// Of what.
        unit: &'static str,
        /// What to do about it.
        hint: &'static str,
    },
    /// An answer is not in its context.
    #[error(
        "the answer of question {index}, bytes {start} to {end}, is not in its context of {length} bytes: correct or drop it"
    )]
    NoAnswer {
        /// Which question, counted from 0.
        index: usize,
        /// Where the answer should begin.
        start: usize,
        /// Where it should end.
        end: usize,
        /// How many bytes the context has.
        length: usize,
    },
    /// A row is longer than it may be.
    #[error(
        "row {index} has {found} tokens, more than the {most} it may have: raise the limit, cut it or leave it out"
    )]
    LongRow {
        /// Which row, counted from 0.
        index: usize,
        /// Its length, special tokens included.
        found: usize,
        /// The longest there may be.
        most: usize,
    },
    /// A sequence is longer than the model can take.
    #[error(
        "the {side} of pair {index} has {found} tokens with its special ones, more than {most}: raise the limit or leave it out"
    )]
    TooLong {
        /// Source or target.
        side: &'static str,
        /// Which pair, counted from 0.
        index: usize,
        /// Its length.
        found: usize,
        /// The longest there may be.
        most: usize,
    },
}

impl Error {
    /// The same, in a text that begins `before` bytes earlier.
    pub(crate) fn further(self, before: usize) -> Self {
        match self {
            Self::UnknownCharacter { character, offset, vocab_size } => {
                Self::UnknownCharacter { character, offset: before + offset, vocab_size }
            }
            other => other,
        }
    }

    pub(crate) fn library(error: tokenizers::Error) -> Self {
        Self::Library { message: error.to_string() }
    }
}
