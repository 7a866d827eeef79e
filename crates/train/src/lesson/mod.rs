//! One run of the loop: from where it begins to its end.

mod exam;

use std::{
    sync::PoisonError,
    time::{Duration, Instant},
};

use burn::{
    data::dataloader::{DataLoaderIterator, Progress},
    optim::{GradientsParams, ModuleOptimizer},
};
use burn_train::{EventProcessorTraining, Interrupter, LearnerEvent, SupervisedTrainingEventProcessor, TrainingItem};
use salamander_kernels::on_pool;
use salamander_text::{Batches, Random};
use serde_json::{Value, json};

use crate::{
    Average, Error, Objective, Outcome, Run,
    average::toward,
    clock::Clock,
    finite::first_not_finite,
    run::State,
    steps::Steps,
    student::{Answered, Kind, Learnt, Part, Student},
    update::update,
    watch::Watch,
};

type Events<M, B> = SupervisedTrainingEventProcessor<Student<M, B>>;
type Parts<'a, B> = dyn DataLoaderIterator<Part<B>> + 'a;

/// Who learns, and what belongs to them.
pub(crate) struct Pupil<M: Objective<B>, B: Kind> {
    pub(crate) student: Student<M, B>,
    pub(crate) optimizer: ModuleOptimizer,
    pub(crate) average: Option<M>,
}

/// One run of the loop.
pub(crate) struct Lesson<'a, M: Objective<S::Batch>, S: Batches<Batch: Kind>> {
    steps: &'a Steps<M, S>,
    state: State,
    events: Events<M, S::Batch>,
    interrupter: Interrupter,
    clock: Clock,
    watch: Watch,
    outcome: Outcome,
    evaluations: usize,
    /// The last step that was saved.
    saved: Option<usize>,
}

impl<'a, M, S> Lesson<'a, M, S>
where
    S: Batches<Batch: Kind> + Send + Sync + 'static,
    M: Objective<S::Batch>,
{
    pub(crate) fn new(
        steps: &'a Steps<M, S>,
        state: State,
        events: Events<M, S::Batch>,
        interrupter: Interrupter,
    ) -> Self {
        let saved = (state.step > 0).then_some(state.step);
        let outcome = Outcome { steps: state.step, best: state.best, ..Outcome::default() };
        let (clock, watch) = (Clock::new(), Watch::default());
        Self { steps, state, events, interrupter, clock, watch, outcome, evaluations: 0, saved }
    }

    pub(crate) fn end(self) -> (Events<M, S::Batch>, Outcome) {
        (self.events, self.outcome)
    }

    /// Steps and evaluates until it is done, saves on the way and at the end.
    pub(crate) fn run(
        &mut self,
        mut pupil: Pupil<M, S::Batch>,
        parts: &mut Parts<S::Batch>,
    ) -> (Pupil<M, S::Batch>, Result<(), Error>) {
        let plan = &self.steps.plan;
        while self.state.step < plan.steps && !self.outcome.interrupted && !self.outcome.enough {
            let end = next_multiple(self.state.step, plan.evaluate.every).min(plan.steps);
            let (after, learnt) = self.stretch(pupil, end, parts);
            pupil = after;
            let result = learnt.and_then(|()| match self.outcome.interrupted {
                true => Ok(()),
                false => self.evaluate(&pupil),
            });
            if result.is_err() {
                return (pupil, result);
            }
        }
        self.outcome.tokens_per_second = self.clock.rate();
        self.outcome.best = self.state.best;
        let saved = self.save(&pupil);
        match saved {
            Ok(()) if !self.outcome.interrupted => self.averaged(pupil),
            saved => (pupil, saved),
        }
    }

    /// The steps from where the run is to `end`.
    fn stretch(
        &mut self,
        mut pupil: Pupil<M, S::Batch>,
        end: usize,
        parts: &mut Parts<S::Batch>,
    ) -> (Pupil<M, S::Batch>, Result<(), Error>) {
        let start = self.state.step;
        let epoch = end.div_ceil(self.steps.plan.evaluate.every);
        self.tell(LearnerEvent::StartSplit { epoch_number: epoch, total_items: end - start });
        while self.state.step < end && !self.stopped() {
            let (after, result) = self.step(pupil, parts);
            pupil = after;
            let result = result.and_then(|()| self.after_step(&pupil, start, end));
            if result.is_err() {
                return (pupil, result);
            }
        }
        self.tell(LearnerEvent::EndSplit(epoch));
        (pupil, Ok(()))
    }

    fn step(
        &mut self,
        pupil: Pupil<M, S::Batch>,
        parts: &mut Parts<S::Batch>,
    ) -> (Pupil<M, S::Batch>, Result<(), Error>) {
        let (plan, step) = (&self.steps.plan, self.state.step + 1);
        // What is drawn in a step follows from the seed and the step alone.
        self.steps.device.seed(Random::at(plan.seed, step as u64).number());
        let parts = match parts.take(plan.accumulate).collect::<Result<Vec<_>, _>>() {
            Ok(parts) => parts,
            Err(error) => return (pupil, Err(Error::Learner(error.to_string()))),
        };
        let rate = plan.schedule.rate(step, plan.steps);
        let begin = Instant::now();
        let (pupil, learnt) = on_pool(|| {
            let Pupil { student, mut optimizer, average } = pupil;
            let (student, learnt) = update(student, &mut optimizer, parts, rate, plan.clip, step);
            let average = average.map(|average| match plan.keep.average {
                Some(Average::Ema { decay }) if learnt.is_ok() => toward(average, &student.model, decay),
                _ => average,
            });
            (Pupil { student, optimizer, average }, learnt)
        });
        let counted = learnt.and_then(|learnt| self.count(step, begin.elapsed(), learnt));
        (pupil, counted)
    }

    fn count(&mut self, step: usize, time: Duration, learnt: Learnt) -> Result<(), Error> {
        let first = *self.state.first_loss.get_or_insert(learnt.loss);
        if let Some(warning) = self.watch.look(step, learnt.loss, first)? {
            self.steps.display.say(&warning);
        }
        self.state.step = step;
        self.state.tokens += learnt.tokens as u64;
        self.outcome.steps = step;
        self.clock.count(time, learnt);
        Ok(())
    }

    fn after_step(&mut self, pupil: &Pupil<M, S::Batch>, start: usize, end: usize) -> Result<(), Error> {
        let (plan, step) = (&self.steps.plan, self.state.step);
        if step.is_multiple_of(plan.log_every) || step == end {
            self.report(step - start, end - start)?;
        }
        // Where an evaluation follows it is saved behind it, with what was found.
        if step.is_multiple_of(plan.save_every()) && step < end { self.save(pupil) } else { Ok(()) }
    }

    /// Whether somebody wants it to end, or it has had enough.
    fn stopped(&mut self) -> bool {
        let limit = &self.steps.plan.limit;
        let minutes = self.clock.elapsed().as_secs_f64() / 60.0;
        self.outcome.enough |= limit.tokens.is_some_and(|tokens| self.state.tokens >= tokens);
        self.outcome.enough |= limit.minutes.is_some_and(|most| minutes >= most);
        self.outcome.interrupted |= self.interrupter.should_stop();
        self.outcome.enough || self.outcome.interrupted
    }

    /// Says what the steps since the last report were like.
    fn report(&mut self, done: usize, of: usize) -> Result<(), Error> {
        let (learnt, step) = (self.clock.report(), self.state.step);
        self.tell(LearnerEvent::ProcessedItem(item(learnt, done, of, step)));
        let mut line = json!({
            "split": "train",
            "step": step,
            "loss": learnt.loss,
            "learning_rate": learnt.learning_rate,
            "gradient_norm": learnt.gradient_norm,
            "tokens": self.state.tokens,
            "tokens_per_second": learnt.tokens_per_second,
            "elapsed_seconds": self.clock.elapsed().as_secs_f64(),
        });
        if let Some(work) = &self.steps.work {
            line["mfu"] = json!(work.share_of_peak(learnt.tokens_per_second));
        }
        self.metric(line)
    }

    fn save(&mut self, pupil: &Pupil<M, S::Batch>) -> Result<(), Error> {
        if self.saved == Some(self.state.step) {
            return Ok(());
        }
        if let Some(tensor) = first_not_finite(&pupil.student.model, &GradientsParams::new()) {
            return Err(self.spoilt(format!("`{tensor}` holds a number that is not finite")));
        }
        let (model, keep) = (pupil.student.model.valid(), self.steps.plan.keep.last);
        let state = &self.state;
        self.with_run(|run| run.checkpoints().save((&model, pupil.average.as_ref()), &pupil.optimizer, state, keep))?;
        self.saved = Some(self.state.step);
        Ok(())
    }

    fn spoilt(&self, what: String) -> Error {
        Error::Spoilt { step: self.state.step, what }
    }

    fn metric(&self, line: Value) -> Result<(), Error> {
        self.steps.display.report(&line);
        self.with_run(|run| run.metric(&line))
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

/// The first multiple of `of` behind `step`.
fn next_multiple(step: usize, of: usize) -> usize {
    (step / of + 1) * of
}

fn item<T>(item: T, done: usize, of: usize, iteration: usize) -> TrainingItem<T> {
    TrainingItem::new(item, Progress::new(done, of, Some("steps".into())), Some(iteration), None)
}
