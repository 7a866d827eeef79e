//! The loop of steps.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use burn::{
    data::dataloader::{DataLoaderIterator, Progress},
    module::Module,
    optim::ModuleOptimizer,
    tensor::Device,
};
use burn_train::{
    EventProcessorTraining, InferenceStep, Interrupter, Learner, LearnerEvent, SupervisedLearningStrategy,
    SupervisedTrainingEventProcessor, TrainLoader, TrainingComponents, TrainingItem, ValidLoader,
};
use salamander_kernels::on_pool;
use salamander_text::{Batches, Random};
use serde_json::json;

use crate::{
    Display, Error, Evaluation, Objective, Outcome, Plan, Run, Sample,
    clock::Clock,
    student::{Answered, Learnt, Part, Student},
    update::update,
};

type Events<M> = SupervisedTrainingEventProcessor<Student<M>>;

/// Where the loop leaves how it ended.
pub(crate) type Ending = Arc<Mutex<Option<Result<Outcome, Error>>>>;

/// Counts in steps where burn-train's own loops count in epochs: what it calls an epoch is here the steps from one
/// evaluation to the next.
pub(crate) struct Steps<M, B> {
    plan: Plan,
    validation: Arc<B>,
    device: Device,
    run: Mutex<Option<Run>>,
    display: Display,
    sample: Option<Sample<M>>,
    ending: Ending,
}

impl<M, B> Steps<M, B>
where
    M: Objective,
    B: Batches<Batch = M::Batch>,
{
    pub(crate) fn new(
        plan: Plan,
        validation: Arc<B>,
        device: Device,
        run: Option<Run>,
        display: Display,
        sample: Option<Sample<M>>,
        ending: Ending,
    ) -> Self {
        Self { plan, validation, device, run: Mutex::new(run), display, sample, ending }
    }
}

impl<M, B> SupervisedLearningStrategy<Student<M>> for Steps<M, B>
where
    M: Objective,
    B: Batches<Batch = M::Batch> + Send + Sync + 'static,
{
    fn fit(
        &self,
        components: TrainingComponents<Student<M>>,
        learner: Learner<Student<M>>,
        train: TrainLoader<Student<M>>,
        _: ValidLoader<Student<M>>,
        _: usize,
    ) -> (Student<M>, Events<M>) {
        // The learner keeps its optimiser to itself, and a share of the model. Without that share a step can write the
        // parameters where they are, and the state of an optimiser of our own can be kept with them.
        let student = learner.model();
        drop(learner);
        let mut lesson = Lesson {
            steps: self,
            optimizer: self.plan.optimizer.init(),
            events: components.event_processor,
            interrupter: components.interrupter,
            clock: Clock::new(),
            outcome: Outcome::default(),
        };
        let (student, result) = lesson.run(student, &mut *train.iter());
        let Lesson { outcome, events, .. } = lesson;
        *self.ending.lock().unwrap_or_else(PoisonError::into_inner) = Some(result.map(|()| outcome));
        (student, events)
    }
}

/// A run of the loop.
struct Lesson<'a, M: Objective, B> {
    steps: &'a Steps<M, B>,
    optimizer: ModuleOptimizer,
    events: Events<M>,
    interrupter: Interrupter,
    clock: Clock,
    outcome: Outcome,
}

type Parts<'a, M> = dyn DataLoaderIterator<Part<<M as Objective>::Batch>> + 'a;

impl<M, B> Lesson<'_, M, B>
where
    M: Objective,
    B: Batches<Batch = M::Batch> + Send + Sync + 'static,
{
    fn run(&mut self, mut student: Student<M>, parts: &mut Parts<M>) -> (Student<M>, Result<(), Error>) {
        let plan = &self.steps.plan;
        let mut epoch = 0;
        while self.outcome.steps < plan.steps && !self.outcome.interrupted {
            epoch += 1;
            let end = (self.outcome.steps + plan.eval_every).min(plan.steps);
            let (after, learnt) = self.stretch(student, epoch, end, parts);
            student = after;
            let result = learnt.and_then(|()| match self.outcome.interrupted {
                true => Ok(()),
                false => self.evaluate(&student, epoch),
            });
            if result.is_err() {
                return (student, result);
            }
        }
        self.outcome.tokens_per_second = self.clock.rate();
        let saved = self.with_run(|run| run.save(&student.model.valid()));
        (student, saved)
    }

    /// The steps from where the run is to `end`.
    fn stretch(
        &mut self,
        mut student: Student<M>,
        epoch: usize,
        end: usize,
        parts: &mut Parts<M>,
    ) -> (Student<M>, Result<(), Error>) {
        let start = self.outcome.steps;
        self.tell(LearnerEvent::StartSplit { epoch_number: epoch, total_items: end - start });
        for step in start + 1..=end {
            if self.interrupter.should_stop() {
                self.outcome.interrupted = true;
                break;
            }
            let (after, learnt) = self.step(student, step, parts);
            student = after;
            let due = step % self.steps.plan.log_every == 0 || step == end;
            let told = learnt.and_then(|()| if due { self.report(step, step - start, end - start) } else { Ok(()) });
            if told.is_err() {
                return (student, told);
            }
        }
        self.tell(LearnerEvent::EndSplit(epoch));
        (student, Ok(()))
    }

    fn step(&mut self, student: Student<M>, step: usize, parts: &mut Parts<M>) -> (Student<M>, Result<(), Error>) {
        let plan = &self.steps.plan;
        // What is drawn in a step follows from the seed and the step alone.
        self.steps.device.seed(Random::at(plan.seed, step as u64).number());
        let parts = match parts.take(plan.accumulate).collect::<Result<Vec<_>, _>>() {
            Ok(parts) => parts,
            Err(error) => return (student, Err(Error::Learner(error.to_string()))),
        };
        let rate = plan.schedule.rate(step, plan.steps);
        let begin = Instant::now();
        let optimizer = &mut self.optimizer;
        let (student, learnt) = on_pool(|| update(student, optimizer, parts, rate, plan.clip, step));
        let counted = learnt.map(|learnt| {
            self.outcome.steps = step;
            self.clock.count(begin.elapsed(), learnt);
        });
        (student, counted)
    }

    /// Says what the steps since the last report were like.
    fn report(&mut self, step: usize, done: usize, of: usize) -> Result<(), Error> {
        let learnt = self.clock.report();
        self.tell(LearnerEvent::ProcessedItem(item(learnt, done, of, step)));
        let elapsed = self.clock.elapsed().as_secs_f64();
        self.with_run(|run| {
            run.metric(&json!({
                "split": "train",
                "step": step,
                "loss": learnt.loss,
                "learning_rate": learnt.learning_rate,
                "gradient_norm": learnt.gradient_norm,
                "tokens_per_second": learnt.tokens_per_second,
                "elapsed_seconds": elapsed,
            }))
        })
    }

    /// Evaluates, on all of the validation set if it is the last time, and lets the model write something.
    fn evaluate(&mut self, student: &Student<M>, epoch: usize) -> Result<(), Error> {
        let (plan, set, step) = (&self.steps.plan, Arc::clone(&self.steps.validation), self.outcome.steps);
        let last = step == plan.steps;
        let count = if last { set.len() } else { plan.eval_batches.min(set.len()) };
        let student = student.clone().valid();
        self.tell_valid(LearnerEvent::StartSplit { epoch_number: epoch, total_items: count });
        let mut all = Vec::with_capacity(count);
        for index in 0..count {
            // Evenly over the whole set, so that a part of it stands for all.
            let batch = set.evaluation_at(index * set.len() / count);
            let answered = on_pool(|| InferenceStep::step(&student, batch));
            self.tell_valid(LearnerEvent::ProcessedItem(item(answered, index + 1, count, index + 1)));
            all.push(answered);
        }
        self.tell_valid(LearnerEvent::EndSplit(epoch));
        self.tell(LearnerEvent::EndEpoch(epoch));
        // What follows is said behind what was just reported.
        self.interrupter.fail_on_error(self.events.flush());
        self.note(&student.model, Evaluation::of(&all), last)
    }

    fn note(&mut self, model: &M, evaluation: Evaluation, last: bool) -> Result<(), Error> {
        let step = self.outcome.steps;
        self.outcome.best = Some(self.outcome.best.map_or(evaluation.loss, |best| best.min(evaluation.loss)));
        self.outcome.last = last.then_some(evaluation);
        self.with_run(|run| {
            run.metric(&json!({
                "split": "validation",
                "step": step,
                "loss": evaluation.loss,
                "accuracy": evaluation.accuracy,
                "tokens": evaluation.tokens,
            }))
        })?;
        let Some(sample) = &self.steps.sample else { return Ok(()) };
        let text = sample(model);
        self.steps.display.say(&format!("sample: {text}"));
        self.with_run(|run| run.sample(step, &text))
    }

    fn with_run(&self, f: impl FnOnce(&mut Run) -> Result<(), Error>) -> Result<(), Error> {
        self.steps.run.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map_or(Ok(()), f)
    }

    fn tell(&mut self, event: LearnerEvent<Learnt>) {
        self.interrupter.fail_on_error(self.events.process_train(event));
    }

    fn tell_valid(&mut self, event: LearnerEvent<Answered>) {
        self.interrupter.fail_on_error(self.events.process_valid(event));
    }
}

fn item<T>(item: T, done: usize, of: usize, iteration: usize) -> TrainingItem<T> {
    TrainingItem::new(item, Progress::new(done, of, Some("steps".into())), Some(iteration), None)
}
