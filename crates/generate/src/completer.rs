//! Going on where a prompt ends.

use burn::module::Module;
use salamander_decoder_only::Decoder;

use crate::{
    DecoderWriter, Error, Request, Tokens,
    request::{check_ids, check_room},
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
        let [vocab_size, _] = self.model.tokens.weight.dims();
        check_ids("prompt", prompt, vocab_size)?;
        check_room("prompt", prompt.len(), request.new_tokens, self.max_seq_len)?;
        let writer = DecoderWriter::new(&self.model, 1, prompt.len() + request.new_tokens);
        Tokens::new(writer, prompt, request)
    }
}
