//! What a run leaves behind.

mod checkpoints;
mod contents;
mod events;

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

pub use checkpoints::{Checkpoints, Found, Which};
pub use contents::weights;
pub(crate) use contents::{Restored, State, restore};
use events::Events;
use salamander_checkpoint as checkpoint;
use serde_json::Value;

use crate::Error;

/// A folder:
///
/// | file | what |
/// |---|---|
/// | `config.toml` | everything that was decided, enough to repeat the run |
/// | `env.json` | where and with what it ran |
/// | `tokenizer.json` | from text to ids and back |
/// | `metrics.jsonl` | one line for each report |
/// | `events.out.tfevents.*` | the same for TensorBoard |
/// | `samples.txt` | what the model wrote on the way |
/// | `checkpoints/` | what it may go on from: see [`Checkpoints`] |
///
/// Every file but those that grow is written aside and renamed: none is ever half there.
#[derive(Debug)]
pub struct Run {
    path: PathBuf,
    metrics: File,
    samples: File,
    events: Events,
}

impl Run {
    /// Makes the folder, before anything is trained.
    ///
    /// # Errors
    /// If it cannot be written, or there is a run in it already.
    pub fn create(path: impl Into<PathBuf>, config: &str, environment: &Value) -> Result<Self, Error> {
        let path = path.into();
        if path.join("config.toml").exists() {
            return Err(Error::Taken(path));
        }
        fs::create_dir_all(&path).map_err(|source| Error::Write { path: path.clone(), source })?;
        checkpoint::write_json(&path.join("env.json"), environment)?;
        checkpoint::write(&path.join("config.toml"), config.as_bytes())?;
        Self::open(path)
    }

    /// Opens the folder of a run that goes on from its checkpoint after `step` steps: what was reported and kept after them
    /// is forgotten, and what was made of its end.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub fn resume(path: impl Into<PathBuf>, step: usize) -> Result<Self, Error> {
        let path = path.into();
        // First, as whoever goes on from the latest checkpoint drops the reports behind it too.
        Checkpoints::of(&path).rewind(step)?;
        let file = path.join("metrics.jsonl");
        let text = fs::read_to_string(&file).unwrap_or_default();
        let before = |line: &&str| {
            let value: Value = serde_json::from_str(line).unwrap_or_default();
            value["step"].as_u64().is_some_and(|at| at <= step as u64) && value["split"] != "averaged"
        };
        let kept: String = text.lines().filter(before).flat_map(|line| [line, "\n"]).collect();
        checkpoint::write(&file, kept.as_bytes())?;
        Self::open(path)
    }

    fn open(path: PathBuf) -> Result<Self, Error> {
        Checkpoints::of(&path).open()?;
        let (metrics, samples) = (growing(&path.join("metrics.jsonl"))?, growing(&path.join("samples.txt"))?);
        let events = Events::create(&path).map_err(|source| Error::Write { path: path.clone(), source })?;
        Ok(Self { path, metrics, samples, events })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its checkpoints.
    pub fn checkpoints(&self) -> Checkpoints {
        Checkpoints::of(&self.path)
    }

    /// Notes a line: the step, the part (`train`, `validation`) and numbers.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn metric(&mut self, line: &Value) -> Result<(), Error> {
        let refused = |source| Error::Write { path: self.path.join("metrics.jsonl"), source };
        writeln!(self.metrics, "{line}").map_err(refused)?;
        let (step, split) = (line["step"].as_u64().unwrap_or(0) as usize, line["split"].as_str().unwrap_or("other"));
        let numbers = line.as_object().into_iter().flatten().filter(|(name, _)| *name != "step");
        let scalars: Vec<_> =
            numbers.filter_map(|(name, value)| Some((format!("{split}/{name}"), value.as_f64()?))).collect();
        self.events.scalars(step, &scalars).map_err(|source| Error::Write { path: self.path.clone(), source })
    }

    /// Notes what the model wrote.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn sample(&mut self, step: usize, text: &str) -> Result<(), Error> {
        let written = writeln!(self.samples, "# step {step}\n{text}\n");
        written.map_err(|source| Error::Write { path: self.path.join("samples.txt"), source })
    }
}

fn growing(path: &Path) -> Result<File, Error> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.map_err(|source| Error::Write { path: path.into(), source })
}
