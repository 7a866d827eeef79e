//! What came before transformers, asked the same.

use burn::tensor::{Device, Tensor};
use salamander_attention::Owed;
use salamander_baselines::{BagOfWords, RecurrentLm, RecurrentSeq2Seq};
use salamander_text::{ClassBatch, LanguageBatch, PairBatch};

use super::{Objective, Question, bools, ids};

/// The class of a text, from its words in whatever order.
impl Objective<ClassBatch> for BagOfWords {
    fn targets(batch: &ClassBatch) -> usize {
        batch.labels.len()
    }

    fn ask(&self, batch: &ClassBatch, device: &Device) -> Question {
        let padding = batch.inputs.padding.as_ref().map(|padding| bools(padding, device));
        let logits = self.forward(ids(&batch.inputs.ids, device), padding); // [B, classes]
        let targets = Tensor::from_data(batch.labels.as_slice(), device); // [B]
        Question { logits, targets, weight: 1.0, owed: Owed::default() }
    }
}

/// The next token, from a state that has read those before it.
impl Objective<LanguageBatch> for RecurrentLm {
    fn targets(batch: &LanguageBatch) -> usize {
        batch.counted()
    }

    fn ask(&self, batch: &LanguageBatch, device: &Device) -> Question {
        let logits = self.forward(ids(&batch.inputs, device)); // [B, T, V]
        Question::of(logits, &batch.targets, Owed::default())
    }
}

/// The next target token, from the states that have read the source and the target so far.
impl Objective<PairBatch> for RecurrentSeq2Seq {
    fn targets(batch: &PairBatch) -> usize {
        batch.counted()
    }

    fn ask(&self, batch: &PairBatch, device: &Device) -> Question {
        let padding = bools(&batch.source_padding, device); // [B, S]
        let source = self.encode(ids(&batch.source, device), Some(padding));
        let logits = self.decode(ids(&batch.decoder_inputs, device), &source); // [B, T, V]
        Question::of(logits, &batch.targets, Owed::default())
    }
}
