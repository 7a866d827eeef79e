//! A model from a folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use burn::tensor::Device;
use salamander_checkpoint::Directory;
use salamander_text::Tokenizer;
use salamander_train::{Checkpoints, Which, weights};
use serde::Deserialize;

use crate::{ALL, Architecture, Error, Model, ModelConfig, Recipe};

/// A model from a folder, with what belongs to it.
#[derive(Debug)]
pub struct Loaded {
    /// What it is made of.
    pub config: ModelConfig,
    /// The model.
    pub model: Model,
    /// Text to ids and back, if the folder has one.
    pub tokenizer: Option<Tokenizer>,
    /// The recipe it was trained by, if it was trained here.
    pub recipe: Option<Recipe>,
}

/// The `config.toml` of a run: the recipe as it was used, and the model that came out of it.
#[derive(Deserialize)]
struct RunConfig {
    recipe: Recipe,
    resolved: ModelConfig,
}

/// Opens a run folder or a Hugging Face directory.
///
/// # Errors
/// If it is neither, or anything in it is missing, unknown or misshapen.
pub fn open(path: impl AsRef<Path>, device: &Device) -> Result<Loaded, Error> {
    let path = path.as_ref();
    if path.join("config.toml").is_file() {
        return run(path, &Checkpoints::of(path).find_for_use()?.path, device);
    }
    if path.join("config.json").is_file() {
        return from_hugging_face(&Directory::open(path)?, device);
    }
    Err(Error::NoModel(path.into()))
}

/// Opens a run folder by a checkpoint of one's choice.
///
/// # Errors
/// If it is none, there is no such checkpoint, or anything in it is missing, unknown or misshapen.
pub fn open_checkpoint(path: impl AsRef<Path>, which: Which, device: &Device) -> Result<Loaded, Error> {
    let path = path.as_ref();
    run(path, &Checkpoints::of(path).find(which)?.path, device)
}

fn run(path: &Path, checkpoint: &Path, device: &Device) -> Result<Loaded, Error> {
    let file = path.join("config.toml");
    let read = |reason: String| Error::Read { path: file.clone(), reason };
    let text = fs::read_to_string(&file).map_err(|error| read(error.to_string()))?;
    let RunConfig { recipe, resolved } = toml::from_str(&text).map_err(|error| read(error.message().into()))?;
    resolved.validate()?;
    let model = resolved.init(device).load_plain(weights(checkpoint))?;
    let tokenizer = tokenizer(Some(path.join("tokenizer.json")))?;
    Ok(Loaded { config: resolved, model, tokenizer, recipe: Some(recipe) })
}

/// Reads a Hugging Face directory.
///
/// # Errors
/// If no architecture here is of its type, or anything in it is missing, unknown or misshapen.
pub fn from_hugging_face(directory: &Directory, device: &Device) -> Result<Loaded, Error> {
    let architecture = of_type(directory.model_type()?)?;
    let config = (architecture.read)(directory)?;
    config.validate()?;
    let model = config.init(device).load(directory, &(architecture.names)(&config))?;
    let tokenizer = tokenizer(directory.tokenizer().map(Path::to_path_buf))?;
    Ok(Loaded { config, model, tokenizer, recipe: None })
}

fn of_type(model_type: &str) -> Result<&'static Architecture, Error> {
    let known = ALL.iter().flat_map(|architecture| architecture.hugging_face.iter().copied());
    let found = ALL.iter().find(|architecture| architecture.hugging_face.contains(&model_type));
    found.ok_or_else(|| Error::unknown("architecture for the model_type", model_type, known))
}

fn tokenizer(path: Option<PathBuf>) -> Result<Option<Tokenizer>, Error> {
    match path.filter(|path| path.is_file()) {
        Some(path) => Ok(Some(Tokenizer::load(path)?)),
        None => Ok(None),
    }
}
