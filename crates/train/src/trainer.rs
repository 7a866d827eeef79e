//! The step loop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use burn::{optim::GradientsParams, tensor::Device};
use salamander_kernels::{AdamW, CrossEntropyOptions, clip_global_norm, cross_entropy, global_norm, on_pool};
use salamander_text::{Batches, IGNORE};
use serde_json::json;

use crate::{Error, Evaluation, Objective, Plan, Progress, Report, Run, evaluate};

/// What is learnt from, and what it is checked on.
#[derive(Debug, Clone, Copy)]
pub struct Data<'a, B> {
    /// Batches to learn from.
    pub train: &'a B,
    /// Batches never learnt from.
    pub validation: &'a B,
}

/// What surrounds a run.
pub struct Session<'a, M> {
    /// Where it runs, without autodiff.
    pub device: Device,
    /// Where it is kept, if anywhere.
    pub run: Option<Run>,
    /// Who is told.
    pub report: &'a mut dyn Report,
    /// Set from outside to stop after the current step.
    pub stop: Arc<AtomicBool>,
    /// Lets the model write something after each evaluation.
    pub sample: Option<&'a dyn Fn(&M) -> String>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Steps done.
    pub steps: usize,
    /// Whether it was stopped from outside.
    pub interrupted: bool,
    /// The last evaluation, over all of the validation set; absent if it was stopped.
    pub last: Option<Evaluation>,
    /// The lowest validation loss on the way.
    pub best: Option<f64>,
    /// Tokens trained on in a second, over the steps alone.
    pub tokens_per_second: f64,
}

/// Trains `model`, which must have been made on the session's device with autodiff.
///
/// A stop from outside, and the end, leave a checkpoint.
///
/// # Errors
/// If the plan breaks a rule, the loss is not finite, or the run folder cannot be written.
pub fn train<M, B>(model: M, data: Data<B>, plan: &Plan, session: &mut Session<M>) -> Result<(M, Outcome), Error>
where
    M: Objective,
    B: Batches<Batch = M::Batch>,
{
    plan.validate()?;
    let device = session.device.clone().autodiff();
    let mut model = model;
    let mut optimizer = AdamW::new(plan.optimizer.clone());
    let mut clock = Clock::new();
    let mut outcome = Outcome { steps: 0, interrupted: false, last: None, best: None, tokens_per_second: 0.0 };
    for step in 1..=plan.steps {
        if session.stop.load(Ordering::Relaxed) {
            outcome.interrupted = true;
            break;
        }
        let batch = data.train.batch_at(step as u64 - 1);
        let rate = plan.schedule.rate(step, plan.steps);
        let (next, taken) = on_pool(|| one_step(model, &batch, rate, plan, &mut optimizer, &device));
        model = next;
        if !taken.loss.is_finite() || !taken.gradient_norm.is_finite() {
            let loss = if taken.loss.is_finite() { taken.gradient_norm } else { taken.loss };
            return Err(Error::NotFinite { step, loss });
        }
        clock.count(taken.tokens);
        outcome.steps = step;
        if session.report.wants(step, plan.steps) {
            tell(session, clock.progress(step, plan.steps, rate, &taken))?;
        }
        if step % plan.eval_every == 0 && step < plan.steps {
            let evaluation =
                clock.paused(|| evaluate(&model.valid(), data.validation, plan.eval_batches, &session.device));
            note(session, &model, step, &evaluation, &mut outcome)?;
        }
    }
    outcome.tokens_per_second = clock.rate();
    if !outcome.interrupted {
        let evaluation = evaluate(&model.valid(), data.validation, usize::MAX, &session.device);
        note(session, &model, outcome.steps, &evaluation, &mut outcome)?;
        outcome.last = Some(evaluation);
    }
    if let Some(run) = &session.run {
        run.save(&model.valid())?;
    }
    Ok((model, outcome))
}

/// What a step was like.
struct Taken {
    loss: f64,
    gradient_norm: f64,
    tokens: usize,
}

/// Forward, backward, clip, update.
fn one_step<M: Objective>(
    model: M,
    batch: &M::Batch,
    rate: f64,
    plan: &Plan,
    optimizer: &mut AdamW,
    device: &Device,
) -> (M, Taken) {
    let question = model.ask(batch, device);
    let options = CrossEntropyOptions { ignore: Some(IGNORE), smoothing: plan.smoothing };
    let loss = cross_entropy(question.logits, question.targets, &options);
    let total = match question.penalty {
        Some(penalty) => loss.clone() + penalty,
        None => loss.clone(),
    };
    let gradients = GradientsParams::from_grads(total.backward(), &model);
    let (gradients, gradient_norm) = match plan.clip {
        Some(longest) => clip_global_norm(&model, gradients, longest),
        None => {
            let norm = global_norm(&model, &gradients);
            (gradients, norm)
        }
    };
    let loss = f64::from(loss.into_scalar::<f32>());
    let model =
        if loss.is_finite() && gradient_norm.is_finite() { optimizer.step(rate, model, gradients) } else { model };
    (model, Taken { loss, gradient_norm, tokens: question.counted })
}

fn tell<M>(session: &mut Session<M>, progress: Progress) -> Result<(), Error> {
    session.report.step(&progress);
    let Some(run) = &mut session.run else { return Ok(()) };
    run.metric(&json!({
        "split": "train",
        "step": progress.step,
        "loss": progress.loss,
        "learning_rate": progress.learning_rate,
        "gradient_norm": progress.gradient_norm,
        "tokens_per_second": progress.tokens_per_second,
        "elapsed_seconds": progress.elapsed.as_secs_f64(),
    }))
}

fn note<M: Objective>(
    session: &mut Session<M>,
    model: &M,
    step: usize,
    evaluation: &Evaluation,
    outcome: &mut Outcome,
) -> Result<(), Error> {
    session.report.evaluation(step, evaluation);
    outcome.best = Some(outcome.best.map_or(evaluation.loss, |best| best.min(evaluation.loss)));
    let text = session.sample.map(|sample| sample(&model.valid()));
    if let Some(text) = &text {
        session.report.sample(text);
    }
    let Some(run) = &mut session.run else { return Ok(()) };
    run.metric(&json!({
        "split": "validation",
        "step": step,
        "loss": evaluation.loss,
        "accuracy": evaluation.accuracy,
        "tokens": evaluation.tokens,
    }))?;
    text.map_or(Ok(()), |text| run.sample(step, &text))
}

/// Time spent on steps alone.
struct Clock {
    start: Instant,
    pause: std::time::Duration,
    tokens: usize,
    last: (Instant, usize),
}

impl Clock {
    fn new() -> Self {
        let now = Instant::now();
        Self { start: now, pause: std::time::Duration::ZERO, tokens: 0, last: (now, 0) }
    }

    fn count(&mut self, tokens: usize) {
        self.tokens += tokens;
    }

    /// Stops the clock while `f` runs.
    fn paused<T>(&mut self, f: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = f();
        self.pause += start.elapsed();
        self.last.0 += start.elapsed();
        result
    }

    fn rate(&self) -> f64 {
        self.tokens as f64 / (self.start.elapsed() - self.pause).as_secs_f64().max(1e-9)
    }

    fn progress(&mut self, step: usize, steps: usize, learning_rate: f64, taken: &Taken) -> Progress {
        let (then, before) = self.last;
        let now = Instant::now();
        let seconds = now.saturating_duration_since(then).as_secs_f64().max(1e-9);
        self.last = (now, self.tokens);
        Progress {
            step,
            steps,
            loss: taken.loss,
            learning_rate,
            gradient_norm: taken.gradient_norm,
            tokens_per_second: (self.tokens - before) as f64 / seconds,
            elapsed: self.start.elapsed(),
        }
    }
}
