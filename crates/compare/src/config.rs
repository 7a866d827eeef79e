//! What is wanted of a run's `config.toml`.

use std::{fs, path::Path};

use serde::Deserialize;
use toml::Table;

use crate::Error;

/// The file's name.
pub(crate) const FILE: &str = "config.toml";

/// The parts of it that are understood here; the rest is the model's own.
#[derive(Debug, Deserialize)]
pub(crate) struct Config {
    pub(crate) recipe: Recipe,
    /// Only that it is there: without it, this is some other program's file.
    #[serde(rename = "resolved")]
    _resolved: Table,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Recipe {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) plan: Plan,
}

/// When training ends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Plan {
    pub(crate) steps: Option<u64>,
    pub(crate) evaluate: Evaluate,
    pub(crate) keep: Keep,
    pub(crate) limit: Limit,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Evaluate {
    pub(crate) every: Option<u64>,
    pub(crate) patience: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Keep {
    pub(crate) average: Option<Table>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Limit {
    pub(crate) tokens: Option<f64>,
    pub(crate) minutes: Option<f64>,
}

impl Config {
    /// Reads that of the run in `run`: without one a folder is no run.
    pub(crate) fn read(run: &Path) -> Result<Self, Error> {
        let no_run = |reason: String| Error::NoRun { path: run.into(), reason };
        let path = run.join(FILE);
        if !path.is_file() {
            return Err(no_run(format!("it has no {FILE}")));
        }
        let text = fs::read_to_string(&path).map_err(Error::io(&path, "read"))?;
        let config: Result<Self, _> = toml::from_str(&text);
        config.map_err(|error| no_run(format!("{FILE}{}: {}", place(&text, &error), error.message())))
    }
}

/// Which line is at fault, where it is known.
fn place(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().filter(|span| span.start > 0).and_then(|span| text.get(..span.start));
    before.map(|text| format!(":{}", text.matches('\n').count() + 1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), text).unwrap();
        Config::read(folder.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_run_is_told_by_two_tables() {
        let config =
            read("[recipe]\nname = 'gpt'\n[recipe.plan]\nsteps = 7\nseed = 1\n[resolved]\nfamily = 'x'\n").unwrap();
        assert_eq!((config.recipe.name.as_str(), config.recipe.plan.steps), ("gpt", Some(7)));
        assert_eq!(read("[recipe]\n[resolved]\n").unwrap().recipe.plan.steps, None);
        let said = read("[recipe]\nname = 'gpt'\n").unwrap_err();
        assert!(said.contains("is no run: config.toml") && said.contains("missing field `resolved`"), "{said}");
        assert!(read("[package]\nname = 'other'\n").unwrap_err().contains("missing field `recipe`"));
        let said = read("[resolved]\n[recipe]\nname = 3\n").unwrap_err();
        assert!(said.contains("config.toml:3: invalid type"), "{said}");
    }
}
