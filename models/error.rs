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
        let near = known.iter().map(|other| (distance(name, other), other)).min();
        let hint = match near {
            Some((far, other)) if far <= 1 + name.len() / 4 => format!("; did you mean `{other}`?"),
            _ => ".".into(),
        };
        Self::Unknown { kind, name: name.into(), hint, known: known.join(", ") }
    }
}

/// Letters to add, remove or change to make one word of the other (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered() {
        assert_eq!((distance("gpt", "gpt2"), distance("kitten", "sitting"), distance("", "abc")), (1, 3, 3));
        let message = Error::unknown("recipe", "gtp", ["gpt", "bert"].into_iter()).to_string();
        assert_eq!(message, "there is no recipe `gtp`. There are: gpt, bert");
        let message = Error::unknown("recipe", "bret-nano", ["gpt", "bert-nano"].into_iter()).to_string();
        assert_eq!(message, "there is no recipe `bret-nano`; did you mean `bert-nano`? There are: gpt, bert-nano");
    }
}
