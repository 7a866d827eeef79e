//! Going on where a prompt ends.

use crate::{
    BeamSearch, Error, Hypothesis, LanguageModel, Request, Tokens,
    request::{check_ids, check_room},
    search,
    side_by_side::write,
    writer::padding,
};

/// A [`LanguageModel`] that goes on where prompts end.
#[derive(Debug)]
pub struct Completer<M: LanguageModel> {
    model: M,
    max_seq_len: usize,
    reading: M::Reading,
}

impl<M: LanguageModel> Completer<M> {
    /// Writes with `model`, whose prompts and texts together have at most `max_seq_len` tokens.
    pub fn new(model: &M, max_seq_len: usize) -> Self {
        // Without gradients and dropout. This also makes the parameters exist: burn initialises them at their first
        // use, which would otherwise fall into the first text.
        Self { model: model.valid(), max_seq_len, reading: M::Reading::default() }
    }

    /// The same, reading prompts in another way.
    #[must_use]
    pub fn reading(self, reading: M::Reading) -> Self {
        Self { reading, ..self }
    }

    /// The text after `prompt`.
    ///
    /// # Errors
    /// If the prompt is empty, has a token beyond the vocabulary, does not leave room for what is asked, or the sampling
    /// is out of its range.
    pub fn complete(&self, prompt: &[u32], request: &Request) -> Result<Tokens<M::Writer<'_>>, Error> {
        self.check(prompt, request.new_tokens)?;
        let writer = self.model.writer(vec![0], prompt.len() + request.new_tokens, self.reading);
        Tokens::new(writer, prompt, request)
    }

    /// The text after each prompt: what [`complete`](Self::complete) gives for each alone, all written side by side. The
    /// shorter prompts are padded, so prompts of about the same length belong together.
    ///
    /// # Errors
    /// Those of [`complete`](Self::complete), before anything is written.
    pub fn complete_all(&self, prompts: &[Vec<u32>], request: &Request) -> Result<Vec<Vec<u32>>, Error> {
        request.sampling.validate()?;
        prompts.iter().try_for_each(|prompt| self.check(prompt, request.new_tokens))?;
        if prompts.is_empty() {
            return Ok(Vec::new());
        }
        write(&mut self.writer(prompts, request.new_tokens), prompts, request)
    }

    /// The best texts after each prompt, best first, all looked for side by side.
    ///
    /// # Errors
    /// If a prompt is empty, has a token beyond the vocabulary or does not leave room for what is asked, or a setting of
    /// the search is out of its range.
    pub fn search(&self, prompts: &[Vec<u32>], search: &BeamSearch) -> Result<Vec<Vec<Hypothesis>>, Error> {
        search.validate()?;
        let limit = |prompt: &Vec<u32>| {
            self.check_ids(prompt)?;
            search.longest.limit(prompt.len(), "prompt", prompt.len(), self.max_seq_len)
        };
        let limits = prompts.iter().map(limit).collect::<Result<Vec<_>, _>>()?;
        let Some(&most) = limits.iter().max() else { return Ok(Vec::new()) };
        search::search(&mut self.writer(prompts, most), prompts, &limits, search)
    }

    /// Has room for `new_tokens` behind each prompt, the shorter ones padded.
    fn writer(&self, prompts: &[Vec<u32>], new_tokens: usize) -> M::Writer<'_> {
        let longest = prompts.iter().map(Vec::len).max().unwrap_or(0);
        self.model.writer(padding(prompts), longest + new_tokens, self.reading)
    }

    /// Checks that `new_tokens` can be written behind `prompt`.
    ///
    /// # Errors
    /// If it is empty, has a token beyond the vocabulary, or does not leave room for them.
    pub fn check(&self, prompt: &[u32], new_tokens: usize) -> Result<(), Error> {
        self.check_ids(prompt)?;
        check_room("prompt", prompt.len(), new_tokens, self.max_seq_len)
    }

    fn check_ids(&self, prompt: &[u32]) -> Result<(), Error> {
        check_ids("prompt", prompt, self.model.vocab_size())
    }
}
