//! From ids to text, one at a time.

use crate::{Error, Tokenizer};

/// More ids than this are never held back: they are garbage.
const LONGEST: usize = 64;
/// After so many ids without a whole character, what is there is not the beginning of one. No character has more than four
/// bytes, but a text may really hold U+FFFD, which looks like a broken character and has three.
const PATIENCE: usize = 16;

/// Decodes ids that come one at a time. A piece of text never ends within a character: what may still become one is held
/// back until the next id, or until [`finish`](Self::finish). The pieces together are what
/// [`decode`](Tokenizer::decode) gives for all ids at once (of long garbage, bytes that never become characters, only the
/// number of U+FFFD may differ).
///
/// ```
/// use salamander_text::Tokenizer;
///
/// let tokenizer = Tokenizer::bytes(&[]);
/// let mut stream = tokenizer.stream();
/// assert_eq!(stream.push(0xc3)?, "");
/// assert_eq!(stream.push(0xa9)?, "é");
/// assert_eq!(stream.finish()?, "");
/// # Ok::<(), salamander_text::Error>(())
/// ```
#[derive(Debug)]
pub struct StreamDecoder<'a> {
    tokenizer: &'a Tokenizer,
    /// The last ids: those whose text is not out yet, and those before them that it hangs on (a space, say, that a first
    /// word would not have).
    ids: Vec<u32>,
    /// How many of them are all out.
    settled: usize,
    /// The text of these ids that is out.
    printed: String,
    /// How many ids came without new text.
    waiting: usize,
    /// Bytes that may still become a character.
    bytes: Vec<u8>,
}

impl<'a> StreamDecoder<'a> {
    pub(crate) fn new(tokenizer: &'a Tokenizer) -> Self {
        Self { tokenizer, ids: Vec::new(), settled: 0, printed: String::new(), waiting: 0, bytes: Vec::new() }
    }

    /// The text that is certain now, often none.
    ///
    /// # Errors
    /// If the id is beyond the vocabulary.
    pub fn push(&mut self, id: u32) -> Result<String, Error> {
        match self.tokenizer {
            Tokenizer::Characters(_) => self.tokenizer.decode(&[id]),
            Tokenizer::Bytes(bytes) => {
                self.tokenizer.decode(&[id])?;
                self.bytes.extend(bytes.decode(&[id]));
                Ok(take_characters(&mut self.bytes))
            }
            // Left out of the text, even if it comes between the bytes of a character.
            Tokenizer::Pretrained(pretrained) if pretrained.is_special(id) => Ok(String::new()),
            Tokenizer::Pretrained(_) => self.push_token(id),
        }
    }

    /// What was held back, made whole with U+FFFD where it is no character. The decoder may then begin anew.
    ///
    /// # Errors
    /// Those of [`decode`](Tokenizer::decode).
    pub fn finish(&mut self) -> Result<String, Error> {
        let held = match self.tokenizer {
            Tokenizer::Bytes(_) => String::from_utf8_lossy(&self.bytes).into_owned(),
            _ => self.beyond_printed(&self.tokenizer.decode(&self.ids)?).to_owned(),
        };
        *self = Self::new(self.tokenizer);
        Ok(held)
    }

    fn push_token(&mut self, id: u32) -> Result<String, Error> {
        self.ids.push(id);
        let text = match self.tokenizer.decode(&self.ids) {
            Ok(text) => text,
            Err(error) => {
                self.ids.pop();
                return Err(error);
            }
        };
        let whole = text.trim_end_matches(char::REPLACEMENT_CHARACTER);
        let certain = match () {
            () if whole.len() > self.printed.len() || whole.len() == text.len() => whole,
            // The last may yet become a character.
            () if self.waiting + 1 >= PATIENCE => text.strip_suffix(char::REPLACEMENT_CHARACTER).unwrap_or(&text),
            () => "",
        };
        let piece = self.beyond_printed(certain).to_owned();
        let waits = piece.is_empty() && whole.len() < text.len();
        self.waiting = if waits { self.waiting + 1 } else { 0 };
        if !piece.is_empty() {
            self.printed = certain.to_owned();
        }
        match self.printed == text {
            true => self.settle()?,
            false if self.ids.len() > LONGEST => return Ok(piece + &self.finish()?),
            false => {}
        }
        Ok(piece)
    }

    /// Forgets all ids but the last whose text is out: the next hangs on nothing earlier.
    fn settle(&mut self) -> Result<(), Error> {
        let context = self.tokenizer.decode(&self.ids[self.settled..])?;
        if !context.is_empty() {
            self.ids.drain(..self.settled);
            self.settled = self.ids.len();
            self.printed = context;
        }
        Ok(())
    }

    fn beyond_printed<'t>(&self, text: &'t str) -> &'t str {
        // A decoder that changes its mind about text already out can only be followed from where the two part.
        let shared =
            text.chars().zip(self.printed.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        match text.len() < self.printed.len() {
            true => "",
            false => &text[shared..],
        }
    }
}

/// The characters at the beginning of `bytes`, taken out of it. Bytes that cannot begin one become U+FFFD, as in
/// [`String::from_utf8_lossy`]; those at the end that may still become one stay.
fn take_characters(bytes: &mut Vec<u8>) -> String {
    let mut text = String::new();
    loop {
        let Err(error) = std::str::from_utf8(bytes) else {
            text.push_str(&String::from_utf8_lossy(bytes));
            bytes.clear();
            return text;
        };
        let valid = error.valid_up_to();
        text.push_str(&String::from_utf8_lossy(&bytes[..valid]));
        let Some(wrong) = error.error_len() else {
            bytes.drain(..valid);
            return text;
        };
        text.push(char::REPLACEMENT_CHARACTER);
        bytes.drain(..valid + wrong);
    }
}

#[cfg(test)]
mod tests;
