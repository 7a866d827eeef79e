//! A model as burn-train wants it.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use burn_train::{InferenceStep, ItemLazy, TrainOutput, TrainStep, metric::Adaptor};
use salamander_kernels::{CrossEntropyOptions, cross_entropy};
use salamander_text::IGNORE;

use crate::{Objective, Question};

/// A model that is asked and told the right answers.
#[derive(Module, Debug)]
pub(crate) struct Student<M: Module> {
    pub(crate) model: M,
    smoothing: f64,
}

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

impl<M: Objective> Student<M> {
    pub(crate) fn new(model: M, smoothing: f64) -> Self {
        Self { model, smoothing }
    }

    /// Where it lives.
    fn device(&self) -> Device {
        self.model.devices().into_iter().next().unwrap_or_default()
    }
}

impl<M: Objective> TrainStep for Student<M> {
    type Input = Part<M::Batch>;
    type Output = Learnt;

    /// `share · (mean over targets of -ln p + penalty)` and its gradients.
    fn step(&self, Part { batch, share }: Part<M::Batch>) -> TrainOutput<Learnt> {
        let Question { logits, targets, penalty } = self.model.ask(&batch, &self.device());
        let options = CrossEntropyOptions { ignore: Some(IGNORE), smoothing: self.smoothing };
        let loss = cross_entropy(logits, targets, &options);
        let total = match penalty {
            Some(penalty) => loss.clone() + penalty,
            None => loss.clone(),
        };
        let total = if share == 1.0 { total } else { total.mul_scalar(share) };
        let gradients = total.backward();
        let loss = scalar(loss);
        TrainOutput::new(self, gradients, Learnt { loss, tokens: M::targets(&batch), ..Learnt::default() })
    }
}

impl<M: Objective> InferenceStep for Student<M> {
    type Input = M::Batch;
    type Output = Answered;

    fn step(&self, batch: M::Batch) -> Answered {
        let question = self.model.ask(&batch, &self.device());
        let (correct, tokens) = (question.correct(), M::targets(&batch));
        let options = CrossEntropyOptions { ignore: Some(IGNORE), smoothing: 0.0 };
        Answered { loss: scalar(cross_entropy(question.logits, question.targets, &options)), correct, tokens }
    }
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
