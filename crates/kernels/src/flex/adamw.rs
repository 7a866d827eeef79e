//! AdamW in place, over all parameters in one go.

use burn_flex::FlexTensor;
use multiversion::multiversion;
use rayon::prelude::*;

use super::{
    memory::{elements, in_order},
    pieces::PIECE,
};
use crate::adamw::Factors;

/// One parameter with its gradient and its moments.
pub(crate) struct Job {
    pub(crate) value: FlexTensor,
    pub(crate) gradient: FlexTensor,
    pub(crate) first: FlexTensor,
    pub(crate) second: FlexTensor,
    /// What the value is multiplied with before the step.
    pub(crate) decay: f32,
}

/// Steps all parameters; their memory is written where it is if nobody else holds it.
pub(crate) fn step(jobs: &mut [Job], factors: &Factors) {
    let gradients: Vec<_> = jobs.iter().map(|job| in_order(job.gradient.clone())).collect();
    let mut pieces = Vec::new();
    for (job, gradient) in jobs.iter_mut().zip(&gradients) {
        for tensor in [&mut job.value, &mut job.first, &mut job.second] {
            if !tensor.is_contiguous() {
                *tensor = tensor.to_contiguous();
            }
        }
        let value = job.value.storage_mut::<f32>().chunks_mut(PIECE);
        let first = job.first.storage_mut::<f32>().chunks_mut(PIECE);
        let second = job.second.storage_mut::<f32>().chunks_mut(PIECE);
        let decay = job.decay;
        let parts = value.zip(elements(gradient).chunks(PIECE)).zip(first.zip(second));
        pieces.extend(parts.map(|((value, gradient), (first, second))| (value, gradient, first, second, decay)));
    }
    pieces.into_par_iter().for_each(|(value, gradient, first, second, decay)| {
        update(value, gradient, first, second, decay, factors);
    });
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn update(value: &mut [f32], gradient: &[f32], first: &mut [f32], second: &mut [f32], decay: f32, factors: &Factors) {
    let Factors { beta1, beta2, epsilon, step, over_second, .. } = *factors;
    for (((p, &g), m), v) in value.iter_mut().zip(gradient).zip(first).zip(second) {
        *m = beta1.mul_add(*m, (1.0 - beta1) * g);
        *v = beta2.mul_add(*v, (1.0 - beta2) * g * g);
        *p = *p * decay - step * *m / ((*v * over_second).sqrt() + epsilon);
    }
}
