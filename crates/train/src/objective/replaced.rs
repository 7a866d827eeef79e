//! Which tokens were replaced.

use burn::tensor::{Device, Distribution, FloatDType, Int, Tensor};
use salamander_attention::{Owed, Pass};
use salamander_encoder_only::ReplacedTokens;
use salamander_kernels::{CrossEntropyOptions, cross_entropy};
use salamander_text::{IGNORE, LanguageBatch, Matrix, ReplacedBatch};

use super::{Objective, Question, ids, padding};

/// `λ`: how much the discriminator's loss counts beside the generator's (Clark et al. 2020, section 3.1).
const WEIGHT: f64 = 50.0;

/// Replaced token detection: a generator guesses hidden tokens, a discriminator says of each token whether it is a guess
/// that is wrong (Clark et al. 2020, arXiv:2003.10555): the generator's cross-entropy and 50 times the discriminator's.
/// Nothing flows back through the guesses.
impl Objective<LanguageBatch> for ReplacedTokens {
    /// Every token that is no padding is judged.
    fn targets(batch: &LanguageBatch) -> usize {
        let padded = |padding: &Matrix<bool>| padding.values.iter().filter(|&&padding| padding).count();
        batch.inputs.values.len() - batch.padding.as_ref().map_or(0, padded)
    }

    fn ask(&self, batch: &LanguageBatch, device: &Device) -> Question {
        let mask = padding(batch.padding.as_ref());
        let mut guessing = Pass::new(mask.clone());
        let guesses = self.guess(ids(&batch.inputs, device), &mut guessing); // [B, T, V]
        let generator = Question::of(guesses, &batch.targets, Owed::default());
        let judged = ReplacedBatch::new(batch, &drawn(&generator.logits, &batch.targets));
        let mut judging = Pass::new(mask);
        let replaced: Tensor<3> = self.judge(ids(&judged.inputs, device), &mut judging).unsqueeze_dim(2); // [B, T, 1]
        // sigmoid(x) is the softmax of 0 and x.
        let logits = Tensor::cat(vec![replaced.zeros_like(), replaced], 2); // [B, T, 2]
        let options = CrossEntropyOptions { ignore: Some(IGNORE), smoothing: 0.0 };
        let loss = cross_entropy(generator.logits, generator.targets, &options); // [1]
        let owed = guessing.take_owed().and(judging.take_owed()).plus(loss);
        Question { weight: WEIGHT, ..Question::of(logits, &judged.replaced, owed) }
    }
}

/// A token for each gap, drawn as the generator finds it likely: the largest of `logit + g`, `g` Gumbel's (Maddison et al.
/// 2014, arXiv:1411.0030). Elsewhere 0.
fn drawn(logits: &Tensor<2>, gaps: &Matrix<i64>) -> Matrix<i64> {
    let device = logits.device();
    let at: Vec<i64> = (0..).zip(&gaps.values).filter(|(_, target)| **target != IGNORE).map(|(at, _)| at).collect();
    let mut guesses = Matrix { values: vec![0; gaps.values.len()], ..gaps.clone() };
    if at.is_empty() {
        return guesses;
    }
    let logits = logits.clone().detach().cast(FloatDType::F32);
    let logits = logits.select(0, Tensor::<1, Int>::from_data(at.as_slice(), &device)); // [G, V]
    let uniform = Tensor::random(logits.dims(), Distribution::Uniform(1e-9, 1.0), &device); // [G, V]
    let noise = uniform.log().neg().clamp_min(1e-9).log().neg(); // [G, V]
    let likeliest = (logits + noise).argmax(1).into_data().convert::<i64>(); // [G, 1]
    for (&at, guess) in at.iter().zip(likeliest.iter::<i64>()) {
        guesses.values[at as usize] = guess;
    }
    guesses
}
