//! Which recipe, changed how, on what data: the arguments that several verbs share.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::builder::RangedU64ValueParser;
use salamander::models::{Recipe, recipe};
use toml::Value;

use crate::Usage;

/// Which recipe, changed how, on what data.
#[derive(clap::Args, Clone)]
pub(crate) struct Choice {
    /// The model's name, as `list` shows it
    pub(crate) model: Option<String>,
    /// A recipe of your own, or the config.toml of a run to repeat
    #[arg(long, value_name = "FILE", conflicts_with = "model")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) changes: Changes,
}

/// Data in place of the recipe's.
#[derive(clap::Args, Clone)]
pub(crate) struct Source {
    /// A file or folder of your own in place of the recipe's data
    #[arg(long, value_name = "PATH")]
    pub(crate) data: Option<PathBuf>,
    /// The second of two parallel files: each line is the target of that line of --data
    #[arg(long, value_name = "FILE", requires = "data")]
    pub(crate) target: Option<PathBuf>,
    /// A column of a .csv, .tsv, .jsonl or .parquet file, by name or number: the text, the label, the source, the target
    #[arg(long = "column", value_name = "NAME")]
    pub(crate) columns: Vec<String>,
}

/// Changes to a recipe.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct Changes {
    /// Changes one setting of the recipe: plan.steps=100, size.n_layers=2, data.tokenizer=bytes
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) settings: Vec<(String, String)>,
    /// Where all randomness begins (plan.seed)
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Steps between evaluations (plan.evaluate.every)
    #[arg(long, value_name = "STEPS")]
    pub(crate) eval_every: Option<usize>,
    /// Evaluations between samples of what the model writes (plan.evaluate.sample_every)
    #[arg(long, value_name = "EVALUATIONS")]
    pub(crate) sample_every: Option<usize>,
    /// Steps between checkpoints (plan.keep.every)
    #[arg(long, value_name = "STEPS")]
    pub(crate) save_every: Option<usize>,
}

/// When training ends: what a run that goes on may change.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct Limits {
    /// Steps to train (plan.steps)
    #[arg(long)]
    pub(crate) steps: Option<usize>,
    /// Ends after so many targets (plan.limit.tokens)
    #[arg(long)]
    pub(crate) tokens: Option<u64>,
    /// Ends after so many minutes (plan.limit.minutes)
    #[arg(long)]
    pub(crate) minutes: Option<f64>,
}

/// Reads how many, at least one.
pub(crate) fn count() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}

pub(crate) fn key_value(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or_else(|| format!("`{text}` has no `=`; write key=value"))?;
    Ok((pair.0.trim().into(), pair.1.trim().into()))
}

impl Choice {
    /// The recipe with its changes.
    pub(crate) fn recipe(&self) -> Result<Recipe> {
        let chosen = match (&self.model, &self.config) {
            (_, Some(file)) => Recipe::read(file)?,
            (Some(model), None) => recipe(model)?,
            (None, None) => return Err(Usage("which model? `list` shows what there is".into()).into()),
        };
        self.source.apply(self.changes.apply(chosen)?)
    }
}

impl Source {
    /// What it says, as settings of a recipe.
    pub(crate) fn settings(&self) -> Result<Vec<(String, String)>> {
        let path = |path: &PathBuf| -> Result<Value> {
            let text = path.to_str().with_context(|| format!("{} is no UTF-8", path.display()))?;
            Ok(Value::String(text.into()))
        };
        let columns = self.columns.iter().cloned().map(Value::String).collect::<Vec<_>>();
        let values = [
            ("data.path", self.data.as_ref().map(path).transpose()?),
            ("data.target", self.target.as_ref().map(path).transpose()?),
            ("data.columns", (!columns.is_empty()).then_some(Value::Array(columns))),
        ];
        Ok(values.into_iter().filter_map(|(key, value)| Some((key.into(), value?.to_string()))).collect())
    }

    /// The recipe with its data in place of the recipe's own.
    pub(crate) fn apply(&self, mut recipe: Recipe) -> Result<Recipe> {
        for (key, value) in self.settings()? {
            recipe = recipe.set(&key, &value)?;
        }
        Ok(recipe.from_the_root()?)
    }
}

impl Changes {
    fn apply(&self, mut recipe: Recipe) -> Result<Recipe> {
        for (key, value) in &self.settings {
            recipe = recipe.set(key, value)?;
        }
        let plan = &mut recipe.plan;
        plan.seed = self.seed.unwrap_or(plan.seed);
        plan.evaluate.every = self.eval_every.unwrap_or(plan.evaluate.every);
        plan.evaluate.sample_every = self.sample_every.unwrap_or(plan.evaluate.sample_every);
        plan.keep.every = self.save_every.or(plan.keep.every);
        Ok(recipe)
    }

    pub(crate) fn any(&self) -> bool {
        let counts = [self.eval_every, self.sample_every, self.save_every];
        !self.settings.is_empty() || self.seed.is_some() || counts.iter().any(Option::is_some)
    }
}

impl Limits {
    pub(crate) fn apply(&self, recipe: &mut Recipe) {
        let plan = &mut recipe.plan;
        plan.steps = self.steps.unwrap_or(plan.steps);
        plan.limit.tokens = self.tokens.or(plan.limit.tokens);
        plan.limit.minutes = self.minutes.or(plan.limit.minutes);
    }
}
