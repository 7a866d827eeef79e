//! What the families' laws are tested with: any small architecture, and ways to look at a model from outside.

// Each family uses its part of it.
#![allow(dead_code, unreachable_pub)]

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{Device, Gradients, Int, Tensor, TensorData},
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use salamander_attention::*;

/// Words of every model here.
pub const VOCAB: usize = 13;
/// Longest input of every model here.
pub const LONGEST: usize = 16;
/// Every norm's epsilon, large: it rounds off the turn of a short vector, which would make much of a score's last bit. That
/// bit depends on the order in which a row is summed up, and so on its length.
pub const EPSILON: f64 = 0.3;

/// One way to build a block and to know positions.
#[derive(Debug, Clone)]
pub struct Choice {
    pub heads: (usize, usize, usize),
    pub gated: bool,
    pub activation: Activation,
    pub residual: ResidualConfig,
    pub bias: bool,
    pub positions: Positions,
    pub weights: Weights,
    pub tied: bool,
    pub seed: u64,
}

/// Where order comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Positions {
    Learned,
    Sinusoidal,
    Rotary(Pairing),
    Relative,
}

/// Any architecture the bricks can express, small.
pub fn choices() -> impl Strategy<Value = Choice> {
    let heads = prop::sample::select(vec![(1, 1, 4), (2, 2, 2), (4, 2, 2), (4, 1, 4), (3, 3, 2)]);
    let activation = prop::sample::select(vec![Activation::Gelu, Activation::GeluTanh, Activation::Silu]);
    let norm = prop_oneof![
        Just(NormConfig::Layer { epsilon: EPSILON, bias: true }),
        Just(NormConfig::Layer { epsilon: EPSILON, bias: false }),
        Just(NormConfig::Rms { epsilon: EPSILON }),
    ];
    let residual = (norm, 0..4usize).prop_map(|(norm, place)| {
        let none = NormConfig::None;
        let slots = |before: &NormConfig, inside: &NormConfig, after: &NormConfig| ResidualConfig {
            before: before.clone(),
            inside: inside.clone(),
            after: after.clone(),
            dropout: 0.0,
        };
        match place {
            0 => slots(&norm, &none, &none),
            1 => slots(&none, &none, &norm),
            2 => slots(&norm, &norm, &none),
            _ => slots(&none, &norm, &none),
        }
    });
    let positions = prop_oneof![
        Just(Positions::Learned),
        Just(Positions::Sinusoidal),
        Just(Positions::Rotary(Pairing::HalfSplit)),
        Just(Positions::Rotary(Pairing::Interleaved)),
        Just(Positions::Relative),
    ];
    let weights = prop_oneof![3 => Just(Weights::Softmax), 1 => Just(Weights::Relu { gamma: 1.0 })];
    (heads, any::<bool>(), activation, residual, any::<bool>(), positions, weights, any::<bool>(), any::<u64>())
        .prop_map(|(heads, gated, activation, residual, bias, positions, weights, tied, seed)| Choice {
            heads,
            gated,
            activation,
            residual,
            bias,
            positions,
            weights,
            tied,
            seed: seed % 10_000,
        })
}

/// Some of them, always the same.
pub fn some_choices(count: usize) -> Vec<Choice> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| choices().new_tree(&mut runner).expect("a choice").current()).collect()
}

impl Choice {
    /// The same without corners: ReLU's make no slope.
    pub fn smooth(self) -> Self {
        Self { weights: Weights::Softmax, ..self }
    }

    /// Width of the stream.
    pub fn d_model(&self) -> usize {
        self.heads.0 * self.heads.2
    }

    pub fn attention(&self) -> AttentionConfig {
        let (n_heads, n_kv_heads, d_head) = self.heads;
        let rotary = match self.positions {
            Positions::Rotary(pairing) => {
                Some(RotaryConfig { theta: 100.0, d_rotary: d_head, pairing, scaling: RotaryScaling::None })
            }
            _ => None,
        };
        AttentionConfig {
            n_kv_heads,
            bias: if self.bias { ProjectionBias::ALL } else { ProjectionBias::NONE },
            weights: self.weights,
            rotary,
            ..AttentionConfig::multi_head(n_heads, d_head)
        }
    }

    pub fn feed_forward(&self) -> FeedForwardConfig {
        FeedForwardConfig {
            d_ff: 2 * self.d_model() + 1,
            kind: if self.gated { FeedForwardKind::Gated } else { FeedForwardKind::Plain },
            activation: self.activation,
            bias: self.bias,
            dropout: 0.0,
        }
    }

    pub fn block(&self) -> BlockConfig {
        BlockConfig { attention: self.attention(), feed_forward: self.feed_forward(), residual: self.residual.clone() }
    }

    pub fn cross_block(&self) -> CrossBlockConfig {
        CrossBlockConfig {
            attention: self.attention(),
            cross: AttentionConfig { rotary: None, ..self.attention() },
            feed_forward: self.feed_forward(),
            residual: self.residual.clone(),
        }
    }

    pub fn stack<C>(&self, block: C, direction: BucketDirection) -> StackConfig<C> {
        let relative = RelativeBiasConfig { n_buckets: 8, max_distance: 12, direction };
        StackConfig {
            n_layers: 2,
            block,
            relative: (self.positions == Positions::Relative).then_some(relative),
            norm: NormConfig::Rms { epsilon: EPSILON },
            dropout: 0.0,
        }
    }

    pub fn embedding(&self) -> EmbeddingConfig {
        let positions = match self.positions {
            Positions::Learned => PositionsConfig::Learned { max_seq_len: LONGEST, offset: 1 },
            Positions::Sinusoidal => PositionsConfig::Sinusoidal { layout: SinusoidLayout::Interleaved },
            Positions::Rotary(_) | Positions::Relative => PositionsConfig::None,
        };
        EmbeddingConfig { positions, ..EmbeddingConfig::default() }
    }

    pub fn unembedding(&self) -> UnembeddingConfig {
        if self.tied {
            UnembeddingConfig::Tied { scale: 0.5, bias: self.bias }
        } else {
            UnembeddingConfig::Untied { bias: self.bias }
        }
    }

    /// Far from zero, so that every part matters.
    pub fn init(&self) -> Init {
        Init::Normal { std: 0.35, output_std: 0.35 }
    }

    /// `[b, t]` words, the same for the same choice and `salt`.
    pub fn tokens(&self, b: usize, t: usize, salt: u64, device: &Device) -> Tensor<2, Int> {
        let mut state = self.seed ^ (salt << 32) | 1;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % VOCAB as u64) as i64
        };
        Tensor::from_data(TensorData::new((0..b * t).map(|_| next()).collect::<Vec<_>>(), [b, t]), device)
    }
}

/// The part of each of `t` positions, in rows of two documents each, the first as long as `lengths` says.
pub fn parts<const B: usize>(lengths: [usize; B], t: usize) -> Vec<Vec<i64>> {
    lengths.map(|first| (0..t).map(|i| i64::from(i >= first)).collect()).into()
}

/// Where the tokens of such rows stand in their documents, `[B, T]`.
pub fn side_by_side<const B: usize>(lengths: [usize; B], t: usize, device: &Device) -> Tensor<2, Int> {
    let places = |first| (0..t).map(move |i| (if i < first { i } else { i - first }) as i64);
    let places: Vec<i64> = lengths.into_iter().flat_map(places).collect();
    Tensor::from_data(TensorData::new(places, [B, t]), device)
}

/// The numbers of a tensor.
pub fn values<const R: usize>(tensor: Tensor<R>) -> Vec<f32> {
    tensor.into_data().try_to_vec().expect("f32")
}

/// The largest difference between two tensors of one shape, measured in their largest number where that is above 1.
pub fn distance<const R: usize>(a: Tensor<R>, b: Tensor<R>) -> f32 {
    assert_eq!(a.dims(), b.dims());
    let largest: f32 = a.clone().abs().max().into_scalar();
    (a - b).abs().max().into_scalar::<f32>() / largest.max(1.0)
}

/// Changes the word at position `at` of every row.
pub fn changed(tokens: Tensor<2, Int>, at: usize) -> Tensor<2, Int> {
    let [b, t] = tokens.dims();
    let mut words: Vec<i64> = tokens.clone().into_data().convert::<i64>().try_to_vec().expect("i64");
    words.chunks_mut(t).for_each(|row| row[at] = (row[at] + 1) % VOCAB as i64);
    Tensor::from_data(TensorData::new(words, [b, t]), &tokens.device())
}

/// For each position, how much the row `out` of `y`, `[1, T, _]`, changes with the vectors `x`, `[1, S, D]`.
pub fn influence(y: Tensor<3>, out: usize, x: &Tensor<3>) -> Vec<f32> {
    // Cubes: the sum of a normalised row, and the sum of its squares, depend on nothing.
    let gradients = y.narrow(1, out, 1).powi_scalar(3).sum().backward();
    values(x.grad(&gradients).expect("the output depends on its input").abs().sum_dim(2))
}

/// Names of the parameters that no gradient reaches.
pub fn unreached<M: Module>(model: &M, gradients: &Gradients) -> Vec<String> {
    struct Unreached<'a> {
        gradients: &'a Gradients,
        path: Vec<String>,
        names: Vec<String>,
    }
    impl ModuleVisitor for Unreached<'_> {
        fn enter_module(&mut self, name: &str, _: &str) {
            self.path.push(name.into());
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.pop();
        }
        fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
            let gradient = param.val().grad(self.gradients);
            if gradient.is_none_or(|gradient| gradient.abs().max().into_scalar::<f32>() == 0.0) {
                self.names.push(self.path.join("."));
            }
        }
    }
    let mut visitor = Unreached { gradients, path: Vec::new(), names: Vec::new() };
    model.visit(&mut visitor);
    visitor.names
}

/// Names of the parameters that no gradient reaches in any of a few models drawn from a choice: `missed` draws one and tells
/// what its gradients miss. ReLU may shut a whole attention of one of them.
pub fn never_reached(choice: &Choice, missed: impl Fn(&Choice) -> Vec<String>) -> Vec<String> {
    // All keys moving together move no softmax: a key's bias has no effect by its nature.
    let no_effect = |name: &String| name.ends_with("key.bias") && choice.weights == Weights::Softmax;
    let draws = [0, 2, 4].map(|more| Choice { seed: choice.seed + more, ..choice.clone() });
    let mut never = missed(&draws[0]);
    never.retain(|name| !no_effect(name));
    for draw in &draws[1..] {
        if never.is_empty() {
            break;
        }
        let missed = missed(draw);
        never.retain(|name| missed.contains(name));
    }
    never
}

/// Compares the gradient of `loss` with finite differences, along one random direction for each parameter.
pub fn check_gradients<M: Module>(model: &M, loss: impl Fn(&M) -> Tensor<1>) {
    struct Shift<'a> {
        index: usize,
        at: usize,
        by: f32,
        slope: Option<f64>,
        gradients: &'a Gradients,
    }
    impl ModuleMapper for Shift<'_> {
        fn map_float<const R: usize>(&mut self, param: Param<Tensor<R>>) -> Param<Tensor<R>> {
            self.index += 1;
            if self.index - 1 != self.at {
                return param;
            }
            let gradient = param.val().grad(self.gradients).expect("every parameter has a gradient");
            // Along the sign of the gradient the change is the largest there is.
            let direction = gradient.clone().sign();
            self.slope = Some((gradient * direction.clone()).sum().into_scalar::<f32>() as f64);
            let by = self.by;
            param.map(|tensor| (tensor.inner() + direction * by).detach().autodiff_like())
        }
    }
    trait Like<const R: usize> {
        fn autodiff_like(self) -> Tensor<R>;
    }
    impl<const R: usize> Like<R> for Tensor<R> {
        fn autodiff_like(self) -> Tensor<R> {
            Tensor::from_inner(self).require_grad()
        }
    }
    let gradients = loss(model).backward();
    let count = {
        struct Count(usize);
        impl ModuleVisitor for Count {
            fn visit_float<const R: usize>(&mut self, _: &Param<Tensor<R>>) {
                self.0 += 1;
            }
        }
        let mut count = Count(0);
        model.visit(&mut count);
        count.0
    };
    for at in 0..count {
        // Narrow: a model of a few dimensions that turns a short vector round is straight for no longer.
        let h = 2e-4;
        let mut slope = 0.0;
        let mut at_shift = |by: f32| {
            let mut shift = Shift { index: 0, at, by, slope: None, gradients: &gradients };
            let shifted = model.clone().map(&mut shift);
            slope = shift.slope.expect("one parameter was shifted");
            loss(&shifted).into_scalar::<f32>() as f64
        };
        // Two step widths, combined so that the curvature cancels (Richardson).
        let mut central = |h: f32| (at_shift(h) - at_shift(-h)) / (2.0 * h as f64);
        let measured = (4.0 * central(h) - central(2.0 * h)) / 3.0;
        let allowed = 2e-2 * slope.abs().max(0.05);
        assert!((measured - slope).abs() < allowed, "parameter {at}: measured {measured}, gradient says {slope}");
    }
}
