//! A contender, trained from one seed.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use salamander_experiment::{self as experiment, Experiment, Judging, Part, Place};
use salamander_models::Model;
use salamander_train::{Checkpoints, Run, Which, forget_peak_memory, peak_memory};
use serde::{Deserialize, Serialize};

use super::{Heard, Planned, Study, Surroundings, kept};
use crate::{Curve, Error, Metric, RunSummary};

/// What came out, next to the run it came of.
const RESULT: &str = "result.json";

/// How a model is to be judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// On what; absent, the test part if there is one, else the validation part.
    pub part: Option<Part>,
    /// How.
    pub judging: Judging,
}

/// What came of one contender with one seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Where randomness began.
    pub seed: u64,
    /// What the model is measured by.
    pub scores: BTreeMap<String, f64>,
    /// The part it was judged on.
    pub part: String,
    /// How it was to be judged; absent where that was not kept, and it is judged again.
    #[serde(default)]
    pub asked: Option<Asked>,
    /// Seconds of training, evaluations on the way included.
    pub seconds: f64,
    /// Targets learnt from in a second: the median of the reports.
    pub tokens_per_second: f64,
    /// The most memory the process had, in bytes, where the system says.
    pub peak_memory: Option<u64>,
    /// Why training ended before its time: it has diverged.
    pub diverged: Option<String>,
    /// What the model wrote in the end.
    pub sample: String,
    /// How the gradient of a target spreads over the tokens before it, by distance: see
    /// [`Experiment::gradient_flow`]. Empty where the model does not read one token after another.
    #[serde(default)]
    pub flow: Vec<f64>,
}

impl Trial {
    /// Whether it was judged as it is to be judged now.
    fn answers(&self, asked: &Asked) -> bool {
        let Some(before) = &self.asked else { return false };
        // What nobody named before may be named now.
        let named = asked.part.is_some_and(|part| part.name() == self.part);
        (named || before.part == asked.part) && before.judging == asked.judging
    }
}

impl Study {
    /// Makes a trial, and says whether it was there before. One that was judged otherwise is judged again.
    pub(super) fn trial(&self, planned: &Planned, around: &mut Surroundings) -> Result<(Trial, bool), Error> {
        let before = self.made(planned)?;
        if let Some(known) = before.as_ref().filter(|trial| trial.answers(&self.asked(planned))) {
            return Ok((known.clone(), true));
        }
        let folder = self.run_folder(&planned.entry, planned.seed);
        let mut recipe = planned.entry.recipe.clone();
        recipe.plan.seed = planned.seed;
        let experiment = Experiment::prepare(recipe, &mut around.progress())?;
        let (model, diverged) = match before.as_ref().and_then(|before| before.diverged.clone()) {
            Some(why) => (None, Some(why)),
            None => trained(planned, &experiment, &folder, around)?,
        };
        let part = judged_on(planned.part, &experiment);
        let mut trial = Trial {
            seed: planned.seed,
            scores: BTreeMap::new(),
            part: part.name().into(),
            asked: Some(self.asked(planned)),
            seconds: seconds(&folder)?,
            tokens_per_second: speed(&folder)?,
            // Who is judged again has been trained by another process.
            peak_memory: before.map_or_else(peak_memory, |before| before.peak_memory),
            diverged,
            sample: sample(&folder),
            flow: Vec::new(),
        };
        if let Some(model) = &model {
            let scores = experiment.judge(model, part, &self.judging, &mut around.progress())?;
            trial.flow = experiment.gradient_flow(model, part, &mut around.progress())?;
            trial.scores = scores.into_iter().map(|score| (score.name.to_owned(), score.value)).collect();
        }
        kept::keep(&folder.join(RESULT), &trial)?;
        Ok((trial, false))
    }

    /// What came of it, if it was made and judged as it is to be judged now.
    pub(super) fn known(&self, planned: &Planned) -> Result<Option<Trial>, Error> {
        Ok(self.made(planned)?.filter(|trial| trial.answers(&self.asked(planned))))
    }

    /// What came of it, if it was made, however it was judged.
    fn made(&self, planned: &Planned) -> Result<Option<Trial>, Error> {
        kept::read(&self.run_folder(&planned.entry, planned.seed).join(RESULT))
    }

    fn asked(&self, planned: &Planned) -> Asked {
        Asked { part: planned.part, judging: self.judging.clone() }
    }
}

/// Trains it from the beginning, or on from its last checkpoint, which may be the end: the model, or why it diverged.
fn trained(
    planned: &Planned,
    experiment: &Experiment,
    folder: &Path,
    around: &mut Surroundings,
) -> Result<(Option<Model>, Option<String>), Error> {
    let (run, from) = run(folder, experiment, around)?;
    let place = Place {
        device: around.device.clone(),
        run: Some(run),
        from,
        display: (around.display)(planned),
        interrupter: around.interrupter.clone(),
    };
    forget_peak_memory();
    match experiment.train(place) {
        Ok((_, outcome)) if outcome.interrupted => Err(Error::Stopped),
        Ok((model, _)) => Ok((Some(model), None)),
        Err(experiment::Error::Train(error)) if error.is_divergence() => Ok((None, Some(error.to_string()))),
        Err(error) => Err(error.into()),
    }
}

/// The part that is asked for, or the test part if there is one, or else the validation part.
pub(super) fn judged_on(asked: Option<Part>, experiment: &Experiment) -> Part {
    asked.unwrap_or(if experiment.has(Part::Test) { Part::Test } else { Part::Validation })
}

/// A run that begins, or goes on where it was interrupted.
fn run(folder: &Path, experiment: &Experiment, around: &mut Surroundings) -> Result<(Run, Option<PathBuf>), Error> {
    if folder.join("config.toml").is_file() {
        match Checkpoints::of(folder).find(Which::Latest) {
            Ok(found) => {
                found.skipped.iter().for_each(|line| (around.hear)(Heard::Skipped(line)));
                let run = Run::resume(folder, found.step.unwrap_or(0)).map_err(experiment::Error::from)?;
                return Ok((run, Some(found.path)));
            }
            Err(error) => (around.hear)(Heard::Skipped(&format!("{error}: this run begins anew"))),
        }
        fs::remove_dir_all(folder).map_err(Error::io(folder, "removed"))?;
    }
    let config = experiment.recipe.to_toml_with(&experiment.config)?;
    let run = Run::create(folder, &config, &around.environment).map_err(experiment::Error::from)?;
    experiment.tokenizer.save(folder.join("tokenizer.json")).map_err(experiment::Error::from)?;
    Ok((run, None))
}

/// What the reports of training say, of all sittings together.
fn reported(folder: &Path, key: &str) -> Result<Curve, Error> {
    Curve::read(&RunSummary::read(folder)?, &Metric::new("train", key))
}

fn seconds(folder: &Path) -> Result<f64, Error> {
    Ok(reported(folder, "loss")?.last().and_then(|point| point.seconds).unwrap_or(0.0))
}

/// The median, as a pause of the machine is not the model's.
fn speed(folder: &Path) -> Result<f64, Error> {
    let curve = reported(folder, "tokens_per_second")?;
    let mut speeds: Vec<_> = curve.points.iter().map(|point| point.value).filter(|speed| speed.is_finite()).collect();
    speeds.sort_by(f64::total_cmp);
    Ok(speeds.get(speeds.len() / 2).copied().unwrap_or(0.0))
}

/// The last one.
fn sample(folder: &Path) -> String {
    let text = fs::read_to_string(folder.join("samples.txt")).unwrap_or_default();
    let last = text.rsplit("# step ").next().unwrap_or_default();
    last.split_once('\n').map_or("", |(_, sample)| sample.trim()).into()
}
