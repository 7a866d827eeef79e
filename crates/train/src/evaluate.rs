//! How good a model is on what it has not seen.

use burn::tensor::Device;
use salamander_kernels::{CrossEntropyOptions, cross_entropy};
use salamander_text::{Batches, IGNORE};

use crate::Objective;

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

/// Goes over at most `batches` batches of a set; every target weighs the same, whatever batch it is in.
pub fn evaluate<M, B>(model: &M, set: &B, batches: usize, device: &Device) -> Evaluation
where
    M: Objective,
    B: Batches<Batch = M::Batch>,
{
    let options = CrossEntropyOptions { ignore: Some(IGNORE), smoothing: 0.0 };
    let (mut nats, mut correct, mut tokens) = (0.0, 0, 0);
    // Evenly over the whole set, so that a part of it stands for all.
    let count = batches.min(set.len());
    for index in 0..count {
        let batch = set.evaluation_at(index * set.len() / count);
        let question = model.ask(&batch, device);
        correct += question.correct();
        tokens += question.counted;
        let loss = cross_entropy(question.logits, question.targets, &options).into_scalar::<f32>();
        nats += f64::from(loss) * question.counted as f64;
    }
    let per_token = 1.0 / tokens.max(1) as f64;
    Evaluation { loss: nats * per_token, accuracy: correct as f64 * per_token, tokens }
}
