//! A text while it is written.

use salamander_text::Tokenizer;

use crate::{Error, Pieces, Request, Sampler, Writer, writer::step};

/// The ids of a text, each made when it is asked for.
#[derive(Debug)]
pub struct Tokens<W> {
    writer: W,
    sampler: Sampler,
    stop: Vec<u32>,
    /// What the writer has not read yet.
    unread: Vec<u32>,
    left: usize,
}

impl<W: Writer> Tokens<W> {
    /// Goes on from `start`, of which the writer has not read anything yet.
    ///
    /// # Errors
    /// If `start` is empty, or the sampling is out of its range.
    pub fn new(writer: W, start: &[u32], request: &Request) -> Result<Self, Error> {
        if start.is_empty() {
            return Err(Error::Empty { what: "prompt" });
        }
        let mut sampler = request.sampling.sampler()?;
        sampler.see(start);
        Ok(Self { writer, sampler, stop: request.stop.clone(), unread: start.to_vec(), left: request.new_tokens })
    }

    /// The same as text, piece by piece.
    pub fn text(self, tokenizer: &Tokenizer) -> Pieces<'_, Self> {
        Pieces::new(self, tokenizer)
    }

    fn choose(&mut self) -> Result<u32, Error> {
        let mut logits = step(&mut self.writer, &[&self.unread])?;
        self.sampler.choose(&mut logits)
    }
}

impl<W: Writer> Iterator for Tokens<W> {
    type Item = Result<u32, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let chosen = self.choose();
        match &chosen {
            Ok(id) if self.stop.contains(id) => {
                self.left = 0;
                return None;
            }
            Ok(id) => self.unread = vec![*id],
            Err(_) => self.left = 0,
        }
        Some(chosen)
    }
}
