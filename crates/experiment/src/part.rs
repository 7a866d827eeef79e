//! Parts of a data set.

use std::fmt;

use salamander_datasets::{Corpus, Shape, Splits};
use serde::{Deserialize, Serialize};

/// A part of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What is learnt from.
    Train,
    /// What is watched while learning.
    Validation,
    /// What is judged on, once, at the end.
    Test,
    /// All three together.
    All,
}

impl Part {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
            Self::All => "all",
        }
    }

    /// Its items.
    pub(crate) fn of<T>(self, splits: &Splits<T>) -> Vec<&T> {
        let Splits { train, validation, test } = splits;
        match self {
            Self::Train => train.iter().collect(),
            Self::Validation => validation.iter().collect(),
            Self::Test => test.iter().collect(),
            Self::All => train.iter().chain(validation).chain(test).collect(),
        }
    }

    /// How much is in it: items, or bytes of a text that is streamed.
    pub(crate) fn len(self, corpus: &Corpus) -> u64 {
        let counts = match corpus {
            Corpus::Text(splits) => splits.counts().map(|count| count as u64),
            Corpus::Stream(stream) => stream.bytes(),
            Corpus::Pairs(splits) => splits.counts().map(|count| count as u64),
            Corpus::Labelled { splits, .. } => splits.counts().map(|count| count as u64),
            Corpus::Tagged { splits, .. } => splits.counts().map(|count| count as u64),
            Corpus::Questions(splits) => splits.counts().map(|count| count as u64),
        };
        match self {
            Self::Train => counts[0],
            Self::Validation => counts[1],
            Self::Test => counts[2],
            Self::All => counts.iter().sum(),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// What a data set is made of.
pub(crate) fn shape(corpus: &Corpus) -> Shape {
    match corpus {
        Corpus::Text(_) | Corpus::Stream(_) => Shape::Text,
        Corpus::Pairs(_) => Shape::Pairs,
        Corpus::Labelled { .. } => Shape::Labelled,
        Corpus::Tagged { .. } => Shape::Tagged,
        Corpus::Questions(_) => Shape::Questions,
    }
}
