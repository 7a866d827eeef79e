//! Recurrent networks in the middle of a text: what they keep is their state.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use salamander_baselines::{LayerState, RecurrentLm, RecurrentSeq2Seq, RecurrentState, Source};

use crate::{
    LanguageModel, Seq2Seq, Writer,
    writer::{indices, last, pad_behind},
};

/// A [`RecurrentLm`] in the middle of a text.
#[derive(Debug)]
pub struct RecurrentWriter<'m> {
    model: &'m RecurrentLm,
    state: RecurrentState,
    /// Tokens still to come of each text that count for nothing.
    padding: Vec<usize>,
    device: Device,
}

/// A [`RecurrentSeq2Seq`] that has read its source, in the middle of the target.
#[derive(Debug)]
pub struct RecurrentTargetWriter<'m> {
    model: &'m RecurrentSeq2Seq,
    source: Source,
    state: LayerState,
    /// Which of the sources each text is a target of.
    origins: Vec<usize>,
    device: Device,
}

impl LanguageModel for RecurrentLm {
    type Writer<'m> = RecurrentWriter<'m>;
    type Reading = ();

    fn vocab_size(&self) -> usize {
        let [vocab_size, _] = self.tokens.weight.dims();
        vocab_size
    }

    /// A state has room for any number of tokens.
    fn writer(&self, padding: Vec<usize>, _capacity: usize, (): ()) -> RecurrentWriter<'_> {
        let device = self.tokens.weight.device();
        RecurrentWriter { model: self, state: self.begin(padding.len()), padding, device }
    }
}

impl Seq2Seq for RecurrentSeq2Seq {
    type Writer<'m> = RecurrentTargetWriter<'m>;

    fn vocab_sizes(&self) -> [usize; 2] {
        [&self.source, &self.target].map(|table| table.weight.dims()[0])
    }

    /// A state has room for any number of tokens.
    fn writer(&self, sources: &[Vec<u32>], _capacity: usize) -> RecurrentTargetWriter<'_> {
        let device = self.source.weight.device();
        let (tokens, padding) = pad_behind(sources, &device);
        let source = self.encode(tokens, marked(&padding, &device));
        let (state, origins) = (source.begin.clone(), (0..sources.len()).collect());
        RecurrentTargetWriter { model: self, source, state, origins, device }
    }
}

impl Writer for RecurrentWriter<'_> {
    fn read(&mut self, tokens: Tensor<2, Int>) -> Tensor<2> {
        let [_, t] = tokens.dims();
        let gaps: Vec<Vec<bool>> = self.padding.iter().map(|&before| (0..t).map(|j| j < before).collect()).collect();
        let gaps = marked(&gaps, &self.device); // [B, T]
        let (x, state) = self.model.hidden_over(tokens, gaps, self.state.clone()); // [B, T, H]
        self.state = state;
        self.padding.iter_mut().for_each(|before| *before = before.saturating_sub(t));
        self.model.unembed(last(x)).squeeze_dim(1) // [B, V]
    }

    fn choose(&mut self, rows: &[usize]) {
        self.padding = rows.iter().map(|&row| self.padding[row]).collect();
        self.state = self.state.clone().select(indices(rows, &self.device));
    }

    fn device(&self) -> &Device {
        &self.device
    }
}

impl Writer for RecurrentTargetWriter<'_> {
    fn read(&mut self, tokens: Tensor<2, Int>) -> Tensor<2> {
        let (logits, state) = self.model.read(tokens, &self.source, self.state.clone()); // [B, T, V]
        self.state = state;
        last(logits).squeeze_dim(1) // [B, V]
    }

    fn choose(&mut self, rows: &[usize]) {
        let origins: Vec<_> = rows.iter().map(|&row| self.origins[row]).collect();
        let indices = indices(rows, &self.device);
        // Texts of one source that change places, as in each step of a beam search, leave it alone.
        if origins != self.origins {
            self.source = self.source.clone().select(indices.clone());
        }
        self.state = self.state.clone().select(indices);
        self.origins = origins;
    }

    fn device(&self) -> &Device {
        &self.device
    }
}

/// The padding as a tensor, `[B, T]`, if there is any.
fn marked(padding: &[Vec<bool>], device: &Device) -> Option<Tensor<2, Bool>> {
    let all = padding.concat();
    let shape = [padding.len(), padding.first().map_or(0, Vec::len)];
    all.contains(&true).then(|| Tensor::from_data(TensorData::new(all, shape), device))
}
