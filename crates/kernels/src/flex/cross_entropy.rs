//! Cross-entropy: the loss and its gradient in one pass over the logits.

use burn::backend::autodiff::{
    checkpoint::base::Checkpointer,
    grads::Gradients,
    ops::{Backward, Ops},
};
use burn_flex::{Flex, FlexTensor};
use multiversion::multiversion;
use rayon::prelude::*;

use super::{
    math::{exp, max, sum},
    memory::{buffer, elements, in_order, shape, tensor},
    pieces,
};
use crate::CrossEntropyOptions;

/// The loss, and its gradient if it is wanted.
///
/// # Panics
/// If a target that counts is not below the number of words.
pub(super) fn forward(
    logits: &FlexTensor,
    targets: &[i64],
    options: &CrossEntropyOptions,
    slopes: bool,
) -> (f32, Option<FlexTensor>) {
    let words = logits.layout().shape()[1];
    let counts = |&target: &i64| Some(target) != options.ignore;
    for target in targets.iter().filter(|target| counts(target)) {
        assert!((0..words as i64).contains(target), "target {target} is not below the {words} words");
    }
    let counted = targets.iter().filter(|target| counts(target)).count();
    let row = Row { ignore: options.ignore, smoothing: options.smoothing as f32, share: 1.0 / counted.max(1) as f32 };
    let (values, piece) = (elements(logits), pieces::rows(words));
    let mut gradient = buffer(if slopes { values.len() } else { 0 });
    let losses: Vec<f64> = if slopes {
        let work = values.par_chunks(piece).zip(targets.par_chunks(piece / words)).zip(gradient.par_chunks_mut(piece));
        work.map(|((x, targets), g)| row.losses_and_slopes(x, words, targets, g)).collect()
    } else {
        let work = values.par_chunks(piece).zip(targets.par_chunks(piece / words));
        work.map_init(|| buffer(words), |row_buffer, (x, targets)| row.losses(x, words, targets, row_buffer)).collect()
    };
    let loss = losses.iter().sum::<f64>() / counted.max(1) as f64;
    (loss as f32, slopes.then(|| tensor(gradient, shape(logits))))
}

/// What is done to each row.
struct Row {
    ignore: Option<i64>,
    smoothing: f32,
    share: f32,
}

impl Row {
    fn losses(&self, x: &[f32], words: usize, targets: &[i64], scratch: &mut [f32]) -> f64 {
        let rows = x.chunks_exact(words).zip(targets);
        rows.filter(|(_, target)| Some(**target) != self.ignore)
            .map(|(x, &target)| f64::from(one(x, target as usize, self.smoothing, self.share, scratch)))
            .sum()
    }

    fn losses_and_slopes(&self, x: &[f32], words: usize, targets: &[i64], gradient: &mut [f32]) -> f64 {
        let rows = x.chunks_exact(words).zip(gradient.chunks_exact_mut(words)).zip(targets);
        rows.map(|((x, gradient), &target)| {
            if Some(target) == self.ignore {
                gradient.fill(0.0);
                return 0.0;
            }
            f64::from(one(x, target as usize, self.smoothing, self.share, gradient))
        })
        .sum()
    }
}

/// The loss of one row, `ln Σ e^x - (1-ε) x_target - ε mean x`, and `share (p - (1-ε) [target] - ε/V)`.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn one(x: &[f32], target: usize, smoothing: f32, share: f32, gradient: &mut [f32]) -> f32 {
    let highest = max(x);
    for (g, &x) in gradient.iter_mut().zip(x) {
        *g = exp(x - highest);
    }
    let total = sum(gradient, |e| e);
    let even = smoothing / x.len() as f32;
    for g in gradient.iter_mut() {
        *g = (*g / total - even) * share;
    }
    gradient[target] -= (1.0 - smoothing) * share;
    let spread = if smoothing == 0.0 { 0.0 } else { smoothing * (sum(x, |x| x - highest) / x.len() as f32) };
    total.ln() - (1.0 - smoothing) * (x[target] - highest) - spread
}

/// The rule: the gradient is there already and only wants the factor of what comes behind.
#[derive(Debug)]
pub(super) struct Rule;

impl Backward<Flex, 1> for Rule {
    type State = FlexTensor;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let factor = elements(&in_order(grads.consume::<Flex>(&ops.node)))[0];
        let mut gradient = ops.state;
        if factor != 1.0 {
            gradient.storage_mut::<f32>().iter_mut().for_each(|g| *g *= factor);
        }
        if let [Some(node)] = &ops.parents {
            grads.register::<Flex>(node.id, gradient);
        }
    }
}
