//! Writing a target for a source.

use burn::module::Module;
use salamander_attention::{Mask, Memory, Pass};
use salamander_encoder_decoder::EncoderDecoder;
use salamander_kernels::on_pool;

use crate::{
    BeamSearch, Error, Hypothesis, Request, TargetWriter, Tokens,
    request::{check_ids, check_room},
    search,
    writer::ids,
};

/// An [`EncoderDecoder`] that writes targets for sources.
#[derive(Debug)]
pub struct Translator {
    model: EncoderDecoder,
    max_seq_len: usize,
    start: u32,
    end: u32,
}

impl Translator {
    /// Writes with `model`, whose sources and targets each have at most `max_seq_len` tokens. A target begins with
    /// `start` and ends before `end`; neither is part of what comes out.
    ///
    /// # Errors
    /// If `start` or `end` is beyond the model's vocabulary.
    pub fn new(model: &EncoderDecoder, max_seq_len: usize, start: u32, end: u32) -> Result<Self, Error> {
        // Without gradients and dropout, and with all parameters there before the first text.
        let model = model.valid();
        let [vocab_size, _] = model.tokens.weight.dims();
        check_ids("target's start", &[start], vocab_size)?;
        check_ids("target's end", &[end], vocab_size)?;
        Ok(Self { model, max_seq_len, start, end })
    }

    /// The target of one source.
    ///
    /// # Errors
    /// If the source is empty, has a token beyond the vocabulary or is too long, more is asked for than fits, or the
    /// sampling is out of its range.
    pub fn write(&self, source: &[u32], request: &Request) -> Result<Tokens<TargetWriter<'_>>, Error> {
        self.check(source)?;
        check_room("target", 1, request.new_tokens, self.max_seq_len)?;
        let memory = self.read(&[source.to_vec()]);
        let writer = TargetWriter::new(&self.model, memory, 1 + request.new_tokens);
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
            self.check(source)?;
            search.longest.limit(source.len(), "target", 1, self.max_seq_len)
        };
        let limits = sources.iter().map(limit).collect::<Result<Vec<_>, _>>()?;
        let Some(longest) = limits.iter().max() else { return Ok(Vec::new()) };
        let mut search = search.clone();
        search.stop.push(self.end);
        let mut writer = TargetWriter::new(&self.model, self.read(sources), 1 + longest);
        search::search(&mut writer, &vec![vec![self.start]; sources.len()], &limits, &search)
    }

    fn check(&self, source: &[u32]) -> Result<(), Error> {
        let [vocab_size, _] = self.model.tokens.weight.dims();
        check_ids("source", source, vocab_size)?;
        if source.len() > self.max_seq_len {
            return Err(Error::SourceTooLong { length: source.len(), max_seq_len: self.max_seq_len });
        }
        Ok(())
    }

    /// Reads the sources, the shorter ones padded.
    fn read(&self, sources: &[Vec<u32>]) -> Memory {
        let longest = sources.iter().map(Vec::len).max().unwrap_or(0);
        let padding = sources.iter().map(|source| (0..longest).map(|j| j >= source.len()).collect());
        let mask = Mask::padding(padding.collect());
        let padded = sources.iter().map(|source| {
            let mut row = source.clone();
            row.resize(longest, self.end);
            row
        });
        let tokens = ids(&padded.collect::<Vec<_>>(), &self.model.tokens.weight.device()); // [B, S]
        let states = on_pool(|| self.model.encode(tokens, &mut Pass::new(mask.clone()))); // [B, S, D]
        Memory { states, mask }
    }
}
