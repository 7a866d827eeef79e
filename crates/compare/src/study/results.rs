//! What came out of a study.

use salamander_checkpoint as checkpoint;
use salamander_metrics::Interval;
use serde::Serialize;
use serde_json::json;

use super::{
    Budget, Entry, Finding, Mark, Study, Trial,
    verdict::{findings, mean},
};
use crate::{Better, Error, Metric, numbers::value, write};

/// A number that models are measured by, and how it is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// Its name: `loss`, `accuracy`, `bleu`.
    pub name: String,
}

impl Measured {
    pub(super) fn of(name: &str) -> Self {
        Self { name: name.into() }
    }

    /// Which values are good.
    pub fn better(&self) -> Better {
        Metric::new("test", &self.name).better().unwrap_or(Better::Higher)
    }

    /// What it is counted in.
    pub fn unit(&self) -> &'static str {
        match self.name.as_str() {
            "loss" => "nats",
            name if name.contains("bleu") || name == "chrf" => "points",
            _ => "%",
        }
    }

    /// Without its unit; shares as percentages.
    pub(super) fn plain(&self, x: f64) -> String {
        match self.unit() {
            "%" => format!("{:.2}", 100.0 * x),
            "points" => format!("{x:.2}"),
            // Far more than a loss can be has fewer digits; a margin near nothing is nothing.
            _ if x.abs() >= 1000.0 => value(x),
            _ => format!("{x:.4}"),
        }
    }

    pub(super) fn with_unit(&self, x: f64) -> String {
        format!("{} {}", self.plain(x), self.unit())
    }
}

/// What came out: who was trained how, what came of it with each seed, and what that allows to say.
#[derive(Debug, Clone)]
pub struct Results {
    /// The study.
    pub study: Study,
    /// The contenders as they were trained.
    pub entries: Vec<Entry>,
    /// For each, a trial for each seed, in their order.
    pub trials: Vec<Vec<Trial>>,
    /// The baselines.
    pub marks: Vec<Mark>,
    /// What decides.
    pub metric: Measured,
    /// The best against each other, and each against the next best; empty with one seed. Who diverged
    /// with any seed is not among them.
    pub findings: Vec<Finding>,
}

impl Results {
    pub(super) fn new(
        study: &Study,
        entries: Vec<Entry>,
        trials: Vec<Vec<Trial>>,
        marks: Vec<Mark>,
    ) -> Result<Self, Error> {
        let metric = metric(study, &trials, &marks)?;
        let (study, measured) = (study.clone(), Measured::of(&metric));
        let mut results = Self { study, entries, trials, marks, metric: measured, findings: Vec::new() };
        let whole = (0..results.entries.len())
            .filter_map(|at| Some((results.entries[at].name.as_str(), results.values(at, &metric)?)));
        let counted = results.marks.iter().filter_map(|mark| {
            // The same from every seed.
            let value = *mark.scores.get(&metric)?;
            Some((mark.yardstick.name.as_str(), vec![value; results.study.seeds.len()]))
        });
        let whole: Vec<_> = whole.chain(counted).collect();
        results.findings = findings(&whole, results.metric.better())?;
        Ok(results)
    }

    /// What a contender scored with each seed, unless it diverged with one.
    pub fn values(&self, at: usize, score: &str) -> Option<Vec<f64>> {
        self.trials[at].iter().map(|trial| trial.scores.get(score).copied().filter(|score| score.is_finite())).collect()
    }

    /// The mean of that with its interval, which is without end where there is one seed.
    ///
    /// # Errors
    /// Never for numbers that are finite.
    pub fn mean(&self, at: usize, score: &str) -> Result<Option<Interval>, Error> {
        self.values(at, score).map(|values| mean(&values)).transpose()
    }

    /// What may be said, a sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let seeds = self.study.seeds.len();
        let mut said: Vec<_> = self.findings.iter().map(|finding| finding.sentence(&self.metric, seeds)).collect();
        said.extend(self.laws().iter().map(super::Growth::sentence));
        if seeds == 1 {
            said.push("one seed tells no difference from chance: repeat with --seeds 3".into());
        }
        for (entry, trials) in self.entries.iter().zip(&self.trials) {
            for trial in trials {
                if let Some(why) = &trial.diverged {
                    said.push(format!("{} diverged with seed {}: {why}", entry.name, trial.seed));
                }
            }
        }
        said
    }

    /// How it was made comparable, in words.
    pub fn terms(&self) -> String {
        let Study { budget, seeds, tune, .. } = &self.study;
        let amount = budget.amount.or_else(|| self.entries.first().and_then(|first| first.takes(budget.matched)));
        let budget = Budget { amount, ..*budget };
        let part = self.trials.iter().flatten().next().map_or("", |trial| trial.part.as_str());
        let learnt_from = self.entries[0].recipe.data.name();
        let listed = |numbers: Vec<String>| numbers.join(", ");
        let rates = match tune.as_slice() {
            [] => "learning rates as the recipes have them".into(),
            factors => format!(
                "learning rates the best of {} times the recipes' on the validation part",
                listed(factors.iter().map(f64::to_string).collect())
            ),
        };
        format!(
            "{} on {learnt_from}, judged on its {part} part; matched: {budget}; seeds {}; the same data, tokenizer and batches; {rates}",
            self.metric.name,
            listed(seeds.iter().map(u64::to_string).collect()),
        )
    }

    /// Writes `report.html`, `results.json` and `results.csv` into the study's folder.
    ///
    /// # Errors
    /// If one cannot be written, or curves cannot be read.
    pub fn save(&self) -> Result<(), Error> {
        let folder = &self.study.folder;
        let json = json!({
            "terms": self.terms(),
            "metric": self.metric.name,
            "matched": self.study.budget.matched.name(),
            "budget": self.study.budget.amount,
            "findings": self.findings,
            "laws": self.laws(),
            "sentences": self.sentences(),
            "baselines": self.marks,
            "contenders": self.entries.iter().zip(&self.trials).map(|(entry, trials)| json!({
                "entry": entry,
                "trials": trials,
            })).collect::<Vec<_>>(),
        });
        checkpoint::write_json(&folder.join("results.json"), &json)?;
        write::write(&folder.join("results.csv"), self.csv().as_bytes())?;
        write::write(&folder.join("report.html"), self.html()?.as_bytes())
    }
}

/// Checks that what is wanted is among what all are measured by.
pub(super) fn decides<'a>(wanted: &str, have: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    let have: Vec<_> = have.collect();
    match have.contains(&wanted) {
        true => Ok(()),
        false => Err(Error::NoScore { wanted: wanted.into(), have: have.join(", ") }),
    }
}

/// What was asked for, or the first by which all are measured. A baseline may lack what is asked for: a chain that holds
/// impossible what comes has no loss.
fn metric(study: &Study, trials: &[Vec<Trial>], marks: &[Mark]) -> Result<String, Error> {
    let trained = trials.iter().flatten().filter(|trial| trial.diverged.is_none()).map(|trial| &trial.scores);
    let trained: Vec<_> = trained.collect();
    let Some(first) = trained.first() else { return Ok(study.metric.clone().unwrap_or_else(|| "loss".into())) };
    let names = first.keys().filter(|name| trained.iter().all(|scores| scores.contains_key(*name)));
    let have: Vec<_> = names.cloned().collect();
    if let Some(wanted) = &study.metric {
        decides(wanted, have.iter().map(String::as_str))?;
        return Ok(wanted.clone());
    }
    let everybodys = |name: &&String| marks.iter().all(|mark| mark.scores.contains_key(*name));
    let usual = ["loss", "accuracy"].map(str::to_owned);
    let found = usual.iter().filter(|name| have.contains(name)).chain(&have).find(everybodys);
    Ok(found.or(have.first()).cloned().unwrap_or_else(|| "loss".into()))
}
