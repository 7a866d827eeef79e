//! Which tokens were replaced.

use burn::tensor::{Device, Distribution, FloatDType, Tensor};
use salamander_attention::Pass;
use salamander_encoder_only::ReplacedTokens;
use salamander_kernels::{CrossEntropyOptions, cross_entropy};
use salamander_text::{IGNORE, LanguageBatch, Matrix, ReplacedBatch};

use super::{Asked, Objective, Question, ids, padding};

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
        let asked = Asked::of(&batch.targets);
        let guesses = self.guess_at(ids(&batch.inputs, device), asked.positions(device), &mut guessing); // [N, V]
        let judged = ReplacedBatch::new(batch, &drawn(&guesses, &asked, &batch.targets));
        let mut judging = Pass::new(mask);
        let replaced: Tensor<3> = self.judge(ids(&judged.inputs, device), &mut judging).unsqueeze_dim(2); // [B, T, 1]
        // sigmoid(x) is the softmax of 0 and x.
        let logits = Tensor::cat(vec![replaced.zeros_like(), replaced], 2); // [B, T, 2]
        let options = CrossEntropyOptions { ignore: Some(IGNORE), smoothing: 0.0 };
        let loss = cross_entropy(guesses, asked.targets(device), &options); // [1]
        let owed = guessing.take_owed().and(judging.take_owed()).plus(loss);
        Question { weight: WEIGHT, ..Question::of(logits, &judged.replaced, owed) }
    }
}

/// A token for each gap, from its logits `[N, V]`, drawn as the generator finds it likely: the largest of `logit + g`, `g`
/// Gumbel's (Maddison et al. 2014, arXiv:1411.0030). Elsewhere 0.
fn drawn(logits: &Tensor<2>, asked: &Asked, targets: &Matrix<i64>) -> Matrix<i64> {
    let logits = logits.clone().detach().cast(FloatDType::F32); // [N, V]
    let uniform = Tensor::random(logits.dims(), Distribution::Uniform(1e-9, 1.0), &logits.device()); // [N, V]
    let noise = uniform.log().neg().clamp_min(1e-9).log().neg(); // [N, V]
    let likeliest = (logits + noise).argmax(1).into_data().convert::<i64>(); // [N, 1]
    let mut guesses = Matrix { values: vec![0; targets.values.len()], ..targets.clone() };
    for (&at, guess) in asked.positions.iter().zip(likeliest.iter::<i64>()) {
        guesses.values[at as usize] = guess;
    }
    guesses
}
