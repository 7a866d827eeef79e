//! What a run may go on from.

use std::{
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use burn::{module::Module, optim::ModuleOptimizer};
use salamander_checkpoint::{Bundle, load_plain, write};

use super::contents::{self, State, weights};
use crate::{Error, average::toward};

/// The average of the end, beside the checkpoints of the steps.
const AVERAGED: &str = "averaged";
/// The pointers beside the checkpoints: each file holds a checkpoint's name.
const LATEST: &str = "latest";
const BEST: &str = "best";

/// Which checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The last that is whole.
    Latest,
    /// The one with the lowest validation loss.
    Best,
    /// The average made at the end.
    Averaged,
    /// The one after so many steps.
    Step(usize),
}

impl FromStr for Which {
    type Err = String;

    /// `latest`, `best`, `averaged`, or the number of a step.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "latest" => Ok(Self::Latest),
            "best" => Ok(Self::Best),
            "averaged" => Ok(Self::Averaged),
            step => step.parse().map(Self::Step).map_err(|_| "it is none of latest, best, averaged and a step".into()),
        }
    }
}

/// A checkpoint that was found whole, and those that were not and had to be passed over.
#[derive(Debug)]
pub struct Found {
    /// Its folder.
    pub path: PathBuf,
    /// After how many steps it was made; an average is of no step.
    pub step: Option<usize>,
    /// One line for each that was skipped: which, and why.
    pub skipped: Vec<String>,
}

impl Found {
    fn new(path: PathBuf, skipped: Vec<String>) -> Self {
        let step = path.file_name().and_then(|name| step_of(&name.to_string_lossy()));
        Self { path, step, skipped }
    }
}

/// The checkpoints of a run: folders `step-00001000`, each whole or not there, and pointers to the latest and the best,
/// which are written when what they point to is safe.
#[derive(Debug, Clone)]
pub struct Checkpoints {
    folder: PathBuf,
}

impl Checkpoints {
    /// Those of the run in `run`.
    pub fn of(run: &Path) -> Self {
        Self { folder: run.join("checkpoints") }
    }

    /// Makes the folder, and removes what an accident left half-written there.
    pub(super) fn open(&self) -> Result<(), Error> {
        fs::create_dir_all(&self.folder).map_err(|source| Error::Write { path: self.folder.clone(), source })?;
        Bundle::sweep(&self.folder);
        Ok(())
    }

    /// Forgets what was made after `step`, from which the run goes on: its later checkpoints, and the average of an end that
    /// is none any more.
    pub(super) fn rewind(&self, step: usize) -> Result<(), Error> {
        let averaged = self.folder.join(AVERAGED);
        if averaged.exists() {
            remove(&averaged)?;
        }
        // The pointers first: they lead to what stays.
        self.point(LATEST, &self.at(step))?;
        let best = contents::state(&self.at(step))?.best.map(|(_, best)| self.at(best));
        match best.filter(|best| best.is_dir()) {
            Some(best) => self.point(BEST, &best)?,
            None => drop(fs::remove_file(self.folder.join(BEST))),
        }
        let later = self.steps().into_iter().filter(|(at, _)| *at > step);
        later.map(|(_, path)| path).try_for_each(|path| remove(&path))
    }

    fn at(&self, step: usize) -> PathBuf {
        self.folder.join(format!("step-{step:08}"))
    }

    /// Keeps everything the run needs to go on from `state`, and removes what is no longer wanted of the others.
    pub(crate) fn save<M: Module>(
        &self,
        (model, average): (&M, Option<&M>),
        optimizer: &ModuleOptimizer,
        state: &State,
        keep: usize,
    ) -> Result<(), Error> {
        let path = self.at(state.step);
        if path.exists() && Bundle::verify(&path).is_err() {
            remove(&path)?;
        }
        if !path.exists() {
            contents::write(&path, (model, average), optimizer, state)?;
        }
        self.point(LATEST, &path)?;
        if state.best.is_some_and(|(_, step)| step == state.step) {
            self.point(BEST, &path)?;
        }
        self.prune(keep)
    }

    /// Keeps an average, in place of an older one.
    pub(crate) fn save_average<M: Module>(&self, average: &M) -> Result<(), Error> {
        let path = self.folder.join(AVERAGED);
        if path.exists() {
            remove(&path)?;
        }
        contents::write_model(&path, average)
    }

    /// The mean of the parameters of the last `count` checkpoints that are whole; fewer if there are not so many.
    pub(crate) fn mean_of_last<M: Module>(&self, count: usize, like: &M) -> Result<M, Error> {
        let whole = self.steps().into_iter().filter(|(_, path)| Bundle::verify(path).is_ok()).take(count);
        let mut mean: Option<M> = None;
        for (seen, (_, path)) in whole.enumerate() {
            let model = load_plain(like.clone(), &[weights(&path)])?;
            mean = Some(match mean {
                Some(mean) => toward(mean, &model, seen as f64 / (seen + 1) as f64),
                None => model,
            });
        }
        mean.ok_or_else(|| self.absent("to make an average of"))
    }

    fn point(&self, pointer: &str, path: &Path) -> Result<(), Error> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(write(&self.folder.join(pointer), name.as_bytes())?)
    }

    fn pointed(&self, pointer: &str) -> Option<PathBuf> {
        let name = fs::read_to_string(self.folder.join(pointer)).ok()?;
        let name = name.trim();
        // Only a name of our own: a pointer leads nowhere else.
        step_of(name).map(|_| self.folder.join(name))
    }

    /// Those of the steps, the latest first.
    pub fn steps(&self) -> Vec<(usize, PathBuf)> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut steps: Vec<_> =
            entries.filter_map(|entry| Some((step_of(&entry.file_name().to_string_lossy())?, entry.path()))).collect();
        steps.sort_by_key(|(step, _)| std::cmp::Reverse(*step));
        steps
    }

    fn prune(&self, keep: usize) -> Result<(), Error> {
        let best = self.pointed(BEST);
        self.steps()
            .into_iter()
            .skip(keep)
            .filter(|(_, path)| Some(path) != best.as_ref())
            .try_for_each(|(_, path)| remove(&path))
    }

    /// A checkpoint that is whole.
    ///
    /// # Errors
    /// If there is none of that kind, or what was asked for by its step or as the best or the average is damaged.
    pub fn find(&self, which: Which) -> Result<Found, Error> {
        let one = |path: PathBuf, what: &str| match path.is_dir() {
            true => Bundle::verify(&path).map(|()| Found::new(path, Vec::new())).map_err(Error::from),
            false => Err(self.absent(what)),
        };
        match which {
            Which::Step(step) => one(self.at(step), &format!("of step {step}")),
            Which::Averaged => one(self.folder.join(AVERAGED), "that is an average"),
            Which::Best => one(self.pointed(BEST).unwrap_or_default(), "that is the best"),
            Which::Latest => {
                let mut skipped = Vec::new();
                for (_, path) in self.steps() {
                    match Bundle::verify(&path) {
                        Ok(()) => return Ok(Found::new(path, skipped)),
                        Err(error) => skipped.push(error.to_string()),
                    }
                }
                Err(if skipped.is_empty() { self.absent("at all") } else { self.absent(&damaged(&skipped)) })
            }
        }
    }

    /// What a model is used by: the average if one was made, else the best, else the latest.
    ///
    /// # Errors
    /// If there is none that is whole.
    pub fn find_for_use(&self) -> Result<Found, Error> {
        let mut skipped = Vec::new();
        for which in [Which::Averaged, Which::Best] {
            match self.find(which) {
                Ok(found) => return Ok(Found { skipped, ..found }),
                Err(Error::NoCheckpoint { .. }) => {}
                Err(damaged) => skipped.push(damaged.to_string()),
            }
        }
        let found = self.find(Which::Latest)?;
        // The best may be the latest.
        skipped.extend(found.skipped.iter().filter(|line| !skipped.contains(line)).cloned().collect::<Vec<_>>());
        Ok(Found { skipped, ..found })
    }

    fn absent(&self, what: &str) -> Error {
        let have: Vec<_> = self.steps().iter().rev().map(|(step, _)| step.to_string()).collect();
        let have = if have.is_empty() { "none".into() } else { format!("those of the steps {}", have.join(", ")) };
        Error::NoCheckpoint { folder: self.folder.clone(), what: what.into(), have }
    }
}

fn damaged(skipped: &[String]) -> String {
    format!("that is whole ({})", skipped.join("; "))
}

fn step_of(name: &str) -> Option<usize> {
    name.strip_prefix("step-")?.parse().ok()
}

fn remove(path: &Path) -> Result<(), Error> {
    // The name first: what has one is whole.
    let aside = path.with_file_name(format!(".{}.tmp", path.file_name().unwrap_or_default().to_string_lossy()));
    let removed = fs::rename(path, &aside).and_then(|()| fs::remove_dir_all(&aside));
    removed.map_err(|source| Error::Write { path: path.into(), source })
}
