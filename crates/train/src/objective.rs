//! What a model is asked, and what the right answers are.

use burn::{
    module::{Module, ModuleDisplay},
    tensor::{Bool, Device, Int, Tensor, TensorData},
};
use salamander_attention::{Mask, Memory, Pass};
use salamander_decoder_only::Decoder;
use salamander_encoder_decoder::EncoderDecoder;
use salamander_encoder_only::MaskedLm;
use salamander_text::{IGNORE, LanguageBatch, Matrix, PairBatch};

/// A model's answers to a batch, and the right ones.
#[derive(Debug)]
pub struct Question {
    /// `[N, V]`: how likely the model finds each word at each of `N` places.
    pub logits: Tensor<2>,
    /// `[N]`: the word that is right, or [`IGNORE`].
    pub targets: Tensor<1, Int>,
    /// What the layers ask to be added to the loss.
    pub penalty: Option<Tensor<1>>,
}

/// A model together with what it is trained to do.
pub trait Objective: Module + ModuleDisplay + Sync + 'static {
    /// What it is asked.
    type Batch: Clone + Send + Sync + 'static;

    /// How many targets a batch has.
    fn targets(batch: &Self::Batch) -> usize;

    /// Asks it.
    fn ask(&self, batch: &Self::Batch, device: &Device) -> Question;
}

/// Causal language modelling: every token is predicted from those before it.
impl Objective for Decoder {
    type Batch = LanguageBatch;

    fn targets(batch: &LanguageBatch) -> usize {
        batch.counted()
    }

    fn ask(&self, batch: &LanguageBatch, device: &Device) -> Question {
        let mut pass = Pass::new(padding(batch.padding.as_ref()));
        let logits = self.forward(ids(&batch.inputs, device), &mut pass); // [B, T, V]
        question(logits, &batch.targets, pass.take_penalty())
    }
}

/// Masked language modelling: the tokens behind the gaps are named from both sides (Devlin et al. 2018, arXiv:1810.04805).
impl Objective for MaskedLm {
    type Batch = LanguageBatch;

    fn targets(batch: &LanguageBatch) -> usize {
        batch.counted()
    }

    fn ask(&self, batch: &LanguageBatch, device: &Device) -> Question {
        let mut pass = Pass::new(padding(batch.padding.as_ref()));
        let logits = self.forward(ids(&batch.inputs, device), &mut pass); // [B, T, V]
        question(logits, &batch.targets, pass.take_penalty())
    }
}

/// Sequence to sequence: each target token is predicted from the source and the target so far (Sutskever et al. 2014,
/// arXiv:1409.3215).
impl Objective for EncoderDecoder {
    type Batch = PairBatch;

    fn targets(batch: &PairBatch) -> usize {
        batch.counted()
    }

    fn ask(&self, batch: &PairBatch, device: &Device) -> Question {
        let mask = padding(Some(&batch.source_padding));
        let mut reading = Pass::new(mask.clone());
        let states = self.encode(ids(&batch.source, device), &mut reading); // [B, S, D]
        let mut writing = Pass::default().with_memory(Memory { states, mask });
        let logits = self.decode(ids(&batch.decoder_inputs, device), &mut writing); // [B, T, V]
        let penalty = match (reading.take_penalty(), writing.take_penalty()) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        question(logits, &batch.targets, penalty)
    }
}

fn ids(matrix: &Matrix<i64>, device: &Device) -> Tensor<2, Int> {
    Tensor::from_data(TensorData::new(matrix.values.clone(), [matrix.rows, matrix.columns]), device)
}

fn padding(matrix: Option<&Matrix<bool>>) -> Mask {
    matrix.map_or(Mask::None, |matrix| Mask::padding(matrix.to_rows()))
}

fn question(logits: Tensor<3>, targets: &Matrix<i64>, penalty: Option<Tensor<1>>) -> Question {
    let targets = ids(targets, &logits.device());
    Question { logits: logits.flatten(0, 1), targets: targets.flatten(0, 1), penalty }
}

impl Question {
    /// How many of the places that count have the right word as the likeliest.
    pub fn correct(&self) -> usize {
        let said = self.logits.clone().argmax(1).squeeze_dim::<1>(1); // [N]
        let counts: Tensor<1, Bool> = self.targets.clone().not_equal_elem(IGNORE);
        let right = said.equal(self.targets.clone()).bool_and(counts);
        right.int().sum().into_scalar::<i64>().max(0) as usize
    }
}
