//! Writing a target for a source.

use salamander_kernels::on_pool;

use crate::{
    BeamSearch, Error, Hypothesis, Request, Seq2Seq, Tokens,
    request::{check_ids, check_room},
    search,
};

/// A [`Seq2Seq`] that writes targets for sources.
#[derive(Debug)]
pub struct Translator<M> {
    model: M,
    max_seq_len: usize,
    start: u32,
    end: u32,
}

impl<M: Seq2Seq> Translator<M> {
    /// Writes with `model`, whose sources and targets each have at most `max_seq_len` tokens. A target begins with
    /// `start` and ends before `end`; neither is part of what comes out.
    ///
    /// # Errors
    /// If `start` or `end` is beyond the model's vocabulary.
    pub fn new(model: &M, max_seq_len: usize, start: u32, end: u32) -> Result<Self, Error> {
        // Without gradients and dropout, and with all parameters there before the first text.
        let model = model.valid();
        let [_, vocab_size] = model.vocab_sizes();
        check_ids("target's start", &[start], vocab_size)?;
        check_ids("target's end", &[end], vocab_size)?;
        Ok(Self { model, max_seq_len, start, end })
    }

    /// The target of one source.
    ///
    /// # Errors
    /// If the source is empty, has a token beyond the vocabulary or is too long, more is asked for than fits, or the
    /// sampling is out of its range.
    pub fn write(&self, source: &[u32], request: &Request) -> Result<Tokens<M::Writer<'_>>, Error> {
        self.check(source, request.new_tokens)?;
        let writer = self.read(&[source.to_vec()], 1 + request.new_tokens);
        let mut request = request.clone();
        request.stop.push(self.end);
        Tokens::new(writer, &[self.start], &request)
    }

    /// The likeliest token at each position of the target of each source, all written side by side.
    ///
    /// What comes out is what each source alone would give. The shorter sources are padded, so sources of about the same
    /// length belong together.
    ///
    /// # Errors
    /// If a source is empty, has a token beyond the vocabulary or is too long, or more is asked for than fits.
    pub fn translate(&self, sources: &[Vec<u32>], new_tokens: usize) -> Result<Vec<Vec<u32>>, Error> {
        let found = self.search(sources, &BeamSearch::greedy(new_tokens))?;
        Ok(found.into_iter().flatten().map(|target| target.ids).collect())
    }

    /// The best targets of each source, best first, all looked for side by side.
    ///
    /// # Errors
    /// If a source is empty, has a token beyond the vocabulary or is too long, more is asked for than fits, or a setting
    /// of the search is out of its range.
    pub fn search(&self, sources: &[Vec<u32>], search: &BeamSearch) -> Result<Vec<Vec<Hypothesis>>, Error> {
        search.validate()?;
        let limit = |source: &Vec<u32>| {
            self.check_source(source)?;
            search.longest.limit(source.len(), "target", 1, self.max_seq_len)
        };
        let limits = sources.iter().map(limit).collect::<Result<Vec<_>, _>>()?;
        let Some(longest) = limits.iter().max() else { return Ok(Vec::new()) };
        let mut search = search.clone();
        search.stop.push(self.end);
        search::search(&mut self.read(sources, 1 + longest), &vec![vec![self.start]; sources.len()], &limits, &search)
    }

    /// Checks that a target of `new_tokens` can be written for `source`.
    ///
    /// # Errors
    /// If the source is empty, has a token beyond the vocabulary or is too long, or more is asked for than fits.
    pub fn check(&self, source: &[u32], new_tokens: usize) -> Result<(), Error> {
        self.check_source(source)?;
        check_room("target", 1, new_tokens, self.max_seq_len)
    }

    fn check_source(&self, source: &[u32]) -> Result<(), Error> {
        let [vocab_size, _] = self.model.vocab_sizes();
        check_ids("source", source, vocab_size)?;
        if source.len() > self.max_seq_len {
            return Err(Error::SourceTooLong { length: source.len(), max_seq_len: self.max_seq_len });
        }
        Ok(())
    }

    fn read(&self, sources: &[Vec<u32>], capacity: usize) -> M::Writer<'_> {
        on_pool(|| self.model.writer(sources, capacity))
    }
}
