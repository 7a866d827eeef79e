//! A contender as it is trained.

use std::path::PathBuf;

use salamander_models::Recipe;
use serde::{Deserialize, Serialize};

use super::Matched;

/// A contender as it is trained: its recipe sized and timed to the budget, and what that costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// What it is called.
    pub name: String,
    /// What is trained, from each seed.
    pub recipe: Recipe,
    /// The family.
    pub family: String,
    /// Trained numbers.
    pub parameters: u64,
    /// These without the tables of vectors that are looked up.
    pub parameters_without_embeddings: u64,
    /// Targets learnt from, with the first seed.
    pub targets: u64,
    /// Operations of training: multiplications and additions of all matrix products, with the first seed.
    pub flops: u64,
    /// How near it comes to the budget, as a share of it: 1 if it meets it, or if that is only known afterwards.
    pub share: f64,
    /// What the recipe's own learning rate is multiplied with.
    pub rate_factor: f64,
    /// The names of what it is measured by; none where that was not kept.
    #[serde(default)]
    pub measures: Vec<String>,
    /// How many texts were too long for it and lost their end.
    pub shortened: usize,
    /// Where its runs are, within the study's folder.
    pub folder: PathBuf,
}

impl Entry {
    /// How much it takes of what is made the same; of time that is only known afterwards.
    pub fn takes(&self, matched: Matched) -> Option<f64> {
        match matched {
            Matched::Parameters => Some(self.parameters as f64),
            Matched::Flops => Some(self.flops as f64),
            Matched::Tokens => Some(self.targets as f64),
            Matched::Time => None,
        }
    }

    /// Where its run from a seed is, within the study's folder.
    pub(super) fn run(&self, seed: u64) -> PathBuf {
        self.folder.join(format!("seed-{seed}"))
    }

    /// Operations of training for each target.
    pub fn flops_per_target(&self) -> f64 {
        self.flops as f64 / self.targets.max(1) as f64
    }
}
