//! What is asked for.

use crate::{Error, Sampling};

/// How much is written, where it ends, and how tokens are chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The most tokens to write.
    pub new_tokens: usize,
    /// Tokens that end the text before; they are not part of it.
    pub stop: Vec<u32>,
    /// How tokens are chosen.
    pub sampling: Sampling,
}

impl Request {
    /// The likeliest token at each position, at most `new_tokens`, none of which ends the text.
    pub fn greedy(new_tokens: usize) -> Self {
        Self { new_tokens, stop: Vec::new(), sampling: Sampling::GREEDY }
    }
}

/// Fails unless there are ids and the model knows all of them.
pub(crate) fn check_ids(what: &'static str, ids: &[u32], vocab_size: usize) -> Result<(), Error> {
    if ids.is_empty() {
        return Err(Error::Empty { what });
    }
    match ids.iter().position(|&id| id as usize >= vocab_size) {
        Some(position) => Err(Error::UnknownToken { what, id: ids[position], position, vocab_size }),
        None => Ok(()),
    }
}

/// Fails unless `length` tokens and the new ones fit.
pub(crate) fn check_room(
    what: &'static str,
    length: usize,
    new_tokens: usize,
    max_seq_len: usize,
) -> Result<(), Error> {
    if length.saturating_add(new_tokens) > max_seq_len {
        return Err(Error::TooLong { what, length, new_tokens, max_seq_len });
    }
    Ok(())
}
