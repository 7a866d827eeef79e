//! The tensors of safetensors files.

mod decode;

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
};

use memmap2::Mmap;
use safetensors::{SafeTensors, tensor::TensorView};

use crate::{Error, ErrorKind, json};

pub(crate) use decode::{bytes_of, floats, integers, is_float, part, transposed};

/// A file in memory.
pub(crate) struct Mapped {
    path: PathBuf,
    map: Mmap,
}

impl Mapped {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::io(path))?;
        // SAFETY: the map is only read, and only while `self` lives. Were another program to shorten the file meanwhile,
        // reading would stop this one with SIGBUS; the writers of this crate never change a file in place, they replace
        // it, which leaves a map of the old one intact.
        let map = unsafe { Mmap::map(&file) }.map_err(Error::io(path))?;
        Ok(Self { path: path.to_owned(), map })
    }

    /// The tensors, after checking that they cover the file without holes or overlaps.
    pub(crate) fn tensors(&self) -> Result<HashMap<String, TensorView<'_>>, Error> {
        let wrong = |what: String| Error::new(&self.path, ErrorKind::Format(what));
        let tensors = SafeTensors::deserialize(&self.map).map_err(|error| wrong(error.to_string()))?;
        let (header, _) = SafeTensors::read_metadata(&self.map).map_err(|error| wrong(error.to_string()))?;
        // safetensors takes the last of two tensors of one name; other readers take the first
        json::once(&self.map[8..8 + header]).map_err(|error| wrong(error.to_string()))?;
        Ok(tensors.tensors().into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
