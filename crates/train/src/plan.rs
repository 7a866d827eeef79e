//! How a model is trained.

use salamander_kernels::AdamWConfig;
use serde::{Deserialize, Serialize};

use crate::{Error, Schedule};

/// How a model is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Updates.
    pub steps: usize,
    /// Sequences of a batch, `B`.
    pub batch_size: usize,
    /// Longest sequence of a batch, `T`, in tokens.
    pub seq_len: usize,
    /// The learning rate over the steps.
    pub schedule: Schedule,
    /// The numbers of AdamW.
    #[serde(default)]
    pub optimizer: AdamWConfig,
    /// Longest gradient, over all parameters together; absent, any length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<f64>,
    /// `ε`: the share of each target spread over all words.
    #[serde(default)]
    pub smoothing: f64,
    /// Batches of an update: their gradients are averaged, every target weighing the same.
    #[serde(default = "one")]
    pub accumulate: usize,
    /// Steps between reports.
    #[serde(default = "ten")]
    pub log_every: usize,
    /// Steps between evaluations.
    pub eval_every: usize,
    /// Batches of an evaluation on the way; the last one sees all of the validation set.
    pub eval_batches: usize,
    /// Where all randomness begins.
    #[serde(default)]
    pub seed: u64,
}

fn one() -> usize {
    1
}

fn ten() -> usize {
    10
}

impl Plan {
    /// Checks the numbers.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), Error> {
        let counts = [
            ("steps", self.steps),
            ("batch_size", self.batch_size),
            ("seq_len", self.seq_len),
            ("accumulate", self.accumulate),
            ("log_every", self.log_every),
            ("eval_every", self.eval_every),
            ("eval_batches", self.eval_batches),
        ];
        for (setting, value) in counts {
            if value == 0 {
                return Err(Error::Plan { setting, rule: "is 0; at least 1 is needed".into() });
            }
        }
        let mut positive = self.schedule.positive();
        positive.extend(self.clip.map(|clip| ("clip", clip)));
        for (setting, value) in positive {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::Plan { setting, rule: format!("is {value}; a positive number is needed") });
            }
        }
        if !(0.0..1.0).contains(&self.smoothing) {
            let rule = format!("is {}; a share in [0, 1) is needed", self.smoothing);
            return Err(Error::Plan { setting: "smoothing", rule });
        }
        Ok(())
    }
}
