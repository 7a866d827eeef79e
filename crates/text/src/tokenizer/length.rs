//! How long the text is that ids stand for.

use super::Tokenizer;
use crate::Error;

/// How long a text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TextLength {
    /// In bytes of UTF-8.
    pub bytes: u64,
    /// In characters.
    pub characters: u64,
}

impl TextLength {
    fn add(&mut self, text: &str) {
        self.bytes += text.len() as u64;
        self.characters += text.chars().count() as u64;
    }
}

impl Tokenizer {
    /// How long the text of ids is that follow one another, special tokens left out. A character of several tokens is one,
    /// wherever rows were cut; what stands behind the token that ends a text is another text.
    ///
    /// ```
    /// use salamander_text::{TextLength, Tokenizer};
    ///
    /// let tokenizer = Tokenizer::bytes(&[]);
    /// // The last two of the three bytes of the first, and the second.
    /// let ids = tokenizer.encode("語語")?.split_off(1);
    /// assert_eq!(tokenizer.length(ids)?, TextLength { bytes: 5, characters: 1 });
    /// # Ok::<(), salamander_text::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an id is beyond the vocabulary.
    pub fn length(&self, ids: impl IntoIterator<Item = u32>) -> Result<TextLength, Error> {
        let mut length = TextLength::default();
        let (mut stream, end) = (self.stream(), self.eos());
        for id in ids {
            match self {
                // Bytes count one by one, be they whole characters or not: a character is counted where it begins.
                Self::Bytes(bytes) => {
                    self.check(&[id])?;
                    for byte in bytes.decode(&[id]) {
                        length.bytes += 1;
                        length.characters += u64::from(byte & 0xc0 != 0x80);
                    }
                }
                _ if Some(id) == end => length.add(&stream.finish()?),
                _ => length.add(&stream.push(id)?),
            }
        }
        length.add(&stream.finish()?);
        Ok(length)
    }
}
