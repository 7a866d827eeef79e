//! What a recipe learns from, and what its model is asked.

use std::{borrow::Cow, collections::BTreeMap, ffi::OsStr, path::PathBuf};

use salamander_generate::Reading;
use salamander_text::{Packing, SpanCorruption, TokenizerKind};
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

    /// What it is called: the file of the user's, or else the data set.
    pub fn name(&self) -> Cow<'_, str> {
        let file = self.path.as_ref().and_then(|path| path.file_name());
        file.map_or_else(|| self.set.as_str().into(), OsStr::to_string_lossy)
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
    /// The spans that are missing in a text (Raffel et al. 2020, arXiv:1910.10683, section 3.1.4).
    Spans {
        /// The share of tokens that is missing.
        #[serde(default = "fifteen_percent")]
        rate: f64,
        /// How long spans are on average, in tokens.
        #[serde(default = "three")]
        mean: f64,
        /// How a model of one stack, which writes behind the damaged text, reads it; absent, as all else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reading: Option<Reading>,
    },
    /// A text with spans hidden and sentences in another order: the whole of it (Lewis et al. 2019, arXiv:1910.13461).
    Denoise {
        /// The share of tokens that is hidden.
        #[serde(default = "thirty_percent")]
        rate: f64,
        /// How long spans are on average, in tokens.
        #[serde(default = "three")]
        mean: f64,
        /// How a model of one stack, which writes behind the damaged text, reads it; absent, as all else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reading: Option<Reading>,
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
    Task::HIDDEN
}

fn thirty_percent() -> f64 {
    0.3
}

fn three() -> f64 {
    3.0
}

impl Task {
    /// The share of tokens that is hidden where a recipe does not say (Devlin et al. 2018, arXiv:1810.04805).
    pub const HIDDEN: f64 = 0.15;

    /// How a model of one stack reads what it is given before it writes.
    pub fn reading(&self) -> Reading {
        match self {
            Self::Prefix => Reading::Prefix,
            Self::Spans { reading, .. } | Self::Denoise { reading, .. } => reading.unwrap_or_default(),
            _ => Reading::Causal,
        }
    }

    /// The share of a text's words that a model of one stack is to name.
    pub fn named(&self) -> f64 {
        match *self {
            Self::Masked { rate } | Self::Replaced { rate } => rate,
            _ => 1.0,
        }
    }

    /// Whether it damages texts, which are what is written of them.
    pub fn damages(&self) -> bool {
        matches!(self, Self::Spans { .. } | Self::Denoise { .. })
    }

    /// How long a row can be that holds a text of up to `length` tokens, its end included, as it is damaged and behind that
    /// what is to be written of it; nothing if the task damages no text.
    ///
    /// ```
    /// use salamander_models::Task;
    ///
    /// // Of 95 tokens 14 are missing in 5 spans: 86 that the model is given, a start, and 19 that it writes.
    /// let spans = Task::Spans { rate: 0.15, mean: 3.0, reading: None };
    /// assert_eq!(spans.row(96), Some(86 + 1 + 19));
    /// ```
    pub fn row(&self, length: usize) -> Option<usize> {
        match *self {
            Self::Spans { rate, mean, .. } => {
                let noise = SpanCorruption { density: rate, mean, sentinels: Vec::new(), end: None };
                let (_, spans) = noise.counts(length.saturating_sub(1));
                // A sentinel for each on either side; a single token is no noise and has one too.
                Some(length + 2 * spans.max(1))
            }
            Self::Denoise { .. } => Some(2 * length),
            _ => None,
        }
    }

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
