//! What a directory is, before its weights are read.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use burn::module::Module;
use serde_json::{Map, Value};

use crate::{Error, ErrorKind, Keys, Names, directory::CONFIG};

/// What a directory is, before its weights are read or written: its `config.json`, and which tensors there are.
#[derive(Debug, Clone)]
pub struct Outline {
    path: PathBuf,
    config: Map<String, Value>,
    tensors: BTreeMap<String, Vec<usize>>,
}

impl Outline {
    pub(crate) fn new(path: &Path, config: Map<String, Value>, tensors: BTreeMap<String, Vec<usize>>) -> Self {
        Self { path: path.to_owned(), config, tensors }
    }

    /// That of the folder which [`Directory::write`](crate::Directory::write) would write with the same arguments.
    ///
    /// # Errors
    /// If the table does not fit the module, or `config` is no object.
    pub fn of<M: Module>(path: impl AsRef<Path>, config: &Value, module: &M, names: &Names) -> Result<Self, Error> {
        let path = path.as_ref();
        let Value::Object(config) = config else {
            return Err(Error::new(path.join(CONFIG), ErrorKind::Json("an object is needed".to_owned())));
        };
        let lines = names.lines_of(module)?;
        Ok(Self::new(path, config.clone(), lines.into_iter().map(|line| (line.tensor, line.shape)).collect()))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The strict reader of `config.json`.
    pub fn keys(&self) -> Keys<'_> {
        Keys::new(&self.config, self.path.join(CONFIG))
    }

    /// The shapes of all tensors by the names in the files, for what `config.json` leaves open (whether the last matrix is
    /// tied, for one).
    pub fn tensors(&self) -> &BTreeMap<String, Vec<usize>> {
        &self.tensors
    }
}
