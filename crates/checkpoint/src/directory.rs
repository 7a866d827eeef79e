//! A folder as Hugging Face lays it out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read,
    path::{Component, Path, PathBuf},
};

use burn::module::Module;
use serde_json::{Map, Value};

use crate::{Error, ErrorKind, Keys, Names, Outline, json, load, save, tensors::Mapped, write_json};

pub(crate) const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";
const GENERATION: &str = "generation_config.json";
const INDEX: &str = "model.safetensors.index.json";
const TOKENIZER: &str = "tokenizer.json";

/// Largest JSON that is read; published ones stay far below.
const LARGEST_JSON: u64 = 64 << 20;

/// A folder with a `config.json`, its weights as safetensors in one file or in shards, and perhaps a `tokenizer.json`.
#[derive(Debug, Clone)]
pub struct Directory {
    path: PathBuf,
    config: Map<String, Value>,
    generation: Map<String, Value>,
    files: Vec<PathBuf>,
    tokenizer: Option<PathBuf>,
}

impl Directory {
    /// Finds the files and reads `config.json`; the weights are not read yet.
    ///
    /// Every file must lie in the folder itself. A symbolic link is followed only into the `blobs` of a Hugging Face
    /// cache, so that a folder from elsewhere cannot make other files be read.
    ///
    /// # Errors
    /// If something is absent, the weights are pickled, or the index names a file outside the folder.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let root = path.canonicalize().map_err(Error::io(path))?;
        if !root.is_dir() {
            let what = "is a file; the directory with config.json and the weights is needed";
            return Err(Error::new(path, ErrorKind::Absent(what.to_owned())));
        }
        let Some(config) = inside(&root, CONFIG)? else {
            let what = "holds no config.json: is it a checkpoint's directory?";
            return Err(Error::new(path, ErrorKind::Absent(what.to_owned())));
        };
        let config = object(&config)?;
        let generation = inside(&root, GENERATION)?.map(|file| object(&file)).transpose()?.unwrap_or_default();
        let files = weights(path, &root)?;
        let tokenizer = inside(&root, TOKENIZER)?;
        Ok(Self { path: path.to_owned(), config, generation, files, tokenizer })
    }

    /// Writes a folder that [`open`](Self::open) and transformers can read: `config.json` and `model.safetensors`. The
    /// folder is made if need be.
    ///
    /// # Errors
    /// If the table does not fit the module, or the system refuses.
    pub fn write<M: Module>(path: impl AsRef<Path>, config: &Value, module: &M, names: &Names) -> Result<(), Error> {
        let path = path.as_ref();
        fs::create_dir_all(path).map_err(Error::io(path))?;
        save(module, &path.join(WEIGHTS), names)?;
        write_json(&path.join(CONFIG), config)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What `config.json` says.
    pub fn config(&self) -> &Map<String, Value> {
        &self.config
    }

    /// The strict reader of `config.json`.
    pub fn keys(&self) -> Keys<'_> {
        Keys::new(&self.config, self.path.join(CONFIG))
    }

    /// The reader of `generation_config.json`; without such a file it has no keys.
    pub fn generation(&self) -> Keys<'_> {
        Keys::new(&self.generation, self.path.join(GENERATION))
    }

    /// Which architecture it is.
    ///
    /// # Errors
    /// If `config.json` does not say.
    pub fn model_type(&self) -> Result<&str, Error> {
        self.keys().string("model_type")
    }

    /// The files with the weights.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The `tokenizer.json`, if there is one.
    pub fn tokenizer(&self) -> Option<&Path> {
        self.tokenizer.as_deref()
    }

    /// What it is, before its weights are read.
    ///
    /// # Errors
    /// If a file is not whole.
    pub fn outline(&self) -> Result<Outline, Error> {
        let mut shapes = BTreeMap::new();
        for file in &self.files {
            let mapped = Mapped::open(file)?;
            shapes.extend(mapped.tensors()?.into_iter().map(|(name, tensor)| (name, tensor.shape().to_vec())));
        }
        Ok(Outline::new(&self.path, self.config.clone(), shapes))
    }

    /// Fills a module, as [`load`] does.
    ///
    /// # Errors
    /// As [`load`].
    pub fn load<M: Module>(&self, module: M, names: &Names) -> Result<M, Error> {
        load(module, &self.files, names)
    }
}

/// The one file or the shards.
fn weights(path: &Path, root: &Path) -> Result<Vec<PathBuf>, Error> {
    if let Some(file) = inside(root, WEIGHTS)? {
        return Ok(vec![file]);
    }
    if let Some(index) = inside(root, INDEX)? {
        return shards(root, &index);
    }
    let entries = fs::read_dir(root).map_err(Error::io(path))?.flatten();
    let pickled = entries.map(|entry| entry.file_name()).any(|name| {
        let name = name.to_string_lossy();
        [".bin", ".pt", ".pth", ".ckpt"].iter().any(|ending| name.ends_with(ending))
    });
    Err(Error::new(
        path,
        if pickled { ErrorKind::Pickle } else { ErrorKind::Absent(format!("holds neither {WEIGHTS} nor {INDEX}")) },
    ))
}

/// The files that the index names.
fn shards(root: &Path, index: &Path) -> Result<Vec<PathBuf>, Error> {
    let absent = |what: String| Error::new(index, ErrorKind::Absent(what));
    let object = object(index)?;
    let Some(map) = object.get("weight_map").and_then(Value::as_object).filter(|map| !map.is_empty()) else {
        return Err(absent("has no \"weight_map\" from tensors to files".to_owned()));
    };
    let mut names = BTreeSet::new();
    for (tensor, shard) in map {
        let name = shard.as_str().ok_or_else(|| absent(format!("gives no file for {tensor}, but {shard}")))?;
        if !is_plain(name) {
            return Err(Error::new(index, ErrorKind::UnsafeName(name.to_owned())));
        }
        names.insert(name);
    }
    let files = names.iter().map(|name| Ok((*name, inside(root, name)?))).collect::<Result<Vec<_>, Error>>()?;
    let missing: Vec<_> = files.iter().filter(|(_, file)| file.is_none()).map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        return Err(absent(format!("names files that are not there: {}; download them too", missing.join(", "))));
    }
    Ok(files.into_iter().filter_map(|(_, file)| file).collect())
}

/// Whether a name from a file may be opened: one normal component, alike on all systems, ending in `.safetensors`.
fn is_plain(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let single = matches!((components.next(), components.next()), (Some(Component::Normal(_)), None));
    let odd = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    single && !name.contains(odd) && !name.starts_with('.') && name.ends_with(".safetensors") && name.len() <= 255
}

/// The file of that name in the folder, its links followed; `None` if there is none.
fn inside(root: &Path, name: &str) -> Result<Option<PathBuf>, Error> {
    let path = root.join(name);
    if path.symlink_metadata().is_err() {
        return Ok(None);
    }
    let real = path.canonicalize().map_err(Error::io(&path))?;
    let cache = root.ancestors().nth(2).map(|model| model.join("blobs")); // model/snapshots/revision
    let parent = real.parent();
    if parent != Some(root) && (parent.is_none() || parent != cache.as_deref()) {
        let what = format!("is a link to {}, outside its directory: copy the file there", real.display());
        return Err(Error::new(&path, ErrorKind::Absent(what)));
    }
    Ok(Some(real))
}

/// The JSON object in a file.
fn object(path: &Path) -> Result<Map<String, Value>, Error> {
    let file = fs::File::open(path).map_err(Error::io(path))?;
    let mut text = Vec::new();
    file.take(LARGEST_JSON + 1).read_to_end(&mut text).map_err(Error::io(path))?;
    if text.len() as u64 > LARGEST_JSON {
        return Err(Error::new(path, ErrorKind::Json(format!("it is larger than {} MiB", LARGEST_JSON >> 20))));
    }
    match json::parse(path, &text)? {
        Value::Object(object) => Ok(object),
        _ => Err(Error::new(path, ErrorKind::Json("an object is needed".to_owned()))),
    }
}

#[cfg(test)]
mod tests;
