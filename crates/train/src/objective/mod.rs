//! What a model is asked, and what the right answers are.

mod asked;
mod baselines;
mod labels;
mod language;
mod pairs;
mod replaced;
mod sentences;

use burn::{
    module::{Module, ModuleDisplay},
    tensor::{Bool, Device, Int, Tensor, TensorData},
};
use salamander_attention::{Mask, Owed, Pass};
use salamander_text::{IGNORE, Matrix, Rows};

use asked::Asked;

/// A model's answers to a batch, and the right ones.
#[derive(Debug)]
pub struct Question {
    /// `[N, V]`: how likely the model finds each answer at each of `N` places.
    pub logits: Tensor<2>,
    /// `[N]`: the answer that is right, or [`IGNORE`].
    pub targets: Tensor<1, Int>,
    /// What the mean of `-ln p(target)` is multiplied with in the loss.
    pub weight: f64,
    /// What is to be settled together with the loss: what the layers ask for, or another question's loss.
    pub owed: Owed,
}

/// A model together with what it is trained to do on batches of a kind.
pub trait Objective<B>: Module + ModuleDisplay + Sync + 'static {
    /// How many targets a batch has.
    fn targets(batch: &B) -> usize;

    /// How much of each target is spread over all answers where the plan says `ε`.
    fn smoothing(plan: f64) -> f64 {
        plan
    }

    /// Asks it.
    fn ask(&self, batch: &B, device: &Device) -> Question;
}

impl Question {
    /// The usual one: each position's answer counts alike, and nothing is added but what the layers ask for.
    ///
    /// # Shapes
    /// `logits`: `[B, T, V]`, `targets`: `[B, T]`, to be flattened.
    pub(crate) fn of(logits: Tensor<3>, targets: &Matrix<i64>, owed: Owed) -> Self {
        let targets = ids(targets, &logits.device());
        Self { logits: logits.flatten(0, 1), targets: targets.flatten(0, 1), weight: 1.0, owed }
    }

    /// How many of the places that count have the right answer as the likeliest.
    pub fn correct(&self) -> usize {
        let said = self.logits.clone().argmax(1).squeeze_dim::<1>(1); // [N]
        let counts: Tensor<1, Bool> = self.targets.clone().not_equal_elem(IGNORE);
        let right = said.equal(self.targets.clone()).bool_and(counts);
        right.int().sum().into_scalar::<i64>().max(0) as usize
    }
}

fn ids(matrix: &Matrix<i64>, device: &Device) -> Tensor<2, Int> {
    Tensor::from_data(TensorData::new(matrix.values.clone(), [matrix.rows, matrix.columns]), device)
}

fn padding(matrix: Option<&Matrix<bool>>) -> Mask {
    matrix.map_or(Mask::None, |matrix| Mask::padding(matrix.to_rows()))
}

fn bools(matrix: &Matrix<bool>, device: &Device) -> Tensor<2, Bool> {
    Tensor::from_data(TensorData::new(matrix.values.clone(), [matrix.rows, matrix.columns]), device)
}

/// The padding of framed texts and what goes beside them, for a model that hides padding by itself.
fn pooled(rows: &Rows, device: &Device) -> (Option<Tensor<2, Bool>>, Pass<'static>) {
    let padding = rows.padding.as_ref().map(|padding| bools(padding, device));
    (padding, Pass::default().with_segments(ids(&rows.segments, device)))
}

/// What goes beside framed texts through a model that reads.
fn reading(rows: &Rows, device: &Device) -> Pass<'static> {
    Pass::new(padding(rows.padding.as_ref())).with_segments(ids(&rows.segments, device))
}
