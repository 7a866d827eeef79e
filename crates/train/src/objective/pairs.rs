//! From sequence to sequence.

use burn::tensor::Device;
use salamander_attention::{Memory, Pass};
use salamander_encoder_decoder::EncoderDecoder;
use salamander_text::PairBatch;

use super::{Objective, Question, ids, padding};

/// Sequence to sequence: each target token is predicted from the source and the target so far (Sutskever et al. 2014,
/// arXiv:1409.3215). What the two are makes the objective: a sentence and its translation; a text with spans behind
/// sentinels and these spans (Raffel et al. 2020, arXiv:1910.10683); a damaged text and the whole one (Lewis et al. 2019,
/// arXiv:1910.13461).
impl Objective<PairBatch> for EncoderDecoder {
    fn targets(batch: &PairBatch) -> usize {
        batch.counted()
    }

    fn ask(&self, batch: &PairBatch, device: &Device) -> Question {
        let mask = padding(Some(&batch.source_padding));
        let mut reading = Pass::new(mask.clone());
        let states = self.encode(ids(&batch.source, device), &mut reading); // [B, S, D]
        let mut writing = Pass::default().with_memory(Memory { states, mask });
        let logits = self.decode(ids(&batch.decoder_inputs, device), &mut writing); // [B, T, V]
        Question::of(logits, &batch.targets, reading.take_owed().and(writing.take_owed()))
    }
}
