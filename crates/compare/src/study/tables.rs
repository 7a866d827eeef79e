//! The results as tables.

use std::collections::{BTreeMap, BTreeSet};

use super::{Matched, Measured, Results};
use crate::{
    Error, Table,
    numbers::{bytes, thousands},
    table::Align::{Left, Right},
};

impl Results {
    /// A line for each contender: its quality first, then all that it costs.
    ///
    /// # Errors
    /// Never for numbers that are finite.
    pub fn table(&self) -> Result<Table, Error> {
        let mut table = Table::new([
            ("", Left),
            (self.metric.unit(), Right),
            ("95 %", Left),
            ("parameters", Right),
            ("not looked up", Right),
            ("FLOPs", Right),
            ("per target", Right),
            ("targets", Right),
            ("seconds", Right),
            ("targets/s", Right),
            ("memory", Right),
            ("budget", Right),
        ]);
        for (at, entry) in self.entries.iter().enumerate() {
            let trials = &self.trials[at];
            let average =
                |of: &dyn Fn(&super::Trial) -> f64| trials.iter().map(of).sum::<f64>() / trials.len().max(1) as f64;
            let (quality, interval) = match self.mean(at, &self.metric.name)? {
                None => ("diverged".into(), String::new()),
                Some(mean) if mean.low.is_finite() => {
                    let half = self.metric.plain((mean.high - mean.low) / 2.0);
                    (self.metric.plain(mean.estimate), format!("± {half}"))
                }
                Some(mean) => (self.metric.plain(mean.estimate), String::new()),
            };
            let share = match (self.study.budget.matched, self.study.budget.amount) {
                // Beforehand it was but an estimate.
                (Matched::Time, Some(seconds)) => average(&|trial| trial.seconds) / seconds,
                _ => entry.share,
            };
            let memory = trials.iter().filter_map(|trial| trial.peak_memory).max();
            table.row([
                entry.name.clone(),
                quality,
                interval,
                thousands(entry.parameters),
                thousands(entry.parameters_without_embeddings),
                format!("{:.3e}", entry.flops as f64),
                format!("{:.3e}", entry.flops_per_target()),
                thousands(entry.targets),
                format!("{:.1}", average(&|trial| trial.seconds)),
                thousands(average(&|trial| trial.tokens_per_second) as u64),
                memory.map_or("-".into(), bytes),
                format!("{:.1} %", 100.0 * share),
            ]);
        }
        for mark in &self.marks {
            let quality = mark.scores.get(&self.metric.name).map_or("-".into(), |value| self.metric.plain(*value));
            let none = || "-".to_owned();
            table.row([
                mark.yardstick.name.clone(),
                quality,
                String::new(),
                thousands(mark.numbers),
                thousands(mark.numbers),
                none(),
                none(),
                none(),
                format!("{:.1}", mark.seconds),
                none(),
                none(),
                none(),
            ]);
        }
        Ok(table)
    }

    /// All numbers by which anyone is measured: their means, contenders before baselines.
    ///
    /// # Errors
    /// Never for numbers that are finite.
    pub fn scores(&self) -> Result<Vec<(String, Vec<String>)>, Error> {
        let of_marks = self.marks.iter().flat_map(|mark| mark.scores.keys());
        let names: BTreeSet<_> =
            self.trials.iter().flatten().flat_map(|trial| trial.scores.keys()).chain(of_marks).collect();
        let mut rows = Vec::new();
        for name in names {
            let measured = Measured::of(name);
            let mut cells = Vec::new();
            for at in 0..self.entries.len() {
                cells.push(self.mean(at, name)?.map_or("-".into(), |mean| measured.with_unit(mean.estimate)));
            }
            let known = self.marks.iter().map(|mark| mark.scores.get(name).copied());
            cells.extend(known.map(|value| value.map_or("-".into(), |value| measured.with_unit(value))));
            rows.push((name.clone(), cells));
        }
        Ok(rows)
    }

    /// The settings in which recipes differ: the name of each, and what each contender has.
    pub fn differences(&self) -> Vec<(String, Vec<String>)> {
        let flat = |entry: &super::Entry| {
            let mut settings = BTreeMap::new();
            if let Ok(serde_json::Value::Object(table)) = serde_json::to_value(&entry.recipe) {
                let settled = ["name", "summary"];
                let kept = table.iter().filter(|(key, _)| !settled.contains(&key.as_str()));
                kept.for_each(|(key, value)| flatten(key, value, &mut settings));
            }
            settings
        };
        let all: Vec<_> = self.entries.iter().map(flat).collect();
        let names: BTreeSet<_> = all.iter().flat_map(|settings| settings.keys().cloned()).collect();
        let row = |name: String| {
            let cells: Vec<_> =
                all.iter().map(|settings| settings.get(&name).cloned().unwrap_or_else(|| "-".into())).collect();
            (name, cells)
        };
        names.into_iter().map(row).filter(|(_, cells)| cells.iter().any(|cell| *cell != cells[0])).collect()
    }

    /// A line for each trial and score: `contender,seed,score,value`, with the costs in the same way.
    pub fn csv(&self) -> String {
        let mut table = csv::Writer::from_writer(Vec::new());
        // Memory takes all there is to write.
        let mut line = |cells: [&str; 4]| drop(table.write_record(cells));
        line(["contender", "seed", "name", "value"]);
        for (entry, trials) in self.entries.iter().zip(&self.trials) {
            for trial in trials {
                let costs = [
                    ("parameters", entry.parameters as f64),
                    ("parameters without embeddings", entry.parameters_without_embeddings as f64),
                    ("flops", entry.flops as f64),
                    ("targets", entry.targets as f64),
                    ("seconds", trial.seconds),
                    ("targets per second", trial.tokens_per_second),
                    ("peak memory", trial.peak_memory.map_or(f64::NAN, |bytes| bytes as f64)),
                ];
                let scores = trial.scores.iter().map(|(score, value)| (score.as_str(), *value));
                for (what, value) in scores.chain(costs) {
                    line([&entry.name, &trial.seed.to_string(), what, &value.to_string()]);
                }
            }
        }
        for mark in &self.marks {
            let costs = [("parameters", mark.numbers as f64), ("seconds", mark.seconds)];
            let scores = mark.scores.iter().map(|(score, value)| (score.as_str(), *value));
            for (what, value) in scores.chain(costs) {
                line([&mark.yardstick.name, "", what, &value.to_string()]);
            }
        }
        String::from_utf8(table.into_inner().unwrap_or_default()).unwrap_or_default()
    }
}

fn flatten(path: &str, value: &serde_json::Value, settings: &mut BTreeMap<String, String>) {
    match value {
        serde_json::Value::Object(table) => {
            table.iter().for_each(|(key, value)| flatten(&format!("{path}.{key}"), value, settings));
        }
        serde_json::Value::String(text) => {
            settings.insert(path.into(), text.clone());
        }
        plain => {
            settings.insert(path.into(), plain.to_string());
        }
    }
}
