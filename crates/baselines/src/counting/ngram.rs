//! The next token from the last few, by counting.

use salamander_attention::ConfigError;
use salamander_text::Random;
use serde::{Deserialize, Serialize};

use super::counts::{Counts, Followers, pair};
use crate::Error;

/// What becomes of the tokens that were never seen behind a context.
///
/// `c(h w)` is how often `w` was seen behind `h`, `c(h)` how often anything was, and `V` how many tokens there are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Smoothing {
    /// They are impossible (Shannon 1948): `p(w | h) = c(h w) / c(h)`.
    None,
    /// Each counts as if it had been seen so often more; once is Laplace's rule of succession, and Lidstone's (1920) is
    /// any other amount: `p(w | h) = (c(h w) + a) / (c(h) + a V)`.
    Additive {
        /// `a`, above 0.
        amount: f64,
    },
    /// The shorter context decides, the more so the more different tokens `t(h)` were seen behind this one (Witten and
    /// Bell 1991, "The zero-frequency problem"; interpolated as by Chen and Goodman 1996, arXiv:cmp-lg/9606011):
    ///
    /// ```text
    /// p(w | h) = (c(h w) + t(h) p(w | h')) / (c(h) + t(h))
    /// ```
    ///
    /// `h'` is `h` without its first token. Behind no token at all, all are equally likely: `1 / V`.
    WittenBell,
}

/// How far back a model looks that counts what follows what.
///
/// ```
/// use salamander_baselines::{NGramConfig, Smoothing};
///
/// let config = NGramConfig { vocab_size: 3, order: 1, smoothing: Smoothing::WittenBell };
/// let model = config.fit(&[[0, 1, 0, 2, 0, 1]])?;
/// // Behind 0: twice 1, once 2. Whatever stands before: three times 0, twice 1, once 2.
/// let alone = (2.0 + 3.0 / 3.0) / (6.0 + 3.0);
/// assert!((model.probability(&[0], 1) - (2.0 + 2.0 * alone) / (3.0 + 2.0)).abs() < 1e-12);
/// # Ok::<(), salamander_baselines::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NGramConfig {
    /// Words, `V`.
    pub vocab_size: usize,
    /// Tokens of context, `n - 1` of an n-gram: 0 looks at none, 1 is a bigram.
    pub order: usize,
    /// What becomes of what was never seen.
    pub smoothing: Smoothing,
}

/// Longer contexts than this were all seen once, or never, in any text that fits into memory.
const LONGEST: usize = 64;

/// A model that has counted which tokens follow which contexts, up to a length (Shannon 1948, "A mathematical theory of
/// communication").
///
/// ```text
/// p(w₁ … w_T) = Π p(w_t | w_{t-n+1} … w_{t-1})
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NGram {
    config: NGramConfig,
    /// The counts behind contexts of each length. A context's key is the number of the context one shorter and the token
    /// before it.
    levels: Vec<Counts>,
}

impl NGramConfig {
    /// Checks the numbers.
    ///
    /// # Errors
    /// If there is no token, the order is above 64, or the amount added is not a positive number.
    pub fn validate(&self) -> Result<(), ConfigError> {
        ConfigError::positive(self.vocab_size, "vocab_size")?;
        ConfigError::unless(self.order <= LONGEST, "order", || {
            format!("is {}; contexts have at most {LONGEST} tokens", self.order)
        })?;
        let Smoothing::Additive { amount } = self.smoothing else { return Ok(()) };
        ConfigError::unless(amount > 0.0 && amount.is_finite(), "smoothing.amount", || {
            format!("is {amount}; a positive number is needed, and `none` adds nothing")
        })
    }

    /// Counts. A context does not reach over the beginning of its sequence.
    ///
    /// Each length of context costs one sorting of all tokens.
    ///
    /// # Errors
    /// Those of [`validate`](Self::validate); if there is no token, one is not in the vocabulary, or there are 2³² or more.
    pub fn fit<S: AsRef<[u32]>>(&self, sequences: &[S]) -> Result<NGram, Error> {
        self.validate()?;
        Error::check(sequences, self.vocab_size)?;
        let mut places: Vec<_> = sequences.iter().flat_map(|sequence| Place::all(sequence.as_ref())).collect();
        let mut levels = Vec::with_capacity(self.order + 1);
        for length in 0..=self.order {
            places.retain(|place| place.at >= length);
            let counts = Counts::of(places.iter().map(|place| (place.key(length), place.tokens[place.at])).collect());
            for place in &mut places {
                place.context = counts.number(place.key(length)).unwrap_or_default();
            }
            levels.push(counts);
        }
        Ok(NGram { config: *self, levels })
    }

    /// Multiplications, divisions and additions for the probability of one token: `4 (order + 1)` for Witten and Bell's,
    /// 4 if something is added to each count, 1 if not.
    pub fn flops_per_token(&self) -> u64 {
        match self.smoothing {
            Smoothing::None => 1,
            Smoothing::Additive { .. } => 4,
            Smoothing::WittenBell => 4 * (self.order as u64 + 1),
        }
    }
}

/// A token in its sequence.
struct Place<'a> {
    tokens: &'a [u32],
    at: usize,
    /// The number of the context before it, of the length that was counted last.
    context: u32,
}

impl<'a> Place<'a> {
    fn all(tokens: &'a [u32]) -> impl Iterator<Item = Self> {
        (0..tokens.len()).map(move |at| Self { tokens, at, context: 0 })
    }

    /// The key of the context of `length`, from the number of the one before.
    fn key(&self, length: usize) -> u64 {
        if length == 0 { 0 } else { pair(self.context, self.tokens[self.at - length]) }
    }
}

impl NGram {
    /// What it was made from.
    pub fn config(&self) -> &NGramConfig {
        &self.config
    }

    /// How many different runs of `order + 1` tokens and fewer it has counted: what other models call parameters.
    pub fn num_counts(&self) -> usize {
        self.levels.iter().map(Counts::pairs).sum()
    }

    /// The probability that `token` follows `context`, of which only the last `order` tokens matter.
    ///
    /// A token beyond the vocabulary has none. Behind a context that was never seen the shorter ones decide; without
    /// smoothing or with an amount added, nothing does, and each token has `1 / V`.
    pub fn probability(&self, context: &[u32], token: u32) -> f64 {
        let size = self.config.vocab_size as f64;
        if f64::from(token) >= size {
            return 0.0;
        }
        let amount = match self.config.smoothing {
            Smoothing::WittenBell => {
                return self.seen(context).fold(1.0 / size, |shorter, seen| {
                    let kinds = seen.tokens.len() as f64;
                    (f64::from(seen.times(token)) + kinds * shorter) / (f64::from(seen.total) + kinds)
                });
            }
            Smoothing::Additive { amount } => amount,
            Smoothing::None => 0.0,
        };
        self.longest(context).map_or(1.0 / size, |seen| {
            (f64::from(seen.times(token)) + amount) / (f64::from(seen.total) + amount * size)
        })
    }

    /// The probability of each token behind `context`, `[V]`: all of [`probability`](Self::probability) at once.
    pub fn distribution(&self, context: &[u32]) -> Vec<f64> {
        let size = self.config.vocab_size;
        let mut all = vec![1.0 / size as f64; size];
        let mut take_in = |seen: Followers<'_>, kept: f64, added: f64| {
            let whole = f64::from(seen.total) + added;
            all.iter_mut().for_each(|p| *p = *p * kept / whole);
            seen.each().for_each(|(token, times)| all[token as usize] += f64::from(times) / whole);
        };
        match self.config.smoothing {
            Smoothing::WittenBell => self.seen(context).for_each(|seen| {
                let kinds = seen.tokens.len() as f64;
                take_in(seen, kinds, kinds);
            }),
            // Of an amount for each token, 1 / V is a share of V amounts.
            Smoothing::Additive { amount } => {
                let added = amount * size as f64;
                self.longest(context).into_iter().for_each(|seen| take_in(seen, added, added));
            }
            Smoothing::None => self.longest(context).into_iter().for_each(|seen| take_in(seen, 0.0, 0.0)),
        }
        all
    }

    /// How surprising each token of a sequence is behind those before it, `-ln p`, in nats; infinite if it is impossible.
    ///
    /// Their mean is what a language model's loss is. The first is predicted from nothing: where it is given (a mark for
    /// the beginning), leave it out of the mean.
    pub fn nats(&self, tokens: &[u32]) -> Vec<f64> {
        tokens.iter().enumerate().map(|(at, &token)| -self.probability(&tokens[..at], token).ln()).collect()
    }

    /// Draws the token behind `context`.
    pub fn sample(&self, context: &[u32], random: &mut Random) -> u32 {
        super::draw(&self.distribution(context), random)
    }

    /// What was seen behind the last 0, 1, 2 … tokens of `context`, as long as anything was.
    fn seen<'a>(&'a self, context: &'a [u32]) -> impl Iterator<Item = Followers<'a>> {
        let mut number = 0;
        self.levels.iter().take(context.len() + 1).enumerate().map_while(move |(length, counts)| {
            let key = if length == 0 { 0 } else { pair(number, context[context.len() - length]) };
            number = counts.number(key)?;
            Some(counts.followers(number))
        })
    }

    /// What was seen behind the whole context, as far as it matters.
    fn longest<'a>(&'a self, context: &'a [u32]) -> Option<Followers<'a>> {
        self.seen(context).nth(context.len().min(self.config.order))
    }
}
