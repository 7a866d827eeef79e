//! What a model must beat to be worth its trouble, learnt from the same rows and judged on the same.

mod bag_of_words;
mod counted;

use std::fmt;

use salamander_baselines::{Chain, Smoothing};
use salamander_datasets::Corpus;
use salamander_models::Task;
use serde::{Deserialize, Serialize};

use super::Score;
use crate::{Error, Experiment, Part, Progress};

/// A model without a recipe: it has no size to choose, and what it learns in seconds does not depend on a seed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Baseline {
    /// Counts of what follows the last few tokens.
    Ngram {
        /// How many; 4 if it is not said.
        #[serde(default = "four")]
        order: usize,
        /// What becomes of what was never seen; Witten and Bell's interpolation if it is not said.
        #[serde(default = "witten_bell")]
        smoothing: Smoothing,
    },
    /// A chain: the row of the last token, of the last two, or of pairs further apart.
    Markov {
        /// Which rows; of the first order if it is not said.
        #[serde(default = "first")]
        chain: Chain,
    },
    /// Logistic regression on which words there are.
    BagOfWords {},
}

fn four() -> usize {
    4
}

fn witten_bell() -> Smoothing {
    Smoothing::WittenBell
}

fn first() -> Chain {
    Chain::First
}

/// What came of a baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// What it is measured by, in the numbers of the models it is to be compared with.
    pub scores: Vec<Score>,
    /// How many numbers it keeps.
    pub numbers: u64,
    /// Operations for a token.
    pub flops_per_token: u64,
}

impl Baseline {
    /// What they are called.
    pub const NAMES: [&str; 3] = ["ngram", "markov", "bag-of-words"];

    /// What they do.
    pub const PURPOSES: &str = "n-grams and chains foretell running text, a bag of words classifies";

    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ngram { .. } => "ngram",
            Self::Markov { .. } => "markov",
            Self::BagOfWords {} => "bag-of-words",
        }
    }

    /// Whether it does what the models of an experiment do.
    pub fn suits(&self, experiment: &Experiment) -> bool {
        match self {
            Self::Ngram { .. } | Self::Markov { .. } => {
                matches!((&experiment.corpus, experiment.task), (Corpus::Text(_), Task::Causal { .. }))
            }
            Self::BagOfWords {} => {
                matches!((&experiment.corpus, experiment.task), (Corpus::Labelled { .. }, Task::Classify))
            }
        }
    }
}

/// How a sentence names it.
impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ngram { order, smoothing: Smoothing::WittenBell } => write!(f, "{}-gram (Witten-Bell)", order + 1),
            Self::Ngram { order, smoothing: Smoothing::None } => write!(f, "{}-gram (as counted)", order + 1),
            Self::Ngram { order, smoothing: Smoothing::Additive { amount } } => {
                write!(f, "{}-gram ({amount} more of each)", order + 1)
            }
            Self::Markov { chain: Chain::First } => f.write_str("chain of first order"),
            Self::Markov { chain: Chain::Second } => f.write_str("chain of second order"),
            Self::Markov { chain: Chain::SecondWithSkips { reach } } => {
                write!(f, "chain of second order with skips of up to {reach}")
            }
            Self::BagOfWords {} => f.write_str("bag of words"),
        }
    }
}

impl Experiment {
    /// Those that are usual: a bag of words on texts with classes, n-grams on running text, none on what else there is.
    pub fn baselines(&self) -> Vec<Baseline> {
        let counted = [1, 2, 4].map(|order| Baseline::Ngram { order, smoothing: witten_bell() });
        let all = counted.into_iter().chain([Baseline::BagOfWords {}]);
        all.filter(|baseline| baseline.suits(self)).collect()
    }

    /// Learns a baseline from the training part and judges it on another.
    ///
    /// # Errors
    /// If it does not [suit](Baseline::suits) the task, the part is empty, or it cannot be learnt.
    pub fn reach(&self, baseline: &Baseline, part: Part, progress: &mut dyn FnMut(Progress)) -> Result<Reached, Error> {
        match *baseline {
            _ if !baseline.suits(self) => Err(Error::Baseline { name: baseline.name(), task: self.task.name() }),
            Baseline::Ngram { order, smoothing } => self.ngram(order, smoothing, part, progress),
            Baseline::Markov { chain } => self.markov(chain, part, progress),
            Baseline::BagOfWords {} => self.bag_of_words(part, progress),
        }
    }
}
