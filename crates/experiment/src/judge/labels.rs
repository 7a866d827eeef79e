//! How often a model says the right label.

use burn::tensor::Device;
use salamander_datasets::Corpus;
use salamander_kernels::on_pool;
use salamander_metrics::Confusion;
use salamander_text::{Batches, IGNORE};
use salamander_train::{Kind, Objective, Question};

use super::Score;
use crate::{Error, Experiment, Progress};

/// The right label and the one that was said, at each place that has one.
fn said<M, S>(model: &M, set: &S, progress: &mut dyn FnMut(Progress)) -> Vec<(usize, usize)>
where
    S: Batches<Batch: Kind>,
    M: Objective<S::Batch>,
{
    let model = model.valid();
    let device = model.devices().into_iter().next().unwrap_or_else(Device::default);
    let mut labels = Vec::new();
    for (done, batch) in set.evaluation().enumerate() {
        let (targets, said) = on_pool(|| {
            let Question { logits, targets, .. } = model.ask(&batch, &device);
            (targets.into_data().convert::<i64>(), logits.argmax(1).into_data().convert::<i64>())
        });
        let both = targets.iter::<i64>().zip(said.iter::<i64>()).filter(|(target, _)| *target != IGNORE);
        labels.extend(both.map(|(target, said)| (target as usize, said as usize)));
        progress(Progress::Judged { done: done + 1, of: set.len() });
    }
    labels
}

impl Experiment {
    /// Accuracy, F1 and Matthews' coefficient.
    pub(super) fn classes<M, S>(
        &self,
        model: &M,
        set: &S,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Score>, Error>
    where
        S: Batches<Batch: Kind>,
        M: Objective<S::Batch>,
    {
        let Corpus::Labelled { classes, .. } = &self.corpus else { return Err(self.other_model()) };
        let mut confusion = Confusion::named(classes.clone());
        for (truth, said) in said(model, set, progress) {
            confusion.add(truth, said)?;
        }
        let score = confusion.finish()?;
        Ok(vec![
            Score { name: "accuracy", value: score.accuracy, text: format!("{score:#}") },
            Score { name: "f1", value: score.averages.macro_mean.f1, text: String::new() },
            Score { name: "mcc", value: score.matthews, text: String::new() },
        ])
    }
}
