//! A model from a folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use burn::tensor::Device;
use salamander_checkpoint::Directory;
use salamander_text::Tokenizer;
use salamander_train::{Checkpoints, Found, Which, weights};
use serde::Deserialize;

use crate::{ALL, Architecture, Delimiters, Error, Model, ModelConfig, Recipe};

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
    /// The tokens around its texts, if it comes from elsewhere; what was trained here has them from its recipe.
    pub delimiters: Option<Delimiters>,
    /// Checkpoints of its run that would have been taken and are damaged: one line each.
    pub skipped: Vec<String>,
}

/// The `config.toml` of a run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RunConfig {
    /// The recipe as it was used.
    pub recipe: Recipe,
    /// The model that came out of it.
    pub resolved: ModelConfig,
}

impl RunConfig {
    /// Reads it from a run folder.
    ///
    /// # Errors
    /// If there is none, or it describes no model.
    pub fn read(run: &Path) -> Result<Self, Error> {
        let path = run.join("config.toml");
        let unreadable = |reason: String| Error::Read { path: path.clone(), reason };
        let text = fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
        let config: Self = toml::from_str(&text).map_err(|error| unreadable(error.message().into()))?;
        config.resolved.validate()?;
        Ok(config)
    }
}

/// Opens a run folder or a Hugging Face directory.
///
/// # Errors
/// If it is neither, or anything in it is missing, unknown or misshapen.
pub fn open(path: impl AsRef<Path>, device: &Device) -> Result<Loaded, Error> {
    let path = path.as_ref();
    if path.join("config.toml").is_file() {
        return run(path, Checkpoints::of(path).find_for_use()?, device);
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
    run(path, Checkpoints::of(path).find(which)?, device)
}

fn run(path: &Path, checkpoint: Found, device: &Device) -> Result<Loaded, Error> {
    let RunConfig { recipe, resolved } = RunConfig::read(path)?;
    let model = resolved.init(device).load_plain(weights(&checkpoint.path))?;
    let tokenizer = tokenizer(Some(path.join("tokenizer.json")))?;
    let skipped = checkpoint.skipped;
    Ok(Loaded { config: resolved, model, tokenizer, recipe: Some(recipe), delimiters: None, skipped })
}

/// Reads a Hugging Face directory.
///
/// # Errors
/// If no architecture here is of its type, or anything in it is missing, unknown or misshapen.
pub fn from_hugging_face(directory: &Directory, device: &Device) -> Result<Loaded, Error> {
    let architecture = of_type(directory.model_type()?)?;
    let config = (architecture.read)(&directory.outline()?)?;
    config.validate()?;
    let model = config.init(device).load(directory, &(architecture.names)(&config))?;
    let tokenizer = tokenizer(directory.tokenizer().map(Path::to_path_buf))?;
    let delimiters = Some(Delimiters::read(directory, config.vocab_size(), tokenizer.as_ref())?);
    Ok(Loaded { config, model, tokenizer, recipe: None, delimiters, skipped: Vec::new() })
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
