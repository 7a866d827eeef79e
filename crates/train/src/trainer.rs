//! From a model, batches and a plan to a trained model: burn-train's learner with a loop of steps.

use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::Device;
use burn_train::{Interrupter, Learner, SupervisedTraining, TrainingStrategy, logger::InMemoryMetricLogger};
use salamander_text::Batches;

use crate::{
    Display, Error, Evaluation, Objective, Plan, Run,
    display::{evaluation, training},
    loader::{Once, Stream},
    steps::Steps,
    student::Student,
};

/// What is learnt from, and what it is checked on.
#[derive(Debug)]
pub struct Data<B> {
    /// Batches to learn from.
    pub train: Arc<B>,
    /// Batches never learnt from.
    pub validation: Arc<B>,
}

/// Lets a model write something.
pub type Sample<M> = Box<dyn Fn(&M) -> String + Send + Sync>;

/// What surrounds a run.
pub struct Session<M> {
    /// Where it runs, without autodiff.
    pub device: Device,
    /// Where it is kept, if anywhere.
    pub run: Option<Run>,
    /// Where it is seen.
    pub display: Display,
    /// Stops it after the current step, from anywhere.
    pub interrupter: Interrupter,
    /// Lets the model write something after each evaluation.
    pub sample: Option<Sample<M>>,
}

/// How a run ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Steps done.
    pub steps: usize,
    /// Whether it was stopped from outside.
    pub interrupted: bool,
    /// The last evaluation, over all of the validation set; absent if it was stopped.
    pub last: Option<Evaluation>,
    /// The lowest validation loss on the way.
    pub best: Option<f64>,
    /// Targets learnt from in a second, over the steps alone: that of the median step.
    pub tokens_per_second: f64,
}

/// Trains `model`, which must have been made on the session's device with autodiff.
///
/// A stop from outside, and the end, leave a checkpoint.
///
/// # Errors
/// If the plan breaks a rule, a number is not finite, or the run folder cannot be written.
pub fn train<M, B>(model: M, data: Data<B>, plan: &Plan, session: Session<M>) -> Result<(M, Outcome), Error>
where
    M: Objective,
    B: Batches<Batch = M::Batch> + Send + Sync + 'static,
{
    plan.validate()?;
    let Session { device, run, display, interrupter, sample } = session;
    begin(&model);
    let student = Student::new(model, plan.smoothing);
    let learner = Learner::new(student, plan.optimizer.init(), plan.schedule.rate(1, plan.steps));
    let result = Arc::new(Mutex::new(None));
    let renderer = display.renderer(interrupter.clone(), 0, plan.steps);
    let train = Stream::new(data.train, 0, plan.steps * plan.accumulate);
    let valid = Once::new(data.validation.clone());
    let steps = Steps::new(plan.clone(), data.validation, device, run, display, sample, Arc::clone(&result));
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
        .num_epochs(plan.steps.div_ceil(plan.eval_every))
        .with_training_strategy(TrainingStrategy::Custom(Arc::new(steps)))
        .launch(learner);
    if let Some(error) = trained.error {
        return Err(Error::Learner(error.to_string()));
    }
    let outcome = result.lock().unwrap_or_else(PoisonError::into_inner).take();
    let outcome = outcome.unwrap_or_else(|| unreachable!("the loop leaves how it ended"))?;
    Ok((trained.model.model, outcome))
}

/// Parameters begin when they are first looked at: now, in their order, so that what is drawn later has no part in it.
fn begin<M: Objective>(model: &M) {
    struct Look;
    impl burn::module::ModuleVisitor for Look {
        fn visit_float<const R: usize>(&mut self, param: &burn::module::Param<burn::tensor::Tensor<R>>) {
            param.val();
        }
    }
    model.visit(&mut Look);
}
