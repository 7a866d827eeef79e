//! What a model is worth on the way and at the end.

use std::sync::{Arc, PoisonError};

use burn::module::Module;
use burn_train::{EventProcessorTraining, InferenceStep, LearnerEvent};
use salamander_kernels::on_pool;
use salamander_text::Batches;
use serde_json::json;

use super::{Lesson, Pupil, item};
use crate::{
    Average, Error, Evaluation, Objective, Precision,
    student::{Kind, Student},
};

impl<M, S> Lesson<'_, M, S>
where
    S: Batches<Batch: Kind> + Send + Sync + 'static,
    M: Objective<S::Batch>,
{
    /// Evaluates, on all of the validation set if it is the last time, lets the model write something, and saves.
    pub(super) fn evaluate(&mut self, pupil: &Pupil<M, S::Batch>) -> Result<(), Error> {
        let plan = &self.steps.plan;
        let last = self.state.step == plan.steps || self.outcome.enough;
        // What is judged, and what writes, is in 32 bits.
        let student = Precision::F32.cast(pupil.student.clone().valid());
        let evaluation = self.answer(&student, last);
        if !evaluation.loss.is_finite() {
            return Err(self.spoilt(format!("the validation loss is {}", evaluation.loss)));
        }
        let better = self.state.best.is_none_or(|(best, _)| evaluation.loss < best);
        if better {
            self.state.best = Some((evaluation.loss, self.state.step));
            self.state.since_best = 0;
        } else {
            self.state.since_best += 1;
        }
        self.outcome.enough |= plan.evaluate.patience.is_some_and(|most| self.state.since_best >= most);
        self.note("validation", evaluation)?;
        self.outcome.last = Some(evaluation);
        self.evaluations += 1;
        if last || self.evaluations.is_multiple_of(plan.evaluate.sample_every) {
            self.sample(&student.model)?;
        }
        let due = self.state.step.is_multiple_of(plan.save_every());
        if better || due { self.save(pupil) } else { Ok(()) }
    }

    /// Answers the validation set, or a part of it that stands for all.
    fn answer(&mut self, student: &Student<M, S::Batch>, whole: bool) -> Evaluation {
        let (set, step) = (Arc::clone(&self.steps.validation), self.state.step);
        let epoch = step.div_ceil(self.steps.plan.evaluate.every);
        let count = if whole { set.len() } else { self.steps.plan.evaluate.batches.min(set.len()) };
        self.tell_valid(LearnerEvent::StartSplit { epoch_number: epoch, total_items: count });
        let mut all = Vec::with_capacity(count);
        for index in 0..count {
            let batch = set.evaluation_at(index * set.len() / count);
            let answered = on_pool(|| InferenceStep::step(student, batch));
            self.tell_valid(LearnerEvent::ProcessedItem(item(answered, index + 1, count, index + 1)));
            all.push(answered);
        }
        self.tell_valid(LearnerEvent::EndSplit(epoch));
        self.tell(LearnerEvent::EndEpoch(epoch));
        // What follows is said behind what was just reported.
        self.interrupter.fail_on_error(self.events.flush());
        Evaluation::of(&all)
    }

    fn note(&mut self, split: &str, evaluation: Evaluation) -> Result<(), Error> {
        let Evaluation { loss, accuracy, tokens } = evaluation;
        let step = self.state.step;
        self.metric(json!({ "split": split, "step": step, "loss": loss, "accuracy": accuracy, "targets": tokens }))
    }

    fn sample(&mut self, model: &M) -> Result<(), Error> {
        let Some(sample) = &self.steps.sample else { return Ok(()) };
        let (text, step) = (sample(model), self.state.step);
        self.steps.display.say(&format!("sample: {text}"));
        self.with_run(|run| run.sample(step, &text))
    }

    /// Makes the average that the plan asks for, if any, judges it, keeps it, and lets it stand for the model.
    pub(super) fn averaged(&mut self, mut pupil: Pupil<M, S::Batch>) -> (Pupil<M, S::Batch>, Result<(), Error>) {
        let average = match self.make_average(&mut pupil) {
            Ok(Some(average)) => average,
            Ok(None) => return (pupil, Ok(())),
            Err(error) => return (pupil, Err(error)),
        };
        let student = Student::new(average, 0.0);
        let evaluation = self.answer(&student, true);
        let kept = self
            .note("averaged", evaluation)
            .and_then(|()| self.with_run(|run| run.checkpoints().save_average(&student.model)));
        self.outcome.averaged = Some(evaluation);
        pupil.student = student;
        (pupil, kept)
    }

    fn make_average(&mut self, pupil: &mut Pupil<M, S::Batch>) -> Result<Option<M>, Error> {
        match self.steps.plan.keep.average {
            None => Ok(None),
            Some(Average::Ema { .. }) => Ok(pupil.average.take()),
            Some(Average::Last { checkpoints }) => {
                let run = self.steps.run.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(run) = &*run else { return Ok(None) };
                let model = pupil.student.model.valid();
                run.checkpoints().mean_of_last(checkpoints, &model).map(Some)
            }
        }
    }
}
