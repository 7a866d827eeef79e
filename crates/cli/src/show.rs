//! `salamander show`.

use std::process::ExitCode;

use anyhow::Result;
use salamander::models::{architecture, recipe};

/// Shows a model: its sizes, its parts and what they count.
#[derive(clap::Args)]
#[command(after_help = "Example: salamander show gpt2-small")]
pub(crate) struct Show {
    /// The model's name, as `list` shows it
    model: String,
    /// Words, where the recipe leaves them to the tokenizer
    #[arg(long, default_value_t = 50)]
    vocab_size: usize,
}

impl Show {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let recipe = recipe(&self.model)?;
        let architecture = architecture(&recipe.architecture)?;
        let config = recipe.config(Some(self.vocab_size))?;
        say!("{}: {}", recipe.name, recipe.summary);
        say!("{}: {} ({})\n", architecture.name, architecture.summary, architecture.paper);
        say!("{}", config.page());
        Ok(ExitCode::SUCCESS)
    }
}
