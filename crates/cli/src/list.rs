//! `salamander list`.

use std::process::ExitCode;

use anyhow::Result;
use salamander::{datasets, models};

/// Lists the models one can train, the architectures and the data sets.
#[derive(clap::Args)]
pub(crate) struct List {}

impl List {
    pub(crate) fn run(self) -> Result<ExitCode> {
        println!("Models to train (`train NAME`):");
        for (architecture, name) in models::recipes() {
            let recipe = models::recipe(name)?;
            println!("  {name:<22} {} [{}]", recipe.summary, architecture.name);
        }
        println!("\nArchitectures (Hugging Face directories are read by their model_type):");
        for architecture in models::ALL {
            let types = match architecture.hugging_face {
                [] => "no Hugging Face type".into(),
                types => format!("model_type {}", types.join(", ")),
            };
            println!("  {:<22} {} ({types}; {})", architecture.name, architecture.summary, architecture.paper);
        }
        println!("\nData sets:");
        for set in datasets::ALL {
            println!("  {:<22} {} [{}]", set.name, set.summary, set.origin);
        }
        Ok(ExitCode::SUCCESS)
    }
}
