//! Language models: the next token, or those behind the gaps.

use burn::tensor::Device;
use salamander_attention::{Mask, Pass};
use salamander_decoder_only::Decoder;
use salamander_encoder_only::MaskedLm;
use salamander_text::{LanguageBatch, PackedBatch, PrefixBatch};

use super::{Asked, Objective, Question, ids, padding};

/// Causal language modelling: every token is predicted from those before it.
impl Objective<LanguageBatch> for Decoder {
    fn targets(batch: &LanguageBatch) -> usize {
        batch.counted()
    }

    fn ask(&self, batch: &LanguageBatch, device: &Device) -> Question {
        let mut pass = Pass::new(padding(batch.padding.as_ref()));
        let logits = self.forward(ids(&batch.inputs, device), &mut pass); // [B, T, V]
        Question::of(logits, &batch.targets, pass.take_owed())
    }
}

/// The same on rows that several documents share: each sees itself alone, and counts its positions from 0 (Krell et al. 2021,
/// arXiv:2107.02027).
impl Objective<PackedBatch> for Decoder {
    fn targets(batch: &PackedBatch) -> usize {
        batch.counted()
    }

    fn ask(&self, batch: &PackedBatch, device: &Device) -> Question {
        let mask = padding(batch.language.padding.as_ref()).and(Mask::within(batch.segments().to_rows()));
        let mut pass = Pass::new(mask).with_positions(ids(&batch.positions(), device));
        let logits = self.forward(ids(&batch.language.inputs, device), &mut pass); // [B, T, V]
        Question::of(logits, &batch.language.targets, pass.take_owed())
    }
}

/// Prefix language modelling: the prefix is read from both sides, and what follows is predicted (Liu et al. 2018,
/// arXiv:1801.10198; Raffel et al. 2020, arXiv:1910.10683).
impl Objective<PrefixBatch> for Decoder {
    fn targets(batch: &PrefixBatch) -> usize {
        batch.counted()
    }

    fn ask(&self, batch: &PrefixBatch, device: &Device) -> Question {
        let mut pass = Pass::new(padding(batch.language.padding.as_ref())).with_prefix(batch.prefixes.clone());
        let logits = self.forward(ids(&batch.language.inputs, device), &mut pass); // [B, T, V]
        Question::of(logits, &batch.language.targets, pass.take_owed())
    }
}

/// Masked language modelling: the tokens behind the gaps are named from both sides (Devlin et al. 2018, arXiv:1810.04805), and
/// no others: of a large vocabulary the logits are most of the work.
impl Objective<LanguageBatch> for MaskedLm {
    fn targets(batch: &LanguageBatch) -> usize {
        batch.counted()
    }

    fn ask(&self, batch: &LanguageBatch, device: &Device) -> Question {
        let mut pass = Pass::new(padding(batch.padding.as_ref()));
        let asked = Asked::of(&batch.targets);
        let logits = self.at(ids(&batch.inputs, device), asked.positions(device), &mut pass); // [N, V]
        Question { logits, targets: asked.targets(device), weight: 1.0, owed: pass.take_owed() }
    }
}
