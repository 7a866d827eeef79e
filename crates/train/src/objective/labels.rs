//! Labels of texts and of their tokens, and answers in them.

use burn::tensor::{Device, Tensor};
use salamander_attention::Pass;
use salamander_encoder_only::{Classifier, QuestionAnswerer, TokenClassifier};
use salamander_text::{ClassBatch, LanguageBatch, QuestionBatch};

use super::{Objective, Question, ids, padding, pooled, reading};

/// Classification of whole texts: the class is named from one vector (Devlin et al. 2018, arXiv:1810.04805).
impl Objective<ClassBatch> for Classifier {
    fn targets(batch: &ClassBatch) -> usize {
        batch.labels.len()
    }

    fn ask(&self, batch: &ClassBatch, device: &Device) -> Question {
        let (padding, mut pass) = pooled(&batch.inputs, device);
        let logits = self.forward(ids(&batch.inputs.ids, device), padding, &mut pass); // [B, classes]
        let targets = Tensor::from_data(batch.labels.as_slice(), device); // [B]
        Question { logits, targets, weight: 1.0, owed: pass.take_owed() }
    }
}

/// Classification of tokens: a tag for each word, at its first piece (Devlin et al. 2018, section 5.3).
impl Objective<LanguageBatch> for TokenClassifier {
    fn targets(batch: &LanguageBatch) -> usize {
        batch.counted()
    }

    fn ask(&self, batch: &LanguageBatch, device: &Device) -> Question {
        let mut pass = Pass::new(padding(batch.padding.as_ref()));
        let logits = self.forward(ids(&batch.inputs, device), &mut pass); // [B, T, tags]
        Question::of(logits, &batch.targets, pass.take_owed())
    }
}

/// Question answering: `(-ln p(start) - ln p(end)) / 2`, each a softmax over all positions (Devlin et al. 2018, section 4.2).
impl Objective<QuestionBatch> for QuestionAnswerer {
    fn targets(batch: &QuestionBatch) -> usize {
        batch.starts.len() + batch.ends.len()
    }

    fn ask(&self, batch: &QuestionBatch, device: &Device) -> Question {
        let mut pass = reading(&batch.inputs, device);
        let logits = self.forward(ids(&batch.inputs.ids, device), &mut pass); // [B, T, 2]
        let logits = logits.swap_dims(1, 2).flatten(0, 1); // [2 B, T]: start and end of each row
        let ends: Vec<_> = batch.starts.iter().zip(&batch.ends).flat_map(|(&start, &end)| [start, end]).collect();
        let targets = Tensor::from_data(ends.as_slice(), device); // [2 B]
        Question { logits, targets, weight: 1.0, owed: pass.take_owed() }
    }
}
