//! `salamander train`.

mod dry;
pub(crate) mod environment;
mod place;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use salamander::{
    experiment::{Experiment, Place},
    models::{Recipe, RunConfig},
    text::Tokenizer,
    train::{Display, Interrupter, Outcome, Run},
};

use crate::{
    On, Usage,
    choice::{Choice, Limits},
    progress::Reporter,
};

/// Trains a model.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  salamander train gpt
  salamander train gpt-shakespeare-cpu --data input.txt
  salamander train gpt --set size.n_layers=6 --set plan.schedule.peak=1e-3 --steps 2000 --name six-layers
  salamander train bert-classify --from runs/bert-nano/<run> --set data.set=topics
  salamander train gpt --from path/to/gpt2 --data input.txt --set plan.schedule.peak=1e-4
  salamander train gpt --resume latest            goes on with the newest run of gpt
  salamander train --run runs/gpt/<run> --resume 600
  salamander train --config runs/gpt/<run>/config.toml
On a terminal there is a screen with bars and curves (`q` stops); elsewhere, or with --plain, a line for each report.
Ctrl-C and SIGTERM end after the current step, with a checkpoint; a second one ends at once.")]
pub(crate) struct Train {
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    limits: Limits,
    /// Goes on from the model of a run or of a Hugging Face directory: its parameters, its size and its tokens, with a new
    /// head where the task needs another
    #[arg(long, value_name = "FOLDER", conflicts_with = "resume")]
    from: Option<PathBuf>,
    /// What the run is called, behind the time it began [default: seed-N]
    #[arg(long, value_parser = place::name, conflicts_with_all = ["run", "resume"])]
    name: Option<String>,
    /// The run's folder [default: runs/MODEL/TIME-NAME]
    #[arg(long, value_name = "FOLDER")]
    run: Option<PathBuf>,
    /// Goes on from a checkpoint of the run: `latest`, or the number of its step; the run's checkpoints and reports of later
    /// steps are removed
    #[arg(long, value_name = "latest|STEP", value_parser = place::which, conflicts_with = "config")]
    resume: Option<salamander::train::Which>,
    /// Plain lines, on a terminal too
    #[arg(long)]
    plain: bool,
    /// Each report as a JSON object on a line, and nothing else
    #[arg(long, conflicts_with = "plain")]
    json: bool,
    /// Tells how large, how long and how dear it would be, tries one step, and leaves nothing
    #[arg(long, conflicts_with_all = ["resume", "json"])]
    dry_run: bool,
    /// Learns one batch by heart: a model that cannot has a mistake in it. Nothing is kept
    #[arg(long, conflicts_with_all = ["resume", "dry_run"])]
    overfit_batch: bool,
    #[command(flatten)]
    on: On,
}

impl Train {
    pub(crate) fn run(mut self) -> Result<ExitCode> {
        let display = match (self.json, self.plain) {
            (true, _) => Display::json(),
            (_, true) => Display::plain(),
            _ => Display::automatic(),
        };
        match self.resume.take() {
            Some(which) => self.go_on(which, display),
            None => self.begin(display),
        }
    }

    fn begin(self, display: Display) -> Result<ExitCode> {
        let mut recipe = self.choice.recipe()?;
        self.limits.apply(&mut recipe);
        if let Some(folder) = &self.from {
            recipe.start = Some(folder.clone());
            recipe = recipe.from_the_root()?;
        }
        self.size_is_free(&recipe)?;
        if self.dry_run {
            return dry::run(recipe, &self.on);
        }
        let device = self.on.open()?;
        let mut experiment = prepare(recipe)?;
        if self.overfit_batch {
            experiment.overfit();
            announce(&experiment, "one batch, to be learnt by heart");
            let place = Place { display, interrupter: stop_on_signal()?, ..Place::silent(device) };
            return Ok(end(&experiment.train(place)?.1, None));
        }
        let recipe = &experiment.recipe;
        let folder = self.run.unwrap_or_else(|| place::fresh(recipe, self.name.as_deref()));
        let run = Run::create(&folder, &recipe.to_toml_with(&experiment.config)?, &environment::describe(&device))?;
        experiment.tokenizer.save(folder.join("tokenizer.json"))?;
        announce(&experiment, &folder.display().to_string());
        let place = Place { run: Some(run), display, interrupter: stop_on_signal()?, ..Place::silent(device) };
        Ok(end(&experiment.train(place)?.1, Some(&folder)))
    }

    /// A model that is there already has its size.
    fn size_is_free(&self, recipe: &Recipe) -> Result<()> {
        let decided = ["size.", "model.", "data.tokenizer", "data.special"];
        let sized = |key: &str| decided.iter().any(|table| key.starts_with(table));
        match self.choice.changes.settings.iter().find(|(key, _)| sized(key)) {
            Some((key, _)) if recipe.start.is_some() => {
                let start = recipe.start.iter().map(|start| start.display().to_string()).collect::<String>();
                Err(Usage(format!("`{key}` is decided by {start}, where the model begins; leave it out")).into())
            }
            _ => Ok(()),
        }
    }

    /// Whether the run that goes on is the one that is meant.
    fn is_that_run(&self, recipe: &Recipe, step: usize) -> Result<()> {
        if let Some(model) = self.choice.model.as_ref().filter(|model| **model != recipe.name) {
            let name = &recipe.name;
            return Err(Usage(format!("the run is one of `{name}`, not of `{model}`; leave the name out")).into());
        }
        match self.limits.steps.filter(|&steps| steps < step) {
            Some(steps) => {
                Err(Usage(format!("--steps {steps}: the checkpoint is of step {step} already; give more")).into())
            }
            None => Ok(()),
        }
    }

    /// As the run's own configuration says; only what ends it may be another.
    fn go_on(self, which: salamander::train::Which, display: Display) -> Result<ExitCode> {
        let folder = place::of(&self)?;
        let RunConfig { mut recipe, resolved } = RunConfig::read(&folder)?;
        self.limits.apply(&mut recipe);
        let found = place::checkpoint(&folder, which)?;
        self.is_that_run(&recipe, found.step)?;
        let device = self.on.open()?;
        // The run's own words: a data set may have grown since.
        let words = Tokenizer::load(folder.join("tokenizer.json"))?;
        let mut reporter = Reporter::new();
        let experiment = Experiment::resume(recipe, resolved, words, &mut |progress| reporter.hear(progress))?;
        let config = experiment.recipe.to_toml_with(&experiment.config)?;
        salamander::checkpoint::write(&folder.join("config.toml"), config.as_bytes())?;
        let run = Run::resume(&folder, found.step)?;
        announce(&experiment, &format!("{}, on from step {}", folder.display(), found.step));
        let place = Place {
            run: Some(run),
            from: Some(found.path),
            display,
            interrupter: stop_on_signal()?,
            ..Place::silent(device)
        };
        Ok(end(&experiment.train(place)?.1, Some(&folder)))
    }
}

/// Decides everything, and tells how far it is.
fn prepare(recipe: Recipe) -> Result<Experiment> {
    let mut reporter = Reporter::new();
    Ok(Experiment::prepare(recipe, &mut |progress| reporter.hear(progress))?)
}

/// What begins, in a few words. Reports have the standard output to themselves.
fn announce(experiment: &Experiment, place: &str) {
    let Experiment { recipe, config, start, shortened, .. } = experiment;
    let plan = &recipe.plan;
    let batch = match plan.batch_tokens {
        Some(tokens) => format!("about {} tokens", tokens * plan.accumulate),
        None => format!("{} sequences of up to {} tokens", plan.batch_size * plan.accumulate, plan.seq_len),
    };
    eprintln!(
        "{}: {} parameters, {} words, {} steps of {batch}\n{place}",
        recipe.name,
        config.num_params(),
        config.vocab_size(),
        plan.steps
    );
    if let Some(start) = start {
        let fresh = match start.fresh.as_slice() {
            [] => String::new(),
            fresh => format!(", and anew {}", fresh.join(", ")),
        };
        eprintln!("begins as {}{fresh}", start.folder.display());
    }
    if *shortened > 0 {
        eprintln!("{shortened} texts have more than plan.seq_len = {} tokens and lost their end", plan.seq_len);
    }
}

/// The exit code of what was stopped and can go on.
pub(crate) const STOPPED: u8 = 130;

/// The first signal asks to stop, the second does not ask.
pub(crate) fn stop_on_signal() -> Result<Interrupter> {
    let interrupter = Interrupter::new();
    let signalled = interrupter.clone();
    let handler = move || {
        if signalled.should_stop() {
            std::process::exit(STOPPED.into());
        }
        signalled.stop(Some("signal"));
    };
    ctrlc::set_handler(handler).context("signals cannot be caught")?;
    Ok(interrupter)
}

fn end(outcome: &Outcome, folder: Option<&PathBuf>) -> ExitCode {
    let state = match outcome {
        Outcome { interrupted: true, .. } => "stopped",
        Outcome { enough: true, .. } => "enough",
        _ => "done",
    };
    eprintln!("{state} after {} steps, {:.0} tokens a second", outcome.steps, outcome.tokens_per_second);
    if let Some(folder) = folder {
        let folder = folder.display();
        match outcome.interrupted {
            true => eprintln!("go on: cargo xtask train --run {folder} --resume latest"),
            false => {
                eprintln!("let it write: cargo xtask generate {folder}\njudge it:     cargo xtask evaluate {folder}")
            }
        }
    }
    if outcome.interrupted { ExitCode::from(STOPPED) } else { ExitCode::SUCCESS }
}
