//! Several models, one budget, several seeds: which is better, and whether that may be chance.

mod budget;
mod contender;
mod drawings;
mod entry;
mod grid;
mod growth;
mod html;
mod kept;
mod prepare;
mod results;
mod tables;
mod trial;
mod tune;
mod validate;
mod verdict;
mod yardstick;

use std::path::PathBuf;

use burn::tensor::Device;
use salamander_experiment::{self as experiment, Judging, Part};
use salamander_train::{Display, Interrupter};
use serde_json::Value;

pub use budget::{Budget, Matched};
pub use contender::Contender;
pub use entry::Entry;
pub use grid::{Makers, Planned};
pub use growth::Growth;
pub use results::{Measured, Results};
pub use trial::{Asked, Trial};
pub use verdict::Finding;
pub use yardstick::{Mark, Yardstick};

use crate::Error;

/// What is compared, and how.
///
/// The first contender whose recipe is about the data set leads: its data, tokenizer, batches, lengths and evaluations are
/// everybody's, and who asks for other data or batches is refused. What a contender keeps is its model, its optimiser and
/// its schedule, which is drawn out or pressed together to its steps.
#[derive(Debug, Clone)]
pub struct Study {
    /// Who takes part.
    pub contenders: Vec<Contender>,
    /// Baselines beside them, which learn from the same rows without a budget.
    pub yardsticks: Vec<Yardstick>,
    /// The data set; absent, the first contender's.
    pub dataset: Option<String>,
    /// Settings of all recipes.
    pub settings: Vec<(String, String)>,
    /// What is the same for all.
    pub budget: Budget,
    /// In how many sizes each contender is trained: its own, and each further one with a quarter of the parameters of the
    /// one before. With three or more the loss is fitted by a law.
    pub sizes: usize,
    /// What the learning rates of the recipes are multiplied with, each once with the first seed; the one with the lowest
    /// validation loss is kept, and every contender has as many tries. None: the recipes' own rates are taken.
    pub tune: Vec<f64>,
    /// Where randomness begins: every contender is trained once from each.
    pub seeds: Vec<u64>,
    /// What is judged on; absent, the test part if there is one, else the validation part.
    pub part: Option<Part>,
    /// How models are judged.
    pub judging: Judging,
    /// The number that decides; absent, the first that all are measured by.
    pub metric: Option<String>,
    /// Where all is kept: what is there already is not done again.
    pub folder: PathBuf,
}

/// Where a study is made, and who hears of it.
pub struct Surroundings<'a> {
    /// Where models are trained, without autodiff.
    pub device: Device,
    /// Stops it after the current step.
    pub interrupter: Interrupter,
    /// Who makes the trials.
    pub makers: Makers<'a>,
    /// Where and with what it runs, for each run's `env.json`.
    pub environment: Value,
    /// Hears how far it is.
    pub hear: &'a mut dyn FnMut(Heard),
    /// Where a trial that is made here is seen.
    pub display: &'a dyn Fn(&Planned) -> Display,
}

/// What is heard of a study on its way.
#[derive(Debug)]
pub enum Heard<'a> {
    /// Data and tokenizer of a contender.
    Progress(experiment::Progress<'a>),
    /// A contender is ready.
    Ready(&'a Entry),
    /// A checkpoint from which a trial does not go on: which, and why.
    Skipped(&'a str),
    /// A trial is over; it may have been there before.
    Done {
        /// Whose.
        contender: &'a str,
        /// What came out.
        trial: &'a Trial,
        /// Whether it was there before.
        known: bool,
        /// How many are over, this one included.
        number: usize,
        /// Of how many.
        of: usize,
    },
}

impl Study {
    /// Sizes the contenders, trains each from each seed, judges them. A trial whose result is in the folder is not made
    /// again, one that was interrupted goes on, and one that was judged on another part or in another way is judged again.
    /// On the backend flex the scores are the same bit for bit, whoever makes the trials; times, speeds and memory are those
    /// of the process that made them.
    ///
    /// # Errors
    /// If contenders do not fit the data or the budget, a file cannot be read or written, another process fails, or it is
    /// stopped from outside. A model that diverges is no error: it is in the results.
    pub fn run(&self, mut around: Surroundings) -> Result<Results, Error> {
        let entries = self.prepare(&mut around)?;
        self.validate_metric(&entries)?;
        // First, as it takes but seconds: what a baseline cannot do is said before anyone is trained.
        let marks = self.marks(&entries, &mut around)?;
        let entries = self.tuned(entries, &mut around)?;
        let mut trials = vec![Vec::new(); entries.len()];
        for (at, trial) in self.grid(&self.planned(&entries), &mut around)?.into_iter().enumerate() {
            trials[at % entries.len()].push(trial);
        }
        let results = Results::new(self, entries, trials, marks)?;
        results.save()?;
        Ok(results)
    }

    /// Makes one trial of a study that [`run`](Self::run)s in another process, which finds the result in the folder.
    ///
    /// # Errors
    /// If no trial has that [name](Planned::name), and those of [`run`](Self::run).
    pub fn make(&self, name: &str, mut around: Surroundings) -> Result<(), Error> {
        let named = |all: Vec<Planned>| all.into_iter().find(|planned| planned.name() == name);
        let entries = self.prepare(&mut around)?;
        let planned = match named(self.tries(&entries)) {
            Some(planned) => planned,
            None => named(self.planned(&self.tuned(entries, &mut around)?)).ok_or_else(|| Error::no_trial(name))?,
        };
        self.trial(&planned, &mut around)?;
        Ok(())
    }

    /// Where the run of a contender from a seed is kept.
    fn run_folder(&self, entry: &Entry, seed: u64) -> PathBuf {
        self.folder.join(entry.run(seed))
    }
}

impl Surroundings<'_> {
    /// What hears how far data and tokenizers are.
    fn progress(&mut self) -> impl FnMut(experiment::Progress) {
        |progress| (self.hear)(Heard::Progress(progress))
    }
}
