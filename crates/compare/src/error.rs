//! What can be wrong with runs, and with what is asked about them.

use std::{io, path::PathBuf};

/// What is wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A folder is no run.
    #[error("{} is no run: {reason}", path.display())]
    NoRun {
        /// The folder.
        path: PathBuf,
        /// What it lacks.
        reason: String,
    },
    /// A line that is not the last of `metrics.jsonl` is no report.
    #[error("{}:{line}: is no report: {reason}; correct the line or delete it", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Which line, counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// No run has that name.
    #[error("there is no run `{wanted}` in {}: {have}", folder.display())]
    Unknown {
        /// What was asked for.
        wanted: String,
        /// Where it was looked for.
        folder: PathBuf,
        /// What there is.
        have: String,
    },
    /// Several runs have that in their names.
    #[error("`{wanted}` may be any of {}: {}; write more of the name", candidates.len(), candidates.join(", "))]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// The runs it may mean.
        candidates: Vec<String>,
    },
    /// No run reports that metric.
    #[error("no report has `{metric}`: {have}")]
    NoMetric {
        /// What was asked for.
        metric: String,
        /// What is reported.
        have: String,
    },
    /// A run does not report what the horizontal axis should show.
    #[error("{run} reports no {axis}: draw it over the steps (`--x step`)")]
    NoAxis {
        /// The run.
        run: String,
        /// The axis.
        axis: &'static str,
    },
    /// There is nothing a curve could go through.
    #[error("`{metric}` has no value that can be drawn{}", remedy(*.log))]
    NothingToDraw {
        /// The metric.
        metric: String,
        /// Whether the axis is logarithmic.
        log: bool,
    },
    /// Someone cannot take part in a study.
    #[error("`{text}`: {reason}")]
    Contender {
        /// Who.
        text: String,
        /// Why.
        reason: String,
    },
    /// A study needs seeds, each once.
    #[error("the seeds are {0:?}; at least one is needed, and none twice")]
    Seeds(Vec<u64>),
    /// What is the same for all makes no sense.
    #[error("--budget {reason}")]
    Budget {
        /// Why.
        reason: String,
    },
    /// A number by which not all are measured.
    #[error("not all are measured by `{wanted}`; they are by: {have}")]
    NoScore {
        /// What was asked for.
        wanted: String,
        /// What there is.
        have: String,
    },
    /// A file of a study says something else than it should.
    #[error("{}: cannot be used: {reason}; delete it, and it is made again", path.display())]
    Result {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A trial could not be made in another process.
    #[error("{reason}")]
    Process {
        /// Why.
        reason: String,
    },
    /// Some trials could not be made.
    #[error("{}; the others are kept, and the same command makes what is missing", failed.join("; "))]
    Trials {
        /// Which, and why.
        failed: Vec<String>,
    },
    /// It was stopped from outside.
    #[error("stopped; the same command goes on from here")]
    Stopped,
    /// The recipe, or the model it describes.
    #[error(transparent)]
    Model(#[from] salamander_models::Error),
    /// Training and judging.
    #[error(transparent)]
    Experiment(#[from] salamander_experiment::Error),
    /// Intervals and tests.
    #[error(transparent)]
    Metrics(#[from] salamander_metrics::Error),
    /// A file cannot be written.
    #[error(transparent)]
    Checkpoint(#[from] salamander_checkpoint::Error),
    /// The system would not read, write or remove something.
    #[error("{}: cannot be {verb}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What should have been done: read, written, removed.
        verb: &'static str,
        /// What the system says.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn result(path: impl Into<PathBuf>, reason: &serde_json::Error) -> Self {
        Self::Result { path: path.into(), reason: reason.to_string() }
    }

    pub(crate) fn no_result() -> Self {
        Self::Process { reason: "its process left no result".into() }
    }

    pub(crate) fn no_trial(name: &str) -> Self {
        Self::Contender { text: name.into(), reason: "no trial of this comparison is called so".into() }
    }

    pub(crate) fn io(path: impl Into<PathBuf>, verb: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, verb, source }
    }
}

fn remedy(log: bool) -> &'static str {
    if log { ": a logarithmic axis takes positive numbers, draw it without `--log`" } else { "" }
}
