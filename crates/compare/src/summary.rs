//! One run, as its files tell it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    Error, Metric,
    config::{self, Config, Plan},
    report::{self, Report},
    time::stamped,
};

/// A run in a few numbers.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RunSummary {
    /// Its folder.
    pub path: PathBuf,
    /// The recipe that is trained.
    pub model: String,
    /// What it was called: its folder's name, without the time in it.
    pub name: String,
    /// When it began.
    pub began: SystemTime,
    /// Steps done, as far as they were reported.
    pub steps: u64,
    /// Steps planned.
    pub planned: Option<u64>,
    /// Targets learnt from.
    pub tokens: Option<u64>,
    /// The lowest validation loss, in nats per target, and the step it was found at.
    pub best: Option<(f64, u64)>,
    /// The last validation loss.
    pub last: Option<f64>,
    /// Whether training came to its end: by its last step, or by what the plan lets end it before.
    pub complete: bool,
    /// What its folder takes, in bytes.
    pub size: u64,
}

impl RunSummary {
    /// Reads the run in `path`.
    ///
    /// # Errors
    /// If it is no run, or a line of its `metrics.jsonl` that is not the last is damaged.
    pub fn read(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        let Config { recipe, .. } = Config::read(&path)?;
        let reports = report::read(&path)?;
        let folder = folder_name(&path);
        let (began, name) = match stamped(&folder) {
            Some((began, name)) => (began, name.to_owned()),
            None => (begun(&path), folder.clone()),
        };
        let losses = losses(&reports);
        let best = losses.iter().filter(|(loss, _)| loss.is_finite()).min_by(|(a, _), (b, _)| a.total_cmp(b));
        Ok(Self {
            model: if recipe.name.is_empty() { parent_name(&path) } else { recipe.name },
            name,
            began,
            steps: steps(&reports),
            planned: recipe.plan.steps,
            tokens: tokens(&reports),
            best: best.copied(),
            last: losses.last().map(|(loss, _)| *loss),
            complete: complete(&recipe.plan, &reports),
            size: size(&path).map_err(Error::io(&path, "read"))?,
            path,
        })
    }

    /// The model and the folder, by which it is known among others: `gpt/20261125T140600Z-wide`.
    pub fn label(&self) -> String {
        format!("{}/{}", self.model, self.folder())
    }

    /// Its folder's name.
    pub fn folder(&self) -> String {
        folder_name(&self.path)
    }
}

/// The name of a folder, also of one that is written as `.`.
pub(crate) fn folder_name(path: &Path) -> String {
    let whole = if path.file_name().is_some() { None } else { path.canonicalize().ok() };
    whole.as_deref().unwrap_or(path).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

pub(crate) fn parent_name(path: &Path) -> String {
    let whole = path.canonicalize().ok();
    let parent = whole.as_deref().and_then(Path::parent).and_then(Path::file_name);
    parent.unwrap_or_default().to_string_lossy().into_owned()
}

/// Where it ran is written once, when it begins; `config.toml` is written again when it goes on.
fn begun(path: &Path) -> SystemTime {
    let modified = |name: &str| fs::metadata(path.join(name)).and_then(|file| file.modified());
    modified("env.json").or_else(|_| modified(config::FILE)).unwrap_or(UNIX_EPOCH)
}

fn steps(reports: &[Report]) -> u64 {
    reports.iter().map(|report| report.step).max().unwrap_or(0)
}

fn tokens(reports: &[Report]) -> Option<u64> {
    let last = reports.iter().rev().filter(|report| report.split == "train").find_map(|report| report.number("tokens"));
    last.filter(|tokens| tokens.is_finite()).map(|tokens| tokens as u64)
}

/// The validation losses, each with its step.
fn losses(reports: &[Report]) -> Vec<(f64, u64)> {
    let metric = Metric::default();
    let of = reports.iter().filter(|report| report.split == metric.part());
    of.filter_map(|report| Some((report.number(metric.key())?, report.step))).collect()
}

/// Whether nothing was left to do when it ended.
fn complete(plan: &Plan, reports: &[Report]) -> bool {
    // Where an average is planned, it is what comes last.
    if plan.keep.average.is_some() {
        return reports.iter().any(|report| report.split == "averaged");
    }
    let (steps, losses) = (steps(reports), losses(reports));
    let Some((_, evaluated)) = losses.last() else { return false };
    let minutes =
        reports.iter().rev().find_map(|report| report.number("elapsed_seconds")).map(|seconds| seconds / 60.0);
    let over = |limit: Option<f64>, reached: Option<f64>| limit.zip(reached).is_some_and(|(most, it)| it >= most);
    let best = losses.iter().enumerate().min_by(|(_, (a, _)), (_, (b, _))| a.total_cmp(b)).map_or(0, |(at, _)| at);
    // Between the beats it is only evaluated when a limit has ended it.
    let off_beat = plan.evaluate.every.is_some_and(|every| every > 0 && !evaluated.is_multiple_of(every));
    *evaluated == steps
        && (plan.steps.is_some_and(|planned| steps >= planned)
            || off_beat
            || over(plan.limit.tokens, tokens(reports).map(|tokens| tokens as f64))
            || over(plan.limit.minutes, minutes)
            || plan.evaluate.patience.is_some_and(|most| losses.len() - 1 - best >= most))
}

/// Bytes of all files below a folder; links are not followed. What vanishes meanwhile takes nothing.
pub(crate) fn size(path: &Path) -> io::Result<u64> {
    let (mut sum, mut open) = (0, vec![path.to_owned()]);
    let gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    while let Some(folder) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if gone(&error) => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            match entry.metadata() {
                Ok(found) if found.is_dir() => open.push(entry.path()),
                Ok(found) => sum += found.len(),
                Err(error) if gone(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(sum)
}
