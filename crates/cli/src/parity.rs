//! `salamander parity`.

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, bail};
use salamander::{burn::tensor::Device, models::parity};

use crate::{On, Usage};

/// Writes tiny random checkpoints with `transformers`.
const FIXTURES: &str = include_str!("../../../models/parity/fixtures.py");

/// Compares a checkpoint with reference values, layer by layer.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  salamander parity path/to/checkpoint --reference reference.safetensors
  salamander parity --fresh 3        writes new tiny checkpoints with transformers and checks them (needs python3)
A reference holds input_ids, attention_mask, logits and hidden_states.0 ... as transformers numbers them;
encoder-decoders decoder_input_ids, encoder_hidden_states.i and decoder_hidden_states.i.")]
pub(crate) struct Parity {
    /// A Hugging Face directory
    directory: Option<PathBuf>,
    /// The recorded values
    #[arg(long, value_name = "FILE", requires = "directory")]
    reference: Option<PathBuf>,
    /// How many new sets of checkpoints to write and check
    #[arg(long, value_name = "N", conflicts_with = "directory")]
    fresh: Option<usize>,
    #[command(flatten)]
    on: On,
}

impl Parity {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let device = self.on.open()?;
        let good = match (self.directory, self.reference, self.fresh) {
            (Some(directory), reference, None) => {
                let reference = reference.unwrap_or_else(|| directory.join("reference.safetensors"));
                check(&directory, &reference, &device)?
            }
            (None, None, Some(count)) if count > 0 => fresh(count, &device)?,
            _ => {
                return Err(
                    Usage("give a directory with --reference FILE, or --fresh N with N of at least 1".into()).into()
                );
            }
        };
        Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn check(directory: &Path, reference: &Path, device: &Device) -> Result<bool> {
    let differences = parity::check(directory, reference, device)?;
    let mut good = true;
    say!("{}", directory.display());
    for parity::Difference { name, largest } in differences {
        let verdict = if largest <= parity::TOLERANCE { "ok" } else { "DIFFERS" };
        good &= largest <= parity::TOLERANCE;
        say!("  {name:<28} {largest:.1e}  {verdict}");
    }
    Ok(good)
}

fn fresh(count: usize, device: &Device) -> Result<bool> {
    let root = std::env::temp_dir().join(format!("salamander-parity-{}", std::process::id()));
    let mut good = true;
    std::fs::create_dir_all(&root).with_context(|| format!("{} cannot be made", root.display()))?;
    let script = root.join("fixtures.py");
    std::fs::write(&script, FIXTURES).with_context(|| format!("{} cannot be written", script.display()))?;
    for seed in 1..=count {
        let folder = root.join(seed.to_string());
        let python = Command::new("python3").arg(&script).arg(&folder).args(["--seed", &seed.to_string()]).output();
        let python = python.context("python3 cannot be started; fresh checkpoints need it, with transformers")?;
        if !python.status.success() {
            let said = String::from_utf8_lossy(&python.stderr);
            bail!("python3 could not write the checkpoints: {}", said.lines().last().unwrap_or("it gave no reason"));
        }
        let mut folders: Vec<_> = folder.read_dir()?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        folders.sort();
        for folder in folders {
            good &= check(&folder, &folder.join("reference.safetensors"), device)?;
        }
    }
    std::fs::remove_dir_all(&root).with_context(|| format!("{} cannot be removed", root.display()))?;
    Ok(good)
}
