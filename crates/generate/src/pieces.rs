//! A text while it is written, as text.

use salamander_text::{StreamDecoder, Tokenizer};

use crate::{Error, stops::Stops};

/// The pieces of a text that are certain, none of them empty and none ending within a character.
#[derive(Debug)]
pub struct Pieces<'t, I> {
    ids: Option<I>,
    tokenizer: &'t Tokenizer,
    stream: StreamDecoder<'t>,
    stops: Stops,
}

impl<'t, I> Pieces<'t, I> {
    /// Decodes ids as they come. One that the tokenizer has no word for, as a model may choose that has more rows than
    /// words, is no text; `transformers` leaves it out too.
    pub fn new(ids: I, tokenizer: &'t Tokenizer) -> Self {
        Self { ids: Some(ids), tokenizer, stream: tokenizer.stream(), stops: Stops::default() }
    }

    /// Decodes ids as they come behind `prompt`, which is no part of what comes out. It decides what stands between its
    /// last word and the first.
    ///
    /// # Errors
    /// If an id of the prompt is beyond the tokenizer's vocabulary.
    pub fn after(prompt: &[u32], ids: I, tokenizer: &'t Tokenizer) -> Result<Self, Error> {
        let mut pieces = Self::new(ids, tokenizer);
        for &id in prompt {
            pieces.stream.push(id)?;
        }
        Ok(pieces)
    }

    /// Ends the text where one of `stops` begins, wherever the tokens are cut. What may become one is held back until it
    /// is clear, and no more ids are asked for once it is.
    ///
    /// A text that comes with its prompt is watched from the prompt on: see [`after`](Self::after).
    ///
    /// ```
    /// use salamander_generate::{Error, Pieces};
    /// use salamander_text::Tokenizer;
    ///
    /// let tokenizer = Tokenizer::bytes(&[]);
    /// let ids = "Yes.\n\nAnd".bytes().map(|byte| Ok(byte.into()));
    /// let text = Pieces::new(ids, &tokenizer).until(&["\n\n"])?.collect::<Result<String, Error>>()?;
    /// assert_eq!(text, "Yes.");
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// If one of them is empty.
    pub fn until(mut self, stops: &[impl AsRef<str>]) -> Result<Self, Error> {
        self.stops = Stops::new(stops)?;
        Ok(self)
    }
}

impl<I: Iterator<Item = Result<u32, Error>>> Pieces<'_, I> {
    /// What has become certain with the next id, often nothing, and whether the text goes on.
    fn read(&mut self, ids: &mut I) -> Result<(String, bool), Error> {
        let id = ids.next().transpose()?;
        let text = match id {
            Some(id) if self.tokenizer.knows(id) => self.stream.push(id)?,
            Some(_) => String::new(),
            None => self.stream.finish()?,
        };
        let (piece, stopped) = self.stops.push(&text);
        match id {
            _ if stopped => Ok((piece, false)),
            Some(_) => Ok((piece, true)),
            None => Ok((piece + &self.stops.finish(), false)),
        }
    }
}

impl<I: Iterator<Item = Result<u32, Error>>> Iterator for Pieces<'_, I> {
    type Item = Result<String, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        // Taken out until it is clear that the text goes on.
        while let Some(mut ids) = self.ids.take() {
            let (piece, goes_on) = match self.read(&mut ids) {
                Ok(read) => read,
                Err(error) => return Some(Err(error)),
            };
            self.ids = goes_on.then_some(ids);
            if !piece.is_empty() {
                return Some(Ok(piece));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(ids: Vec<Result<u32, Error>>) -> Vec<Result<String, Error>> {
        let tokenizer = Tokenizer::bytes(&[]);
        Pieces::new(ids.into_iter(), &tokenizer).collect()
    }

    #[test]
    fn characters_come_whole() {
        let text: Vec<_> = pieces("aé!".bytes().map(|b| Ok(b.into())).collect());
        let text: Vec<String> = text.into_iter().map(|piece| piece.expect("bytes")).collect();
        assert_eq!(text, ["a", "é", "!"]);
    }

    #[test]
    fn what_is_cut_off_comes_at_the_end() {
        let text: Vec<_> = pieces(vec![Ok(b'a'.into()), Ok(0xc3)]);
        let text: Vec<String> = text.into_iter().map(|piece| piece.expect("bytes")).collect();
        assert_eq!(text, ["a", "\u{fffd}"]);
    }

    #[test]
    fn a_stop_string_ends_it_and_asks_for_no_more() {
        let tokenizer = Tokenizer::bytes(&[]);
        let mut asked = 0;
        let ids = "one\nEND two".bytes().inspect(|_| asked += 1).map(|b| Ok(b.into()));
        let pieces = Pieces::new(ids, &tokenizer).until(&["\nEND"]).expect("not empty");
        let text: String = pieces.map(|piece| piece.expect("bytes")).collect();
        assert_eq!((text.as_str(), asked), ("one", 7));
    }

    #[test]
    fn what_was_held_back_for_a_stop_comes_at_the_end() {
        let tokenizer = Tokenizer::bytes(&[]);
        let until = |bytes: &[u8]| {
            let ids: Vec<_> = bytes.iter().map(|&b| Ok(b.into())).collect();
            let pieces = Pieces::new(ids.into_iter(), &tokenizer).until(&["!\u{fffd}", "ND"]).expect("not empty");
            pieces.map(|piece| piece.expect("bytes")).collect::<String>()
        };
        assert_eq!(until(b"one EN"), "one EN");
        assert_eq!(until(b"one!\xc3"), "one", "what is cut off may end it too");
    }

    #[test]
    fn behind_a_prompt() {
        let tokenizer = Tokenizer::bytes(&[]);
        let ids = [0xa9, b'!'].into_iter().map(|id| Ok(id.into()));
        let pieces = Pieces::after(&[b'N'.into(), 0xc3], ids, &tokenizer).expect("bytes");
        let text: String = pieces.map(|piece| piece.expect("bytes")).collect();
        assert_eq!(text, "é!");
        let none = std::iter::empty::<Result<u32, Error>>();
        assert!(matches!(Pieces::after(&[300], none, &tokenizer), Err(Error::Text(_))));
    }

    #[test]
    fn rows_that_are_no_words_are_no_text() {
        let text = pieces(vec![Ok(0xc3), Ok(256), Ok(0xa9), Ok(u32::MAX), Ok(b'!'.into())]);
        let text: Vec<String> = text.into_iter().map(|piece| piece.expect("bytes")).collect();
        assert_eq!(text, ["é", "!"]);
    }

    #[test]
    fn an_error_ends_it() {
        let text = pieces(vec![Ok(b'a'.into()), Err(Error::NotFinite { position: 1 }), Ok(b'b'.into())]);
        assert!(matches!(text[..], [Ok(_), Err(Error::NotFinite { position: 1 })]));
    }
}
