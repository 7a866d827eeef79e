//! All runs of a folder, and how one is named.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
    time::SystemTime,
};

use crate::{
    Error, RunSummary, Table, config,
    numbers::{age, bytes, thousands, value},
    report,
    summary::{folder_name, parent_name},
    table::Align::{Left, Right},
};

/// Levels of folders that are looked through: `runs`, `runs/<model>`, `runs/<model>/<run>`.
const DEPTH: usize = 3;
/// How many names an error shows of those there are.
const SHOWN: usize = 5;

/// The runs of a folder, those that began last at the end.
#[derive(Debug)]
pub struct Runs {
    folder: PathBuf,
    all: Vec<RunSummary>,
    damaged: Vec<(PathBuf, Error)>,
}

impl Runs {
    /// Looks for them in `folder`. That there is no such folder is the same as that there are none.
    ///
    /// # Errors
    /// If a folder cannot be read. What is wrong with a single run is kept in [`Runs::damaged`].
    pub fn find(folder: impl Into<PathBuf>) -> Result<Self, Error> {
        let mut runs = Self { folder: folder.into(), all: Vec::new(), damaged: Vec::new() };
        for path in candidates(&runs.folder, DEPTH)? {
            match RunSummary::read(&path) {
                Ok(run) => runs.all.push(run),
                Err(error) => runs.damaged.push((path, error)),
            }
        }
        runs.all.sort_by(|a, b| (a.began, &a.path).cmp(&(b.began, &b.path)));
        Ok(runs)
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Those that could be read.
    pub fn all(&self) -> &[RunSummary] {
        &self.all
    }

    /// What is wrong with the others.
    pub fn damaged(&self) -> impl Iterator<Item = &Error> {
        self.damaged.iter().map(|(_, error)| error)
    }

    /// The run that is meant by `wanted`: a folder, a model, of which it is the newest, or a part of a name that no other
    /// run has.
    ///
    /// # Errors
    /// If there is none, there are several, or it cannot be read.
    pub fn choose(&self, wanted: &str) -> Result<RunSummary, Error> {
        if !is_folder(wanted)
            && let Some(newest) = self.all.iter().rev().find(|run| run.model == wanted)
        {
            return Ok(newest.clone());
        }
        RunSummary::read(self.exactly(wanted)?)
    }

    /// The folder of the run that is meant by `wanted`: itself, or a part of a name that no other run has. It may be
    /// damaged.
    ///
    /// # Errors
    /// If there is none, or there are several.
    pub(crate) fn exactly(&self, wanted: &str) -> Result<PathBuf, Error> {
        if is_folder(wanted) {
            return Ok(wanted.into());
        }
        let readable = self.all.iter().map(|run| (run.label(), &run.path));
        let damaged =
            self.damaged.iter().map(|(path, _)| (format!("{}/{}", parent_name(path), folder_name(path)), path));
        let all: Vec<_> = readable.chain(damaged).collect();
        let whole =
            all.iter().filter(|(label, path)| label == wanted || folder_name(path) == wanted).collect::<Vec<_>>();
        let part = || all.iter().filter(|(label, _)| label.contains(wanted)).collect::<Vec<_>>();
        let found = if whole.is_empty() { part() } else { whole };
        match found.as_slice() {
            [(_, path)] if !wanted.is_empty() => Ok((*path).clone()),
            [] => Err(self.unknown(wanted)),
            several => {
                let candidates = several.iter().map(|(label, _)| label.clone()).collect();
                Err(Error::Ambiguous { wanted: wanted.into(), candidates })
            }
        }
    }

    fn unknown(&self, wanted: &str) -> Error {
        let newest: Vec<_> = self.all.iter().rev().take(SHOWN).map(RunSummary::label).collect();
        let have = match newest.as_slice() {
            [] => "there is none at all".into(),
            all if all.len() == self.all.len() => format!("there are {}", all.join(", ")),
            some => format!("there are {} and {} more", some.join(", "), self.all.len() - some.len()),
        };
        Error::Unknown { wanted: wanted.into(), folder: self.folder.clone(), have }
    }

    /// A line for each run, at the time `now`.
    pub fn table(&self, now: SystemTime) -> Table {
        let mut table = Table::new([
            ("model", Left),
            ("run", Left),
            ("steps", Right),
            ("best loss", Right),
            ("last loss", Right),
            ("tokens", Right),
            ("age", Right),
            ("size", Right),
            ("", Left),
        ]);
        for run in &self.all {
            let planned = run.planned.map(|planned| format!("/{}", thousands(planned))).unwrap_or_default();
            let none = || "-".to_owned();
            table.row([
                run.model.clone(),
                run.folder(),
                thousands(run.steps) + &planned,
                run.best.map_or_else(none, |(loss, _)| value(loss)),
                run.last.map_or_else(none, value),
                run.tokens.map_or_else(none, thousands),
                age(now.duration_since(run.began).unwrap_or_default()),
                bytes(run.size),
                if run.complete { "complete".into() } else { String::new() },
            ]);
        }
        table
    }
}

/// Whether a folder is meant, not a name.
fn is_folder(wanted: &str) -> bool {
    let path = Path::new(wanted);
    let is_plain = matches!(path.components().collect::<Vec<_>>().as_slice(), [Component::Normal(_)]);
    // A folder called as a model is, where one stands, is no run for that.
    path.is_dir() && (!is_plain || path.join(config::FILE).is_file())
}

/// The folders that hold what a run leaves.
fn candidates(folder: &Path, depth: usize) -> Result<Vec<PathBuf>, Error> {
    if folder.join(config::FILE).is_file() && folder.join(report::FILE).is_file() {
        return Ok(vec![folder.into()]);
    }
    let entries = match fs::read_dir(folder) {
        Ok(entries) if depth > 0 => entries,
        Ok(_) => return Ok(Vec::new()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io(folder, "read")(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(Error::io(folder, "read"))?;
        // A link is not followed: it may lead anywhere. What begins with a dot is not for people.
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_dir && !entry.file_name().to_string_lossy().starts_with('.') {
            found.extend(candidates(&entry.path(), depth - 1)?);
        }
    }
    found.sort();
    Ok(found)
}
