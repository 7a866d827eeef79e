//! Texts from texts: a model that goes on, or one that reads and writes.

use salamander_decoder_only::Decoder;
use salamander_encoder_decoder::EncoderDecoder;
use salamander_generate::{Completer, Request, Translator};
use salamander_text::Tokenizer;

use crate::Error;

/// What a model that writes says behind sources.
pub(crate) struct Answers<'t> {
    completer: Completer,
    tokenizer: &'t Tokenizer,
    longest: usize,
}

impl<'t> Answers<'t> {
    pub(crate) fn new(model: &Decoder, tokenizer: &'t Tokenizer, longest: usize) -> Self {
        Self { completer: Completer::new(model, longest), tokenizer, longest }
    }

    /// The likeliest text behind each source, up to its end, or as long as there is room.
    pub(crate) fn write(&self, sources: &[&str]) -> Result<Vec<String>, Error> {
        sources.iter().map(|source| self.one(source)).collect()
    }

    fn one(&self, source: &str) -> Result<String, Error> {
        let mut prompt = self.tokenizer.encode(source)?;
        prompt.extend(self.tokenizer.bos());
        // The last token is written and never read.
        let room = (self.longest + 1).saturating_sub(prompt.len());
        let stop = self.tokenizer.eos().into_iter().collect();
        let ids = self.completer.complete(&prompt, &Request { stop, ..Request::greedy(room) })?;
        Ok(self.tokenizer.decode(&ids.collect::<Result<Vec<_>, _>>()?)?)
    }
}

/// What a model that reads and writes says to sources.
pub(crate) struct Targets<'t> {
    translator: Translator,
    tokenizer: &'t Tokenizer,
    longest: usize,
    end: u32,
}

impl<'t> Targets<'t> {
    pub(crate) fn new(model: &EncoderDecoder, tokenizer: &'t Tokenizer, longest: usize) -> Result<Self, Error> {
        let start = tokenizer.bos().or(tokenizer.pad()).ok_or(Error::NoSpecial { purpose: "a beginning" })?;
        let end = tokenizer.eos().ok_or(Error::NoSpecial { purpose: "an end" })?;
        Ok(Self { translator: Translator::new(model, longest, start, end)?, tokenizer, longest, end })
    }

    /// The likeliest target of each source, a word at a time. Sources of about the same length belong together.
    pub(crate) fn write(&self, sources: &[&str]) -> Result<Vec<String>, Error> {
        let encoded = |source: &&str| -> Result<Vec<u32>, Error> {
            let mut ids = self.tokenizer.encode(source)?;
            ids.truncate(self.longest - 1);
            ids.push(self.end);
            Ok(ids)
        };
        let sources = sources.iter().map(encoded).collect::<Result<Vec<_>, _>>()?;
        let written = self.translator.translate(&sources, self.longest - 1)?;
        written.iter().map(|ids| Ok(self.tokenizer.decode(ids)?)).collect()
    }
}
