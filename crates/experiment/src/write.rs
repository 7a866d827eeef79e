//! Texts from texts: a model that goes on, or one that reads and writes.

use salamander_decoder_only::Decoder;
use salamander_encoder_decoder::EncoderDecoder;
use salamander_generate::{BeamSearch, Completer, Hypothesis, Longest, Translator};
use salamander_models::Task;
use salamander_text::Tokenizer;

use crate::{Error, Judging};

/// What a model that writes says behind sources.
pub(crate) struct Answers<'t> {
    completer: Completer,
    tokenizer: &'t Tokenizer,
    longest: usize,
}

impl<'t> Answers<'t> {
    pub(crate) fn new(model: &Decoder, task: Task, tokenizer: &'t Tokenizer, longest: usize) -> Self {
        // The last token of an answer is written and never read: there is room for one more than the model takes.
        let longest = longest + 1;
        Self { completer: Completer::new(model, longest).reading(task.reading()), tokenizer, longest }
    }

    /// The best text behind each source, up to its end, or as long as there is room.
    pub(crate) fn write(&self, sources: &[&str], judging: &Judging) -> Result<Vec<String>, Error> {
        let prompt = |source: &&str| -> Result<Vec<u32>, Error> {
            let mut ids = self.tokenizer.encode(source)?;
            ids.extend(self.tokenizer.bos());
            Ok(ids)
        };
        let prompts = sources.iter().map(prompt).collect::<Result<Vec<_>, _>>()?;
        texts(&self.found(&prompts, judging)?, self.tokenizer)
    }

    /// What is found behind each prompt, up to its end, or as long as there is room; best first.
    pub(crate) fn found(&self, prompts: &[Vec<u32>], judging: &Judging) -> Result<Vec<Vec<Hypothesis>>, Error> {
        let stop = self.tokenizer.eos().into_iter().collect();
        let search = BeamSearch { stop, ..judging.search(Longest::BeyondInput(self.longest)) };
        Ok(self.completer.search(prompts, &search)?)
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

    /// The best target of each source. Sources of about the same length belong together.
    pub(crate) fn write(&self, sources: &[&str], judging: &Judging) -> Result<Vec<String>, Error> {
        let encoded = |source: &&str| -> Result<Vec<u32>, Error> {
            let mut ids = self.tokenizer.encode(source)?;
            ids.truncate(self.longest - 1);
            ids.push(self.end);
            Ok(ids)
        };
        let sources = sources.iter().map(encoded).collect::<Result<Vec<_>, _>>()?;
        // No translation is that much longer than what it translates.
        let search = judging.search(Longest::BeyondInput(50));
        texts(&self.translator.search(&sources, &search)?, self.tokenizer)
    }
}

/// The best hypothesis of each source, as text.
fn texts(found: &[Vec<Hypothesis>], tokenizer: &Tokenizer) -> Result<Vec<String>, Error> {
    let best = found.iter().map(|hypotheses| hypotheses.first().map_or(&[][..], |best| &best.ids));
    best.map(|ids| Ok(tokenizer.decode(ids)?)).collect()
}
