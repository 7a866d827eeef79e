//! `salamander evaluate`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use salamander::{
    experiment::{Baseline, Experiment, Judging, Part},
    models::{Recipe, open_checkpoint, recipe},
    train::Which,
};
use serde_json::{Map, Value, json};

use crate::{
    On, Usage,
    choice::{Source, count},
    open_model,
    progress::Reporter,
};

/// Judges a model on data.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  salamander evaluate runs/gpt/<run>
  salamander evaluate runs/transformer-multi30k/<run> --split test --beams 5
  salamander evaluate path/to/gpt2 --recipe gpt2-small --data text.txt
What is measured follows from the task: perplexity and bits per byte of text; accuracy, F1 and Matthews' coefficient of
classes; exact matches, BLEU and chrF with their signatures as sacreBLEU prints them, and ROUGE of texts that are written.")]
pub(crate) struct Evaluate {
    /// A run's folder or a Hugging Face directory
    model: PathBuf,
    /// Which part of the data: train, validation, test or all
    #[arg(long, default_value = "validation", value_parser = part)]
    split: Part,
    /// Whose data and task [default: the run's own recipe]
    #[arg(long, value_name = "NAME")]
    recipe: Option<String>,
    #[command(flatten)]
    source: Source,
    /// Which checkpoint: latest, best, averaged or a step [default: the average if there is one, else the best]
    #[arg(long)]
    checkpoint: Option<Which>,
    /// Texts to write at most
    #[arg(long, value_parser = count())]
    most: Option<usize>,
    /// Hypotheses that are followed side by side when targets are written; 1 takes the likeliest token each time
    #[arg(long, default_value_t = 1, value_parser = count())]
    beams: usize,
    /// How much long targets are favoured (with --beams)
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    length_penalty: f64,
    /// What a bag of words or n-grams, learnt from the train part of the same data, score on the same part
    #[arg(long)]
    baseline: bool,
    /// All numbers as one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    on: On,
}

pub(crate) fn part(text: &str) -> Result<Part, String> {
    let all = [Part::Train, Part::Validation, Part::Test, Part::All];
    let found = all.into_iter().find(|part| part.name() == text);
    found.ok_or_else(|| "it is none of train, validation, test, all".into())
}

impl Evaluate {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let device = self.on.open()?;
        let loaded = match self.checkpoint {
            Some(which) => open_checkpoint(&self.model, which, &device)?,
            None => open_model(&self.model, &device)?,
        };
        let chosen = self.recipe(loaded.recipe.clone())?;
        let mut reporter = Reporter::new();
        let experiment = Experiment::around(&loaded, chosen, &mut |progress| reporter.hear(progress))
            .with_context(|| format!("{} cannot be judged", self.model.display()));
        let experiment = experiment?;
        if self.baseline && experiment.baselines().is_empty() {
            let rule = format!("--baseline: there is none for `{}`; {}", experiment.task.name(), Baseline::PURPOSES);
            return Err(Usage(rule).into());
        }
        let judging = Judging { most: self.most, beams: self.beams, length_penalty: self.length_penalty };
        let scores = experiment.judge(&loaded.model, self.split, &judging, &mut |progress| reporter.hear(progress))?;
        let mut reached = Vec::new();
        for baseline in experiment.baselines().into_iter().filter(|_| self.baseline) {
            let scores = experiment.reach(&baseline, self.split, &mut |progress| reporter.hear(progress))?.scores;
            reached.extend(scores.into_iter().map(|score| (baseline, score)));
        }
        drop(reporter);
        if self.json {
            let own = scores.iter().map(|score| (score.name.to_owned(), json!(score.value)));
            let others = reached.iter().map(|(of, score)| (format!("{of} {}", score.name), json!(score.value)));
            say!("{}", Value::Object(own.chain(others).collect::<Map<String, Value>>()));
            return Ok(ExitCode::SUCCESS);
        }
        say!("{} on the {} part of {}", self.model.display(), self.split, experiment.recipe.data.name());
        for score in scores.iter().filter(|score| !score.text.is_empty()) {
            say!("{}", score.text);
        }
        for (baseline, score) in reached.iter().filter(|(_, score)| !score.text.is_empty()) {
            say!("{baseline}, learnt from the train part: {}", score.text);
        }
        Ok(ExitCode::SUCCESS)
    }

    fn recipe(&self, own: Option<Recipe>) -> Result<Recipe> {
        let chosen = match (&self.recipe, own) {
            (Some(name), _) => recipe(name)?,
            (None, Some(own)) => own,
            (None, None) => {
                let said = "it was not trained here: say with --recipe NAME whose data and task it is judged on";
                return Err(Usage(format!("{}: {said}", self.model.display())).into());
            }
        };
        self.source.apply(chosen)
    }
}
