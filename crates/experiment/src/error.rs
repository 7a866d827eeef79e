//! What can go wrong between a recipe and its results.

use salamander_datasets::Shape;
use thiserror::Error;

use crate::Baseline;

/// What can go wrong between a recipe and its results.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The recipe, the model it describes, or a folder with one.
    #[error(transparent)]
    Model(#[from] salamander_models::Error),
    /// The data set.
    #[error(transparent)]
    Data(#[from] salamander_datasets::Error),
    /// Text and tokens.
    #[error(transparent)]
    Text(#[from] salamander_text::Error),
    /// Training.
    #[error(transparent)]
    Train(#[from] salamander_train::Error),
    /// Writing.
    #[error(transparent)]
    Generate(#[from] salamander_generate::Error),
    /// What was there before transformers.
    #[error(transparent)]
    Counting(#[from] salamander_baselines::Error),
    /// A baseline cannot do what is asked.
    #[error("{name} cannot do `{task}`; {}", Baseline::PURPOSES)]
    Baseline {
        /// Which.
        name: &'static str,
        /// What is asked.
        task: &'static str,
    },
    /// Judging.
    #[error(transparent)]
    Metrics(#[from] salamander_metrics::Error),
    /// A model of this family is not asked that on such data.
    #[error("this {family} model cannot do `{asked}` on {shape}; on {shape} it can do: {can}")]
    Task {
        /// The family.
        family: &'static str,
        /// What was asked for.
        asked: &'static str,
        /// What the data is made of.
        shape: Shape,
        /// What it can do.
        can: String,
    },
    /// A number of the task breaks a rule.
    #[error("{setting} is {value}; {needed} is needed")]
    Number {
        /// The setting.
        setting: &'static str,
        /// What it is.
        value: f64,
        /// What it may be.
        needed: &'static str,
    },
    /// Settings of a head, and no head to have them.
    #[error("head has settings, and `{task}` puts no head on a model; leave them out")]
    NoHead {
        /// What is asked.
        task: &'static str,
    },
    /// A model of this family does not read a damaged text like that.
    #[error("data.task.reading is {asked}, which this {family} model cannot do for `{task}`: {hint}; leave it out")]
    Reading {
        /// The family.
        family: &'static str,
        /// What is asked.
        task: &'static str,
        /// How it was to be read.
        asked: &'static str,
        /// How it is read.
        hint: &'static str,
    },
    /// A model of this family can learn nothing from such data.
    #[error("this {family} model learns nothing from {shape}; choose another data set or another model")]
    Shape {
        /// The family.
        family: &'static str,
        /// What the data is made of.
        shape: Shape,
    },
    /// Sequences longer than the model takes.
    #[error("plan.seq_len is {asked} and the model takes at most {most} tokens; lower it or raise size.max_seq_len")]
    TooLong {
        /// What the plan says.
        asked: usize,
        /// What the model takes.
        most: usize,
    },
    /// A text and what is to be written of it are longer together than the model takes.
    #[error(
        "a text of plan.seq_len = {seq_len} tokens and what `{task}` has written behind it share a row of {row}, and the model \
         takes at most {most}; lower the one or raise size.max_seq_len"
    )]
    LongRow {
        /// What is asked.
        task: &'static str,
        /// What the plan says.
        seq_len: usize,
        /// How long a row can be.
        row: usize,
        /// What the model takes.
        most: usize,
    },
    /// A model came without its tokenizer.
    #[error("the model has no tokenizer.json beside it; put its tokenizer there")]
    NoTokenizer,
    /// A tokenizer has no token for something.
    #[error("the tokenizer has no token for {purpose}; take another tokenizer, or leave data.special out")]
    NoSpecial {
        /// For what.
        purpose: &'static str,
    },
    /// A model and a set that do not belong together.
    #[error("the {family} model was not made for `{task}`")]
    OtherModel {
        /// The family.
        family: &'static str,
        /// What it is asked.
        task: &'static str,
    },
    /// A part of the data set is empty.
    #[error("the data set has no {part} part; choose another with `--split`")]
    NoPart {
        /// Which.
        part: &'static str,
    },
    /// A file of tokens cannot be made.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
}
