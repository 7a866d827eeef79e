//! AdamW (Loshchilov and Hutter 2017, arXiv:1711.05101) as one of burn's optimisers.

use burn::{
    optim::{AdamW as Composed, AdamWConfig as ComposedConfig, AdamWState, ModuleOptimizer, Optimizer},
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};

use crate::widen::widened;

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

impl AdamWConfig {
    /// Makes the optimiser of one kind of parameter.
    pub fn build(&self) -> AdamW {
        let composed = |weight_decay: f64| {
            let config = ComposedConfig::new().with_beta_1(self.beta1 as f32).with_beta_2(self.beta2 as f32);
            config.with_epsilon(self.epsilon as f32).with_weight_decay(weight_decay as f32).build()
        };
        AdamW {
            #[cfg(feature = "flex")]
            config: self.clone(),
            with_decay: composed(self.weight_decay),
            without_decay: composed(0.0),
        }
    }

    /// Makes the optimiser of a whole module.
    pub fn init(&self) -> ModuleOptimizer {
        self.build().into()
    }
}

/// ```text
/// m <- β₁ m + (1-β₁) g          v <- β₂ v + (1-β₂) g²
/// p <- p (1 - ηλ) - η (m / (1-β₁ᵗ)) / (√(v / (1-β₂ᵗ)) + ε)
/// ```
///
/// burn's own, with two differences: vectors do not decay, and on the CPU a step is one pass over memory that writes the
/// parameter and its moments where they are.
#[derive(Clone)]
pub struct AdamW {
    #[cfg(feature = "flex")]
    config: AdamWConfig,
    with_decay: Composed,
    without_decay: Composed,
}

/// The numbers of one step.
#[cfg(feature = "flex")]
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

#[cfg(feature = "flex")]
impl AdamW {
    /// The numbers of step `time`, counted from 1, for a parameter of rank `rank`.
    fn factors(&self, learning_rate: f64, time: usize, rank: usize) -> Factors {
        let AdamWConfig { beta1, beta2, epsilon, weight_decay } = self.config;
        let past = |beta: f64| 1.0 - beta.powi(time as i32);
        Factors {
            beta1: beta1 as f32,
            beta2: beta2 as f32,
            epsilon: epsilon as f32,
            step: (learning_rate / past(beta1)) as f32,
            over_second: (1.0 / past(beta2)) as f32,
            decay: if decays(rank) { (1.0 - learning_rate * weight_decay) as f32 } else { 1.0 },
        }
    }
}

/// Whether a parameter of this rank is a matrix or a table.
fn decays(rank: usize) -> bool {
    rank >= 2
}

impl Optimizer for AdamW {
    type State<const D: usize> = AdamWState<D>;

    fn step<const D: usize>(
        &self,
        learning_rate: f64,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamWState<D>>,
    ) -> (Tensor<D>, Option<AdamWState<D>>) {
        #[cfg(feature = "flex")]
        if crate::is_fused(&parameter) && crate::is_fused(&gradient) {
            return self.in_place(learning_rate, parameter, gradient, state);
        }
        let composed = if decays(D) { &self.with_decay } else { &self.without_decay };
        // The moments of numbers of 16 bits have 32.
        let ((parameter, narrow), (gradient, _)) = (widened(parameter), widened(gradient));
        let (parameter, state) = composed.step(learning_rate, parameter, gradient, state);
        (parameter.cast(narrow), state)
    }

    fn to_device<const D: usize>(state: AdamWState<D>, device: &Device) -> AdamWState<D> {
        Composed::to_device(state, device)
    }
}

#[cfg(feature = "flex")]
impl AdamW {
    fn in_place<const D: usize>(
        &self,
        learning_rate: f64,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamWState<D>>,
    ) -> (Tensor<D>, Option<AdamWState<D>>) {
        use burn::optim::AdaptiveMomentumState as Moments;

        let before = state.map(|state| state.momentum).unwrap_or_else(|| Moments {
            time: 0,
            moment_1: parameter.zeros_like(),
            moment_2: parameter.zeros_like(),
            max_moment_2: None,
        });
        let time = before.time + 1;
        let moments = [before.moment_1, before.moment_2];
        let factors = self.factors(learning_rate, time, D);
        let (parameter, [moment_1, moment_2]) = crate::flex::adamw_step(parameter, gradient, moments, &factors);
        let after = Moments { time, moment_1, moment_2, max_moment_2: None };
        (parameter, Some(AdamWState { momentum: after }))
    }
}
