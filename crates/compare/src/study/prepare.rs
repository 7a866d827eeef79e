//! From contenders to what is trained.

use std::{fs, path::PathBuf};

use salamander_experiment::{Cost, Experiment, Place};
use salamander_models::{DataChoice, Recipe, SpecialToken};
use salamander_text::{Tokenizer, fingerprint};
use salamander_train::Plan;

use super::{Contender, Entry, Heard, Matched, Study, Surroundings, budget::sized, kept, validate::to_the_end};
use crate::Error;

/// What is known of a contender before it is trained.
const ENTRY: &str = "entry.json";
/// Steps whose batches are cut to count what they cost; those behind them cost as much as these on average.
const COUNTED: usize = 10_000;
/// Evaluations on the way, at least.
const POINTS: usize = 10;
/// Steps to measure the speed of.
const TRIED: usize = 20;
/// Those that any task may need: so all have one vocabulary.
const SPECIAL: [SpecialToken; 5] =
    [SpecialToken::Pad, SpecialToken::Unknown, SpecialToken::Begin, SpecialToken::End, SpecialToken::Mask];

impl Study {
    /// Everything but the training.
    pub(super) fn prepare(&self, around: &mut Surroundings) -> Result<Vec<Entry>, Error> {
        self.validate()?;
        let mut lead = self.lead()?;
        let words = self.share_tokenizer(&mut lead, around)?;
        let mut entries: Vec<Entry> = Vec::new();
        let mut amount = self.budget.amount;
        for contender in &self.contenders {
            for (name, recipe) in self.grown(self.shared(contender, &lead)?, &contender.name, words)? {
                let entry = self.entry(recipe, &name, words, amount, around)?;
                amount = amount.or_else(|| entry.takes(self.budget.matched));
                (around.hear)(Heard::Ready(&entry));
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    /// The recipe whose data and batches are everybody's.
    fn lead(&self) -> Result<Recipe, Error> {
        let first = &self.contenders[0].recipe;
        let dataset = self.dataset.as_ref().unwrap_or(&first.data.set);
        let about = self.contenders.iter().map(|contender| &contender.recipe);
        let mut lead = about.clone().find(|recipe| recipe.data.set == *dataset).unwrap_or(first).clone();
        if lead.data.set != *dataset {
            // What was said of other data is no use here.
            lead.data = DataChoice::new(dataset, lead.data.tokenizer);
        }
        let mut lead = self.set(lead)?.from_the_root()?;
        to_the_end("--set", &lead.plan)?;
        lead.data.special.get_or_insert(SPECIAL.into());
        lead.data.seed.get_or_insert(lead.plan.seed);
        lead.plan.seed = self.seeds[0];
        room(&mut lead)?;
        if !self.settings.iter().any(|(key, _)| key == "plan.evaluate.every") {
            // A curve needs points, also over fewer steps than the recipe's.
            lead.plan.evaluate.every = lead.plan.evaluate.every.min(lead.plan.steps.div_ceil(POINTS)).max(1);
        }
        Ok(lead)
    }

    fn set(&self, mut recipe: Recipe) -> Result<Recipe, Error> {
        for (key, value) in &self.settings {
            recipe = recipe.set(key, value)?;
        }
        Ok(recipe)
    }

    /// A contender's recipe on the common data, in the common batches.
    fn shared(&self, contender: &Contender, lead: &Recipe) -> Result<Recipe, Error> {
        let mut recipe = contender.recipe.clone();
        // A task belongs to the data it was chosen for.
        let own = recipe.data.set == lead.data.set;
        let task = recipe.data.task.filter(|_| own);
        recipe.data = DataChoice { task, ..lead.data.clone() };
        let Plan { schedule, optimizer, clip, steps, .. } = recipe.plan;
        let schedule = schedule.stretched(lead.plan.steps as f64 / steps as f64);
        recipe.plan = Plan { schedule: schedule.clone(), optimizer, clip, ..lead.plan.clone() };
        let mut recipe = self.set(recipe)?;
        let of_all = |recipe: &Recipe| -> Result<_, Error> {
            let Recipe { data, plan, .. } = recipe.clone().from_the_root()?;
            let batches = (plan.batch_size, plan.batch_tokens, plan.seq_len, plan.accumulate);
            Ok((DataChoice { task: None, ..data }, batches))
        };
        let common = of_all(&recipe)?;
        for (key, value) in &contender.changes {
            recipe = recipe.set(key, value)?;
            if of_all(&recipe)? != common {
                let reason =
                    format!("`{key}={value}` is not what all have; data and batches are said of all, with --set");
                return Err(Error::Contender { text: contender.name.clone(), reason });
            }
        }
        recipe.data = DataChoice { task: recipe.data.task, ..lead.data.clone() };
        let about = |changes: &[(String, String)]| changes.iter().any(|(key, _)| key.starts_with("plan.schedule"));
        if about(&contender.changes) || !about(&self.settings) {
            // What it says of its own schedule, it says of its own steps.
            recipe.plan.schedule = schedule;
        }
        (recipe.plan.steps, recipe.plan.seed) = (lead.plan.steps, self.seeds[0]);
        // A text that is damaged is as long for all; how long its row is follows from it.
        let damaged = recipe.data.task.is_some_and(|task| task.damages());
        if !damaged && recipe.config(Some(1))?.joins() && lead.config(Some(1))?.family() == "encoder-decoder" {
            // A source and its target share a row.
            recipe.plan.seq_len *= 2;
        }
        room(&mut recipe)?;
        Ok(recipe)
    }

    /// The tokenizer of all: learnt from the common data, unless it was before. Says how many words it has.
    fn share_tokenizer(&self, lead: &mut Recipe, around: &mut Surroundings) -> Result<usize, Error> {
        // Other data in the same folder have other words.
        let written = written(&lead.data);
        let learnt_from = format!("{}{:?}{}{written}", lead.architecture, lead.data, lead.plan.seq_len);
        let path = self.folder.join(format!("tokenizer-{:08x}.json", fingerprint(&learnt_from) as u32));
        if !path.is_file() {
            let experiment = Experiment::prepare(lead.clone(), &mut around.progress())?;
            fs::create_dir_all(&self.folder).map_err(Error::io(&self.folder, "written"))?;
            experiment.tokenizer.save(&path).map_err(salamander_experiment::Error::from)?;
        }
        let words = Tokenizer::load(&path).map_err(salamander_experiment::Error::from)?;
        lead.data.tokenizer_file = Some(path);
        Ok(words.vocab_size())
    }

    /// Sizes and times it, unless that was done before.
    fn entry(
        &self,
        recipe: Recipe,
        name: &str,
        words: usize,
        amount: Option<f64>,
        around: &mut Surroundings,
    ) -> Result<Entry, Error> {
        let folder = self.place(&recipe, name, amount)?;
        let path = self.folder.join(&folder).join(ENTRY);
        if let Some(known) = kept::read(&path)? {
            return Ok(known);
        }
        let recipe = match (self.budget.matched, amount) {
            (Matched::Parameters, Some(wanted)) => sized(&recipe, words, wanted)?,
            _ => recipe,
        };
        let mut experiment = Experiment::prepare(recipe, &mut around.progress())?;
        let planned = experiment.recipe.plan.steps;
        let steps = match (self.budget.matched, amount) {
            (Matched::Flops, Some(most)) => paid(&experiment, most, |cost| cost.flops)?,
            (Matched::Tokens, Some(most)) => paid(&experiment, most, |cost| cost.targets)?,
            (Matched::Time, Some(seconds)) => (seconds / seconds_of_a_step(&experiment, around)?) as usize,
            _ => planned,
        };
        let steps = steps.max(1);
        let Cost { targets, flops } = total(&experiment, steps)?;
        let plan = &mut experiment.recipe.plan;
        let stretch = steps as f64 / planned as f64;
        plan.schedule = plan.schedule.clone().stretched(stretch);
        plan.evaluate.every = ((plan.evaluate.every as f64 * stretch).ceil() as usize).max(1);
        plan.steps = steps;
        let config = &experiment.config;
        let mut entry = Entry {
            name: name.into(),
            family: config.family().into(),
            parameters: config.num_params() as u64,
            parameters_without_embeddings: config.page().parameters_without_embeddings() as u64,
            targets,
            flops,
            share: 1.0,
            rate_factor: 1.0,
            measures: experiment.measures().into_iter().map(str::to_owned).collect(),
            shortened: experiment.shortened,
            folder,
            recipe: experiment.recipe,
        };
        if let Some((takes, amount)) = entry.takes(self.budget.matched).zip(amount) {
            entry.share = takes / amount;
        }
        kept::keep(&path, &entry)?;
        Ok(entry)
    }

    /// A folder that another recipe or another budget does not have.
    fn place(&self, recipe: &Recipe, name: &str, amount: Option<f64>) -> Result<PathBuf, Error> {
        let words = recipe
            .data
            .tokenizer_file
            .as_deref()
            .map_or(Ok(String::new()), |words| fs::read_to_string(words).map_err(Error::io(words, "read")))?;
        let mut seedless = recipe.clone();
        seedless.plan.seed = 0;
        seedless.summary.clear();
        // The words count, not where they stand.
        seedless.data.tokenizer_file = None;
        let what =
            format!("{}{:?}{amount:?}{words}{}", seedless.to_toml()?, self.budget.matched, written(&recipe.data));
        let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.=".contains(c) { c } else { '_' };
        let name: String = name.chars().map(plain).take(60).collect();
        Ok(format!("{name}-{:08x}", fingerprint(&what) as u32).into())
    }
}

/// When the user's files were written, and how long they are: what is in them may be another text than it was.
fn written(data: &DataChoice) -> String {
    let files = [&data.path, &data.target].into_iter().flatten().filter_map(|path| fs::metadata(path).ok());
    files.map(|file| format!("{}{:?}", file.len(), file.modified().ok())).collect()
}

/// Lets the model take rows as long as the plan's.
fn room(recipe: &mut Recipe) -> Result<(), Error> {
    let joins = recipe.config(Some(1))?.joins();
    let row = recipe.data.task.filter(|_| joins).and_then(|task| task.row(recipe.plan.seq_len));
    recipe.size.max_seq_len = recipe.size.max_seq_len.max(row.unwrap_or(recipe.plan.seq_len));
    Ok(())
}

/// How many steps cost no more than that.
fn paid(experiment: &Experiment, most: f64, of: fn(&Cost) -> u64) -> Result<usize, Error> {
    let (mut steps, mut sum) = (0, 0.0);
    for cost in experiment.costs()?.take(COUNTED) {
        let more = sum + of(&cost) as f64;
        if more > most {
            return Ok(steps);
        }
        (steps, sum) = (steps + 1, more);
    }
    Ok((most / (sum / steps as f64)) as usize)
}

fn total(experiment: &Experiment, steps: usize) -> Result<Cost, Error> {
    let counted = steps.min(COUNTED);
    let sum: Cost = experiment.costs()?.take(counted).sum();
    let all = |sum: u64| u64::try_from(u128::from(sum) * steps as u128 / counted as u128).unwrap_or(u64::MAX);
    Ok(Cost { targets: all(sum.targets), flops: all(sum.flops) })
}

/// On this machine, now: so many targets as a step has on average, at the speed of the median step.
fn seconds_of_a_step(experiment: &Experiment, around: &Surroundings) -> Result<f64, Error> {
    let targets = total(experiment, TRIED)?.targets as f64 / TRIED as f64;
    let mut tried = experiment.clone();
    let plan = &mut tried.recipe.plan;
    (plan.steps, plan.evaluate.every, plan.evaluate.batches) = (TRIED, usize::MAX, 1);
    let place = Place { interrupter: around.interrupter.clone(), ..Place::silent(around.device.clone()) };
    let (_, outcome) = tried.train(place)?;
    if outcome.interrupted { Err(Error::Stopped) } else { Ok(targets / outcome.tokens_per_second) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_steps_than_are_counted_cost_as_much_as_these() {
        let recipe = salamander_models::recipe("sorter").unwrap().set("plan.batch_size", "2").unwrap();
        let experiment = Experiment::prepare(recipe, &mut |_| {}).unwrap();
        // Six letters of each of two rows.
        let twice = 2 * COUNTED;
        for steps in [1, 3, COUNTED, twice] {
            assert_eq!(paid(&experiment, 12.0 * steps as f64, |cost| cost.targets).unwrap(), steps);
            assert_eq!(paid(&experiment, 12.0 * steps as f64 - 1.0, |cost| cost.targets).unwrap(), steps - 1);
            assert_eq!(total(&experiment, steps).unwrap().targets, 12 * steps as u64);
        }
        let [one, many] = [1, twice].map(|steps| total(&experiment, steps).unwrap().flops);
        // By hand: three times a forward over the eleven tokens of each of two rows.
        assert_eq!((one, many), (3 * 2 * experiment.config.page().flops_per_sequence(), twice as u64 * one));
    }
}
