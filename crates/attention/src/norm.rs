//! Normalisations of the residual stream.

use burn::{
    module::{Module, Param},
    nn::{Identity, Initializer},
    tensor::{Device, Tensor},
};
use salamander_kernels as kernels;
use serde::{Deserialize, Serialize};

use crate::ConfigError;

/// Which normalisation fills a slot.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NormConfig {
    /// Leaves the stream as it is.
    #[default]
    None,
    /// See [`LayerNorm`].
    Layer {
        /// Added to the variance. Hugging Face: `layer_norm_eps`, `layer_norm_epsilon`.
        epsilon: f64,
        /// Whether a bias is added after the gain.
        bias: bool,
    },
    /// See [`RmsNorm`].
    Rms {
        /// Added to the mean square. Hugging Face: `rms_norm_eps`, `layer_norm_epsilon`.
        epsilon: f64,
    },
}

/// The filled slot.
#[derive(Module, Debug)]
pub enum Norm {
    /// Leaves the stream as it is.
    Identity(Identity),
    /// See [`LayerNorm`].
    Layer(LayerNorm),
    /// See [`RmsNorm`].
    Rms(RmsNorm),
}

/// `y = (x - mean x) / sqrt(var x + ε) · γ + β` over the last axis (Ba et al. 2016, arXiv:1607.06450).
#[derive(Module, Debug)]
pub struct LayerNorm {
    /// The gain, `[D]`.
    pub gamma: Param<Tensor<1>>,
    /// The shift, `[D]`.
    pub beta: Option<Param<Tensor<1>>>,
    epsilon: f64,
}

/// `y = x / sqrt(mean x² + ε) · γ` over the last axis (Zhang and Sennrich 2019, arXiv:1910.07467).
#[derive(Module, Debug)]
pub struct RmsNorm {
    /// The gain, `[D]`.
    pub gamma: Param<Tensor<1>>,
    epsilon: f64,
}

impl NormConfig {
    /// Makes the normalisation of vectors of width `width`.
    pub fn init(&self, width: usize, device: &Device) -> Norm {
        let ones = || Initializer::Ones.init([width], device);
        match *self {
            Self::None => Norm::Identity(Identity::new()),
            Self::Layer { epsilon, bias } => Norm::Layer(LayerNorm {
                gamma: ones(),
                beta: bias.then(|| Initializer::Zeros.init([width], device)),
                epsilon,
            }),
            Self::Rms { epsilon } => Norm::Rms(RmsNorm { gamma: ones(), epsilon }),
        }
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// If epsilon is not positive.
    pub fn validate(&self) -> Result<(), ConfigError> {
        match *self {
            Self::None => Ok(()),
            Self::Layer { epsilon, .. } | Self::Rms { epsilon } => {
                ConfigError::unless(epsilon > 0.0 && epsilon.is_finite(), "epsilon", || {
                    format!("is {epsilon}; a positive number is needed")
                })
            }
        }
    }
}

impl Norm {
    /// Normalises the last axis.
    ///
    /// # Shapes
    /// `[.., D]` to `[.., D]`.
    pub fn forward<const R: usize>(&self, x: Tensor<R>) -> Tensor<R> {
        match self {
            Self::Identity(_) => x,
            Self::Layer(norm) => {
                let beta = norm.beta.as_ref().map(Param::val);
                kernels::layer_norm(x, Some(norm.gamma.val()), beta, norm.epsilon)
            }
            Self::Rms(norm) => kernels::rms_norm(x, Some(norm.gamma.val()), norm.epsilon),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(config: NormConfig, x: [[f32; 3]; 2], want: [[f32; 3]; 2]) {
        let device = Device::flex();
        let y = config.init(3, &device).forward(Tensor::<2>::from_floats(x, &device));
        let got = y.into_data().try_to_vec::<f32>().expect("f32");
        for (got, want) in got.iter().zip(want.as_flattened()) {
            assert!((got - want).abs() < 1e-5, "{config:?}: {got} instead of {want}");
        }
    }

    #[test]
    fn hand_worked() {
        let x = [[2.0, 2.0, 3.0], [-5.0, 0.0, 1.0]];
        let layer = NormConfig::Layer { epsilon: 1e-5, bias: true };
        check(layer, x, [[-0.707_090_9, -0.707_090_9, 1.414_181_7], [-1.397_000_4, 0.508_000_1, 0.889_000_2]]);
        // rms of (3, 0, 4) is sqrt(25/3)
        let rms = NormConfig::Rms { epsilon: 1e-12 };
        check(rms, [[3.0, 0.0, 4.0], [1.0, 1.0, 1.0]], [[1.039_230_5, 0.0, 1.385_640_6], [1.0, 1.0, 1.0]]);
        check(NormConfig::None, x, x);
    }

    #[test]
    fn a_bad_epsilon_is_named() {
        let error = NormConfig::Rms { epsilon: 0.0 }.validate().unwrap_err();
        assert_eq!(error.to_string(), "epsilon: is 0; a positive number is needed");
    }
}
