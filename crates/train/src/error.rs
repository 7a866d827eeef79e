//! What can go wrong while training.

use std::path::PathBuf;

use thiserror::Error;

/// What can go wrong while training.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A number of the plan breaks a rule.
    #[error("plan.{setting} {rule}")]
    Plan {
        /// The setting.
        setting: &'static str,
        /// The rule, with the number that breaks it.
        rule: String,
    },
    /// The loss is no number any more.
    #[error(
        "step {step}: the loss is {loss} and the gradients' length {gradient_norm}{}; training stopped, the last good \
         checkpoint is kept (try a lower learning rate)",
        first(.tensor)
    )]
    NotFinite {
        /// At which step, counted from 1.
        step: usize,
        /// What it is, in nats per token.
        loss: f64,
        /// The length of all gradients together.
        gradient_norm: f64,
        /// The first parameter that holds such a number, or whose gradient does.
        tensor: Option<String>,
    },
    /// What a step has made of the model cannot be used.
    #[error("after step {step} {what}; training stopped, the last good checkpoint is kept (try a lower learning rate)")]
    Spoilt {
        /// Which step, counted from 1.
        step: usize,
        /// What is not finite.
        what: String,
    },
    /// The loss has left every measure.
    #[error(
        "step {step}: the loss is {loss:.4e} and began at {first:.4}: it has diverged; training stopped, the last good \
         checkpoint is kept (try a lower learning rate)"
    )]
    Diverged {
        /// At which step, counted from 1.
        step: usize,
        /// What it is, in nats per token.
        loss: f64,
        /// What it was at the first step.
        first: f64,
    },
    /// The folder holds a run already.
    #[error("{} holds a run already: choose another folder with `--run`, or go on with it with `--resume latest`", .0.display())]
    Taken(PathBuf),
    /// No checkpoint is what was asked for.
    #[error("{}: there is no checkpoint {what}; there are {have}", folder.display())]
    NoCheckpoint {
        /// Where the run keeps them.
        folder: PathBuf,
        /// What was asked for.
        what: String,
        /// What there is.
        have: String,
    },
    /// A file of a checkpoint says something else than it should.
    #[error("{}: cannot be read: {reason}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// burn-train's learner gave up.
    #[error("training stopped: {0}")]
    Learner(String),
    /// A file of the run folder cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A checkpoint cannot be written or read.
    #[error(transparent)]
    Checkpoint(#[from] salamander_checkpoint::Error),
}

impl Error {
    /// Whether it is the model's numbers that ended the run.
    pub fn is_divergence(&self) -> bool {
        matches!(self, Self::NotFinite { .. } | Self::Spoilt { .. } | Self::Diverged { .. })
    }
}

fn first(tensor: &Option<String>) -> String {
    tensor.as_ref().map(|tensor| format!(", first in `{tensor}`")).unwrap_or_default()
}
