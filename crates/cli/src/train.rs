//! `salamander train`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use salamander::{
    burn::tensor::Device,
    datasets::Pair,
    encoder_decoder::EncoderDecoder,
    generate::{Completer, Request, Sampling, Translator},
    models::{Model, ModelConfig, Recipe},
    text::{Batches, Tokenizer},
    train::{Data, Display, Interrupter, Objective, Outcome, Run, Sample, Session, train},
};
use serde::Serialize;

use crate::{
    On,
    prepare::{Choice, Material, Prepared},
};

/// Trains a model.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  salamander train gpt
  salamander train gpt-shakespeare-cpu --data input.txt
  salamander train gpt --set size.n_layers=6 --set plan.schedule.peak=1e-3 --steps 2000
On a terminal there is a screen with bars and curves (`q` stops); elsewhere, or with --plain, a line for each report.
Ctrl-C and SIGTERM end after the current step, with a checkpoint.")]
pub(crate) struct Train {
    #[command(flatten)]
    choice: Choice,
    /// The run's folder [default: runs/MODEL/TIME]
    #[arg(long, value_name = "FOLDER")]
    run: Option<PathBuf>,
    /// Plain lines, on a terminal too
    #[arg(long)]
    plain: bool,
    #[command(flatten)]
    on: On,
}

/// What a run's `config.toml` holds.
#[derive(Serialize)]
struct Written<'a> {
    recipe: &'a Recipe,
    resolved: &'a ModelConfig,
}

impl Train {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let prepared = self.choice.prepare()?;
        let device = self.on.open()?;
        let folder = self.run.unwrap_or_else(|| default_folder(&prepared.recipe.name));
        let config = toml::to_string(&Written { recipe: &prepared.recipe, resolved: &prepared.config })
            .context("the configuration cannot be written as TOML")?;
        let run = Run::create(&folder, &config)?;
        prepared.tokenizer.save(folder.join("tokenizer.json"))?;
        println!(
            "{}: {} parameters, {} words, {} steps of {} sequences of up to {} tokens\n{}",
            prepared.recipe.name,
            prepared.config.num_params(),
            prepared.config.vocab_size(),
            prepared.recipe.plan.steps,
            prepared.recipe.plan.batch_size,
            prepared.recipe.plan.seq_len,
            folder.display()
        );
        let display = if self.plain { Display::plain() } else { Display::automatic() };
        let place = Place { run, device, display, interrupter: stop_on_signal()? };
        let outcome = train_family(&prepared, place)?;
        end(&folder, &outcome);
        Ok(if outcome.interrupted { ExitCode::from(130) } else { ExitCode::SUCCESS })
    }
}

/// Seconds since 1970 sort as time does.
fn default_folder(name: &str) -> PathBuf {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    Path::new("runs").join(name).join(time.to_string())
}

fn stop_on_signal() -> Result<Interrupter> {
    let interrupter = Interrupter::new();
    let signalled = interrupter.clone();
    ctrlc::set_handler(move || signalled.stop(Some("signal"))).context("signals cannot be caught")?;
    Ok(interrupter)
}

fn end(folder: &Path, outcome: &Outcome) {
    let state = if outcome.interrupted { "stopped" } else { "done" };
    println!("{state} after {} steps, {:.0} tokens a second", outcome.steps, outcome.tokens_per_second);
    println!("let it write: cargo xtask generate {}", folder.display());
}

fn train_family(prepared: &Prepared, place: Place) -> Result<Outcome> {
    place.device.seed(prepared.recipe.plan.seed);
    let model = prepared.config.init(&place.device.clone().autodiff());
    let tokenizer = Arc::clone(&prepared.tokenizer);
    let longest = prepared.config.max_seq_len();
    let write = move |model: &_| story(&Completer::new(model, longest), &tokenizer, longest);
    match (model, &prepared.material) {
        (Model::DecoderOnly(model), Material::Windows { train, validation }) => {
            Ok(place.train(model, (train, validation), prepared, Some(Box::new(write)))?.1)
        }
        (Model::DecoderOnly(model), Material::Documents { train, validation }) => {
            Ok(place.train(model, (train, validation), prepared, Some(Box::new(write)))?.1)
        }
        (Model::MaskedLm(model), Material::Masked { train, validation, bigram }) => {
            let (_, outcome) = place.train(model, (train, validation), prepared, None)?;
            let (right, gaps) =
                validation.evaluation().map(|batch| bigram.fill(&batch)).fold((0, 0), |(r, g), (x, y)| (r + x, g + y));
            println!("a bigram model fills {:.1} % of the same gaps", percent(right, gaps));
            Ok(outcome)
        }
        (Model::EncoderDecoder(model), Material::Pairs { train, validation, test }) => {
            let (model, outcome) = place.train(model, (train, validation), prepared, None)?;
            if !outcome.interrupted {
                let exact = exact_matches(&model, &prepared.tokenizer, longest, test)?;
                println!("exact on unseen pairs: {exact} of {} ({:.1} %)", test.len(), percent(exact, test.len()));
            }
            Ok(outcome)
        }
        _ => anyhow::bail!("this model does not learn from this kind of data"),
    }
}

fn percent(part: usize, of: usize) -> f64 {
    100.0 * part as f64 / of.max(1) as f64
}

/// Where a model is trained.
struct Place {
    run: Run,
    device: Device,
    display: Display,
    interrupter: Interrupter,
}

impl Place {
    fn train<M: Objective, B: Batches<Batch = M::Batch> + Send + Sync + 'static>(
        self,
        model: M,
        (train_set, validation): (&Arc<B>, &Arc<B>),
        prepared: &Prepared,
        sample: Option<Sample<M>>,
    ) -> Result<(M, Outcome)> {
        let Self { run, device, display, interrupter } = self;
        let session = Session { device, run: Some(run), display, interrupter, sample };
        let data = Data { train: Arc::clone(train_set), validation: Arc::clone(validation) };
        Ok(train(model, data, &prepared.recipe.plan, session)?)
    }
}

/// The beginning of a text, as the model writes it now.
fn story(completer: &Completer, tokenizer: &Tokenizer, longest: usize) -> String {
    let start = tokenizer.eos().unwrap_or(0);
    let request = Request {
        new_tokens: (longest - 1).min(200),
        stop: tokenizer.eos().into_iter().collect(),
        sampling: Sampling { temperature: 0.7, seed: 1, ..Sampling::default() },
    };
    let written = completer.complete(&[start], &request).map(|tokens| tokens.text(tokenizer));
    match written {
        Ok(pieces) => pieces.map_while(Result::ok).collect(),
        Err(error) => error.to_string(),
    }
}

/// How many targets the model writes exactly, taking the likeliest word each time.
fn exact_matches(model: &EncoderDecoder, tokenizer: &Tokenizer, longest: usize, pairs: &[Pair]) -> Result<usize> {
    let (start, end) = (tokenizer.bos().unwrap_or(0), tokenizer.eos().unwrap_or(0));
    let translator = Translator::new(model, longest, start, end)?;
    let mut exact = 0;
    for pairs in pairs.chunks(100) {
        let source = |(source, _): &Pair| -> Result<Vec<u32>> { Ok([tokenizer.encode(source)?, vec![end]].concat()) };
        let sources = pairs.iter().map(source).collect::<Result<Vec<_>>>()?;
        let written = translator.translate(&sources, longest - 1)?;
        for (written, (_, target)) in written.iter().zip(pairs) {
            exact += usize::from(*written == tokenizer.encode(target)?);
        }
    }
    Ok(exact)
}
