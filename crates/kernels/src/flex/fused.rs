//! The operations as burn sees them: a backend extension with a body for Flex and one for its autodiff.
//!
//! Calling through the extension, rather than reaching into the tensor, keeps burn's graph: a tracked call saves what its
//! rule needs, an untracked one saves nothing.

use burn::backend::{
    Autodiff, Backend, ExtensionType,
    autodiff::{
        checkpoint::strategy::CheckpointStrategy,
        ops::{Backward, OpsKind},
    },
    backend_extension,
    tensor::{BoolTensor, FloatTensor, IntTensor},
};
use burn_flex::{Flex, FlexTensor};

use super::{
    attention::{Inputs, Rule as AttentionRule},
    linear::{self as affine, Tracked},
    memory::{in_order, integers, tensor},
    norm,
    rotary::{Rule as RotaryRule, Turn},
};
use crate::{Activation, AttentionOptions, CrossEntropyOptions, Pairing};

/// A tensor that may be absent. The extension knows how to carry it to a backend; it does not know `Option`.
#[derive(ExtensionType)]
#[allow(unreachable_pub)]
pub enum Maybe<B: Backend> {
    /// It is there.
    Given(FloatTensor<B>),
    /// It is not.
    Absent,
}

/// A mask that may be absent.
#[derive(ExtensionType)]
#[allow(unreachable_pub)]
pub enum MaybeHidden<B: Backend> {
    /// It is there.
    Given(BoolTensor<B>),
    /// It is not.
    Absent,
}

impl<B: Backend> Maybe<B> {
    pub(super) fn of(tensor: Option<FloatTensor<B>>) -> Self {
        tensor.map_or(Self::Absent, Self::Given)
    }

    fn option(self) -> Option<FloatTensor<B>> {
        match self {
            Self::Given(tensor) => Some(tensor),
            Self::Absent => None,
        }
    }
}

impl<B: Backend> MaybeHidden<B> {
    pub(super) fn of(tensor: Option<BoolTensor<B>>) -> Self {
        tensor.map_or(Self::Absent, Self::Given)
    }

    fn option(self) -> Option<BoolTensor<B>> {
        match self {
            Self::Given(tensor) => Some(tensor),
            Self::Absent => None,
        }
    }
}

/// The fused operations of a backend.
#[allow(unreachable_pub)]
#[backend_extension(Flex, Autodiff)]
pub trait Fused: Backend {
    /// See [`linear`](crate::linear).
    fn fused_linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        #[extension_type] bias: Maybe<Self>,
    ) -> FloatTensor<Self>;
    /// See [`layer_norm`](crate::layer_norm).
    fn fused_layer_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        #[extension_type] beta: Maybe<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self>;
    /// See [`rms_norm`](crate::rms_norm).
    fn fused_rms_norm(x: FloatTensor<Self>, gamma: FloatTensor<Self>, epsilon: f64) -> FloatTensor<Self>;
    /// See [`activation`](crate::activation).
    fn fused_activation(x: FloatTensor<Self>, kind: Activation) -> FloatTensor<Self>;
    /// See [`gated`](crate::gated).
    fn fused_gated(gate: FloatTensor<Self>, up: FloatTensor<Self>, kind: Activation) -> FloatTensor<Self>;
    /// See [`attention`](crate::attention).
    fn fused_attention(
        q: FloatTensor<Self>,
        k: FloatTensor<Self>,
        v: FloatTensor<Self>,
        #[extension_type] hidden: MaybeHidden<Self>,
        #[extension_type] bias: Maybe<Self>,
        options: AttentionOptions,
    ) -> FloatTensor<Self>;
    /// See [`cross_entropy`](crate::cross_entropy).
    fn fused_cross_entropy(
        logits: FloatTensor<Self>,
        targets: IntTensor<Self>,
        options: CrossEntropyOptions,
    ) -> FloatTensor<Self>;
    /// See [`rotary`](crate::rotary).
    fn fused_rotary(
        x: FloatTensor<Self>,
        cos: FloatTensor<Self>,
        sin: FloatTensor<Self>,
        pairing: Pairing,
    ) -> FloatTensor<Self>;
    /// See [`dropout`](crate::dropout).
    fn fused_dropout(x: FloatTensor<Self>, probability: f64) -> FloatTensor<Self>;
    /// See [`residual`](crate::residual).
    fn fused_residual(x: FloatTensor<Self>, change: FloatTensor<Self>, probability: f64) -> FloatTensor<Self>;
    /// See [`embedding`](crate::embedding).
    fn fused_embedding(weight: FloatTensor<Self>, ids: IntTensor<Self>) -> FloatTensor<Self>;
}

impl Fused for Flex {
    fn fused_linear(x: FlexTensor, weight: FlexTensor, bias: Maybe<Self>) -> FlexTensor {
        affine::forward(&in_order(x), &weight, bias.option().map(in_order).as_ref())
    }

    fn fused_layer_norm(x: FlexTensor, gamma: FlexTensor, beta: Maybe<Self>, epsilon: f64) -> FlexTensor {
        let kind = norm::Kind { centred: true, epsilon: epsilon as f32 };
        norm::forward(&in_order(x), &in_order(gamma), beta.option().map(in_order).as_ref(), kind).0
    }

    fn fused_rms_norm(x: FlexTensor, gamma: FlexTensor, epsilon: f64) -> FlexTensor {
        let kind = norm::Kind { centred: false, epsilon: epsilon as f32 };
        norm::forward(&in_order(x), &in_order(gamma), None, kind).0
    }

    fn fused_activation(x: FlexTensor, kind: Activation) -> FlexTensor {
        super::activation::forward(&in_order(x), kind)
    }

    fn fused_gated(gate: FlexTensor, up: FlexTensor, kind: Activation) -> FlexTensor {
        super::activation::gated(&in_order(gate), &in_order(up), kind)
    }

    fn fused_attention(
        q: FlexTensor,
        k: FlexTensor,
        v: FlexTensor,
        hidden: MaybeHidden<Self>,
        bias: Maybe<Self>,
        options: AttentionOptions,
    ) -> FlexTensor {
        Inputs::new([q, k, v], hidden.option(), bias.option(), options).forward(false).0
    }

    fn fused_cross_entropy(logits: FlexTensor, targets: FlexTensor, options: CrossEntropyOptions) -> FlexTensor {
        let (loss, _) = super::cross_entropy::forward(&in_order(logits), &integers(targets), &options, false);
        tensor([loss].as_slice().into(), [1])
    }

    fn fused_rotary(x: FlexTensor, cos: FlexTensor, sin: FlexTensor, pairing: Pairing) -> FlexTensor {
        Turn { cos: in_order(cos), sin: in_order(sin), pairing }.apply(&in_order(x), 1.0)
    }

    fn fused_dropout(x: FlexTensor, probability: f64) -> FlexTensor {
        super::dropout::forward(&in_order(x), probability).0
    }

    fn fused_residual(x: FlexTensor, change: FlexTensor, probability: f64) -> FlexTensor {
        super::residual::forward(&in_order(x), change, probability).0
    }

    fn fused_embedding(weight: FlexTensor, ids: FlexTensor) -> FlexTensor {
        let shape = ids.layout().shape();
        let dims = [shape[0], shape[1]];
        super::embedding::forward(&in_order(weight), &integers(ids), dims)
    }
}

/// Runs `tracked` if a gradient is wanted, and registers its rule; `untracked` otherwise.
macro_rules! with_rule {
    ($rule:expr, [$($parent:expr),+], tracked: $tracked:expr, untracked: $untracked:expr $(,)?) => {
        match $rule.prepare::<C>([$($parent.node()),+]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let (state, output) = $tracked;
                prepared.finish(state, output)
            }
            OpsKind::UnTracked(prepared) => prepared.finish($untracked),
        }
    };
}

impl<C: CheckpointStrategy> Fused for Autodiff<Flex, C> {
    fn fused_linear(x: Tracked<C>, weight: Tracked<C>, bias: Maybe<Self>) -> Tracked<C> {
        let save = |x: Tracked<C>, weight: Tracked<C>, bias: Option<FlexTensor>| {
            let (x, weight) = (in_order(x.into_primitive()), weight.into_primitive());
            let y = affine::forward(&x, &weight, bias.as_ref());
            ((x, weight), y)
        };
        let plain = |x: Tracked<C>, weight: Tracked<C>, bias| {
            Flex::fused_linear(x.into_primitive(), weight.into_primitive(), Maybe::of(bias))
        };
        match bias.option() {
            Some(bias) => with_rule!(
                affine::Rule::<3>, [x, weight, bias],
                tracked: save(x, weight, Some(in_order(bias.into_primitive()))),
                untracked: plain(x, weight, Some(bias.into_primitive())),
            ),
            None => with_rule!(
                affine::Rule::<2>, [x, weight],
                tracked: save(x, weight, None),
                untracked: plain(x, weight, None),
            ),
        }
    }

    fn fused_layer_norm(x: Tracked<C>, gamma: Tracked<C>, beta: Maybe<Self>, epsilon: f64) -> Tracked<C> {
        let kind = norm::Kind { centred: true, epsilon: epsilon as f32 };
        match beta.option() {
            Some(beta) => with_rule!(
                norm::Rule::<3>, [x, gamma, beta],
                tracked: save_norm::<C>(x, gamma, Some(beta), kind),
                untracked: save_norm::<C>(x, gamma, Some(beta), kind).1,
            ),
            None => with_rule!(
                norm::Rule::<2>, [x, gamma],
                tracked: save_norm::<C>(x, gamma, None, kind),
                untracked: save_norm::<C>(x, gamma, None, kind).1,
            ),
        }
    }

    fn fused_rms_norm(x: Tracked<C>, gamma: Tracked<C>, epsilon: f64) -> Tracked<C> {
        let kind = norm::Kind { centred: false, epsilon: epsilon as f32 };
        with_rule!(
            norm::Rule::<2>, [x, gamma],
            tracked: save_norm::<C>(x, gamma, None, kind),
            untracked: save_norm::<C>(x, gamma, None, kind).1,
        )
    }

    fn fused_activation(x: Tracked<C>, kind: Activation) -> Tracked<C> {
        with_rule!(
            super::activation::Rule, [x],
            tracked: {
                let (y, slope) = super::activation::forward_and_slope(&in_order(x.into_primitive()), kind);
                (slope, y)
            },
            untracked: Flex::fused_activation(x.into_primitive(), kind),
        )
    }

    fn fused_gated(gate: Tracked<C>, up: Tracked<C>, kind: Activation) -> Tracked<C> {
        with_rule!(
            super::activation::GatedRule, [gate, up],
            tracked: {
                let (gate, up) = (in_order(gate.into_primitive()), in_order(up.into_primitive()));
                let y = super::activation::gated(&gate, &up, kind);
                ((gate, up, kind), y)
            },
            untracked: Flex::fused_gated(gate.into_primitive(), up.into_primitive(), kind),
        )
    }

    fn fused_attention(
        q: Tracked<C>,
        k: Tracked<C>,
        v: Tracked<C>,
        hidden: MaybeHidden<Self>,
        bias: Maybe<Self>,
        options: AttentionOptions,
    ) -> Tracked<C> {
        let save = |qkv: [Tracked<C>; 3], hidden, bias, options| {
            let inputs = Inputs::new(qkv.map(|x| x.into_primitive()), hidden, bias, options);
            let (y, kept) = inputs.forward(true);
            let Some(kept) = kept else { unreachable!("asked for") };
            ((inputs, kept), y)
        };
        let plain = |qkv: [Tracked<C>; 3], hidden, bias, options| {
            Inputs::new(qkv.map(|x| x.into_primitive()), hidden, bias, options).forward(false).0
        };
        let hidden = hidden.option();
        match bias.option() {
            Some(bias) => with_rule!(
                AttentionRule::<4>, [q, k, v, bias],
                tracked: save([q, k, v], hidden, Some(bias.into_primitive()), options),
                untracked: plain([q, k, v], hidden, Some(bias.into_primitive()), options),
            ),
            None => with_rule!(
                AttentionRule::<3>, [q, k, v],
                tracked: save([q, k, v], hidden, None, options),
                untracked: plain([q, k, v], hidden, None, options),
            ),
        }
    }

    fn fused_cross_entropy(logits: Tracked<C>, targets: IntTensor<Self>, options: CrossEntropyOptions) -> Tracked<C> {
        with_rule!(
            super::cross_entropy::Rule, [logits],
            tracked: {
                let logits = in_order(logits.into_primitive());
                let (loss, slopes) = super::cross_entropy::forward(&logits, &integers(targets), &options, true);
                let Some(slopes) = slopes else { unreachable!("asked for") };
                (slopes, tensor([loss].as_slice().into(), [1]))
            },
            untracked: Flex::fused_cross_entropy(logits.into_primitive(), targets, options),
        )
    }

    fn fused_rotary(x: Tracked<C>, cos: Tracked<C>, sin: Tracked<C>, pairing: Pairing) -> Tracked<C> {
        let turn = Turn { cos: in_order(cos.into_primitive()), sin: in_order(sin.into_primitive()), pairing };
        with_rule!(
            RotaryRule, [x],
            tracked: {
                let y = turn.apply(&in_order(x.into_primitive()), 1.0);
                (turn, y)
            },
            untracked: turn.apply(&in_order(x.into_primitive()), 1.0),
        )
    }

    fn fused_dropout(x: Tracked<C>, probability: f64) -> Tracked<C> {
        with_rule!(
            super::activation::Rule, [x],
            tracked: {
                let (y, factors) = super::dropout::forward(&in_order(x.into_primitive()), probability);
                (factors, y)
            },
            untracked: Flex::fused_dropout(x.into_primitive(), probability),
        )
    }

    fn fused_residual(x: Tracked<C>, change: Tracked<C>, probability: f64) -> Tracked<C> {
        with_rule!(
            super::residual::Rule, [x, change],
            tracked: {
                let (x, change) = (in_order(x.into_primitive()), change.into_primitive());
                let (y, factors) = super::residual::forward(&x, change, probability);
                (factors, y)
            },
            untracked: Flex::fused_residual(x.into_primitive(), change.into_primitive(), probability),
        )
    }

    fn fused_embedding(weight: Tracked<C>, ids: IntTensor<Self>) -> Tracked<C> {
        with_rule!(
            super::embedding::Rule, [weight],
            tracked: {
                let (weight, shape) = (in_order(weight.into_primitive()), ids.layout().shape().clone());
                let ids = integers(ids);
                let y = super::embedding::forward(&weight, &ids, [shape[0], shape[1]]);
                (super::embedding::state(&weight, ids), y)
            },
            untracked: Flex::fused_embedding(weight.into_primitive(), ids),
        )
    }
}

type NormState = (FlexTensor, FlexTensor, norm::Statistics, norm::Kind);

fn save_norm<C: CheckpointStrategy>(
    x: Tracked<C>,
    gamma: Tracked<C>,
    beta: Option<Tracked<C>>,
    kind: norm::Kind,
) -> (NormState, FlexTensor) {
    let (x, gamma) = (in_order(x.into_primitive()), in_order(gamma.into_primitive()));
    let beta = beta.map(|beta| in_order(beta.into_primitive()));
    let (y, statistics) = norm::forward(&x, &gamma, beta.as_ref(), kind);
    ((x, gamma, statistics, kind), y)
}
