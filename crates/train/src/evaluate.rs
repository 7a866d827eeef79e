//! How good a model is on what it has not seen.

use burn_train::InferenceStep;
use salamander_kernels::on_pool;
use salamander_text::Batches;

use crate::{
    Objective,
    student::{Answered, Kind, Student},
};

/// How good a model is on a set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// Mean cross-entropy over the targets that count, in nats per token, without smoothing.
    pub loss: f64,
    /// Share of them whose right word was the likeliest.
    pub accuracy: f64,
    /// How many there were, in tokens.
    pub tokens: usize,
}

impl Evaluation {
    /// Every target weighs the same, whatever batch it was in.
    pub(crate) fn of(all: &[Answered]) -> Self {
        let tokens: usize = all.iter().map(|answered| answered.tokens).sum();
        let correct: usize = all.iter().map(|answered| answered.correct).sum();
        let nats: f64 = all.iter().map(|answered| answered.loss * answered.tokens as f64).sum();
        let per_token = 1.0 / tokens.max(1) as f64;
        Self { loss: nats * per_token, accuracy: correct as f64 * per_token, tokens }
    }
}

/// Goes over a whole set with a model that is not being trained; `seen` hears how many batches are done, of how many.
pub fn evaluate<M, S>(model: M, set: &S, seen: &mut dyn FnMut(usize, usize)) -> Evaluation
where
    S: Batches<Batch: Kind>,
    M: Objective<S::Batch>,
{
    let student = Student::new(model, 0.0);
    let answer = |(done, batch)| {
        let answered = on_pool(|| InferenceStep::step(&student, batch));
        seen(done + 1, set.len());
        answered
    };
    Evaluation::of(&set.evaluation().enumerate().map(answer).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_weighs_the_same() {
        let all = [Answered { loss: 1.0, correct: 1, tokens: 1 }, Answered { loss: 3.0, correct: 2, tokens: 3 }];
        assert_eq!(Evaluation::of(&all), Evaluation { loss: 2.5, accuracy: 0.75, tokens: 4 });
        assert_eq!(Evaluation::of(&[]).loss, 0.0);
    }
}
