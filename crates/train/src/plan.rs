//! How a model is trained.

use serde::{Deserialize, Serialize};

use crate::{
    Error, Optimizer, Precision, Schedule,
    rule::{Number, Rule},
};

/// How a model is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Updates.
    pub steps: usize,
    /// Sequences of a batch, `B`.
    pub batch_size: usize,
    /// In place of that, tokens of a batch: as many sequences as fit when each is filled up to the longest, source or target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_tokens: Option<usize>,
    /// Longest sequence of a batch, `T`, in tokens.
    pub seq_len: usize,
    /// Batches of an update: their gradients are averaged, every target weighing the same.
    #[serde(default = "one")]
    pub accumulate: usize,
    /// The learning rate over the steps.
    pub schedule: Schedule,
    /// Which numbers parameters are made of.
    #[serde(default, skip_serializing_if = "Precision::is_f32")]
    pub precision: Precision,
    /// What is computed again for the gradients rather than kept.
    #[serde(default, skip_serializing_if = "Recompute::is_nothing")]
    pub recompute: Recompute,
    /// How gradients move parameters.
    #[serde(default)]
    pub optimizer: Optimizer,
    /// Longest gradient, over all parameters together; absent, any length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<f64>,
    /// `ε`: the share of each target spread over all words.
    #[serde(default)]
    pub smoothing: f64,
    /// Steps between reports.
    #[serde(default = "ten")]
    pub log_every: usize,
    /// When it is checked on the validation set.
    pub evaluate: Evaluate,
    /// What is kept.
    #[serde(default)]
    pub keep: Keep,
    /// What ends it before its last step.
    #[serde(default)]
    pub limit: Limit,
    /// Where all randomness begins.
    #[serde(default)]
    pub seed: u64,
}

/// What is computed again when its gradients are wanted, for less memory and more time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recompute {
    /// Nothing: all that the gradients need is kept.
    #[default]
    Nothing,
    /// The inside of each block ([`replaying`](salamander_attention::replaying)).
    Blocks,
}

impl Recompute {
    fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }
}

/// When a model is checked on the validation set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluate {
    /// Steps between evaluations.
    pub every: usize,
    /// Batches of an evaluation on the way; the last one sees all of the validation set.
    pub batches: usize,
    /// Evaluations between two samples of what the model writes.
    #[serde(default = "one")]
    pub sample_every: usize,
    /// After so many evaluations without a better one, training ends; absent, never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience: Option<usize>,
}

/// What is kept of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keep {
    /// Steps between checkpoints; absent, as many as between evaluations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<usize>,
    /// How many checkpoints stay, the latest ones; the best stays besides.
    pub last: usize,
    /// Which average of the parameters over the steps is kept at the end, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average: Option<Average>,
}

/// An average of the parameters over the steps (Polyak and Juditsky 1992), which is often better than any of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Average {
    /// Of the last checkpoints (Vaswani et al. 2017, arXiv:1706.03762, section 6.1).
    Last {
        /// How many.
        checkpoints: usize,
    },
    /// `a <- decay · a + (1 - decay) · p` at each step.
    Ema {
        /// How slowly it forgets.
        decay: f64,
    },
}

/// What ends a run before its last step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limit {
    /// Targets learnt from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Minutes since it began, or went on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<f64>,
}

impl Default for Keep {
    fn default() -> Self {
        Self { every: None, last: 2, average: None }
    }
}

/// The largest number that TOML has.
const MOST: u64 = i64::MAX as u64;

fn one() -> usize {
    1
}

fn ten() -> usize {
    10
}

impl Plan {
    /// Steps between checkpoints.
    pub fn save_every(&self) -> usize {
        self.keep.every.unwrap_or(self.evaluate.every)
    }

    /// The setting by which it may end before its last step, if there is one.
    pub fn ends_early(&self) -> Option<&'static str> {
        let Limit { tokens, minutes } = &self.limit;
        match () {
            () if tokens.is_some() => Some("plan.limit.tokens"),
            () if minutes.is_some() => Some("plan.limit.minutes"),
            () if self.evaluate.patience.is_some() => Some("plan.evaluate.patience"),
            () => None,
        }
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), Error> {
        self.counts()?;
        self.numbers().into_iter().try_for_each(Rule::check)?;
        self.optimizer.check(self.precision)?;
        let kept = [("seed", self.seed), ("limit.tokens", self.limit.tokens.unwrap_or(0))];
        if let Some((setting, value)) = kept.into_iter().find(|(_, value)| *value > MOST) {
            return Err(Error::Plan { setting, rule: format!("is {value}; a file keeps at most {MOST}") });
        }
        match self.keep.average {
            Some(Average::Last { checkpoints }) if checkpoints > self.keep.last => {
                let rule = format!("is {}; an average of {checkpoints} checkpoints needs as many", self.keep.last);
                Err(Error::Plan { setting: "keep.last", rule })
            }
            _ => Ok(()),
        }
    }

    fn numbers(&self) -> Vec<Number> {
        let mut numbers = [self.schedule.numbers(), self.optimizer.numbers()].concat();
        numbers.push(("smoothing", self.smoothing, Rule::Share));
        numbers.extend(self.clip.map(|clip| ("clip", clip, Rule::Positive)));
        numbers.extend(self.limit.minutes.map(|minutes| ("limit.minutes", minutes, Rule::Positive)));
        if let Some(Average::Ema { decay }) = self.keep.average {
            numbers.push(("keep.average.decay", decay, Rule::Share));
        }
        numbers
    }

    fn counts(&self) -> Result<(), Error> {
        let mut counts = vec![
            ("steps", self.steps),
            ("batch_size", self.batch_size),
            ("seq_len", self.seq_len),
            ("accumulate", self.accumulate),
            ("log_every", self.log_every),
            ("evaluate.every", self.evaluate.every),
            ("evaluate.batches", self.evaluate.batches),
            ("evaluate.sample_every", self.evaluate.sample_every),
            ("keep.last", self.keep.last),
        ];
        counts.extend(self.batch_tokens.map(|tokens| ("batch_tokens", tokens)));
        counts.extend(self.evaluate.patience.map(|patience| ("evaluate.patience", patience)));
        counts.extend(self.keep.every.map(|every| ("keep.every", every)));
        if let Some(Average::Last { checkpoints }) = self.keep.average {
            counts.push(("keep.average.checkpoints", checkpoints));
        }
        match counts.into_iter().find(|(_, value)| *value == 0) {
            Some((setting, _)) => Err(Error::Plan { setting, rule: "is 0; at least 1 is needed".into() }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = "
        steps = 100
        batch_size = 2
        seq_len = 8
        schedule = { kind = 'constant', rate = 1e-3 }
        evaluate = { every = 10, batches = 2 }
    ";

    fn refused(more: &str) -> String {
        let plan: Result<Plan, _> = toml::from_str(&format!("{PLAN}{more}"));
        match plan {
            Ok(plan) => plan.validate().unwrap_err().to_string(),
            Err(error) => error.message().to_owned(),
        }
    }

    #[test]
    fn what_is_not_said_has_its_usual_value() {
        let plan: Plan = toml::from_str(PLAN).unwrap();
        plan.validate().unwrap();
        assert_eq!((plan.accumulate, plan.log_every, plan.save_every(), plan.keep.last), (1, 10, 10, 2));
        let written = toml::to_string(&plan).unwrap();
        assert_eq!(toml::from_str::<Plan>(&written).unwrap(), plan);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        assert_eq!(refused("accumulate = 0"), "plan.accumulate is 0; at least 1 is needed");
        assert_eq!(refused("smoothing = 1.0"), "plan.smoothing is 1; a share in [0, 1) is needed");
        assert_eq!(refused("clip = -1.0"), "plan.clip is -1; a positive number is needed");
        let beta = refused("optimizer = { kind = 'adamw', beta2 = 1.0 }");
        assert_eq!(beta, "plan.optimizer.beta2 is 1; a share in [0, 1) is needed");
        let decay = refused("optimizer = { kind = 'muon', weight_decay = -0.1 }");
        assert_eq!(decay, "plan.optimizer.weight_decay is -0.1; a number that is not negative is needed");
        let lion = refused("precision = 'bf16'\noptimizer = { kind = 'lion' }");
        assert!(lion.starts_with("plan.optimizer.kind is lion") && lion.contains("adafactor"), "{lion}");
        assert_eq!(refused("[limit]\nminutes = 0"), "plan.limit.minutes is 0; a positive number is needed");
        let average = refused("[keep]\naverage = { kind = 'last', checkpoints = 5 }");
        assert_eq!(average, "plan.keep.last is 2; an average of 5 checkpoints needs as many");
        assert!(refused("[keep]\nfirst = 1").contains("unknown field `first`"));
        let plan = Plan { seed: u64::MAX, ..toml::from_str(PLAN).unwrap() };
        let seed = "plan.seed is 18446744073709551615; a file keeps at most 9223372036854775807";
        assert_eq!(plan.validate().unwrap_err().to_string(), seed);
    }
}
