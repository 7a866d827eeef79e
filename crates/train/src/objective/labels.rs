//! Which class a text is of.

use burn::tensor::{Device, Tensor};
use salamander_attention::Pass;
use salamander_encoder_only::Classifier;
use salamander_text::{ClassBatch, Rows};

use super::{Objective, Question, ids, padding};

/// Classification of whole texts: the class is named from the first position (Devlin et al. 2018, arXiv:1810.04805).
impl Objective<ClassBatch> for Classifier {
    fn targets(batch: &ClassBatch) -> usize {
        batch.labels.len()
    }

    fn ask(&self, batch: &ClassBatch, device: &Device) -> Question {
        let mut pass = reading(&batch.inputs, device);
        let logits = self.forward(ids(&batch.inputs.ids, device), &mut pass); // [B, classes]
        let targets = Tensor::from_data(batch.labels.as_slice(), device); // [B]
        Question { logits, targets, weight: 1.0, extra: pass.take_penalty() }
    }
}

/// What goes beside framed texts through a model that reads.
fn reading(rows: &Rows, device: &Device) -> Pass<'static> {
    Pass::new(padding(rows.padding.as_ref())).with_segments(ids(&rows.segments, device))
}
