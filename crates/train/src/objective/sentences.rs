//! Which texts belong together.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use salamander_attention::Owed;
use salamander_encoder_only::SentenceEncoder;
use salamander_text::{ContrastiveBatch, Rows};

use super::{Objective, Question, ids, pooled};

/// `τ`: how sharply likenesses are told apart (Gao et al. 2021).
const TEMPERATURE: f64 = 0.05;
/// What is added to the likeness of a text that is no wrong one.
const HIDDEN: f32 = -1e9;

/// Contrastive learning: among the second texts of a batch, the one that belongs to the first (van den Oord et al. 2018,
/// arXiv:1807.03748; Gao et al. 2021, arXiv:2104.08821):
///
/// ```text
/// -ln( exp(cos(xᵢ, yᵢ) / τ) / Σⱼ exp(cos(xᵢ, yⱼ) / τ) )
/// ```
impl Objective<ContrastiveBatch> for SentenceEncoder {
    fn targets(batch: &ContrastiveBatch) -> usize {
        batch.alike.rows
    }

    /// None: the other texts of a batch are there by chance, and those that are hidden must stay out of the loss.
    fn smoothing(_: f64) -> f64 {
        0.0
    }

    fn ask(&self, batch: &ContrastiveBatch, device: &Device) -> Question {
        let (first, a) = meaning(self, &batch.first, device); // [B, D]
        let (second, b) = meaning(self, &batch.second, device); // [B, D]
        let likeness = first.matmul(second.transpose()).div_scalar(TEMPERATURE); // [B, B]
        let logits = likeness.mask_fill(others_alike(batch, device), HIDDEN);
        let targets = Tensor::<1, Int>::arange(0..batch.alike.rows as i64, device); // [B]
        Question { logits, targets, weight: 1.0, owed: a.and(b) }
    }
}

/// Vectors of length 1, and what is to be settled with the loss.
fn meaning(model: &SentenceEncoder, rows: &Rows, device: &Device) -> (Tensor<2>, Owed) {
    let (padding, mut pass) = pooled(rows, device);
    let x = model.forward(ids(&rows.ids, device), padding, &mut pass); // [B, D]
    let length = x.clone().powi_scalar(2).sum_dim(1).sqrt().clamp_min(1e-8); // [B, 1]
    (x / length, pass.take_owed())
}

/// Those that belong to another pair and are no wrong answer all the same, `[B, B]`.
fn others_alike(batch: &ContrastiveBatch, device: &Device) -> Tensor<2, Bool> {
    let n = batch.alike.rows;
    let others = batch.alike.values.iter().enumerate().map(|(at, &alike)| alike && at / n != at % n);
    Tensor::from_data(TensorData::new(others.collect::<Vec<_>>(), [n, n]), device)
}
