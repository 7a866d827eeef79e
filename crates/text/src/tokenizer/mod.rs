//! From text to ids and back.

mod bytes;
mod characters;
mod files;
mod json;
mod kind;
mod length;
mod pretrained;
mod special;
mod train;

use std::{ops::Range, path::Path};

pub use bytes::Bytes;
pub use characters::Characters;
pub use kind::{Symbols, TokenizerKind};
pub use length::TextLength;
pub use pretrained::Pretrained;
pub use special::Special;
pub use train::Progress;

use crate::{Error, Frame, StreamDecoder, fingerprint};
use special::Specials;

/// Turns text into ids below [`vocab_size`](Self::vocab_size), and ids into text.
///
/// ```
/// use salamander_text::{Special, Tokenizer};
///
/// let tokenizer = Tokenizer::words(["the cat sees the dog ."], &Special::ALL);
/// let ids = tokenizer.encode("the dog sees the <mask>.")?;
/// assert_eq!(ids, [9, 7, 8, 9, 4, 5]);
/// assert_eq!(tokenizer.decode(&ids)?, "the dog sees the.");
/// # Ok::<(), salamander_text::Error>(())
/// ```
#[derive(Debug, Clone)]
pub enum Tokenizer {
    /// A token for each character of the training text.
    Characters(Characters),
    /// A token for each byte.
    Bytes(Bytes),
    /// What a `tokenizer.json` says, be it from the hub or made here.
    Pretrained(Pretrained),
}

impl Tokenizer {
    /// A token for each character that occurs in `text`, in the order of their code points, after the special tokens.
    pub fn characters(text: &str, special: &[Special]) -> Self {
        Self::Characters(Characters::new(text, special))
    }

    /// A token for each byte: id = byte, so any text can be encoded. The special tokens come after, from 256.
    pub fn bytes(special: &[Special]) -> Self {
        Self::Bytes(Bytes::new(special))
    }

    /// A token for each word and each punctuation mark that occurs in `texts`, sorted, after the special tokens. Words are
    /// what white space and punctuation separate.
    ///
    /// Decoding joins with single spaces, none before `. , ! ?`; whatever else stood between words is not remembered.
    pub fn words<'a>(texts: impl IntoIterator<Item = &'a str>, special: &[Special]) -> Self {
        Self::Pretrained(train::words(texts, special))
    }

    /// A token for each stretch between spaces, sorted, after the special tokens: for text that another program has cut in
    /// pieces. A piece that ends in `@@` goes on without a space when decoded, as subword-nmt writes it (Sennrich et al.
    /// 2016, arXiv:1508.07909).
    ///
    /// ```
    /// use salamander_text::Tokenizer;
    ///
    /// let tokenizer = Tokenizer::pieces(["the low@@ est"], &[]);
    /// assert_eq!(tokenizer.decode(&tokenizer.encode("the low@@ est")?)?, "the lowest");
    /// # Ok::<(), salamander_text::Error>(())
    /// ```
    pub fn pieces<'a>(texts: impl IntoIterator<Item = &'a str>, special: &[Special]) -> Self {
        Self::Pretrained(train::pieces(texts, special))
    }

    /// Reads a `tokenizer.json`, or the one in a directory. Which of its tokens begin, end, pad, mask or stand for the
    /// unknown is read from the `tokenizer_config.json` or `special_tokens_map.json` beside it, if there is one, and
    /// otherwise guessed from their usual names.
    ///
    /// # Errors
    /// If there is no such file, or it is not what it should be.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        files::load(path.as_ref())
    }

    /// Writes a `tokenizer.json` that the `tokenizers` and `transformers` libraries read, giving the same ids. If `path` is a
    /// directory, a `tokenizer_config.json` naming the special tokens goes beside it (`transformers` wants one).
    ///
    /// # Errors
    /// If a file cannot be written; it is then as it was before.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        files::save(self, path.as_ref())
    }

    /// The same, whose file puts this frame around texts: [`encode_framed`](Self::encode_framed) and `transformers` give it.
    ///
    /// ```
    /// use salamander_text::{Frame, Special, Tokenizer};
    ///
    /// let tokenizer = Tokenizer::words(["the cat"], &[Special::Begin, Special::End]);
    /// let framed = tokenizer.framed(&Frame::new(&tokenizer)?)?;
    /// assert_eq!(framed.encode_framed("the cat")?, [0, 3, 2, 1]);
    /// # Ok::<(), salamander_text::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a token of the frame is beyond the vocabulary.
    pub fn framed(&self, frame: &Frame) -> Result<Self, Error> {
        let json = json::framed(self, &files::contents(self), frame)?;
        Ok(Self::Pretrained(Pretrained::parse(&json)?.with_specials(self.specials().clone())))
    }

    /// The ids of a text, nothing added. Special tokens written out in it (`<mask>`) are recognised.
    ///
    /// # Errors
    /// If something in it is unknown and there is no token for the unknown.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        match self {
            Self::Characters(characters) => characters.encode(text),
            Self::Bytes(bytes) => Ok(bytes.encode(text)),
            Self::Pretrained(pretrained) => pretrained.encode(text, false),
        }
    }

    /// The ids of a text with whatever special tokens the file says belong around it (`[CLS]` and `[SEP]`, say).
    ///
    /// # Errors
    /// Those of [`encode`](Self::encode).
    pub fn encode_framed(&self, text: &str) -> Result<Vec<u32>, Error> {
        match self {
            Self::Pretrained(pretrained) => pretrained.encode(text, true),
            _ => self.encode(text),
        }
    }

    /// The ids of a text, each with the bytes of the text it stands for: to say where in the text something is.
    ///
    /// # Errors
    /// Those of [`encode`](Self::encode).
    ///
    /// ```
    /// use salamander_text::Tokenizer;
    ///
    /// let tokenizer = Tokenizer::words(["the cat"], &[]);
    /// assert_eq!(tokenizer.encode_ranges("cat  the")?, [(0, 0..3), (1, 5..8)]);
    /// # Ok::<(), salamander_text::Error>(())
    /// ```
    pub fn encode_ranges(&self, text: &str) -> Result<Vec<(u32, Range<usize>)>, Error> {
        match self {
            Self::Characters(characters) => characters.encode_ranges(text),
            Self::Bytes(bytes) => Ok(bytes.encode_ranges(text)),
            Self::Pretrained(pretrained) => pretrained.encode_ranges(text),
        }
    }

    /// The text of ids, special tokens left out. Bytes that are not UTF-8 become U+FFFD.
    ///
    /// # Errors
    /// If an id is beyond the vocabulary.
    pub fn decode(&self, ids: &[u32]) -> Result<String, Error> {
        self.check(ids)?;
        match self {
            Self::Characters(characters) => Ok(characters.decode(ids)),
            Self::Bytes(bytes) => Ok(String::from_utf8_lossy(&bytes.decode(ids)).into_owned()),
            Self::Pretrained(pretrained) => pretrained.decode(ids),
        }
    }

    fn check(&self, ids: &[u32]) -> Result<(), Error> {
        let vocab_size = self.vocab_size();
        match ids.iter().position(|&id| !self.knows(id)) {
            Some(position) => Err(Error::UnknownId { id: ids[position], position, vocab_size }),
            None => Ok(()),
        }
    }

    /// The [`fingerprint`](crate::fingerprint()) of what [`save`](Self::save) writes. A file of tokens carries it, to be
    /// read with no other tokenizer by mistake.
    pub fn fingerprint(&self) -> u64 {
        fingerprint(&files::contents(self))
    }

    /// Decodes ids that come one at a time.
    pub fn stream(&self) -> StreamDecoder<'_> {
        StreamDecoder::new(self)
    }

    /// How many ids there are, `V`: all are below.
    pub fn vocab_size(&self) -> usize {
        match self {
            Self::Characters(characters) => characters.vocab_size(),
            Self::Bytes(bytes) => bytes.vocab_size(),
            Self::Pretrained(pretrained) => pretrained.vocab_size(),
        }
    }

    /// Whether an id has a token.
    pub fn knows(&self, id: u32) -> bool {
        (id as usize) < self.vocab_size()
    }

    /// A token's own text, as in the vocabulary; for looking inside.
    pub fn token(&self, id: u32) -> Option<String> {
        match self {
            Self::Characters(characters) => characters.token(id),
            Self::Bytes(bytes) => bytes.token(id),
            Self::Pretrained(pretrained) => pretrained.token(id),
        }
    }

    /// The id of the token with that text, as in the vocabulary.
    pub fn id(&self, token: &str) -> Option<u32> {
        match self {
            Self::Characters(characters) => characters.id(token),
            Self::Bytes(bytes) => bytes.id(token),
            Self::Pretrained(pretrained) => pretrained.id(token),
        }
    }

    /// Fills up short rows.
    pub fn pad(&self) -> Option<u32> {
        self.specials().id(Special::Pad)
    }

    /// Stands for what is not in the vocabulary.
    pub fn unk(&self) -> Option<u32> {
        self.specials().id(Special::Unknown)
    }

    /// Begins a text.
    pub fn bos(&self) -> Option<u32> {
        self.specials().id(Special::Begin)
    }

    /// What a text is written behind: the token that begins one, or else the one that ended another.
    pub fn beginning(&self) -> Option<u32> {
        self.bos().or(self.eos())
    }

    /// What a target is written behind: the token that begins a text, or else the one that pads, as models without such a
    /// token have learnt it (Raffel et al. 2019, arXiv:1910.10683).
    pub fn beginning_of_target(&self) -> Option<u32> {
        self.bos().or(self.pad())
    }

    /// Ends a text.
    pub fn eos(&self) -> Option<u32> {
        self.specials().id(Special::End)
    }

    /// Hides a token.
    pub fn mask(&self) -> Option<u32> {
        self.specials().id(Special::Mask)
    }

    /// The ids that [`decode`](Self::decode) leaves out, sorted.
    pub fn special_ids(&self) -> Vec<u32> {
        match self {
            Self::Pretrained(pretrained) => pretrained.special_ids(),
            _ => self.specials().ids(),
        }
    }

    fn specials(&self) -> &Specials {
        match self {
            Self::Characters(characters) => characters.specials(),
            Self::Bytes(bytes) => bytes.specials(),
            Self::Pretrained(pretrained) => pretrained.specials(),
        }
    }
}

#[cfg(test)]
pub(crate) use train::tests::trained;

#[cfg(test)]
mod tests;
