//! AdamW (Loshchilov and Hutter 2017, arXiv:1711.05101), over all parameters of a module at once.

use std::collections::HashMap;

use burn::{
    module::{Module, ModuleMapper, Param, ParamId},
    optim::GradientsParams,
    tensor::{Tensor, TensorData},
};
use serde::{Deserialize, Serialize};

/// The numbers of AdamW.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdamWConfig {
    /// `β₁`: how slowly the mean of the gradients forgets.
    pub beta1: f64,
    /// `β₂`: how slowly the mean of their squares forgets.
    pub beta2: f64,
    /// `ε`: keeps the division tame.
    pub epsilon: f64,
    /// `λ`: the pull towards zero, on matrices and tables only: a norm's gain has no reason to be small.
    pub weight_decay: f64,
}

impl Default for AdamWConfig {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 }
    }
}

/// ```text
/// m <- β₁ m + (1-β₁) g          v <- β₂ v + (1-β₂) g²
/// p <- p (1 - ηλ) - η (m / (1-β₁ᵗ)) / (√(v / (1-β₂ᵗ)) + ε)
/// ```
///
/// On the CPU the parameters and moments are written where they are; on other backends the same equations are burn's
/// operations.
#[derive(Debug, Clone)]
pub struct AdamW {
    config: AdamWConfig,
    steps: usize,
    moments: HashMap<ParamId, Moments>,
}

/// The two running means of one parameter, flat, with their shape.
#[derive(Debug, Clone)]
pub struct Moments {
    first: Flat,
    second: Flat,
}

type Flat = Tensor<1>;

/// The numbers of one step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Factors {
    pub(crate) beta1: f32,
    pub(crate) beta2: f32,
    pub(crate) epsilon: f32,
    /// `η / (1-β₁ᵗ)`.
    pub(crate) step: f32,
    /// `1 / (1-β₂ᵗ)`.
    pub(crate) over_second: f32,
    /// `1 - ηλ`.
    pub(crate) decay: f32,
}

impl Moments {
    /// The mean of the gradients and the mean of their squares, as data.
    pub fn to_data(&self) -> [TensorData; 2] {
        [self.first.to_data(), self.second.to_data()]
    }

    fn zeros<const R: usize>(like: &Tensor<R>) -> Self {
        let n = like.shape().num_elements();
        let zeros = || Tensor::zeros([n], &like.device());
        Self { first: zeros(), second: zeros() }
    }
}

impl AdamW {
    /// Before the first step.
    pub fn new(config: AdamWConfig) -> Self {
        Self { config, steps: 0, moments: HashMap::new() }
    }

    /// Steps taken.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The moments of each parameter, to be kept.
    pub fn moments(&self) -> impl Iterator<Item = (ParamId, &Moments)> {
        self.moments.iter().map(|(id, moments)| (*id, moments))
    }

    /// Moves every parameter that has a gradient; `learning_rate` is `η`.
    pub fn step<M: Module>(&mut self, learning_rate: f64, model: M, gradients: GradientsParams) -> M {
        self.steps += 1;
        let factors = self.factors(learning_rate);
        #[cfg(feature = "flex")]
        if model.devices().iter().all(crate::backend::is_flex) {
            return in_place::step(self, &factors, model, gradients);
        }
        model.map(&mut Composed { optimizer: self, factors, gradients })
    }

    fn factors(&self, learning_rate: f64) -> Factors {
        let AdamWConfig { beta1, beta2, epsilon, weight_decay } = self.config;
        let past = |beta: f64| 1.0 - beta.powi(self.steps as i32);
        Factors {
            beta1: beta1 as f32,
            beta2: beta2 as f32,
            epsilon: epsilon as f32,
            step: (learning_rate / past(beta1)) as f32,
            over_second: (1.0 / past(beta2)) as f32,
            decay: (1.0 - learning_rate * weight_decay) as f32,
        }
    }
}

impl Factors {
    /// What a parameter of rank `rank` is multiplied with.
    fn decay_of(&self, rank: usize) -> f32 {
        if rank >= 2 { self.decay } else { 1.0 }
    }
}

/// Puts a parameter's new value where the old one was, ready for the next gradient.
fn restored<const R: usize>(value: Tensor<R>, like: &Tensor<R>) -> Tensor<R> {
    let value = Tensor::from_inner(value);
    if like.is_require_grad() { value.require_grad() } else { value }
}

/// The equations in burn's operations.
struct Composed<'a> {
    optimizer: &'a mut AdamW,
    factors: Factors,
    gradients: GradientsParams,
}

impl ModuleMapper for Composed<'_> {
    fn map_float<const R: usize>(&mut self, param: Param<Tensor<R>>) -> Param<Tensor<R>> {
        let Some(gradient) = self.gradients.remove::<R>(param.id) else { return param };
        let Factors { beta1, beta2, epsilon, step, over_second, .. } = self.factors;
        let (id, value, mapper) = param.consume();
        let old = value.clone().inner();
        let shape = old.dims();
        let moments = self.optimizer.moments.remove(&id).unwrap_or_else(|| Moments::zeros(&old));
        let gradient = gradient.reshape([-1]);
        let first = moments.first * beta1 + gradient.clone() * (1.0 - beta1);
        let second = moments.second * beta2 + gradient.clone() * gradient * (1.0 - beta2);
        let change = first.clone() * step / ((second.clone() * over_second).sqrt() + epsilon);
        let new = old * self.factors.decay_of(R) - change.reshape(shape);
        self.optimizer.moments.insert(id, Moments { first, second });
        Param::from_mapped_value(id, restored(new, &value), mapper)
    }
}

/// The equations on the memory of the parameters themselves.
#[cfg(feature = "flex")]
mod in_place {
    use burn_flex::Flex;

    use super::*;
    use crate::flex::{Job, adamw_step};

    /// Takes the parameters out of the module, steps them all, and puts them back: with the module still holding them
    /// they would have two owners, and writing would copy.
    pub(super) fn step<M: Module>(optimizer: &mut AdamW, factors: &Factors, model: M, gradients: GradientsParams) -> M {
        let mut take = Take { optimizer, factors, gradients, jobs: Vec::new(), ids: HashMap::new() };
        let model = model.map(&mut take);
        let Take { mut jobs, ids, .. } = take;
        adamw_step(&mut jobs, factors);
        let jobs = jobs.into_iter().map(Some).collect();
        model.map(&mut Put { optimizer, jobs, ids })
    }

    struct Take<'a> {
        optimizer: &'a mut AdamW,
        factors: &'a Factors,
        gradients: GradientsParams,
        jobs: Vec<Job>,
        ids: HashMap<ParamId, usize>,
    }

    struct Put<'a> {
        optimizer: &'a mut AdamW,
        jobs: Vec<Option<Job>>,
        ids: HashMap<ParamId, usize>,
    }

    fn primitive<const R: usize>(tensor: Tensor<R>) -> burn_flex::FlexTensor {
        let Ok(primitive) = tensor.try_into_primitive::<Flex>() else { unreachable!("all devices are Flex") };
        primitive
    }

    impl ModuleMapper for Take<'_> {
        fn map_float<const R: usize>(&mut self, param: Param<Tensor<R>>) -> Param<Tensor<R>> {
            let Some(gradient) = self.gradients.remove::<R>(param.id) else { return param };
            let (id, value, mapper) = param.consume();
            let trains = value.is_require_grad();
            let device = value.device();
            let value = value.inner();
            let moments = self.optimizer.moments.remove(&id).unwrap_or_else(|| Moments::zeros(&value));
            self.ids.insert(id, self.jobs.len());
            self.jobs.push(Job {
                value: primitive(value),
                gradient: primitive(gradient),
                first: primitive(moments.first),
                second: primitive(moments.second),
                decay: self.factors.decay_of(R),
            });
            let place = Tensor::<R>::empty([1; R], &device);
            let place = if trains { place.require_grad() } else { place };
            Param::from_mapped_value(id, place, mapper)
        }
    }

    impl ModuleMapper for Put<'_> {
        fn map_float<const R: usize>(&mut self, param: Param<Tensor<R>>) -> Param<Tensor<R>> {
            let Some(job) = self.ids.get(&param.id).and_then(|&at| self.jobs[at].take()) else { return param };
            let (id, place, mapper) = param.consume();
            let moments = Moments {
                first: Tensor::from_primitive::<Flex>(job.first),
                second: Tensor::from_primitive::<Flex>(job.second),
            };
            self.optimizer.moments.insert(id, moments);
            let value = Tensor::<R>::from_primitive::<Flex>(job.value);
            Param::from_mapped_value(id, restored(value, &place), mapper)
        }
    }
}
