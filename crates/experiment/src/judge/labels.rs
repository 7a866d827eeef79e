//! How often a model says the right label.

use salamander_datasets::Corpus;
use salamander_kernels::on_pool;
use salamander_metrics::{Confusion, Retrieval};
use salamander_text::{Batches, IGNORE};
use salamander_train::{Kind, Objective, Question};

use super::Score;
use crate::{Error, Experiment, Progress};

/// A model's logits at each place of a batch, and the right answers.
pub(super) struct Answered {
    /// `N` rows of `width` logits.
    pub(super) logits: Vec<f32>,
    pub(super) width: usize,
    /// `N`.
    pub(super) targets: Vec<i64>,
}

/// Asks a model about each batch of a set.
pub(super) fn each<M, S>(
    model: &M,
    set: &S,
    progress: &mut dyn FnMut(Progress),
    mut hear: impl FnMut(S::Batch, Answered) -> Result<(), Error>,
) -> Result<(), Error>
where
    S: Batches<Batch: Kind>,
    M: Objective<S::Batch>,
{
    let model = model.valid();
    let device = model.devices().into_iter().next().unwrap_or_default();
    for (done, batch) in set.evaluation().enumerate() {
        let answered = on_pool(|| {
            let Question { logits, targets, .. } = model.ask(&batch, &device);
            let [_, width] = logits.dims();
            let logits = logits.into_data().convert::<f32>().iter::<f32>().collect();
            Answered { logits, width, targets: targets.into_data().convert::<i64>().iter::<i64>().collect() }
        });
        hear(batch, answered)?;
        progress(Progress::Judged { done: done + 1, of: set.len() });
    }
    Ok(())
}

impl Answered {
    /// The places that have an answer: where the logits are largest, and the right one.
    pub(super) fn said(&self) -> impl Iterator<Item = (usize, usize)> {
        let rows = self.logits.chunks(self.width.max(1)).zip(&self.targets).filter(|(_, target)| **target != IGNORE);
        rows.map(|(row, &target)| (largest(row), usize::try_from(target).unwrap_or(0)))
    }
}

fn largest(row: &[f32]) -> usize {
    row.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(at, _)| at)
}

impl Experiment {
    /// Accuracy, F1 and Matthews' coefficient of classes or tags.
    pub(super) fn labelled<M, S>(
        &self,
        model: &M,
        set: &S,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Score>, Error>
    where
        S: Batches<Batch: Kind>,
        M: Objective<S::Batch>,
    {
        let names = match &self.corpus {
            Corpus::Labelled { classes, .. } => classes,
            Corpus::Tagged { tags, .. } => tags,
            _ => return Err(self.other_model()),
        };
        let mut confusion = Confusion::named(names.clone());
        each(model, set, progress, |_, answered| {
            Ok(answered.said().try_for_each(|(said, truth)| confusion.add(truth, said))?)
        })?;
        let score = confusion.finish()?;
        Ok(vec![
            Score { name: "accuracy", value: score.accuracy, text: format!("{score:#}") },
            Score { name: "f1", value: score.averages.macro_mean.f1, text: String::new() },
            Score { name: "mcc", value: score.matthews, text: String::new() },
        ])
    }
}

/// How far up, among the texts of its batch, the one stands that belongs to each.
pub(super) fn retrieved<M, S>(model: &M, set: &S, progress: &mut dyn FnMut(Progress)) -> Result<Vec<Score>, Error>
where
    S: Batches<Batch: Kind>,
    M: Objective<S::Batch>,
{
    let mut retrieval = Retrieval::default();
    each(model, set, progress, |_, Answered { logits, width, targets }| {
        for (row, &target) in logits.chunks(width.max(1)).zip(&targets) {
            let scores: Vec<f64> = row.iter().copied().map(f64::from).collect();
            retrieval.add_scores(&scores, usize::try_from(target).unwrap_or(0))?;
        }
        Ok(())
    })?;
    let score = retrieval.finish(&[1, 5])?;
    let name = "mean reciprocal rank";
    Ok(vec![Score { name, value: score.mean_reciprocal_rank, text: format!("{score}, among the texts of a batch") }])
}
