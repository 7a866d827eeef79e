//! From a model, batches and a plan to a trained model: burn-train's learner with a loop of steps.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use burn::{module::Module, tensor::Device};
use burn_train::{Interrupter, Learner, SupervisedTraining, TrainingStrategy, logger::InMemoryMetricLogger};
use salamander_attention::replaying;
use salamander_text::Batches;

use crate::{
    Average, Display, Error, Evaluation, Objective, Plan, Precision, Recompute, Run, Work,
    display::{evaluation, training},
    loader::{Once, Stream},
    run::{Restored, State, restore},
    steps::{Begin, Steps},
    student::{Kind, Student},
};

/// What is learnt from, and what it is checked on.
#[derive(Debug)]
pub struct Data<S> {
    /// Batches to learn from.
    pub train: Arc<S>,
    /// Batches never learnt from.
    pub validation: Arc<S>,
}

/// Lets a model write something.
pub type Sample<M> = Box<dyn Fn(&M) -> String + Send + Sync>;

/// What surrounds a run.
pub struct Session<M> {
    /// Where it runs, without autodiff.
    pub device: Device,
    /// Where it is kept, if anywhere.
    pub run: Option<Run>,
    /// The checkpoint it goes on from, if it is not from the beginning.
    pub from: Option<PathBuf>,
    /// Where it is seen.
    pub display: Display,
    /// Stops it after the current step, from anywhere.
    pub interrupter: Interrupter,
    /// Lets the model write something after evaluations.
    pub sample: Option<Sample<M>>,
    /// What the model costs and the device can do, to report how much of it is used.
    pub work: Option<Work>,
}

impl<M> Session<M> {
    /// A run on `device` that is neither kept nor seen.
    pub fn silent(device: Device) -> Self {
        let (display, interrupter) = (Display::None, Interrupter::new());
        Self { device, run: None, from: None, display, interrupter, sample: None, work: None }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Steps done, from the very beginning.
    pub steps: usize,
    /// Whether it was stopped from outside.
    pub interrupted: bool,
    /// Whether a limit or its patience ended it.
    pub enough: bool,
    /// The last evaluation: over all of the validation set, unless it was stopped.
    pub last: Option<Evaluation>,
    /// The average that was made at the end, over all of the validation set.
    pub averaged: Option<Evaluation>,
    /// The lowest validation loss on the way, and at which step.
    pub best: Option<(f64, usize)>,
    /// Targets learnt from in a second, at the median step.
    pub tokens_per_second: f64,
}

/// Trains `model`, which must have been made on the session's device with autodiff; what comes back is its average, if the
/// plan asks for one.
///
/// A stop from outside, and the end, leave a checkpoint. From it the run goes on as if it had never stopped: on the CPU bit
/// for bit.
///
/// # Errors
/// If the plan breaks a rule, a number is not finite, the loss diverges, the checkpoint to go on from cannot be read, or the
/// run folder cannot be written.
pub fn train<M, S>(model: M, data: Data<S>, plan: &Plan, session: Session<M>) -> Result<(M, Outcome), Error>
where
    S: Batches<Batch: Kind> + Send + Sync + 'static,
    M: Objective<S::Batch>,
{
    plan.validate()?;
    let Session { device, run, from, display, interrupter, sample, work } = session;
    plan.precision.check(&device)?;
    plan.optimizer.suits(&model)?;
    begin(&model);
    let model = match plan.recompute {
        Recompute::Nothing => model,
        Recompute::Blocks => replaying(model),
    };
    let Restored { model, average, optimizer, state } = match &from {
        Some(path) => restore(path, model, |model| plan.optimizer.init(model))?,
        None => Restored { optimizer: plan.optimizer.init(&model), average: None, state: State::default(), model },
    };
    let average = average.or_else(|| matches!(plan.keep.average, Some(Average::Ema { .. })).then(|| model.valid()));
    let model = plan.precision.cast(model);
    let done = state.step;
    let train = Stream::new(data.train, done * plan.accumulate, plan.steps * plan.accumulate);
    let valid = Once::new(Arc::clone(&data.validation));
    let renderer = display.renderer(interrupter.clone(), (done, plan.steps), work);
    let learner =
        Learner::new(Student::new(model, plan.smoothing), optimizer.clone(), plan.schedule.rate(1, plan.steps));
    let ending = Arc::new(Mutex::new(None));
    let steps = Steps {
        plan: plan.clone(),
        validation: data.validation,
        device,
        run: Mutex::new(run),
        display,
        sample,
        work,
        begin: Mutex::new(Some(Begin { optimizer, average, state })),
        ending: Arc::clone(&ending),
    };
    let [loss, rate, norm, speed] = training();
    let [valid_loss, accuracy] = evaluation();
    let trained = SupervisedTraining::new("", Arc::new(train), Arc::new(valid))
        .with_application_logger(None)
        .with_metric_logger(InMemoryMetricLogger::new())
        .metric_train_numeric(loss)
        .metric_train_numeric(rate)
        .metric_train_numeric(norm)
        .metric_train_numeric(speed)
        .metric_valid_numeric(valid_loss)
        .metric_valid_numeric(accuracy)
        .renderer(renderer)
        .with_interrupter(interrupter)
        .num_epochs(plan.steps.div_ceil(plan.evaluate.every))
        .with_training_strategy(TrainingStrategy::Custom(Arc::new(steps)))
        .launch(learner);
    if let Some(error) = trained.error {
        return Err(Error::Learner(error.to_string()));
    }
    let outcome = ending.lock().unwrap_or_else(PoisonError::into_inner).take();
    let outcome = outcome.unwrap_or_else(|| unreachable!("the loop leaves how it ended"))?;
    Ok((Precision::F32.cast(trained.model.model), outcome))
}

/// Parameters begin when they are first looked at: now, in their order, so that what is drawn later has no part in it.
fn begin<M: Module>(model: &M) {
    struct Look;
    impl burn::module::ModuleVisitor for Look {
        fn visit_float<const R: usize>(&mut self, param: &burn::module::Param<burn::tensor::Tensor<R>>) {
            param.val();
        }
    }
    model.visit(&mut Look);
}
