//! The loop of steps, as burn-train's strategy.

use std::sync::{Arc, Mutex, PoisonError};

use burn::{optim::ModuleOptimizer, tensor::Device};
use burn_train::{
    Learner, SupervisedLearningStrategy, SupervisedTrainingEventProcessor, TrainLoader, TrainingComponents, ValidLoader,
};
use salamander_text::Batches;

use crate::{
    Display, Error, Objective, Outcome, Plan, Run, Sample, Work,
    lesson::{Lesson, Pupil},
    run::State,
    student::{Kind, Student},
};

/// Where the loop leaves how it ended.
pub(crate) type Ending = Arc<Mutex<Option<Result<Outcome, Error>>>>;

/// Counts in steps where burn-train's own loops count in epochs: what it calls an epoch is here the steps from one
/// evaluation to the next.
pub(crate) struct Steps<M, S> {
    pub(crate) plan: Plan,
    pub(crate) validation: Arc<S>,
    pub(crate) device: Device,
    pub(crate) run: Mutex<Option<Run>>,
    pub(crate) display: Display,
    pub(crate) sample: Option<Sample<M>>,
    pub(crate) work: Option<Work>,
    /// What the loop begins with, beside the model: taken when it begins.
    pub(crate) begin: Mutex<Option<Begin<M>>>,
    pub(crate) ending: Ending,
}

/// What the loop begins with, beside the model.
pub(crate) struct Begin<M> {
    pub(crate) optimizer: ModuleOptimizer,
    pub(crate) average: Option<M>,
    pub(crate) state: State,
}

impl<M, S> SupervisedLearningStrategy<Student<M, S::Batch>> for Steps<M, S>
where
    S: Batches<Batch: Kind> + Send + Sync + 'static,
    M: Objective<S::Batch>,
{
    fn fit(
        &self,
        components: TrainingComponents<Student<M, S::Batch>>,
        learner: Learner<Student<M, S::Batch>>,
        train: TrainLoader<Student<M, S::Batch>>,
        _: ValidLoader<Student<M, S::Batch>>,
        _: usize,
    ) -> (Student<M, S::Batch>, SupervisedTrainingEventProcessor<Student<M, S::Batch>>) {
        // The learner keeps its optimiser to itself, and a share of the model. Without that share a step can write the
        // parameters where they are, and the state of an optimiser of our own can be kept with them.
        let student = learner.model();
        drop(learner);
        let begin = self.begin.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Begin { optimizer, average, state } = begin.unwrap_or_else(|| unreachable!("the loop runs once"));
        let mut lesson = Lesson::new(self, state, components.event_processor, components.interrupter);
        let (pupil, result) = lesson.run(Pupil { student, optimizer, average }, &mut *train.iter());
        let (events, outcome) = lesson.end();
        *self.ending.lock().unwrap_or_else(PoisonError::into_inner) = Some(result.map(|()| outcome));
        (pupil.student, events)
    }
}
