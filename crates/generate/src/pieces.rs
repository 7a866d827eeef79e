//! A text while it is written, as text.

use salamander_text::{StreamDecoder, Tokenizer};

use crate::Error;

/// The pieces of a text that are certain, none of them empty and none ending within a character.
#[derive(Debug)]
pub struct Pieces<'t, I> {
    ids: Option<I>,
    stream: StreamDecoder<'t>,
}

impl<'t, I> Pieces<'t, I> {
    /// Decodes ids as they come.
    pub fn new(ids: I, tokenizer: &'t Tokenizer) -> Self {
        Self { ids: Some(ids), stream: tokenizer.stream() }
    }
}

impl<I: Iterator<Item = Result<u32, Error>>> Iterator for Pieces<'_, I> {
    type Item = Result<String, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let piece = match self.ids.as_mut()?.next() {
                Some(Ok(id)) => self.stream.push(id).map_err(Error::from),
                Some(Err(error)) => Err(error),
                None => {
                    self.ids = None;
                    self.stream.finish().map_err(Error::from)
                }
            };
            match piece {
                Ok(piece) if piece.is_empty() => {}
                Ok(piece) => return Some(Ok(piece)),
                Err(error) => {
                    self.ids = None;
                    return Some(Err(error));
                }
            }
        }
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
    fn an_error_ends_it() {
        let text = pieces(vec![Ok(b'a'.into()), Err(Error::NotFinite { position: 1 }), Ok(b'b'.into())]);
        assert!(matches!(text[..], [Ok(_), Err(Error::NotFinite { position: 1 })]));
        assert!(matches!(pieces(vec![Ok(300)])[..], [Err(Error::Text(_))]));
    }
}
