//! What can be wrong with a model's description.

use std::path::PathBuf;

use salamander_attention::ConfigError;
use thiserror::Error;

/// What can be wrong with a model's description.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody knows this name.
    #[error("there is no {kind} `{name}`{hint} There are: {known}")]
    Unknown {
        /// Of what kind.
        kind: &'static str,
        /// What was asked for.
        name: String,
        /// The nearest name, if one is near.
        hint: String,
        /// What there is.
        known: String,
    },
    /// A recipe cannot be read, or a setting in it is not one.
    #[error("recipe `{recipe}`: {reason}")]
    Recipe {
        /// Which.
        recipe: String,
        /// Why, in one line.
        reason: String,
    },
    /// The numbers describe no model.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A head on a model that is no encoder.
    #[error("{family} models have no head for {head}; encoder-only models do")]
    Head {
        /// What the model is.
        family: &'static str,
        /// What it was asked for.
        head: String,
    },
    /// A file of a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] salamander_checkpoint::Error),
    /// A tokenizer's file.
    #[error(transparent)]
    Text(#[from] salamander_text::Error),
    /// The plan's numbers.
    #[error(transparent)]
    Plan(#[from] salamander_train::Error),
    /// A folder that is neither a run nor a Hugging Face directory.
    #[error("{} is no run (it has no config.toml) and no Hugging Face directory (it has no config.json)", .0.display())]
    NoModel(PathBuf),
    /// A file cannot be read.
    #[error("{} cannot be read: {reason}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file cannot be written.
    #[error("{} cannot be written: {reason}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A folder to be written holds something.
    #[error("{} holds something already, and nothing is written over: name another folder", .0.display())]
    Occupied(PathBuf),
    /// No `config.json` says what this model is made of.
    #[error("no architecture of Hugging Face's is made like this {family} model: {reason}")]
    NoFile {
        /// The family.
        family: &'static str,
        /// What no file says, or another than the model has.
        reason: String,
    },
    /// A reference holds other tensors than the model makes.
    #[error("{}: {reason}", path.display())]
    Reference {
        /// Which.
        path: PathBuf,
        /// How.
        reason: String,
    },
}

impl Error {
    pub(crate) fn unknown<'a>(kind: &'static str, name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let known: Vec<_> = known.collect();
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => ".".into(),
        };
        Self::Unknown { kind, name: name.into(), hint, known: known.join(", ") }
    }
}

/// The name among `known` that `name` is most likely a slip of, if any is near (Levenshtein 1966).
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.map(|other| (strsim::damerau_levenshtein(name, other), other)).min()?;
    (near.0 <= 1 + name.len() / 4).then_some(near.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered() {
        let message = Error::unknown("recipe", "gtp", ["gpt", "bert"].into_iter()).to_string();
        assert_eq!(message, "there is no recipe `gtp`; did you mean `gpt`? There are: gpt, bert");
        let message = Error::unknown("recipe", "llama", ["gpt", "bert"].into_iter()).to_string();
        assert_eq!(message, "there is no recipe `llama`. There are: gpt, bert");
        let message = Error::unknown("recipe", "bret-nano", ["gpt", "bert-nano"].into_iter()).to_string();
        assert_eq!(message, "there is no recipe `bret-nano`; did you mean `bert-nano`? There are: gpt, bert-nano");
    }
}
