//! Going on where a prompt ends.

use std::collections::BTreeMap;

use burn::module::Module;
use salamander_decoder_only::Decoder;

use crate::{
    BeamSearch, DecoderWriter, Error, Hypothesis, Request, Tokens,
    request::{check_ids, check_room},
    search,
    side_by_side::write,
};

/// A [`Decoder`] that goes on where prompts end.
#[derive(Debug)]
pub struct Completer {
    model: Decoder,
    max_seq_len: usize,
}

impl Completer {
    /// Writes with `model`, whose prompts and texts together have at most `max_seq_len` tokens.
    pub fn new(model: &Decoder, max_seq_len: usize) -> Self {
        // Without gradients and dropout. This also makes the parameters exist: burn initialises them at their first
        // use, which would otherwise fall into the first text.
        Self { model: model.valid(), max_seq_len }
    }

    /// The text after `prompt`.
    ///
    /// # Errors
    /// If the prompt is empty, has a token beyond the vocabulary, does not leave room for what is asked, or the sampling
    /// is out of its range.
    pub fn complete(&self, prompt: &[u32], request: &Request) -> Result<Tokens<DecoderWriter<'_>>, Error> {
        self.check(prompt, request)?;
        let writer = DecoderWriter::new(&self.model, 1, prompt.len() + request.new_tokens);
        Tokens::new(writer, prompt, request)
    }

    /// The text after each prompt: what [`complete`](Self::complete) gives for each alone, those of equally long prompts
    /// written side by side.
    ///
    /// # Errors
    /// Those of [`complete`](Self::complete), before anything is written.
    pub fn complete_all(&self, prompts: &[Vec<u32>], request: &Request) -> Result<Vec<Vec<u32>>, Error> {
        request.sampling.validate()?;
        prompts.iter().try_for_each(|prompt| self.check(prompt, request))?;
        in_groups(prompts, |group| {
            let mut writer = DecoderWriter::new(&self.model, group.len(), group[0].len() + request.new_tokens);
            write(&mut writer, group, request)
        })
    }

    /// The best texts after each prompt, best first; those of equally long prompts are looked for side by side.
    ///
    /// # Errors
    /// If a prompt is empty, has a token beyond the vocabulary or does not leave room for what is asked, or a setting of
    /// the search is out of its range.
    pub fn search(&self, prompts: &[Vec<u32>], search: &BeamSearch) -> Result<Vec<Vec<Hypothesis>>, Error> {
        search.validate()?;
        let limit = |prompt: &Vec<u32>| search.longest.limit(prompt.len(), "prompt", prompt.len(), self.max_seq_len);
        for prompt in prompts {
            self.check_ids(prompt)?;
            limit(prompt)?;
        }
        in_groups(prompts, |group| {
            let new_tokens = limit(&group[0])?;
            let mut writer = DecoderWriter::new(&self.model, group.len(), group[0].len() + new_tokens);
            search::search(&mut writer, group, &vec![new_tokens; group.len()], search)
        })
    }

    fn check(&self, prompt: &[u32], request: &Request) -> Result<(), Error> {
        self.check_ids(prompt)?;
        check_room("prompt", prompt.len(), request.new_tokens, self.max_seq_len)
    }

    fn check_ids(&self, prompt: &[u32]) -> Result<(), Error> {
        let [vocab_size, _] = self.model.tokens.weight.dims();
        check_ids("prompt", prompt, vocab_size)
    }
}

/// What `write` gives for each prompt, called with all of one length at once: a row's positions count from its first
/// token, so rows of one length need no padding.
fn in_groups<T>(
    prompts: &[Vec<u32>],
    mut write: impl FnMut(&[Vec<u32>]) -> Result<Vec<T>, Error>,
) -> Result<Vec<T>, Error> {
    let mut groups = BTreeMap::<usize, Vec<usize>>::new();
    for (i, prompt) in prompts.iter().enumerate() {
        groups.entry(prompt.len()).or_default().push(i);
    }
    let mut written = Vec::new();
    for group in groups.into_values() {
        let rows: Vec<_> = group.iter().map(|&i| prompts[i].clone()).collect();
        written.extend(group.into_iter().zip(write(&rows)?));
    }
    written.sort_by_key(|(i, _)| *i);
    Ok(written.into_iter().map(|(_, text)| text).collect())
}
