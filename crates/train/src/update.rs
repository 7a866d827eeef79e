//! One update: forward, backward, clip, step.

use burn::optim::{GradientsAccumulator, GradientsParams, ModuleOptimizer};
use burn_train::TrainStep;
use salamander_kernels::{clip_global_norm, global_norm};

use crate::{
    Error, Objective,
    finite::first_not_finite,
    student::{Kind, Learnt, Part, Student},
};

/// Learns from the parts of an update, each weighing as much as it has targets.
pub(crate) fn update<M: Objective<B>, B: Kind>(
    student: Student<M, B>,
    optimizer: &mut ModuleOptimizer,
    mut parts: Vec<Part<B>>,
    rate: f64,
    clip: Option<f64>,
    step: usize,
) -> (Student<M, B>, Result<Learnt, Error>) {
    let tokens: usize = parts.iter().map(|part| M::targets(&part.batch)).sum();
    for part in &mut parts {
        part.share = M::targets(&part.batch) as f64 / tokens.max(1) as f64;
    }
    let (gradients, loss) = gradients(&student, parts);
    let (gradients, gradient_norm) = match clip {
        Some(longest) => clip_global_norm(&student, gradients, longest),
        None => {
            let norm = global_norm(&student, &gradients);
            (gradients, norm)
        }
    };
    if !loss.is_finite() || !gradient_norm.is_finite() {
        let tensor = first_not_finite(&student.model, &gradients);
        return (student, Err(Error::NotFinite { step, loss, gradient_norm, tensor }));
    }
    let student = optimizer.step(rate, student, gradients);
    let learnt = Learnt { loss, tokens, gradient_norm, learning_rate: rate, ..Learnt::default() };
    (student, Ok(learnt))
}

/// The gradients of all parts together, and their mean loss.
fn gradients<M: Objective<B>, B: Kind>(student: &Student<M, B>, parts: Vec<Part<B>>) -> (GradientsParams, f64) {
    let parts = match <[_; 1]>::try_from(parts) {
        Ok([only]) => {
            let output = student.step(only);
            return (output.grads, output.item.loss);
        }
        Err(several) => several,
    };
    let mut sum = GradientsAccumulator::new();
    let mut loss = 0.0;
    for part in parts {
        let share = part.share;
        let output = student.step(part);
        loss += share * output.item.loss;
        sum.accumulate(student, output.grads);
    }
    (sum.grads(), loss)
}
