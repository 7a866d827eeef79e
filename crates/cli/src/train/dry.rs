//! `salamander train --dry-run`.

use std::{process::ExitCode, time::Instant};

use anyhow::Result;
use salamander::{
    attention::describe::Per,
    datasets,
    experiment::{self, Place},
    models::{ModelConfig, Recipe, Task},
    train::peak_memory,
};

use super::prepare;
use crate::On;

/// Words, where the recipe leaves them to a tokenizer that cannot be learnt without data.
const WORDS: usize = 50_000;
/// Bytes of the two moments of Adam.
const MOMENTS: usize = 2 * size_of::<f32>();

/// Tells how large, how long and how dear a run would be, and tries a step.
pub(super) fn run(recipe: Recipe, on: &On) -> Result<ExitCode> {
    let device = on.open()?;
    let mut experiment = match prepare(recipe.clone()) {
        Ok(experiment) => experiment,
        // Its numbers can be told without its data.
        Err(error) if no_data(&error) => {
            let words = recipe.size.vocab_size.unwrap_or(WORDS);
            tell(&recipe, &recipe.config(Some(words))?);
            say!("no step was tried: {error:#}");
            return Ok(ExitCode::SUCCESS);
        }
        Err(error) => return Err(error),
    };
    tell(&experiment.recipe, &experiment.config);
    let plan = &mut experiment.recipe.plan;
    let steps = std::mem::replace(&mut plan.steps, 1);
    plan.evaluate.batches = 1;
    experiment.overfit();
    let begun = Instant::now();
    let (_, outcome) = experiment.train(Place::silent(device))?;
    let (step, rate) = (begun.elapsed().as_secs_f64(), outcome.tokens_per_second);
    say!("one step with its evaluation: {step:.2} s, {rate:.0} tokens a second");
    if let Some(peak) = peak_memory() {
        say!("memory at its peak: {}", size(peak as f64));
    }
    say!("{steps} steps at that speed: at most {:.1} hours", steps as f64 * step / 3600.0);
    Ok(ExitCode::SUCCESS)
}

fn no_data(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(experiment::Error::Data(datasets::Error::NoFile { .. })))
}

/// The numbers that need no data.
fn tell(recipe: &Recipe, config: &ModelConfig) {
    let (page, plan) = (config.page(), &recipe.plan);
    let parameters = page.parameters();
    say!("{}: {}", recipe.name, recipe.summary);
    say!("parameters: {parameters}");
    for group in page.groups() {
        say!("  {:<14} {}", group.name(), page.parameters_of(group));
    }
    let tokens = plan.batch_tokens.unwrap_or(plan.batch_size * plan.seq_len) * plan.accumulate;
    let named = recipe.data.task.map_or(Task::HIDDEN, |task| task.named());
    let unnamed = (1.0 - named) * page.training_flops_per(Per::Guess) as f64;
    let flops = page.training_flops_per_token() as f64 - unnamed;
    say!("tokens of a step: at most {tokens}");
    say!("training FLOPs: {flops:.3e} a token, {:.3e} in all", flops * tokens as f64 * plan.steps as f64);
    // A parameter and its gradient.
    let state = (parameters * (2 * plan.precision.bytes() + MOMENTS)) as f64;
    say!("memory: {} of parameters, gradients and moments, and a batch's activations", size(state));
}

fn size(bytes: f64) -> String {
    if bytes < 1e9 { format!("{:.1} MB", bytes / 1e6) } else { format!("{:.2} GB", bytes / 1e9) }
}
