//! Chains: a table of what may follow, and a way to look into it.

use salamander_attention::ConfigError;
use salamander_text::Random;
use serde::{Deserialize, Serialize};

use super::counts::{Counts, pair};
use crate::Error;

/// Which rows of the table are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Chain {
    /// That of the latest token: `V` rows (Markov 1913).
    First,
    /// That of the latest two: `V²` rows.
    Second,
    /// Those of the latest token paired with each token before it, whatever stands between: `V²` rows as well, and each
    /// that is looked up has a vote.
    ///
    /// It reaches as far back as a chain of a high order, whose table would have `V` to that power of rows; but most pairs
    /// say nothing about what follows, and their votes drown those that do. Leaving these out
    /// ([`Markov::votes_of`]) is what attention learns (Rohrer 2021, "Transformers from scratch").
    SecondWithSkips {
        /// The farthest a pair may lie apart, in tokens, at least 1.
        reach: usize,
    },
}

/// What a chain is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkovConfig {
    /// Words, `V`.
    pub vocab_size: usize,
    /// Which rows are looked up.
    pub chain: Chain,
}

/// A table with a row of probabilities for each thing that can be looked up.
///
/// As a product of matrices: what was seen, as a row with a 1 for each thing that is there and a 0 for each that is not,
/// times the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Markov {
    config: MarkovConfig,
    rows: Counts,
}

impl MarkovConfig {
    /// Checks the numbers.
    ///
    /// # Errors
    /// If there is no token, or pairs may not even be neighbours.
    pub fn validate(&self) -> Result<(), ConfigError> {
        ConfigError::positive(self.vocab_size, "vocab_size")?;
        let Chain::SecondWithSkips { reach } = self.chain else { return Ok(()) };
        ConfigError::positive(reach, "chain.reach")
    }

    /// Counts what follows what. Nothing reaches over the beginning of its sequence.
    ///
    /// ```
    /// use salamander_baselines::{Chain, MarkovConfig};
    ///
    /// let chain = MarkovConfig { vocab_size: 3, chain: Chain::First }.fit(&[[0, 1, 0, 2, 0, 1, 0, 1]])?;
    /// assert_eq!(chain.probabilities(&[0]), [0.0, 0.75, 0.25]);
    /// # Ok::<(), salamander_baselines::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`validate`](Self::validate); if there is no token, one is not in the vocabulary, or there are 2³² or more
    /// things to count.
    pub fn fit<S: AsRef<[u32]>>(&self, sequences: &[S]) -> Result<Markov, Error> {
        self.validate()?;
        Error::check(sequences, self.vocab_size)?;
        let tokens: usize = sequences.iter().map(|sequence| sequence.as_ref().len()).sum();
        Error::few_enough(tokens.saturating_mul(self.keys_per_token()), "pairs of tokens")?;
        let mut seen = Vec::new();
        for tokens in sequences.iter().map(AsRef::as_ref) {
            for (at, &token) in tokens.iter().enumerate() {
                seen.extend(self.keys(&tokens[..at]).into_iter().map(|key| (key, token)));
            }
        }
        Ok(Markov { config: *self, rows: Counts::of(seen) })
    }

    /// Additions for a token's votes: `V` for each row that is looked up but the first, of which a chain with skips has
    /// `reach`.
    pub fn flops_per_token(&self) -> u64 {
        self.vocab_size as u64 * (self.keys_per_token() as u64 - 1)
    }

    fn keys_per_token(&self) -> usize {
        match self.chain {
            Chain::First | Chain::Second => 1,
            Chain::SecondWithSkips { reach } => reach.max(1),
        }
    }

    /// The keys of the rows that are looked up behind a context.
    fn keys(&self, context: &[u32]) -> Vec<u64> {
        let Some((&latest, earlier)) = context.split_last() else { return Vec::new() };
        let reach = match self.chain {
            Chain::First => return vec![u64::from(latest)],
            Chain::Second => 1,
            Chain::SecondWithSkips { reach } => reach,
        };
        let near = &earlier[earlier.len().saturating_sub(reach)..];
        let mut keys: Vec<_> = near.iter().map(|&earlier| pair(earlier, latest)).collect();
        // A token is there or not, however often.
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

impl Markov {
    /// What it was made from.
    pub fn config(&self) -> &MarkovConfig {
        &self.config
    }

    /// How many rows of the table are not empty.
    pub fn num_rows(&self) -> usize {
        self.rows.contexts()
    }

    /// How many numbers of the table are not zero: what other models call parameters.
    pub fn num_counts(&self) -> usize {
        self.rows.pairs()
    }

    /// The sum of the rows that are looked up behind `context`, `[V]`: from each, its probabilities. All zero if none of
    /// them was ever seen.
    pub fn votes(&self, context: &[u32]) -> Vec<f64> {
        self.votes_of(context, |_, _| true)
    }

    /// The same, of those pairs only, an earlier token and the latest, that `heard` lets through. A chain of the first
    /// order has no pairs: there both are the latest.
    pub fn votes_of(&self, context: &[u32], heard: impl Fn(u32, u32) -> bool) -> Vec<f64> {
        let mut votes = vec![0.0; self.config.vocab_size];
        for key in self.config.keys(context) {
            let latest = key as u32;
            let earlier = if self.config.chain == Chain::First { latest } else { (key >> 32) as u32 };
            let Some(number) = self.rows.number(key).filter(|_| heard(earlier, latest)) else { continue };
            let row = self.rows.followers(number);
            row.each().for_each(|(token, times)| votes[token as usize] += f64::from(times) / f64::from(row.total));
        }
        votes
    }

    /// Each token's share of the votes, `[V]`; `1 / V` where there are none.
    pub fn probabilities(&self, context: &[u32]) -> Vec<f64> {
        let votes = self.votes(context);
        let all: f64 = votes.iter().sum();
        if all == 0.0 {
            return vec![1.0 / votes.len() as f64; votes.len()];
        }
        votes.into_iter().map(|vote| vote / all).collect()
    }

    /// Draws the token behind `context`.
    pub fn sample(&self, context: &[u32], random: &mut Random) -> u32 {
        super::draw(&self.probabilities(context), random)
    }
}
