//! `salamander compare`.

mod processes;
mod status;

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Result;
use salamander::{
    compare::{Budget, Contender, Error, Heard, Makers, Matched, Planned, Study, Surroundings, Yardstick},
    experiment::{Judging, Part},
    train::{Display, Writer},
};

use processes::Processes;
use status::Status;

use crate::{
    On, Usage,
    choice::{Source, count, key_value},
    evaluate::part,
    progress::{Reporter, clean},
    train::{STOPPED, environment, stop_on_signal},
};

/// Compares models on one budget.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  salamander compare gpt gpt:size.n_layers=2 --match flops --seeds 3
  salamander compare gpt-shakespeare-cpu --vary size.n_heads=1,2,4 --match tokens --budget 1M
  salamander compare transformer-nano causal=gpt prefix=gpt:data.task.kind=prefix --dataset dialect --budget 1e12
  salamander compare gpt-shakespeare-cpu ngram:order=4 --match tokens
  salamander compare gpt lstm-shakespeare --data book.txt --match tokens
  salamander compare my.toml bert-classify --match parameters --budget 500k --metric accuracy
A model is a recipe's name or file, with settings of its own behind colons and, if you like, a short name before it; or a
baseline, which learns from the same rows without a budget: ngram (order, smoothing), markov (chain), bag-of-words.
Data, tokenizer, batches and lengths are those of the first model whose recipe is about the data set; optimiser and schedule are each model's own.
parameters: models are made wider or narrower and learn for the same steps. flops, tokens, time: models stay as they are and
learn for as many steps as the budget pays for. What is in the folder already is not done again;
with another --split, --most or --beams it is judged again.")]
pub(crate) struct Compare {
    /// Who takes part: [NAME=]RECIPE[:KEY=VALUE]...
    #[arg(required = true, value_name = "MODEL")]
    models: Vec<String>,
    /// The data set [default: the first model's]
    #[arg(long, value_name = "NAME")]
    dataset: Option<String>,
    #[command(flatten)]
    source: Source,
    /// What is the same for all: parameters, flops, tokens, time
    #[arg(long = "match", value_name = "QUANTITY", default_value = "flops")]
    matched: Matched,
    /// How much of it: 2M, 1e12; seconds of time [default: what the first model takes]
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    budget: Option<f64>,
    /// How many seeds each is trained from
    #[arg(long, value_name = "COUNT", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// Each model in so many sizes, its own and each further one with a quarter of the parameters of the one before, and
    /// the law its loss follows: --scale 4 --match tokens
    #[arg(long, value_name = "SIZES", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=8))]
    scale: u8,
    /// Tries what learning rates do best for each: 0.3,1,3 times the recipe's, each for a whole run
    #[arg(long, value_name = "FACTORS", value_delimiter = ',', value_parser = amount)]
    tune_rate: Vec<f64>,
    /// Each model once for each value of a setting: --vary size.n_heads=1,2,4
    #[arg(long, value_name = "KEY=VALUE,VALUE")]
    vary: Vec<String>,
    /// Changes one setting of all: plan.steps=100
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    settings: Vec<(String, String)>,
    /// Which part is judged on: validation or test [default: test, where there is one]
    #[arg(long, value_parser = part)]
    split: Option<Part>,
    /// The number that decides: loss, accuracy, bleu, exact [default: loss, or accuracy where not all have one]
    #[arg(long)]
    metric: Option<String>,
    /// Texts to write at most, where models are judged by what they write
    #[arg(long, value_parser = count())]
    most: Option<usize>,
    /// Hypotheses that are followed side by side when targets are written
    #[arg(long, default_value_t = 1, value_parser = count())]
    beams: usize,
    /// Trials at once, each in a process of its own; they share the threads of the processor, and the times in the table
    /// are those of trials that ran side by side
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
    /// Makes the one trial of that name, for the comparison that asks for it
    #[arg(long, value_name = "NAME", hide = true)]
    trial: Option<String>,
    /// Where all is kept [default: comparisons/DATASET-QUANTITY]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    on: On,
}

/// Reads `300k`, `2M`, `1e12`.
fn amount(text: &str) -> Result<f64, String> {
    let units = [("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15)];
    let found = units.into_iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)));
    let (number, factor) = found.unwrap_or((text, 1.0));
    let number: f64 = number.trim().parse().map_err(|_| "it is no number; write 2M or 1e12".to_owned())?;
    if number > 0.0 && number.is_finite() { Ok(number * factor) } else { Err("a positive number is needed".into()) }
}

impl Compare {
    pub(crate) fn run(self) -> Result<ExitCode> {
        if self.jobs > 1 && self.matched == Matched::Time {
            let jobs = self.jobs;
            let why = "trials at once take each other's time, and no two the same";
            return Err(Usage(format!("--match time with --jobs {jobs}: {why}; leave --jobs away")).into());
        }
        let study = self.study()?;
        let device = self.on.open()?;
        if let Some(name) = &self.trial {
            return processes::make(&study, name, device);
        }
        let mut reporter = Some(Reporter::new());
        let begun = Instant::now();
        let mut made = 0;
        let mut hear = |heard: Heard| match heard {
            Heard::Progress(progress) => reporter.get_or_insert_with(Reporter::new).hear(progress),
            Heard::Ready(entry) => {
                reporter = None;
                let (steps, share) = (entry.recipe.plan.steps, 100.0 * entry.share);
                eprintln!(
                    "{}: {} parameters, {steps} steps, {:.3e} FLOPs, {share:.1} % of the budget",
                    entry.name, entry.parameters, entry.flops as f64
                );
                if entry.shortened > 0 {
                    eprintln!("{}: {} texts were too long and lost their end", entry.name, entry.shortened);
                }
            }
            Heard::Skipped(line) => {
                reporter = None;
                eprintln!("{}skipped: {line}", clean());
            }
            Heard::Done { contender, trial, known, number, of } => {
                reporter = None;
                made += usize::from(!known);
                let scores: Vec<_> = trial.scores.iter().map(|(name, value)| format!("{name} {value:.4}")).collect();
                let what = match (&trial.diverged, known) {
                    (Some(why), _) => format!("diverged: {why}"),
                    (None, true) => format!("{} (known)", scores.join(", ")),
                    (None, false) => scores.join(", "),
                };
                let left = match made {
                    0 => String::new(),
                    made => format!(", about {} left", rest(begun.elapsed(), made, of - number)),
                };
                eprintln!("{}[{number}/{of}] {contender}, seed {}: {what}{left}", clean(), trial.seed);
            }
        };
        let display = |planned: &Planned| Display::Lines(Writer::new(Status::new(planned)));
        let interrupter = stop_on_signal()?;
        let processes = Processes::new(self.jobs.into(), interrupter.clone());
        let make = |planned: &Planned| processes.make(planned);
        let around = Surroundings {
            environment: environment::describe(&device),
            device,
            interrupter,
            makers: match self.jobs {
                1 => Makers::Own,
                jobs => Makers::Others { at_once: jobs.into(), make: &make },
            },
            hear: &mut hear,
            display: &display,
        };
        let results = match study.run(around) {
            Err(Error::Stopped) => {
                eprintln!("{}stopped; the same command goes on from here", clean());
                return Ok(ExitCode::from(STOPPED));
            }
            results => results?,
        };
        say!("{}\n\n{}\n", results.terms(), results.table()?);
        for sentence in results.sentences() {
            say!("{sentence}");
        }
        eprintln!("report: {}", study.folder.join("report.html").display());
        Ok(ExitCode::SUCCESS)
    }

    fn study(&self) -> Result<Study> {
        let (mut contenders, mut yardsticks) = (Vec::new(), Vec::new());
        for model in &self.models {
            match Yardstick::parse(model)? {
                Some(yardstick) => yardsticks.push(yardstick),
                None => contenders.push(Contender::parse(model)?),
            }
        }
        for setting in &self.vary {
            let varied = contenders.iter().map(|contender| contender.vary(setting)).collect::<Result<Vec<_>, _>>()?;
            contenders = varied.concat();
        }
        let first = contenders.first().map(|contender| &contender.recipe.data.set);
        let own = self.source.data.as_ref().and_then(|data| Some(data.file_stem()?.to_string_lossy().into_owned()));
        let dataset = own.as_ref().or(self.dataset.as_ref()).or(first).cloned().unwrap_or_default();
        let folder = PathBuf::from("comparisons").join(format!("{dataset}-{}", self.matched.name()));
        Ok(Study {
            dataset: self.dataset.clone(),
            contenders,
            yardsticks,
            settings: [self.source.settings()?, self.settings.clone()].concat(),
            budget: Budget { matched: self.matched, amount: self.budget },
            sizes: self.scale.into(),
            tune: self.tune_rate.clone(),
            seeds: (1..=self.seeds).collect(),
            part: self.split,
            judging: Judging { most: self.most, beams: self.beams, ..Judging::default() },
            metric: self.metric.clone(),
            folder: self.folder.clone().unwrap_or(folder),
        })
    }
}

/// How long the rest takes if each takes as long as those before.
fn rest(elapsed: Duration, made: usize, left: usize) -> String {
    let seconds = elapsed.as_secs_f64() / made as f64 * left as f64;
    if seconds < 120.0 { format!("{seconds:.0} s") } else { format!("{:.0} min", seconds / 60.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        assert_eq!(["300k", "2M", "1e12", "1.5G"].map(|text| amount(text).unwrap()), [3e5, 2e6, 1e12, 1.5e9]);
        for text in ["", "M", "-1", "0", "inf", "2 apples"] {
            assert!(amount(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_rest_as_a_person_says_it() {
        assert_eq!(rest(Duration::from_secs(30), 3, 4), "40 s");
        assert_eq!(rest(Duration::from_secs(300), 1, 2), "10 min");
    }
}
