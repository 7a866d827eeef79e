//! What a run leaves behind.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use burn::module::Module;
use salamander_checkpoint as checkpoint;
use serde_json::Value;

use crate::Error;

/// A folder:
///
/// | file | what |
/// |---|---|
/// | `config.toml` | everything that was decided, enough to repeat the run |
/// | `tokenizer.json` | from text to ids and back |
/// | `metrics.jsonl` | one line for each report |
/// | `samples.txt` | what the model wrote on the way |
/// | `checkpoint/model.safetensors` | the parameters, by their place in the model |
///
/// Every file but the two that grow is written aside and renamed: none is ever half there.
#[derive(Debug)]
pub struct Run {
    path: PathBuf,
    metrics: File,
    samples: File,
}

impl Run {
    /// Makes the folder, before anything is trained.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn create(path: impl Into<PathBuf>, config: &str) -> Result<Self, Error> {
        let path = path.into();
        fs::create_dir_all(&path).map_err(|source| Error::Write { path: path.clone(), source })?;
        checkpoint::write(&path.join("config.toml"), config.as_bytes())?;
        let (metrics, samples) = (growing(&path.join("metrics.jsonl"))?, growing(&path.join("samples.txt"))?);
        Ok(Self { path, metrics, samples })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the parameters of the run in `folder` are.
    pub fn weights(folder: &Path) -> PathBuf {
        folder.join("checkpoint").join("model.safetensors")
    }

    /// Notes a line.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn metric(&mut self, line: &Value) -> Result<(), Error> {
        let written = writeln!(self.metrics, "{line}");
        written.map_err(|source| Error::Write { path: self.path.join("metrics.jsonl"), source })
    }

    /// Notes what the model wrote.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn sample(&mut self, step: usize, text: &str) -> Result<(), Error> {
        let written = writeln!(self.samples, "# step {step}\n{text}\n");
        written.map_err(|source| Error::Write { path: self.path.join("samples.txt"), source })
    }

    /// Keeps the parameters of `model` in place of those kept before.
    ///
    /// # Errors
    /// If they cannot be written; those kept before are then still there.
    pub fn save<M: Module>(&self, model: &M) -> Result<(), Error> {
        let path = Self::weights(&self.path);
        let folder = self.path.join("checkpoint");
        fs::create_dir_all(&folder).map_err(|source| Error::Write { path: folder, source })?;
        Ok(checkpoint::save_plain(model, &path)?)
    }
}

fn growing(path: &Path) -> Result<File, Error> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.map_err(|source| Error::Write { path: path.into(), source })
}
