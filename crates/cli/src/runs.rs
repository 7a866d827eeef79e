//! `salamander runs`.

use std::{
    env,
    io::{self, BufRead, IsTerminal, Write},
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
    time::SystemTime,
};

use anyhow::{Context, Result};
use salamander::compare::{self, Across, Comparison, Metric, View, freed};

use crate::Usage;

/// Where nobody says how wide the page is.
const WIDTH: u16 = 80;

/// Lists the runs there are, compares their curves, removes them.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  salamander runs
  salamander runs compare gpt llama-nano
  salamander runs compare gpt --metric \"train loss\" --smooth 25 --x tokens --svg loss.svg
  salamander runs remove 20261125T140600Z
RUN is a run's folder, a model, of which it is the newest run, or a part of a name that no other run has.")]
pub(crate) struct Runs {
    #[command(subcommand)]
    action: Option<Action>,
    /// Where the runs are
    #[arg(long = "in", value_name = "FOLDER", default_value = "runs", global = true)]
    folder: PathBuf,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Lists them, the newest last; so does `runs` alone
    List,
    /// Draws a metric of some runs side by side, here or as SVG
    Compare(Compare),
    /// Removes runs for good
    Remove(Remove),
}

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  salamander runs compare gpt
  salamander runs compare gpt/20261125T140600Z-wide narrow --metric accuracy
  salamander runs compare gpt llama-nano --metric \"train loss\" --smooth 25 --log --x seconds
  salamander runs compare gpt llama-nano --svg loss.svg")]
struct Compare {
    /// Which runs: folders, models for their newest run, or parts of names
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<String>,
    /// What is drawn: validation loss, train loss, accuracy, learning rate, gradient norm, tokens/s, ...
    #[arg(long, value_name = "NAME", default_value = "validation loss")]
    metric: Metric,
    /// What it is drawn over: step, tokens or seconds
    #[arg(long = "x", value_name = "AXIS", default_value = "step")]
    across: Across,
    /// A logarithmic vertical axis
    #[arg(long)]
    log: bool,
    /// Draws the mean of so many reports
    #[arg(long, value_name = "N")]
    smooth: Option<NonZeroUsize>,
    /// Draws into this file, too
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  salamander runs remove gpt/20261125T140600Z-wide
  salamander runs remove runs/gpt/20261125T140600Z-wide --yes")]
struct Remove {
    /// Which runs: folders, or parts of names that no other run has
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<String>,
    /// Does not ask
    #[arg(long)]
    yes: bool,
}

impl Runs {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let runs = compare::Runs::find(self.folder)?;
        match self.action {
            None | Some(Action::List) => Ok(list(&runs)),
            Some(Action::Compare(action)) => action.run(&runs),
            Some(Action::Remove(action)) => action.run(&runs),
        }
    }
}

fn list(runs: &compare::Runs) -> ExitCode {
    if runs.all().is_empty() {
        say!("there are no runs in {}", runs.folder().display());
    } else {
        say!("{}", runs.table(SystemTime::now()));
    }
    let mut code = ExitCode::SUCCESS;
    for error in runs.damaged() {
        eprintln!("error: {error}");
        code = ExitCode::FAILURE;
    }
    code
}

impl Compare {
    fn run(self, runs: &compare::Runs) -> Result<ExitCode> {
        let chosen = self.runs.iter().map(|wanted| runs.choose(wanted)).collect::<Result<Vec<_>, _>>()?;
        let comparison = Comparison::read(&chosen, self.metric)?;
        let smooth = self.smooth.map(NonZeroUsize::get);
        let plot = comparison.plot(View { across: self.across, log: self.log, smooth })?;
        if let Some(file) = &self.svg {
            plot.write_svg(file)?;
        }
        say!("{}\n{}", plot.terminal(width(), colours()), comparison.table());
        if let Some(file) = self.svg {
            say!("\ndrawn into {}", file.display());
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Remove {
    fn run(self, runs: &compare::Runs) -> Result<ExitCode> {
        let removals = runs.to_remove(&self.runs)?;
        for removal in &removals {
            say!("{}", removal.path().display());
        }
        let what = freed(&removals);
        if !self.yes && !agreed(&what)? {
            say!("nothing was removed");
            return Ok(ExitCode::SUCCESS);
        }
        for removal in removals {
            removal.remove()?;
        }
        say!("removed {what}");
        Ok(ExitCode::SUCCESS)
    }
}

/// Asks, where there is somebody to answer.
fn agreed(what: &str) -> Result<bool> {
    if !io::stdin().is_terminal() {
        return Err(Usage(format!("nobody can be asked whether to remove {what}: add `--yes`")).into());
    }
    print!("remove {what}, for good? [y/N] ");
    io::stdout().flush().context("the question cannot be asked")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).context("the answer cannot be read")?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn width() -> u16 {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0)
}

/// Colours only where they are seen, and not where they are not wanted (<https://no-color.org>).
fn colours() -> bool {
    let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !unwanted && env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
}
