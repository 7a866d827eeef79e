//! Language modelling: how surprised a model is by a text.

use std::{f64::consts::LN_2, fmt};

use serde::{Deserialize, Serialize};

use crate::{Error, error::check_enough};

/// The surprise of a model, summed: `-ln p` of each token, in nats, and what the tokens spell.
///
/// ```text
/// perplexity = exp(nats / tokens)    bits per byte = nats / (ln 2 · bytes)
/// ```
///
/// Perplexity (Jelinek et al. 1977, doi:10.1121/1.2016299) is a number of equally likely tokens: it falls when tokens are
/// shorter, and cannot be compared between tokenizers. Bits per byte can, for the text is the same however it is cut; so
/// can bits per character, within a language (Gao et al. 2020, arXiv:2101.00027, section 3.1).
///
/// ```
/// use salamander_metrics::Likelihood;
///
/// let mut likelihood = Likelihood::default();
/// // 2 tokens that were each 1 of 8: 6 bits for 3 characters, which are 4 bytes.
/// likelihood.add(2.0 * 8.0f64.ln(), 2, "déj");
/// let score = likelihood.finish()?;
/// assert_eq!(score.to_string(), "perplexity 8.0000, 2.0794 nats per token, 1.5000 bits per byte, 2.0000 bits per character");
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Likelihood {
    nats: f64,
    tokens: u64,
    /// Of them, those of which it is known what they spell.
    spelled: u64,
    bytes: u64,
    characters: u64,
}

impl Likelihood {
    /// Adds the surprise at some tokens, which spell `text`. A model that reads in windows predicts some tokens several
    /// times, or not at all: text and tokens must be those that the nats are of.
    pub fn add(&mut self, nats: f64, tokens: u64, text: &str) {
        self.add_counted(nats, tokens, text.len() as u64, text.chars().count() as u64);
    }

    /// The same where only the length of the text is known.
    pub fn add_counted(&mut self, nats: f64, tokens: u64, bytes: u64, characters: u64) {
        self.merge(&Self { nats, tokens, spelled: tokens, bytes, characters });
    }

    /// Adds the surprise at some tokens of which it is not known what they spell: bits per byte and character are not known
    /// either then.
    pub fn add_tokens(&mut self, nats: f64, tokens: u64) {
        self.merge(&Self { nats, tokens, ..Self::default() });
    }

    /// Adds what `other` has added too.
    pub fn merge(&mut self, other: &Self) {
        self.nats += other.nats;
        self.tokens += other.tokens;
        self.spelled += other.spelled;
        self.bytes += other.bytes;
        self.characters += other.characters;
    }

    /// What follows from the sums.
    ///
    /// # Errors
    /// If there are no tokens, or the sum of nats is not finite: a token was impossible, or something is wrong.
    pub fn finish(&self) -> Result<LikelihoodScore, Error> {
        check_enough(self.tokens, 1, "tokens")?;
        if !self.nats.is_finite() {
            return Err(Error::NotFinite { what: "the sum of nats".to_owned(), value: self.nats });
        }
        let known = self.spelled == self.tokens;
        let bits = |of: u64| (known && of > 0).then(|| self.nats / (LN_2 * of as f64));
        let nats_per_token = self.nats / self.tokens as f64;
        Ok(LikelihoodScore {
            nats_per_token,
            perplexity: nats_per_token.exp(),
            bits_per_byte: bits(self.bytes),
            bits_per_character: bits(self.characters),
        })
    }
}

/// How surprised a model is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LikelihoodScore {
    /// The loss of training, if that is the mean over tokens.
    pub nats_per_token: f64,
    /// Among how many equally likely tokens it would be as unsure.
    pub perplexity: f64,
    /// How long the text is when coded with the model, per byte of UTF-8; if all of the text is known.
    pub bits_per_byte: Option<f64>,
    /// The same per character.
    pub bits_per_character: Option<f64>,
}

impl fmt::Display for LikelihoodScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(4);
        write!(f, "perplexity {:.digits$}, {:.digits$} nats per token", self.perplexity, self.nats_per_token)?;
        for (bits, unit) in [(self.bits_per_byte, "byte"), (self.bits_per_character, "character")] {
            if let Some(bits) = bits {
                write!(f, ", {bits:.digits$} bits per {unit}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_guesses_is_as_perplexed_as_it_has_choices() {
        let mut likelihood = Likelihood::default();
        (0..1000).for_each(|_| likelihood.add_tokens(50.0f64.ln(), 1));
        let score = likelihood.finish().unwrap();
        assert!((score.perplexity - 50.0).abs() < 1e-9);
        assert_eq!(score.bits_per_byte, None);
        assert_eq!(score.to_string(), "perplexity 50.0000, 3.9120 nats per token");
    }

    #[test]
    fn published_bits_and_nats_agree() {
        // A character model's 1.4697 nats per character are 2.1203 bits.
        let mut likelihood = Likelihood::default();
        likelihood.add(1.4697 * 4.0, 4, "to b");
        let score = likelihood.finish().unwrap();
        assert!((score.bits_per_character.unwrap() - 2.1203).abs() < 1e-4);
        assert_eq!(score.bits_per_character, score.bits_per_byte);
        // As soon as a token comes of which the text is not known, the text is too short for all.
        likelihood.add_tokens(1.0, 1);
        assert_eq!(likelihood.finish().unwrap().bits_per_byte, None);
    }

    #[test]
    fn a_character_may_be_several_bytes() {
        let mut likelihood = Likelihood::default();
        likelihood.add(12.0 * LN_2, 1, "né…");
        let score = likelihood.finish().unwrap();
        // 1, 2 and 3 bytes.
        assert_eq!((score.bits_per_byte, score.bits_per_character), (Some(2.0), Some(4.0)));
    }

    #[test]
    fn nothing_and_the_impossible_are_errors() {
        let mut likelihood = Likelihood::default();
        assert_eq!(likelihood.finish().unwrap_err().to_string(), "there are 0 tokens: it takes at least 1");
        likelihood.add_tokens(f64::INFINITY, 1);
        assert_eq!(likelihood.finish().unwrap_err().to_string(), "the sum of nats is inf, which is no finite number");
    }
}
