//! Where runs are kept, and which of them goes on.

use std::path::{Path, PathBuf};

use anyhow::Result;
use salamander::{
    models::Recipe,
    train::{Checkpoints, Found, Which},
};
use time::OffsetDateTime;

use super::Train;
use crate::{Usage, tell_skipped};

/// The folder with a folder for each model, which has a folder for each run.
const RUNS: &str = "runs";

/// Reads what a run is called: a part of a folder's name.
pub(super) fn name(text: &str) -> Result<String, String> {
    match text.is_empty() || text.contains(['/', '\\']) {
        true => Err("it is a part of a folder's name: no `/` in it, and not empty".into()),
        false => Ok(text.into()),
    }
}

/// Reads `latest`, or a step.
pub(super) fn which(text: &str) -> Result<Which, String> {
    match text.parse() {
        Ok(which @ (Which::Latest | Which::Step(_))) => Ok(which),
        _ => Err("it is neither `latest` nor the number of a step".into()),
    }
}

/// A folder for a run that begins now: sorted by name, runs are sorted by time.
pub(super) fn fresh(recipe: &Recipe, name: Option<&str>) -> PathBuf {
    let now = OffsetDateTime::now_utc();
    let (date, (hour, minute, second)) = (now.date(), now.time().as_hms());
    let (year, month, day) = date.to_calendar_date();
    let time = format!("{year:04}{:02}{day:02}T{hour:02}{minute:02}{second:02}Z", u8::from(month));
    let name = name.map_or_else(|| format!("seed-{}", recipe.plan.seed), str::to_owned);
    Path::new(RUNS).join(&recipe.name).join(format!("{time}-{name}"))
}

/// The run that goes on: the one that was named, or the newest of the model.
pub(super) fn of(asked: &Train) -> Result<PathBuf> {
    let Train { choice, run, .. } = asked;
    if choice.changes.any() || choice.source.data.is_some() || !choice.source.columns.is_empty() {
        let rule = "a run that goes on keeps its configuration; only --steps, --tokens and --minutes may be others";
        return Err(Usage(rule.into()).into());
    }
    let folder = match (run, &choice.model) {
        (Some(run), _) => run.clone(),
        (None, Some(model)) => newest(model)?,
        (None, None) => return Err(Usage("which run? give its folder with --run, or the model's name".into()).into()),
    };
    match folder.join("config.toml").is_file() {
        true => Ok(folder),
        false => Err(Usage(format!("{} is no run: it has no config.toml", folder.display())).into()),
    }
}

fn newest(model: &str) -> Result<PathBuf> {
    let folder = Path::new(RUNS).join(model);
    let entries = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let runs = entries.filter(|path| path.join("config.toml").is_file());
    let none = || Usage(format!("there is no run of `{model}` in {}", folder.display())).into();
    runs.max().ok_or_else(none)
}

/// A checkpoint to go on from.
pub(super) struct Start {
    pub(super) path: PathBuf,
    pub(super) step: usize,
}

/// Finds it, and says which are damaged and had to be passed over.
pub(super) fn checkpoint(folder: &Path, which: Which) -> Result<Start> {
    let Found { path, step, skipped } = Checkpoints::of(folder).find(which)?;
    tell_skipped(&skipped);
    Ok(Start { path, step: step.unwrap_or(0) })
}
