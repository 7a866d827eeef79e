//! What can go wrong while writing.

use burn::tensor::TensorReadError;

/// What is wrong, with both numbers, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting of [`Sampling`](crate::Sampling) is out of its range.
    #[error("{setting} is {value}; {rule}")]
    Sampling {
        /// The setting.
        setting: &'static str,
        /// What it is.
        value: f64,
        /// What it should be.
        rule: &'static str,
    },
    /// A setting of a [`BeamSearch`](crate::BeamSearch) is out of its range.
    #[error("{setting} is {value}; {rule}")]
    Search {
        /// The setting.
        setting: &'static str,
        /// What it is.
        value: f64,
        /// What it should be.
        rule: String,
    },
    /// There is nothing to go on from.
    #[error("the {what} is empty; at least one token is needed")]
    Empty {
        /// `prompt` or `source`.
        what: &'static str,
    },
    /// A stop string is everywhere.
    #[error("stop string {position} (counted from 0) is empty and would end every text at once; leave it out")]
    EmptyStop {
        /// How many stand before it.
        position: usize,
    },
    /// An id is beyond the vocabulary.
    #[error("token {id} (at position {position} of the {what}) is beyond the model's vocabulary of {vocab_size}")]
    UnknownToken {
        /// `prompt`, `source`, or the name of the id.
        what: &'static str,
        /// The id.
        id: u32,
        /// How many stand before it.
        position: usize,
        /// How many tokens the model knows.
        vocab_size: usize,
    },
    /// What is there and what is asked for do not fit.
    #[error(
        "{length} tokens of {what} and {new_tokens} new ones make {}, and the model reads at most {max_seq_len}; {}",
        length.saturating_add(*new_tokens), remedy(*length, *max_seq_len)
    )]
    TooLong {
        /// `prompt` or `target`.
        what: &'static str,
        /// Its tokens.
        length: usize,
        /// The tokens asked for.
        new_tokens: usize,
        /// The model's limit.
        max_seq_len: usize,
    },
    /// The source alone does not fit.
    #[error("the source has {length} tokens, and the model reads at most {max_seq_len}; shorten it")]
    SourceTooLong {
        /// Its tokens.
        length: usize,
        /// The model's limit.
        max_seq_len: usize,
    },
    /// The model's output is no distribution.
    #[error("the logits of token {position} are not finite: the model's parameters have diverged")]
    NotFinite {
        /// How many tokens were written before.
        position: usize,
    },
    /// The device did not give the logits.
    #[error("the logits could not be read from the device: {0}")]
    Device(#[from] TensorReadError),
    /// An id could not be made into text.
    #[error(transparent)]
    Text(#[from] salamander_text::Error),
}

fn remedy(length: usize, max_seq_len: usize) -> String {
    match max_seq_len.saturating_sub(length) {
        0 => format!("shorten it to fewer than {max_seq_len}"),
        room => format!("ask for at most {room} new ones"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_long_says_what_fits() {
        let max_seq_len = 16;
        let error = |length, new_tokens| Error::TooLong { what: "prompt", length, new_tokens, max_seq_len }.to_string();
        assert_eq!(
            error(10, 7),
            "10 tokens of prompt and 7 new ones make 17, and the model reads at most 16; ask for at most 6 new ones"
        );
        assert!(error(16, 1).ends_with("shorten it to fewer than 16"));
    }
}
