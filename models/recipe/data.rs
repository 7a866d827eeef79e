//! What a recipe learns from, and what its model is asked.

use std::{collections::BTreeMap, path::PathBuf};

use salamander_text::{Packing, TokenizerKind};
use serde::{Deserialize, Serialize};

/// What a recipe learns from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataChoice {
    /// The data set's name.
    pub set: String,
    /// Which of its forms; absent, the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// A file or a folder of the user's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// The second of two parallel files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<PathBuf>,
    /// Which columns of the file to read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// A `tokenizer.json` to read, in place of learning a tokenizer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer_file: Option<PathBuf>,
    /// Which tokens that are no text there are; absent, those that the task may need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special: Option<Vec<SpecialToken>>,
    /// How large the problems of a generated set are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sizes: BTreeMap<String, usize>,
    /// Where the randomness of a generated set begins; absent, with `plan.seed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// How its text becomes tokens.
    pub tokenizer: TokenizerKind,
    /// What the model is asked; absent, what suits model and data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
}

impl DataChoice {
    /// The data set of that name, of which nothing is said but how it becomes tokens.
    pub fn new(set: impl Into<String>, tokenizer: TokenizerKind) -> Self {
        Self {
            set: set.into(),
            variant: None,
            path: None,
            target: None,
            columns: Vec::new(),
            tokenizer_file: None,
            special: None,
            sizes: BTreeMap::new(),
            seed: None,
            tokenizer,
            task: None,
        }
    }
}

/// A token that is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpecialToken {
    /// Fills up short rows.
    Pad,
    /// Stands for what is not in the vocabulary.
    Unknown,
    /// Begins a text, or stands between a source and its target.
    Begin,
    /// Ends a text.
    End,
    /// Hides a token.
    Mask,
}

/// What a model is asked while it learns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Task {
    /// Each token, from those before it. Of pairs: each token of the target, from the source and the target so far.
    Causal {
        /// How documents share rows; absent, each has rows of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        packing: Option<Packing>,
    },
    /// The same, but the beginning, of pairs the source, is read from both sides.
    Prefix,
    /// The tokens behind gaps, from both sides.
    Masked {
        /// The share of tokens to guess.
        #[serde(default = "fifteen_percent")]
        rate: f64,
    },
    /// Which tokens were replaced by a small model's guesses.
    Replaced {
        /// The share of tokens that it guesses.
        #[serde(default = "fifteen_percent")]
        rate: f64,
    },
    /// The spans that are missing in a text.
    Spans {
        /// The share of tokens that is missing.
        #[serde(default = "fifteen_percent")]
        rate: f64,
        /// How long spans are on average, in tokens.
        #[serde(default = "three")]
        mean: f64,
    },
    /// A text with spans hidden and sentences in another order: the whole of it.
    Denoise {
        /// The share of tokens that is hidden.
        #[serde(default = "thirty_percent")]
        rate: f64,
        /// How long spans are on average, in tokens.
        #[serde(default = "three")]
        mean: f64,
    },
    /// The target of a source.
    Translate,
    /// The class of a text.
    Classify,
    /// The tag of each word.
    Tag,
    /// Where in a text a question is answered.
    Answer,
    /// Which texts belong together.
    Contrast,
}

fn fifteen_percent() -> f64 {
    0.15
}

fn thirty_percent() -> f64 {
    0.3
}

fn three() -> f64 {
    3.0
}

impl Task {
    /// What it is called in a recipe.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Causal { .. } => "causal",
            Self::Prefix => "prefix",
            Self::Masked { .. } => "masked",
            Self::Replaced { .. } => "replaced",
            Self::Spans { .. } => "spans",
            Self::Denoise { .. } => "denoise",
            Self::Translate => "translate",
            Self::Classify => "classify",
            Self::Tag => "tag",
            Self::Answer => "answer",
            Self::Contrast => "contrast",
        }
    }
}
