//! `salamander bench`.

use std::{
    process::{Command, ExitCode},
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use salamander::{
    burn::tensor::Device,
    models::{Model, ModelConfig},
    text::Windows,
    train::{Data, Evaluate, Plan, Session, train},
};

use crate::{
    On, Usage,
    choice::{Choice, count},
    processor,
};

/// The same model and the same step in PyTorch.
const PEER: &str = include_str!("peer.py");

/// Measures training speed of a decoder-only model, against PyTorch where it is found.
#[derive(clap::Args)]
#[command(after_help = "\
Example: salamander bench gpt-shakespeare-cpu
Both train on random tokens, in turn, several times; the medians and their ratio are printed.
PyTorch runs eagerly in f32 with as many threads, if python3 has it.")]
pub(crate) struct Bench {
    #[command(flatten)]
    choice: Choice,
    /// Words, where the recipe leaves them to the tokenizer
    #[arg(long, default_value_t = 65)]
    vocab_size: usize,
    /// How often each is run
    #[arg(long, default_value_t = 3, value_parser = count())]
    rounds: usize,
    /// Seconds of each run
    #[arg(long, default_value_t = 5.0, value_parser = seconds)]
    seconds: f64,
    #[command(flatten)]
    on: On,
}

impl Bench {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let recipe = self.choice.recipe()?;
        let config = recipe.config(Some(self.vocab_size))?;
        if !matches!(config, ModelConfig::DecoderOnly(_)) {
            let family = config.family();
            return Err(Usage(format!("{} is {family}; speed is measured on decoder-only models", recipe.name)).into());
        }
        if self.choice.source.data.is_some() || !self.choice.source.columns.is_empty() {
            return Err(Usage("speed is measured on random tokens; leave --data and --column out".into()).into());
        }
        let device = self.on.open()?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        say!("{}: training, tokens a second", recipe.name);
        for round in 1..=self.rounds {
            let rate = measure(&config, &recipe.plan, &device, self.seconds)?;
            say!("  round {round}: salamander {rate:.0}");
            ours.push(rate);
            match peer(&config, &recipe.plan, self.seconds)? {
                Some(rate) => {
                    say!("  round {round}: PyTorch    {rate:.0}");
                    theirs.push(rate);
                }
                None => {
                    say!("  (no PyTorch to compare with: python3 with torch was not found, or not this architecture)")
                }
            }
        }
        let rate = median(&mut ours);
        say!("salamander: {rate:.0} tokens a second (median of {})", ours.len());
        if !theirs.is_empty() {
            let peer = median(&mut theirs);
            say!("PyTorch:    {peer:.0} tokens a second (eager, f32)\nratio:      {:.2}", rate / peer);
        }
        say!("processor:  {}", processor::describe());
        Ok(ExitCode::SUCCESS)
    }
}

/// The trainer's own rate over about `seconds`, on random tokens.
fn measure(config: &ModelConfig, plan: &Plan, device: &Device, seconds: f64) -> Result<f64> {
    let words = config.vocab_size() as u32;
    let tokens: Vec<u32> = (0..100_000u64)
        .map(|i| ((i.wrapping_mul(i).wrapping_mul(2_654_435_761) >> 7) % u64::from(words)) as u32)
        .collect();
    let set = Arc::new(Windows::new(tokens, plan.seq_len, plan.batch_size, plan.seed)?);
    // A first run warms the processor and tells how many steps the second may take.
    let warm = run(config, plan, &set, device, 10)?;
    let step = (plan.batch_size * plan.seq_len) as f64 / warm;
    run(config, plan, &set, device, (seconds / step).ceil() as usize)
}

/// Tokens a second at the median step, as the peer measures it.
fn run(config: &ModelConfig, plan: &Plan, set: &Arc<Windows>, device: &Device, steps: usize) -> Result<f64> {
    let Model::DecoderOnly(model) = config.init(&device.clone().autodiff()) else {
        bail!("speed is measured on decoder-only models");
    };
    let evaluate = Evaluate { every: steps + 1, batches: 1, sample_every: 1, patience: None };
    let plan = Plan { steps, evaluate, log_every: steps, accumulate: 1, batch_tokens: None, ..plan.clone() };
    // One evaluation batch: what is measured are the steps.
    let few = Windows::new(vec![0; plan.seq_len + 1], plan.seq_len, 1, 0)?;
    let data = Data { train: Arc::clone(set), validation: Arc::new(few) };
    let (_, outcome) = train(model, data, &plan, Session::silent(device.clone()))?;
    Ok(outcome.tokens_per_second)
}

/// PyTorch's rate, if it is there and knows this shape.
fn peer(config: &ModelConfig, plan: &Plan, seconds: f64) -> Result<Option<f64>> {
    let ModelConfig::DecoderOnly(model) = config else { return Ok(None) };
    let block = &model.stack.block;
    if block.attention.rotary.is_some() || block.attention.n_kv_heads != block.attention.n_heads {
        return Ok(None);
    }
    let numbers = [
        model.stack.n_layers,
        model.d_model,
        block.attention.n_heads,
        plan.seq_len,
        plan.batch_size,
        model.vocab_size,
        usize::from(block.feed_forward.bias),
        processor::threads(),
    ];
    let mut python = Command::new("python3");
    python.args(["-c", PEER]).args(numbers.map(|number| number.to_string())).arg(seconds.to_string());
    let Ok(output) = python.output() else { return Ok(None) };
    if !output.status.success() {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text.trim().parse().with_context(|| format!("the peer said `{}` in place of a number", text.trim()))?;
    Ok(Some(rate))
}

/// Reads how long.
fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().map_err(|_| "it is no number".to_owned())?;
    if seconds > 0.0 && f64::is_finite(seconds) { Ok(seconds) } else { Err("a positive number is needed".into()) }
}

/// The value in the middle; of an even number of values, the mean of the two in the middle.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        0 => (values[middle - 1] + values[middle]) / 2.0,
        _ => values[middle],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle() {
        assert_eq!((median(&mut [3.0, 1.0, 2.0]), median(&mut [4.0, 1.0, 2.0, 9.0])), (2.0, 3.0));
        assert!(["0", "-1", "nan", "inf", "soon"].iter().all(|text| seconds(text).is_err()));
    }
}
