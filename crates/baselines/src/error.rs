//! What can be wrong with what is to be counted.

use salamander_attention::ConfigError;

/// Why nothing could be learnt by counting.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration describes no model.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A token is not in the vocabulary.
    #[error(
        "token {token} (position {position} of sequence {sequence}, both counted from 0) is beyond the vocabulary of \
         {vocab_size}: set vocab_size to that of the tokenizer"
    )]
    UnknownToken {
        /// The token.
        token: u32,
        /// Which sequence it is in.
        sequence: usize,
        /// How many tokens of that sequence come before it.
        position: usize,
        /// How many tokens there are.
        vocab_size: usize,
    },
    /// There is not a single token.
    #[error("there are 0 tokens in {sequences} sequences, and nothing can be learnt from none: give it text")]
    NoTokens {
        /// How many sequences there are.
        sequences: usize,
    },
    /// There is more than the counts can hold.
    #[error("there are {found} {unit} to count, more than {most}: give it less text")]
    TooMany {
        /// How many there are.
        found: usize,
        /// Of what.
        unit: &'static str,
        /// The most there may be.
        most: usize,
    },
}

impl Error {
    /// Fails unless there is something to count, all of it in the vocabulary, and not too much.
    pub(crate) fn check<S: AsRef<[u32]>>(sequences: &[S], vocab_size: usize) -> Result<(), Self> {
        let found = sequences.iter().map(|sequence| sequence.as_ref().len()).sum();
        if found == 0 {
            return Err(Self::NoTokens { sequences: sequences.len() });
        }
        Self::few_enough(found, "tokens")?;
        for (sequence, tokens) in sequences.iter().enumerate() {
            let unknown = tokens.as_ref().iter().position(|&token| token as usize >= vocab_size);
            if let Some(position) = unknown {
                let token = tokens.as_ref()[position];
                return Err(Self::UnknownToken { token, sequence, position, vocab_size });
            }
        }
        Ok(())
    }

    /// Fails unless `found` of something can be counted in 32 bits.
    pub(crate) fn few_enough(found: usize, unit: &'static str) -> Result<(), Self> {
        let most = u32::MAX as usize - 1;
        if found > most { Err(Self::TooMany { found, unit, most }) } else { Ok(()) }
    }
}
