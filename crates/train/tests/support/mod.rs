//! Small models of each family, small data, and a turn for each test: the device's random state is one for the process.

#![allow(dead_code)] // each file of tests takes what it needs

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Tensor},
};
use salamander_attention::*;
use salamander_decoder_only::{Decoder, DecoderConfig};
use salamander_encoder_decoder::{EncoderDecoder, EncoderDecoderConfig, Sharing};
use salamander_encoder_only::{EncoderConfig, MaskedLm, MaskedLmConfig, MaskedLmHeadConfig};
use salamander_text::{Batches, Corruption, Documents, Masked, PairOptions, Pairs, Random};
use salamander_train::*;

/// Words.
pub(crate) const V: usize = 24;
/// Width.
const D: usize = 16;
const DROPOUT: f64 = 0.1;

/// Waits for its turn.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn plan(steps: usize) -> Plan {
    let text = format!(
        "steps = {steps}
        batch_size = 4
        seq_len = 8
        schedule = {{ kind = 'cosine', peak = 1e-2, floor = 1e-3, warmup = 3 }}
        clip = 1.0
        log_every = 2
        evaluate = {{ every = 4, batches = 2 }}
        seed = 3"
    );
    toml::from_str(&text).expect("a plan")
}

fn norm() -> NormConfig {
    NormConfig::Layer { epsilon: 1e-5, bias: true }
}

fn init() -> Init {
    Init::Normal { std: 0.02, output_std: 0.02 }
}

fn embedding(dropout: f64) -> EmbeddingConfig {
    let positions = PositionsConfig::Learned { max_seq_len: 16, offset: 0 };
    EmbeddingConfig { positions, dropout, ..EmbeddingConfig::default() }
}

fn feed_forward(dropout: f64) -> FeedForwardConfig {
    FeedForwardConfig { d_ff: 32, kind: FeedForwardKind::Plain, activation: Activation::Gelu, bias: true, dropout }
}

fn attention(dropout: f64) -> AttentionConfig {
    AttentionConfig { dropout, ..AttentionConfig::multi_head(2, D / 2) }
}

fn stack<C>(block: C) -> StackConfig<C> {
    StackConfig { n_layers: 2, block, relative: None, norm: norm(), dropout: 0.0 }
}

fn block(dropout: f64) -> BlockConfig {
    BlockConfig {
        attention: attention(dropout),
        feed_forward: feed_forward(dropout),
        residual: ResidualConfig::pre_norm(norm(), dropout),
    }
}

/// A family: its model, and data of a kind that can be learnt.
pub(crate) trait Family: Objective<<Self::Set as Batches>::Batch> {
    type Set: Batches<Batch: Kind> + Send + Sync + 'static;
    fn new(device: &Device) -> Self;
    fn set(seed: u64) -> Self::Set;
}

/// Counting upwards from anywhere, by one or by two.
fn sequences(seed: u64) -> Vec<Vec<u32>> {
    let mut random = Random::at(seed, 0);
    let one = |random: &mut Random| {
        let (start, by) = (random.below(V - 6), 1 + random.below(2));
        (0..6).map(|i| (5 + (start + i * by) % (V - 5)) as u32).collect()
    };
    (0..40).map(|_| one(&mut random)).collect()
}

pub(crate) fn decoder(dropout: f64, device: &Device) -> Decoder {
    let config = DecoderConfig {
        vocab_size: V,
        d_model: D,
        max_seq_len: 16,
        embedding: embedding(dropout),
        stack: stack(block(dropout)),
        unembedding: UnembeddingConfig::Tied { scale: 1.0, bias: false },
        init: init(),
    };
    config.init(device)
}

pub(crate) fn encoder(dropout: f64) -> EncoderConfig {
    EncoderConfig {
        vocab_size: V,
        d_model: D,
        max_seq_len: 16,
        embedding: embedding(dropout),
        stack: stack(block(dropout)),
        init: init(),
    }
}

impl Family for Decoder {
    type Set = Documents;

    fn new(device: &Device) -> Self {
        decoder(DROPOUT, device)
    }

    fn set(seed: u64) -> Documents {
        Documents::new(sequences(seed), 1, 8, 4, seed).expect("documents")
    }
}

impl Family for MaskedLm {
    type Set = Masked;

    fn new(device: &Device) -> Self {
        let config = MaskedLmConfig {
            encoder: encoder(DROPOUT),
            head: MaskedLmHeadConfig {
                activation: Activation::Gelu,
                norm: norm(),
                unembedding: UnembeddingConfig::Tied { scale: 1.0, bias: true },
            },
        };
        config.init(device)
    }

    fn set(seed: u64) -> Masked {
        let corruption = Corruption { rate: 0.15, mask: 4, special: vec![0, 1, 2, 3, 4], vocab_size: V };
        Masked::new(sequences(seed), corruption, 0, 8, 4, seed).expect("sequences")
    }
}

pub(crate) fn translator(dropout: f64) -> EncoderDecoderConfig {
    let decoder = CrossBlockConfig {
        attention: attention(dropout),
        cross: attention(dropout),
        feed_forward: feed_forward(dropout),
        residual: ResidualConfig::pre_norm(norm(), dropout),
    };
    EncoderDecoderConfig {
        vocab_size: V,
        d_model: D,
        max_seq_len: 16,
        source: embedding(dropout),
        target: embedding(dropout),
        encoder: stack(block(dropout)),
        decoder: stack(decoder),
        sharing: Sharing::Nothing,
        unembedding: UnembeddingConfig::Tied { scale: 1.0, bias: false },
        init: init(),
    }
}

impl Family for EncoderDecoder {
    type Set = Pairs;

    fn new(device: &Device) -> Self {
        translator(DROPOUT).init(device)
    }

    fn set(seed: u64) -> Pairs {
        let pairs = sequences(seed).into_iter().map(|source| (source.clone(), source.into_iter().rev().collect()));
        let options = PairOptions { pad: 0, start: 2, end: 1, rows: 4, longest: 8, similar: false };
        Pairs::new(pairs.collect(), options, seed).expect("pairs")
    }
}

/// A model that begins as the seed says, with autodiff.
pub(crate) fn begin<M: Family>(seed: u64) -> M {
    let device = Device::flex();
    device.seed(seed);
    M::new(&device.autodiff())
}

pub(crate) fn data<M: Family>() -> Data<M::Set> {
    Data { train: Arc::new(M::set(1)), validation: Arc::new(M::set(2)) }
}

/// All parameters' bits.
pub(crate) fn bits<M: Module>(model: &M) -> Vec<u32> {
    struct All(Vec<u32>);
    impl ModuleVisitor for All {
        fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
            let values = param.val().into_data().try_to_vec::<f32>().expect("f32");
            self.0.extend(values.iter().map(|value| value.to_bits()));
        }
    }
    let mut all = All(Vec::new());
    model.visit(&mut all);
    all.0
}
