//! The `salamander` binary: one file for each verb. Here arguments are read and lines are printed, and nowhere else.

/// Prints a line. A reader that has gone away, as `head` does, is no reason to fail.
macro_rules! say {
    ($($line:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout(), $($line)*);
    }};
}

mod backends;
mod bench;
mod choice;
mod compare;
mod evaluate;
mod export;
mod generate;
mod list;
mod parity;
mod processor;
mod progress;
mod runs;
mod show;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use salamander::{
    burn::tensor::Device, compare as comparing, datasets, experiment, generate as writing, kernels::backend, models,
    train as training,
};

/// Freed memory is kept for the next step instead of going back to the system page by page.
#[cfg(feature = "flex")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Transformers in Rust: trained, loaded, looked into.
#[derive(Parser)]
#[command(
    name = "salamander",
    version,
    arg_required_else_help = true,
    after_help = "\
Examples:
  salamander train gpt
  salamander generate runs/gpt/<time> --prompt \"Once upon a time\"
  salamander show gpt2-small
  salamander backends"
)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Lists the models one can train, the architectures and the data sets.
    List(list::List),
    /// Shows a model: its sizes, its parts and what they count.
    Show(show::Show),
    /// Trains a model.
    Train(train::Train),
    /// Judges a model on data.
    Evaluate(evaluate::Evaluate),
    /// Compares models on one budget: which is better, and whether that may be chance.
    Compare(compare::Compare),
    /// Lists the runs there are, compares their curves, removes them.
    Runs(runs::Runs),
    /// Lets a trained model write.
    Generate(generate::Generate),
    /// Writes a run as a Hugging Face directory.
    Export(export::Export),
    /// Lists the backends compiled in, finds their devices and checks each.
    Backends(backends::Backends),
    /// Compares a checkpoint with reference values, layer by layer.
    Parity(parity::Parity),
    /// Measures training speed, against PyTorch where it is found.
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().verb {
        Verb::List(verb) => verb.run(),
        Verb::Show(verb) => verb.run(),
        Verb::Train(verb) => verb.run(),
        Verb::Evaluate(verb) => verb.run(),
        Verb::Compare(verb) => verb.run(),
        Verb::Runs(verb) => verb.run(),
        Verb::Generate(verb) => verb.run(),
        Verb::Export(verb) => verb.run(),
        Verb::Backends(verb) => verb.run(),
        Verb::Parity(verb) => verb.run(),
        Verb::Bench(verb) => verb.run(),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if is_usage(&error) { 2 } else { 1 })
        }
    }
}

/// Whether the caller asked for something that cannot be, rather than something that went wrong.
fn is_usage(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.is::<Usage>()
            || cause.downcast_ref().is_some_and(of_backend)
            || cause.downcast_ref().is_some_and(of_writing)
            || cause.downcast_ref().is_some_and(of_model)
            || cause.downcast_ref().is_some_and(of_data)
            || cause.downcast_ref().is_some_and(of_training)
            || cause.downcast_ref().is_some_and(of_experiment)
            || cause.downcast_ref().is_some_and(of_runs)
    })
}

fn of_backend(error: &backend::BackendError) -> bool {
    use backend::BackendError as Backend;
    matches!(error, Backend::Unknown { .. } | Backend::NotCompiled { .. } | Backend::Index { .. })
}

fn of_writing(error: &writing::Error) -> bool {
    use writing::Error as Writing;
    matches!(error, Writing::Sampling { .. } | Writing::Search { .. } | Writing::EmptyStop { .. })
}

fn of_model(error: &models::Error) -> bool {
    use models::Error as Model;
    match error {
        Model::Unknown { .. } | Model::Recipe { .. } | Model::Config(_) | Model::Occupied(_) => true,
        Model::Plan(error) => of_training(error),
        _ => false,
    }
}

fn of_training(error: &training::Error) -> bool {
    matches!(error, training::Error::Plan { .. } | training::Error::Taken(_) | training::Error::NoCheckpoint { .. })
}

fn of_data(error: &datasets::Error) -> bool {
    use datasets::Error as Data;
    matches!(
        error,
        Data::Unknown { .. }
            | Data::NoFile { .. }
            | Data::Variant { .. }
            | Data::Size { .. }
            | Data::Meaningless { .. }
            | Data::Columns { .. }
            | Data::Column { .. }
            | Data::Format { .. }
            | Data::FewProblems { .. }
    )
}

fn of_runs(error: &comparing::Error) -> bool {
    use comparing::Error as Runs;
    match error {
        Runs::Model(error) => of_model(error),
        Runs::Experiment(error) => of_experiment(error),
        Runs::NoRun { .. }
        | Runs::Unknown { .. }
        | Runs::Ambiguous { .. }
        | Runs::NoMetric { .. }
        | Runs::NoAxis { .. }
        | Runs::NothingToDraw { .. }
        | Runs::Contender { .. }
        | Runs::Seeds(_)
        | Runs::Budget { .. }
        | Runs::NoScore { .. } => true,
        _ => false,
    }
}

fn of_experiment(error: &experiment::Error) -> bool {
    use experiment::Error as Experiment;
    match error {
        Experiment::Model(error) => of_model(error),
        Experiment::Data(error) => of_data(error),
        Experiment::Train(error) => of_training(error),
        Experiment::Generate(error) => of_writing(error),
        Experiment::Task { .. } | Experiment::Shape { .. } | Experiment::TooLong { .. } => true,
        Experiment::Reading { .. } | Experiment::NoHead { .. } | Experiment::Number { .. } => true,
        Experiment::NoSpecial { .. } | Experiment::OtherModel { .. } | Experiment::NoPart { .. } => true,
        _ => false,
    }
}

/// A combination of arguments that makes no sense.
#[derive(Debug)]
struct Usage(String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// The device every verb takes.
#[derive(clap::Args)]
struct On {
    /// Where to compute: a backend compiled in, and a number where it has several devices (flex, wgpu, cuda:1)
    #[arg(long, value_name = "DEVICE")]
    device: Option<String>,
}

impl On {
    fn open(&self) -> anyhow::Result<Device> {
        let first = backend::compiled().first().map(|backend| backend.name);
        Ok(backend::open(self.device.as_deref().or(first).unwrap_or("flex"))?)
    }
}

/// Opens a model, and says which checkpoints of its run are damaged and had to be passed over.
fn open_model(folder: &std::path::Path, device: &Device) -> anyhow::Result<models::Loaded> {
    let loaded = models::open(folder, device)?;
    tell_skipped(&loaded.skipped);
    Ok(loaded)
}

fn tell_skipped(checkpoints: &[String]) {
    for skipped in checkpoints {
        eprintln!("skipped: {skipped}");
    }
}
