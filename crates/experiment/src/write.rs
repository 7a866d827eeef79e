//! Texts from texts: a model that goes on, or one that reads and writes.

use salamander_generate::{BeamSearch, Completer, Hypothesis, LanguageModel, Longest, Seq2Seq, Translator};
use salamander_models::Delimiters;
use salamander_text::{Frame, Tokenizer};

use crate::{Error, Judging, Prompt};

/// What a model that writes says behind sources.
pub(crate) struct Answers<'t, M: LanguageModel> {
    completer: Completer<M>,
    tokenizer: &'t Tokenizer,
    stop: Vec<u32>,
    limits: Limits,
    /// How long a source and what stands behind it may be.
    longest: usize,
}

/// The tokens between which sources and targets stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// Around a source.
    pub source: Frame,
    /// Before a target.
    pub start: u32,
    /// Behind a target.
    pub end: u32,
    /// All that end a target.
    pub stop: Vec<u32>,
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
        Self {
            completer: Completer::new(model, room).reading(reading),
            tokenizer,
            stop: stops(tokenizer, None),
            limits,
            longest: limits.max_seq_len,
        }
    }

    /// The same, and sources lose their end rather than leave no room for so many tokens.
    pub(crate) fn leaving(self, tokens: usize) -> Self {
        let room = self.limits.max_seq_len.saturating_add(1);
        Self { longest: room.saturating_sub(tokens).max(1), ..self }
    }

    /// The same, and these end an answer.
    pub(crate) fn until(self, stop: Vec<u32>) -> Self {
        Self { stop, ..self }
    }

    /// The best text behind each source, up to its end, or as long as there is room.
    pub(crate) fn write(&self, sources: &[&str], judging: &Judging) -> Result<Vec<String>, Error> {
        let prompt = |source: &&str| Prompt::Source.ids_within(source, self.tokenizer, self.longest);
        let prompts = sources.iter().map(prompt);
        texts(&self.found(&prompts.collect::<Result<Vec<_>, _>>()?, judging)?, self.tokenizer)
    }

    /// What is found behind each prompt, up to its end, or as long as there is room; best first.
    pub(crate) fn found(&self, prompts: &[Vec<u32>], judging: &Judging) -> Result<Vec<Vec<Hypothesis>>, Error> {
        let search =
            BeamSearch { stop: self.stop.clone(), ..judging.search(Longest::BeyondInput(self.limits.seq_len)) };
        Ok(self.completer.search(prompts, &search)?)
    }
}

/// What a model that reads and writes says to sources.
pub(crate) struct Targets<'t, M> {
    translator: Translator<M>,
    tokenizer: &'t Tokenizer,
    longest: usize,
    ends: Ends,
}

impl<'t, M: Seq2Seq> Targets<'t, M> {
    pub(crate) fn new(model: &M, tokenizer: &'t Tokenizer, ends: Ends, longest: usize) -> Result<Self, Error> {
        Ok(Self { translator: Translator::new(model, longest, ends.start, ends.end)?, tokenizer, longest, ends })
    }

    /// The best target of each source. Sources of about the same length belong together.
    pub(crate) fn write(&self, sources: &[&str], judging: &Judging) -> Result<Vec<String>, Error> {
        let frame = &self.ends.source;
        let encoded = |source: &&str| -> Result<Vec<u32>, Error> {
            let mut ids = self.tokenizer.encode(source)?;
            ids.truncate(self.longest.saturating_sub(frame.begin.len() + frame.end.len()));
            Ok(frame.one(&ids).ids)
        };
        let sources = sources.iter().map(encoded).collect::<Result<Vec<_>, _>>()?;
        // No translation is that much longer than what it translates.
        let search = BeamSearch { stop: self.ends.stop.clone(), ..judging.search(Longest::BeyondInput(50)) };
        texts(&self.translator.search(&sources, &search)?, self.tokenizer)
    }
}

impl Ends {
    /// Those that a model learnt with such a tokenizer; one from elsewhere has others if its files say so.
    ///
    /// # Errors
    /// If the tokenizer lacks one.
    pub fn new(tokenizer: &Tokenizer, delimiters: Option<&Delimiters>) -> Result<Self, Error> {
        let stop = stops(tokenizer, delimiters);
        let end = *stop.first().ok_or(Error::NoSpecial { purpose: "an end" })?;
        let start = delimiters.and_then(|said| said.start).or(tokenizer.beginning_of_target());
        let start = start.ok_or(Error::NoSpecial { purpose: "a beginning" })?;
        let learnt = || Frame { end: vec![end], ..Frame::default() };
        Ok(Self { source: delimiters.map_or_else(learnt, |said| said.frame.clone()), start, end, stop })
    }
}

/// The tokens each of which ends a text: the tokenizer's, and of a model from elsewhere those that its files name.
pub fn stops(tokenizer: &Tokenizer, delimiters: Option<&Delimiters>) -> Vec<u32> {
    tokenizer.eos().into_iter().chain(delimiters.into_iter().flat_map(|said| said.ends.iter().copied())).collect()
}

/// The best hypothesis of each source, as text.
fn texts(found: &[Vec<Hypothesis>], tokenizer: &Tokenizer) -> Result<Vec<String>, Error> {
    let best = found.iter().map(|hypotheses| hypotheses.first().map_or(&[][..], |best| &best.ids));
    // A model may have more rows than its tokenizer has words; such a row is no text.
    let words = best.map(|ids| ids.iter().copied().filter(|&id| tokenizer.knows(id)).collect::<Vec<_>>());
    words.map(|ids| Ok(tokenizer.decode(&ids)?)).collect()
}

#[cfg(test)]
mod tests {
    use salamander_text::Special;

    use super::*;

    #[test]
    fn a_directory_says_where_its_texts_begin_and_end() {
        let tokenizer = Tokenizer::characters("ab", &[Special::Pad, Special::Begin, Special::End]);
        let learnt = Ends::new(&tokenizer, None).expect("it has both");
        let source = Frame { end: vec![2], ..Frame::default() };
        assert_eq!(learnt, Ends { source, start: 1, end: 2, stop: vec![2] });
        let frame = Frame { begin: vec![1], end: vec![2], ..Frame::default() };
        let said = Delimiters { frame: frame.clone(), start: Some(2), ends: vec![2, 4] };
        let own = Ends::new(&tokenizer, Some(&said)).expect("it has both");
        assert_eq!(own, Ends { source: frame, start: 2, end: 2, stop: vec![2, 2, 4] });

        let bare = Tokenizer::characters("ab", &[]);
        assert!(matches!(Ends::new(&bare, None), Err(Error::NoSpecial { purpose: "an end" })));
        let ended = Delimiters { ends: vec![1], ..Delimiters::default() };
        assert!(matches!(Ends::new(&bare, Some(&ended)), Err(Error::NoSpecial { purpose: "a beginning" })));
        assert!(Ends::new(&bare, Some(&Delimiters { start: Some(0), ..ended })).is_ok());
    }

    #[test]
    fn rows_that_are_no_words_are_no_text() {
        let tokenizer = Tokenizer::characters("ab", &[]);
        let found = Hypothesis { ids: vec![0, 2, 1, 900], end: None, log_probability: 0.0, score: 0.0 };
        assert_eq!(texts(&[vec![found], Vec::new()], &tokenizer).expect("words"), ["ab", ""]);
    }
}
