//! `salamander list`.

use std::process::ExitCode;

use anyhow::Result;
use salamander::{datasets, models};

/// Lists the models one can train, the architectures and the data sets.
#[derive(clap::Args)]
pub(crate) struct List {}

impl List {
    pub(crate) fn run(self) -> Result<ExitCode> {
        say!("Models to train (`train NAME`):");
        for (architecture, name) in models::recipes() {
            let recipe = models::recipe(name)?;
            say!("  {name:<22} {} [{}]", recipe.summary, architecture.name);
        }
        say!("\nArchitectures (Hugging Face directories are read by their model_type):");
        for architecture in models::ALL {
            let types = match architecture.hugging_face {
                [] => "no Hugging Face type".into(),
                types => format!("model_type {}", types.join(", ")),
            };
            say!("  {:<22} {} ({types}; {})", architecture.name, architecture.summary, architecture.paper);
        }
        say!("\nData sets:");
        for set in datasets::ALL {
            say!("  {:<22} {} [{}]", set.name, set.summary, set.origin);
        }
        Ok(ExitCode::SUCCESS)
    }
}
