//! Runs that are not wanted any more.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{Error, Runs, config::Config, numbers, summary};

/// A run that may be removed: it was looked at, and is one.
#[derive(Debug, PartialEq, Eq)]
pub struct Removal {
    path: PathBuf,
    size: u64,
}

impl Runs {
    /// Finds out which runs are meant by `wanted`, as [`Runs::choose`] does, but a model that has several runs means none of
    /// them. A name leads only to what is inside of the folder of runs, for links are not followed there; elsewhere it takes a
    /// path. Nothing is removed yet.
    ///
    /// # Errors
    /// If one is no run, or cannot be told from others.
    pub fn to_remove(&self, wanted: &[String]) -> Result<Vec<Removal>, Error> {
        let mut removals = Vec::new();
        for wanted in wanted {
            let removal = self.removal(wanted)?;
            if !removals.contains(&removal) {
                removals.push(removal);
            }
        }
        Ok(removals)
    }

    fn removal(&self, wanted: &str) -> Result<Removal, Error> {
        let given = self.exactly(wanted)?;
        let no_run = |reason: &str| Error::NoRun { path: given.clone(), reason: reason.into() };
        if given.is_symlink() {
            return Err(no_run("it is a link; give the folder it leads to"));
        }
        Config::read(&given)?;
        let whole = |path: &Path| path.canonicalize().map_err(Error::io(path, "read"));
        let path = whole(&given)?;
        let folder = whole(self.folder()).ok();
        if folder.as_ref().is_some_and(|folder| *folder != path && folder.starts_with(&path)) {
            return Err(no_run("the folder of all runs is in it"));
        }
        let size = summary::size(&path).map_err(Error::io(&path, "read"))?;
        Ok(Removal { path, size })
    }
}

impl Removal {
    /// The run's folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it takes, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Removes it for good. It loses its name first: whatever happens then, no half of a run is taken for a run.
    ///
    /// # Errors
    /// If the system refuses. What it would not delete is then left beside, under the name the error says.
    pub fn remove(self) -> Result<(), Error> {
        let name = summary::folder_name(&self.path);
        let aside = self.path.with_file_name(format!(".{name}.removed-{}", std::process::id()));
        fs::rename(&self.path, &aside).map_err(Error::io(&self.path, "removed"))?;
        fs::remove_dir_all(&aside).map_err(Error::io(&aside, "removed"))
    }
}

/// What removing some runs gives back, as people read it: `2 runs, 12.3 MB`.
pub fn freed(removals: &[Removal]) -> String {
    let runs = if removals.len() == 1 { "1 run".into() } else { format!("{} runs", removals.len()) };
    format!("{runs}, {}", numbers::bytes(removals.iter().map(Removal::size).sum()))
}
