//! How gradients move parameters.

use burn::{
    module::{Module, ModuleVisitor, Param, ParamGroup, ParamId},
    optim::{
        AdafactorConfig, AdjustLrFn, LionConfig, ModuleOptimizer, MuonConfig, decay::WeightDecayConfig,
        momentum::MomentumConfig,
    },
    tensor::Tensor,
};
use salamander_kernels::AdamWConfig;
use serde::{Deserialize, Serialize};

use crate::{
    Error, Precision,
    rule::{Number, Rule},
};

/// How gradients move parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Optimizer {
    /// See [`AdamW`](salamander_kernels::AdamW): matrices and tables decay, vectors do not.
    AdamW(AdamWConfig),
    /// The same without decay (Kingma and Ba 2014, arXiv:1412.6980).
    Adam {
        /// `β₁`: how slowly the mean of the gradients forgets.
        #[serde(default = "beta1")]
        beta1: f64,
        /// `β₂`: how slowly the mean of their squares forgets.
        #[serde(default = "beta2")]
        beta2: f64,
        /// `ε`: keeps the division tame.
        #[serde(default = "epsilon")]
        epsilon: f64,
    },
    /// Moves by the sign of a mean of gradients (Chen et al. 2023, arXiv:2302.06675). It wants a learning rate three to ten
    /// times smaller than AdamW's.
    Lion {
        /// `β₁`: what of the old mean goes into the sign.
        #[serde(default = "beta1")]
        beta1: f64,
        /// `β₂`: how slowly the mean forgets.
        #[serde(default = "lion_beta2")]
        beta2: f64,
        /// `λ`: the pull towards zero, on all parameters.
        #[serde(default)]
        weight_decay: f64,
    },
    /// Keeps a row and a column of second moments where Adam keeps a matrix (Shazeer and Stern 2018, arXiv:1804.04235).
    Adafactor {
        /// Whether each step is scaled by the size of what it moves.
        #[serde(default = "yes")]
        scale_by_parameter: bool,
        /// `λ`: the pull towards zero.
        #[serde(default)]
        weight_decay: f64,
    },
    /// Makes the step of each inner matrix orthogonal (Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural
    /// networks"), scaled so that it is as large as AdamW's would be (Liu et al. 2025, arXiv:2502.16982); embeddings, heads
    /// and vectors are moved by AdamW.
    Muon {
        /// How slowly the mean of the gradients forgets.
        #[serde(default = "muon_momentum")]
        momentum: f64,
        /// `λ`: the pull of the inner matrices towards zero.
        #[serde(default)]
        weight_decay: f64,
        /// What moves the others.
        #[serde(default)]
        others: AdamWConfig,
    },
}

fn beta1() -> f64 {
    0.9
}

fn beta2() -> f64 {
    0.999
}

fn epsilon() -> f64 {
    1e-8
}

fn lion_beta2() -> f64 {
    0.99
}

fn yes() -> bool {
    true
}

fn muon_momentum() -> f64 {
    0.95
}

impl Default for Optimizer {
    fn default() -> Self {
        Self::AdamW(AdamWConfig::default())
    }
}

impl Optimizer {
    /// Its numbers.
    pub(crate) fn numbers(&self) -> Vec<Number> {
        let betas = |beta1, beta2| [("optimizer.beta1", beta1, Rule::Share), ("optimizer.beta2", beta2, Rule::Share)];
        let decay = |weight_decay| ("optimizer.weight_decay", weight_decay, Rule::NotNegative);
        let adam = |config: &AdamWConfig| {
            let own = [("optimizer.epsilon", config.epsilon, Rule::Positive), decay(config.weight_decay)];
            [&betas(config.beta1, config.beta2)[..], &own].concat()
        };
        match self {
            Self::AdamW(config) => adam(config),
            &Self::Adam { beta1, beta2, epsilon } => adam(&AdamWConfig { beta1, beta2, epsilon, weight_decay: 0.0 }),
            &Self::Lion { beta1, beta2, weight_decay } => [&betas(beta1, beta2)[..], &[decay(weight_decay)]].concat(),
            &Self::Adafactor { weight_decay, .. } => vec![decay(weight_decay)],
            Self::Muon { momentum, weight_decay, others } => {
                let own = [("optimizer.momentum", *momentum, Rule::Share), decay(*weight_decay)];
                [&own[..], &adam(others)].concat()
            }
        }
    }

    /// Whether it can move parameters of such numbers.
    ///
    /// # Errors
    /// If its mean of the gradients would be of 16 bits too, in which a small step towards each is lost.
    pub(crate) fn check(&self, precision: Precision) -> Result<(), Error> {
        let kind = match (self, precision) {
            (Self::Lion { .. }, Precision::Bf16) => "lion",
            (Self::Muon { .. }, Precision::Bf16) => "muon",
            _ => return Ok(()),
        };
        let rule =
            format!("is {kind}, whose mean of the gradients has no room in bf16; take adamw or adafactor, or f32");
        Err(Error::Plan { setting: "optimizer.kind", rule })
    }

    /// Whether it finds in `model` what it is for.
    ///
    /// # Errors
    /// If it is for inner matrices, and there are none.
    pub(crate) fn suits<M: Module>(&self, model: &M) -> Result<(), Error> {
        if !matches!(self, Self::Muon { .. }) || !inner_matrices(model).is_empty() {
            return Ok(());
        }
        let rule = "is muon, which moves the matrices of blocks, and this model has no blocks; take adamw".into();
        Err(Error::Plan { setting: "optimizer.kind", rule })
    }

    /// Makes the optimiser of `model`.
    pub fn init<M: Module>(&self, model: &M) -> ModuleOptimizer {
        match self {
            Self::AdamW(config) => config.init(),
            &Self::Adam { beta1, beta2, epsilon } => AdamWConfig { beta1, beta2, epsilon, weight_decay: 0.0 }.init(),
            &Self::Lion { beta1, beta2, weight_decay } => {
                let config = LionConfig::new().with_beta_1(beta1 as f32).with_beta_2(beta2 as f32);
                config.with_weight_decay(weight_decay as f32).init()
            }
            &Self::Adafactor { scale_by_parameter, weight_decay } => {
                // The schedule is the plan's; the optimiser must not have one of its own.
                let config = AdafactorConfig::new().with_relative_step(false);
                config.with_scale_parameter(scale_by_parameter).with_weight_decay(weight_decay as f32).init()
            }
            Self::Muon { momentum, weight_decay, others } => {
                let momentum = MomentumConfig { momentum: *momentum, dampening: 0.0, nesterov: true };
                let decay = (*weight_decay > 0.0).then(|| WeightDecayConfig::new(*weight_decay as f32));
                let muon = MuonConfig::new().with_momentum(momentum).with_weight_decay(decay);
                let muon = muon.with_adjust_lr_fn(AdjustLrFn::MatchRmsAdamW).build();
                others.init().with_group(ParamGroup::from_ids(inner_matrices(model)), muon, None)
            }
        }
    }
}

/// The matrices inside the layers: what is neither a table, nor a head, nor a vector.
fn inner_matrices<M: Module>(model: &M) -> Vec<ParamId> {
    #[derive(Default)]
    struct Inner {
        path: Vec<String>,
        found: Vec<ParamId>,
    }
    impl ModuleVisitor for Inner {
        fn enter_module(&mut self, name: &str, _: &str) {
            self.path.push(name.into());
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.pop();
        }
        fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
            if R == 2 && self.path.iter().any(|name| name == "blocks") {
                self.found.push(param.id);
            }
        }
    }
    let mut inner = Inner::default();
    model.visit(&mut inner);
    inner.found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_and_their_defaults_filled_in() {
        let read = |text: &str| toml::from_str::<Optimizer>(text).map_err(|error| error.message().to_owned());
        assert_eq!(read("kind = 'adamw'"), Ok(Optimizer::default()));
        assert_eq!(read("kind = 'lion'"), Ok(Optimizer::Lion { beta1: 0.9, beta2: 0.99, weight_decay: 0.0 }));
        let muon = Optimizer::Muon { momentum: 0.9, weight_decay: 0.0, others: AdamWConfig::default() };
        assert_eq!(read("kind = 'muon'\nmomentum = 0.9"), Ok(muon));
        assert!(read("kind = 'adamw'\nbeta3 = 1").unwrap_err().contains("unknown field `beta3`"));
        assert!(read("kind = 'sgd'").unwrap_err().contains("unknown variant `sgd`"));
    }
}
