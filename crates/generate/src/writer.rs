//! A model in the middle of a text.

use burn::tensor::{Device, Int, Tensor, TensorData};
use salamander_attention::{KvCache, Mask, Memory, Pass};
use salamander_decoder_only::Decoder;
use salamander_encoder_decoder::EncoderDecoder;
use salamander_kernels::on_pool;
use serde::{Deserialize, Serialize};

use crate::{Error, LanguageModel, Seq2Seq};

/// A model in the middle of one or several texts of equal length, which it remembers.
pub trait Writer: Send {
    /// Reads more tokens behind those it has read, and gives the logits of the one after the last.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, V]`.
    fn read(&mut self, tokens: Tensor<2, Int>) -> Tensor<2>;

    /// Goes on with these texts: text `i` will be what text `rows[i]` is now. One may be chosen several times, or be left
    /// out.
    ///
    /// # Panics
    /// If a row is beyond the texts there are.
    fn choose(&mut self, rows: &[usize]);

    /// Where it lives.
    fn device(&self) -> &Device;
}

/// How a model reads the first tokens it is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// As all others: each sees those before it.
    #[default]
    Causal,
    /// From both sides, as a prefix language model has learnt to (Raffel et al. 2019, arXiv:1910.10683, section 3.2.1).
    Prefix,
}

impl Reading {
    /// What it is called in a recipe.
    pub fn name(self) -> &'static str {
        match self {
            Self::Causal => "causal",
            Self::Prefix => "prefix",
        }
    }
}

/// A [`Decoder`] in the middle of a text.
#[derive(Debug)]
pub struct DecoderWriter<'m> {
    model: &'m Decoder,
    cache: KvCache,
    reading: Reading,
    /// Tokens before each text that count for nothing.
    padding: Vec<usize>,
    device: Device,
}

/// An [`EncoderDecoder`] that has read its source, in the middle of the target.
#[derive(Debug)]
pub struct TargetWriter<'m> {
    model: &'m EncoderDecoder,
    cache: KvCache,
    memory: Memory,
    device: Device,
}

impl LanguageModel for Decoder {
    type Writer<'m> = DecoderWriter<'m>;
    type Reading = Reading;

    fn vocab_size(&self) -> usize {
        let [vocab_size, _] = self.tokens.weight.dims();
        vocab_size
    }

    fn writer(&self, padding: Vec<usize>, capacity: usize, reading: Reading) -> DecoderWriter<'_> {
        let device = self.tokens.weight.device();
        DecoderWriter { model: self, cache: self.cache(padding.len(), capacity, &device), reading, padding, device }
    }
}

impl Seq2Seq for EncoderDecoder {
    type Writer<'m> = TargetWriter<'m>;

    fn vocab_sizes(&self) -> [usize; 2] {
        let [vocab_size, _] = self.tokens.weight.dims();
        [vocab_size, vocab_size]
    }

    fn writer(&self, sources: &[Vec<u32>], capacity: usize) -> TargetWriter<'_> {
        let device = self.tokens.weight.device();
        let (tokens, padding) = pad_behind(sources, &device); // [B, S]
        let mask = Mask::padding(padding);
        let states = self.encode(tokens, &mut Pass::new(mask.clone())); // [B, S, D]
        let cache = self.cache(sources.len(), capacity, &device);
        TargetWriter { model: self, cache, memory: Memory { states, mask }, device }
    }
}

impl Writer for DecoderWriter<'_> {
    fn read(&mut self, tokens: Tensor<2, Int>) -> Tensor<2> {
        let [b, t] = tokens.dims();
        let mut pass = behind_padding(&self.padding, self.cache.len(), t, &self.device);
        if self.reading == Reading::Prefix && self.cache.is_empty() {
            // Padding before the prompt is part of it, and hidden.
            pass = pass.with_prefix(vec![t; b]);
        }
        let mut pass = pass.with_cache(&mut self.cache);
        let x = self.model.hidden(tokens, &mut pass); // [B, T, D]
        self.model.unembed(last(x)).squeeze_dim(1) // [B, V]
    }

    fn choose(&mut self, rows: &[usize]) {
        self.padding = rows.iter().map(|&row| self.padding[row]).collect();
        self.cache.choose(rows);
    }

    fn device(&self) -> &Device {
        &self.device
    }
}

impl Writer for TargetWriter<'_> {
    fn read(&mut self, tokens: Tensor<2, Int>) -> Tensor<2> {
        let mut pass = Pass::default().with_cache(&mut self.cache).with_memory(self.memory.clone());
        let x = self.model.hidden(tokens, &mut pass); // [B, T, D]
        self.model.unembed(last(x)).squeeze_dim(1) // [B, V]
    }

    fn choose(&mut self, rows: &[usize]) {
        let before = self.cache.origins().to_vec();
        self.cache.choose(rows);
        if self.cache.origins() != before {
            self.memory = memory_of(&self.memory, rows);
        }
    }

    fn device(&self) -> &Device {
        &self.device
    }
}

/// A pass over `t` tokens behind `first` others, in which nothing sees the padding and the positions of each text count
/// from its own beginning.
fn behind_padding<'a>(padding: &[usize], first: usize, t: usize, device: &Device) -> Pass<'a> {
    let most = padding.iter().copied().max().unwrap_or(0);
    if most == 0 {
        return Pass::default();
    }
    let hidden = padding.iter().map(|&before| (0..most).map(|j| j < before).collect()).collect();
    // What stands in the padding is nowhere seen, so any position will do.
    let place = |before: usize| (first..first + t).map(move |j| j.saturating_sub(before) as i64);
    let places: Vec<i64> = padding.iter().flat_map(|&before| place(before)).collect();
    let places = Tensor::from_data(TensorData::new(places, [padding.len(), t]), device); // [B, T]
    Pass::new(Mask::padding(hidden)).with_positions(places)
}

/// The last position: the others' logits are known already, and the vocabulary is the widest of all matrices.
pub(crate) fn last(x: Tensor<3>) -> Tensor<3> {
    let [_, t, _] = x.dims();
    x.narrow(1, t - 1, 1) // [B, 1, D]
}

/// What each row lacks of the longest: padding before them lets them end together.
pub(crate) fn padding(rows: &[Vec<u32>]) -> Vec<usize> {
    let longest = rows.iter().map(Vec::len).max().unwrap_or(0);
    rows.iter().map(|row| longest - row.len()).collect()
}

/// The rows with it. Any id will do, and every model knows the first.
pub(crate) fn pad(rows: &[Vec<u32>]) -> Vec<Vec<u32>> {
    padding(rows).into_iter().zip(rows).map(|(before, row)| [&vec![0; before], row.as_slice()].concat()).collect()
}

/// Rows with padding behind the shorter ones, `[B, T]`, and where it is.
pub(crate) fn pad_behind(rows: &[Vec<u32>], device: &Device) -> (Tensor<2, Int>, Vec<Vec<bool>>) {
    let behind = padding(rows);
    let padded: Vec<Vec<u32>> =
        rows.iter().zip(&behind).map(|(row, &more)| [row.as_slice(), &vec![0; more]].concat()).collect();
    let hidden = rows.iter().zip(&behind).map(|(row, &more)| (0..row.len() + more).map(|j| j >= row.len()).collect());
    (ids(&padded, device), hidden.collect())
}

/// Rows of equal length as a tensor, `[B, T]`.
pub(crate) fn ids(rows: &[impl AsRef<[u32]>], device: &Device) -> Tensor<2, Int> {
    let t = rows.first().map_or(0, |row| row.as_ref().len());
    let all: Vec<i64> = rows.iter().flat_map(|row| row.as_ref()).map(|&id| id.into()).collect();
    Tensor::from_data(TensorData::new(all, [rows.len(), t]), device)
}

/// The memory of these rows.
fn memory_of(memory: &Memory, rows: &[usize]) -> Memory {
    let states = memory.states.clone().select(0, indices(rows, &memory.states.device())); // [rows, S, D]
    Memory { states, mask: mask_of(&memory.mask, rows) }
}

fn mask_of(mask: &Mask, rows: &[usize]) -> Mask {
    match mask {
        Mask::Padding { padding } => Mask::padding(rows.iter().map(|&row| padding[row].clone()).collect()),
        Mask::Prefix { lengths } => Mask::prefix(rows.iter().map(|&row| lengths[row]).collect()),
        Mask::Explicit { hidden } if hidden.dims()[0] > 1 => {
            Mask::Explicit { hidden: hidden.clone().select(0, indices(rows, &hidden.device())) }
        }
        Mask::All(masks) => masks.iter().map(|mask| mask_of(mask, rows)).fold(Mask::None, Mask::and),
        // The others say the same of every row.
        same => same.clone(),
    }
}

pub(crate) fn indices(rows: &[usize], device: &Device) -> Tensor<1, Int> {
    let rows: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
    Tensor::from_data(rows.as_slice(), device)
}

/// Lets each text of `writer` read its row, and gives the logits of each row after the other.
pub(crate) fn step<W: Writer>(writer: &mut W, rows: &[impl AsRef<[u32]>]) -> Result<Vec<f32>, Error> {
    let tokens = ids(rows, writer.device());
    on_pool(|| Ok(writer.read(tokens).try_to_vec_as::<f32>()?))
}

/// The same, after the texts `chosen` of those there were.
pub(crate) fn step_on<W: Writer>(
    writer: &mut W,
    chosen: &[usize],
    rows: &[impl AsRef<[u32]>],
) -> Result<Vec<f32>, Error> {
    let tokens = ids(rows, writer.device());
    on_pool(|| {
        writer.choose(chosen);
        Ok(writer.read(tokens).try_to_vec_as::<f32>()?)
    })
}
