//! A model as burn-train wants it.

use std::{fmt::Debug, marker::PhantomData};

use burn::{
    module::Module,
    optim::{GradientsAccumulator, GradientsParams},
    tensor::{Device, Tensor},
};
use burn_train::{InferenceStep, ItemLazy, TrainOutput, TrainStep, metric::Adaptor};
use salamander_kernels::{CrossEntropyOptions, cross_entropy};
use salamander_text::IGNORE;

use crate::{Objective, Question};

/// A model that is asked and told the right answers.
#[derive(Module, Debug)]
pub(crate) struct Student<M: Module, B: Kind> {
    pub(crate) model: M,
    smoothing: f64,
    #[module(skip)]
    batch: PhantomData<fn(B)>,
}

/// What a kind of batch must be.
pub trait Kind: Clone + Debug + Send + Sync + 'static {}

impl<B: Clone + Debug + Send + Sync + 'static> Kind for B {}

/// A batch, and how much of an update it is: several small ones may make one.
#[derive(Debug, Clone)]
pub(crate) struct Part<B> {
    pub(crate) batch: B,
    /// Its share of the update's targets, 1 if it is alone.
    pub(crate) share: f64,
}

/// What learning from a batch, or an update of several, was like.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Learnt {
    /// Mean loss, in nats per target.
    pub(crate) loss: f64,
    /// Targets.
    pub(crate) tokens: usize,
    /// The length of all gradients together, before clipping.
    pub(crate) gradient_norm: f64,
    /// The learning rate.
    pub(crate) learning_rate: f64,
    /// Targets learnt from in a second.
    pub(crate) tokens_per_second: f64,
}

/// How a batch was answered.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Answered {
    /// Mean cross-entropy without smoothing, in nats per target.
    pub(crate) loss: f64,
    /// Targets whose right answer was the likeliest.
    pub(crate) correct: usize,
    /// Targets.
    pub(crate) tokens: usize,
}

impl<M: Objective<B>, B: Kind> Student<M, B> {
    pub(crate) fn new(model: M, smoothing: f64) -> Self {
        Self { model, smoothing, batch: PhantomData }
    }

    /// Where it lives.
    fn device(&self) -> Device {
        self.model.devices().into_iter().next().unwrap_or_default()
    }
}

impl<M: Objective<B>, B: Kind> TrainStep for Student<M, B> {
    type Input = Part<B>;
    type Output = Learnt;

    /// `share · (weight · mean over targets of -ln p + penalty)` and its gradients.
    fn step(&self, Part { batch, share }: Part<B>) -> TrainOutput<Learnt> {
        let Question { logits, targets, weight, owed } = self.model.ask(&batch, &self.device());
        let options = CrossEntropyOptions { ignore: Some(IGNORE), smoothing: M::smoothing(self.smoothing) };
        let loss = cross_entropy(logits, targets, &options);
        let total = times(loss.clone(), weight);
        let total = match owed.penalty.clone() {
            Some(penalty) => total + penalty,
            None => total,
        };
        let mut sum = GradientsAccumulator::new();
        let take = |gradients| sum.accumulate(self, GradientsParams::from_grads(gradients, self));
        owed.backward(&times(total, share), take);
        let item = Learnt { loss: scalar(loss), tokens: M::targets(&batch), ..Learnt::default() };
        TrainOutput { grads: sum.grads(), item }
    }
}

impl<M: Objective<B>, B: Kind> InferenceStep for Student<M, B> {
    type Input = B;
    type Output = Answered;

    fn step(&self, batch: B) -> Answered {
        let question = self.model.ask(&batch, &self.device());
        let (correct, tokens) = (question.correct(), M::targets(&batch));
        let options = CrossEntropyOptions { ignore: Some(IGNORE), smoothing: 0.0 };
        Answered { loss: scalar(cross_entropy(question.logits, question.targets, &options)), correct, tokens }
    }
}

fn times(x: Tensor<1>, factor: f64) -> Tensor<1> {
    if factor == 1.0 { x } else { x.mul_scalar(factor) }
}

fn scalar(x: Tensor<1>) -> f64 {
    f64::from(x.into_scalar::<f32>())
}

/// Plain numbers have nothing left to wait for.
macro_rules! plain {
    ($($item:ty),*) => {$(
        impl ItemLazy for $item {
            fn sync(self) -> Result<Self, burn_std::ExecutionError> {
                Ok(self)
            }
        }
        impl Adaptor<$item> for $item {
            fn adapt(&self) -> $item {
                *self
            }
        }
    )*};
}

plain!(Learnt, Answered);
