//! Who takes part without being trained on a budget.

use std::{collections::BTreeMap, time::Instant};

use salamander_experiment::{Baseline, Experiment, Score};
use serde::{Deserialize, Serialize};

use super::{Entry, Study, Surroundings, contender::Written, trial::judged_on};
use crate::Error;

/// A baseline with a name of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Yardstick {
    /// What it is called in tables.
    pub name: String,
    /// What it is.
    pub baseline: Baseline,
}

/// What came of it: the same with every seed, and without a budget to meet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mark {
    /// Whose.
    pub yardstick: Yardstick,
    /// What it is measured by.
    pub scores: BTreeMap<String, f64>,
    /// Numbers it keeps.
    pub numbers: u64,
    /// Operations for a token when it is used.
    pub flops_per_token: u64,
    /// Seconds of learning and judging.
    pub seconds: f64,
}

impl Yardstick {
    /// Reads a baseline's name with settings behind it, and a short name before it if it has one: `ngram:order=4`,
    /// `skips=markov:chain={kind="second_with_skips",reach=8}`, `bag-of-words`. None if no baseline has that name.
    ///
    /// ```
    /// use salamander_compare::Yardstick;
    ///
    /// let counted = Yardstick::parse("five=ngram:order=4")?.expect("it is a baseline");
    /// assert_eq!((counted.name.as_str(), counted.baseline.to_string().as_str()), ("five", "5-gram (Witten-Bell)"));
    /// assert_eq!(Yardstick::parse("gpt")?, None);
    /// # Ok::<(), salamander_compare::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a setting does not exist, or its value does not fit.
    pub fn parse(text: &str) -> Result<Option<Self>, Error> {
        let Ok(Written { name, what, changes }) = Written::read(text) else { return Ok(None) };
        if !Baseline::NAMES.contains(&what) {
            return Ok(None);
        }
        let lines = changes.iter().map(|(key, value)| format!("{key} = {value}\n"));
        let wrong = |error: toml::de::Error| Error::Contender { text: text.into(), reason: error.message().into() };
        let baseline = toml::from_str(&format!("kind = \"{what}\"\n{}", lines.collect::<String>())).map_err(wrong)?;
        Ok(Some(Self { name: name.into(), baseline }))
    }
}

impl Study {
    /// Learns the baselines, each from the data of the first contender that does what it does.
    pub(super) fn marks(&self, entries: &[Entry], around: &mut Surroundings) -> Result<Vec<Mark>, Error> {
        let mut experiments: Vec<Experiment> = Vec::new();
        let mut marks = Vec::with_capacity(self.yardsticks.len());
        for yardstick in &self.yardsticks {
            let suited = |experiments: &[Experiment]| {
                experiments.iter().position(|experiment| yardstick.baseline.suits(experiment))
            };
            while suited(&experiments).is_none() && experiments.len() < entries.len() {
                let recipe = entries[experiments.len()].recipe.clone();
                experiments.push(Experiment::prepare(recipe, &mut around.progress())?);
            }
            let Some(at) = suited(&experiments) else {
                let reason = format!("{}; no model here does that", Baseline::PURPOSES);
                return Err(Error::Contender { text: yardstick.name.clone(), reason });
            };
            let (experiment, begun) = (&experiments[at], Instant::now());
            let part = judged_on(self.part, experiment);
            let reached = experiment.reach(&yardstick.baseline, part, &mut around.progress())?;
            marks.push(Mark {
                yardstick: yardstick.clone(),
                scores: reached.scores.iter().map(|Score { name, value, .. }| ((*name).into(), *value)).collect(),
                numbers: reached.numbers,
                flops_per_token: reached.flops_per_token,
                seconds: begun.elapsed().as_secs_f64(),
            });
        }
        Ok(marks)
    }
}
