//! Texts from texts: a model that goes on, or one that reads and writes.

use salamander_generate::{BeamSearch, Completer, Hypothesis, LanguageModel, Longest, Seq2Seq, Translator};
use salamander_text::Tokenizer;

use crate::{Error, Judging, Prompt};

/// What a model that writes says behind sources.
pub(crate) struct Answers<'t, M: LanguageModel> {
    completer: Completer<M>,
    tokenizer: &'t Tokenizer,
    limits: Limits,
}

/// How long texts may be, in tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Source and answer together, as far as the model reads.
    pub(crate) max_seq_len: usize,
    /// What was learnt from at a time: no answer is longer.
    pub(crate) seq_len: usize,
}

impl<'t, M: LanguageModel> Answers<'t, M> {
    pub(crate) fn new(model: &M, reading: M::Reading, tokenizer: &'t Tokenizer, limits: Limits) -> Self {
        // The last token of an answer is written and never read: there is room for one more than the model takes.
        let room = limits.max_seq_len.saturating_add(1);
        Self { completer: Completer::new(model, room).reading(reading), tokenizer, limits }
    }

    /// The best text behind each source, up to its end, or as long as there is room.
    pub(crate) fn write(&self, sources: &[&str], judging: &Judging) -> Result<Vec<String>, Error> {
        let prompts = sources.iter().map(|source| Prompt::Source.ids(source, self.tokenizer));
        texts(&self.found(&prompts.collect::<Result<Vec<_>, _>>()?, judging)?, self.tokenizer)
    }

    /// What is found behind each prompt, up to its end, or as long as there is room; best first.
    pub(crate) fn found(&self, prompts: &[Vec<u32>], judging: &Judging) -> Result<Vec<Vec<Hypothesis>>, Error> {
        let stop = self.tokenizer.eos().into_iter().collect();
        let search = BeamSearch { stop, ..judging.search(Longest::BeyondInput(self.limits.seq_len)) };
        Ok(self.completer.search(prompts, &search)?)
    }
}

/// What a model that reads and writes says to sources.
pub(crate) struct Targets<'t, M> {
    translator: Translator<M>,
    tokenizer: &'t Tokenizer,
    longest: usize,
    end: u32,
}

impl<'t, M: Seq2Seq> Targets<'t, M> {
    pub(crate) fn new(model: &M, tokenizer: &'t Tokenizer, longest: usize) -> Result<Self, Error> {
        let (start, end) = ends(tokenizer)?;
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

/// The tokens between which a target stands.
pub(crate) fn ends(tokenizer: &Tokenizer) -> Result<(u32, u32), Error> {
    let start = tokenizer.beginning_of_target().ok_or(Error::NoSpecial { purpose: "a beginning" })?;
    let end = tokenizer.eos().ok_or(Error::NoSpecial { purpose: "an end" })?;
    Ok((start, end))
}

/// The best hypothesis of each source, as text.
fn texts(found: &[Vec<Hypothesis>], tokenizer: &Tokenizer) -> Result<Vec<String>, Error> {
    let best = found.iter().map(|hypotheses| hypotheses.first().map_or(&[][..], |best| &best.ids));
    best.map(|ids| Ok(tokenizer.decode(ids)?)).collect()
}
