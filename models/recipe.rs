//! Named models to train.

mod data;

use std::{
    fs,
    path::{Path, PathBuf, absolute},
};

pub use data::{DataChoice, SpecialToken, Task};
use salamander_attention::ConfigError;
use salamander_train::Plan;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::{ALL, Architecture, Error, Head, ModelConfig, Size, architecture, error::nearest};

/// A named model to train: what it is, how large, on what data, how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// What it is for, in one line.
    pub summary: String,
    /// Which architecture decides what the size does not.
    pub architecture: String,
    /// A run or a Hugging Face directory that it goes on from: its parameters as far as the task wants the same, its tokens,
    /// and its size and settings in place of those below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<PathBuf>,
    /// How large.
    pub size: Size,
    /// Settings of the model that differ from the architecture's own.
    #[serde(default, skip_serializing_if = "Table::is_empty")]
    pub model: Table,
    /// Settings of the head that the task puts on an encoder, where they do not follow the encoder's.
    #[serde(default, skip_serializing_if = "Table::is_empty")]
    pub head: Table,
    /// On what.
    pub data: DataChoice,
    /// How.
    pub plan: Plan,
}

/// All recipes, with their architecture.
pub fn recipes() -> impl Iterator<Item = (&'static Architecture, &'static str)> {
    ALL.iter().flat_map(|architecture| architecture.recipes.iter().map(move |(name, _)| (architecture, *name)))
}

/// The recipe of that name.
///
/// # Errors
/// If there is none, or it cannot be read.
pub fn recipe(name: &str) -> Result<Recipe, Error> {
    let mut all = ALL.iter().flat_map(|architecture| architecture.recipes);
    let found = all.find(|(known, _)| *known == name);
    let (_, text) = found.ok_or_else(|| Error::unknown("recipe", name, recipes().map(|(_, name)| name)))?;
    Recipe::parse(name, text)
}

impl Recipe {
    /// Reads a recipe; a key it does not know is an error.
    ///
    /// # Errors
    /// If it is no recipe.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let recipe: Result<Self, _> = toml::from_str(text);
        let mut recipe = recipe.map_err(|error| refused(name, &error))?;
        recipe.name = name.into();
        Ok(recipe)
    }

    /// Reads a recipe from a file, or from the `config.toml` of a run the recipe that was used.
    ///
    /// # Errors
    /// If there is no such file, or it is no recipe.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let unreadable = |reason: String| Error::Read { path: path.into(), reason };
        let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
        let mut table: Table = toml::from_str(&text).map_err(|error| unreadable(reason(&error)))?;
        let table = match table.remove("recipe") {
            Some(Value::Table(recipe)) => recipe,
            _ => table,
        };
        let name = table.get("name").and_then(Value::as_str).map(str::to_owned);
        let file = path.file_stem().map(|name| name.to_string_lossy().into_owned());
        let recipe: Self = table.try_into().map_err(|error| unreadable(reason(&error)))?;
        Ok(Self { name: name.or(file).unwrap_or_default(), ..recipe })
    }

    /// Changes one setting: `plan.steps` to `100`, `model.stack.block.feed_forward.activation` to `silu`.
    ///
    /// # Errors
    /// If there is no such setting, or the value does not fit.
    pub fn set(&self, key: &str, value: &str) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Recipe { recipe: self.name.clone(), reason };
        let mut table = Table::try_from(self).map_err(|error| wrong(error.to_string()))?;
        let parsed = format!("value = {value}").parse::<Table>().ok();
        let value = parsed.and_then(|mut table| table.remove("value")).unwrap_or_else(|| Value::String(value.into()));
        let (last, path) = key.rsplit_once('.').map_or((key, None), |(path, last)| (last, Some(path)));
        let mut at = &mut table;
        for part in path.into_iter().flat_map(|path| path.split('.')) {
            let next = at.entry(part).or_insert_with(|| Value::Table(Table::new()));
            at = next
                .as_table_mut()
                .ok_or_else(|| wrong(format!("`{key}` goes through `{part}`, which is no table")))?;
        }
        at.insert(last.into(), value);
        let changed: Self = table.try_into().map_err(|error| wrong(format!("`{key}`: {}", reason(&error))))?;
        // Settings of the model are not looked at before the whole is put together.
        if key.starts_with("model.") {
            changed.config(Some(1))?;
        }
        Ok(changed)
    }

    /// The same with every path from the root, so that it can be followed from another folder.
    ///
    /// # Errors
    /// If a path is empty, or it is not known where we are.
    pub fn from_the_root(mut self) -> Result<Self, Error> {
        let data = &mut self.data;
        let paths = [&mut self.start, &mut data.path, &mut data.target, &mut data.tokenizer_file];
        for path in paths.into_iter().flatten() {
            let whole = absolute(&*path).map_err(|error| Error::Read { path: path.clone(), reason: error.to_string() });
            *path = whole?;
        }
        Ok(self)
    }

    /// The model, with `vocab_size` words where the recipe leaves it to the tokenizer.
    ///
    /// # Errors
    /// If a setting is unknown, or the numbers describe no model.
    pub fn config(&self, vocab_size: Option<usize>) -> Result<ModelConfig, Error> {
        let mut size = self.size.clone();
        size.vocab_size = size.vocab_size.or(vocab_size);
        if size.vocab_size.is_none() {
            let reason = "leaves the vocabulary to the tokenizer; train it, or set size.vocab_size".into();
            return Err(Error::Recipe { recipe: self.name.clone(), reason });
        }
        let divides = size.n_heads > 0 && size.d_model.is_multiple_of(size.n_heads);
        ConfigError::unless(divides || size.d_head.is_some(), "size.n_heads", || {
            format!(
                "is {}; it must divide the width {}, or d_head must say how wide a head is",
                size.n_heads, size.d_model
            )
        })?;
        let preset = (architecture(&self.architecture)?.preset)(&size);
        let config = if self.model.is_empty() { preset } else { self.overridden(&preset, &self.model)? };
        config.validate()?;
        Ok(config)
    }

    /// The model with the head that a task needs, settled by the recipe but for the number of its answers.
    ///
    /// # Errors
    /// If the model is no encoder, a setting is unknown, or the numbers describe no head.
    pub fn headed(&self, config: ModelConfig, head: Head) -> Result<ModelConfig, Error> {
        let config = config.with_head(head)?;
        if self.head.is_empty() {
            return Ok(config);
        }
        let changes = Table::from_iter([("head".into(), Value::Table(self.head.clone()))]);
        let config = self.overridden(&config, &changes)?.with_head(head)?;
        config.validate()?;
        Ok(config)
    }

    fn overridden(&self, preset: &ModelConfig, changes: &Table) -> Result<ModelConfig, Error> {
        let mut table = Table::try_from(preset).map_err(|error| refused(&self.name, &error))?;
        merge(&mut table, changes);
        table.try_into().map_err(|error| refused(&self.name, &error))
    }

    /// Everything that was decided, as text.
    ///
    /// # Errors
    /// Never for a recipe that was read.
    pub fn to_toml(&self) -> Result<String, Error> {
        toml::to_string(self).map_err(|error| refused(&self.name, &error))
    }

    /// What a run's `config.toml` holds: this, and the model that came of it.
    ///
    /// # Errors
    /// Never for a recipe that was read.
    pub fn to_toml_with(&self, resolved: &ModelConfig) -> Result<String, Error> {
        #[derive(Serialize)]
        struct Both<'a> {
            recipe: &'a Recipe,
            resolved: &'a ModelConfig,
        }
        toml::to_string(&Both { recipe: self, resolved }).map_err(|error| refused(&self.name, &error))
    }
}

fn refused(recipe: &str, error: &impl std::fmt::Display) -> Error {
    Error::Recipe { recipe: recipe.into(), reason: reason(error) }
}

/// What is wrong, without the drawing of where; an unknown name with the nearest that is known.
fn reason(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let lines = text.lines().filter(|line| !line.contains('|') && !line.starts_with("TOML parse error"));
    let text = lines.map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let mut quoted = text.split('`').skip(1).step_by(2);
    match quoted.next().filter(|_| text.contains("unknown ")).and_then(|name| nearest(name, quoted)) {
        Some(near) => format!("{text}; did you mean `{near}`?"),
        None => text,
    }
}

/// Puts `changes` into `table`. A table with a `kind` of its own is another thing and replaces the old one.
fn merge(table: &mut Table, changes: &Table) {
    for (key, change) in changes {
        match (table.get_mut(key), change) {
            (Some(Value::Table(old)), Value::Table(new)) if !new.contains_key("kind") => merge(old, new),
            _ => {
                table.insert(key.clone(), change.clone());
            }
        }
    }
}
