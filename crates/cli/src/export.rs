//! `salamander export`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use salamander::{burn::tensor::Device, experiment::frame, models::open_checkpoint, train::Which};

use crate::open_model;

/// Writes a run as a Hugging Face directory.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  salamander export runs/gpt/<run> my-gpt
  salamander export runs/bert-classify/<run> my-bert --checkpoint latest
In Python: AutoModelForCausalLM.from_pretrained(\"my-gpt\"), AutoTokenizer.from_pretrained(\"my-gpt\")
What would be written is read back first: a model that is then another is refused, with the setting that is why.")]
pub(crate) struct Export {
    /// A run's folder
    model: PathBuf,
    /// The folder to be written; there must be nothing in it
    folder: PathBuf,
    /// Which checkpoint: latest, best, averaged or a step [default: the average if there is one, else the best]
    #[arg(long)]
    checkpoint: Option<Which>,
}

impl Export {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let device = Device::default();
        let loaded = match self.checkpoint {
            Some(which) => open_checkpoint(&self.model, which, &device)?,
            None => open_model(&self.model, &device)?,
        };
        let parameters = loaded.export(&self.folder, &frame(&loaded))?;
        say!("{}: {parameters} parameters", self.folder.display());
        Ok(ExitCode::SUCCESS)
    }
}
