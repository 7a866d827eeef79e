//! The one residual equation.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use salamander_kernels as kernels;
use serde::{Deserialize, Serialize};

use crate::{ConfigError, Dropout, Norm, NormConfig};

/// Where normalisation stands around a sublayer. All slots are empty by default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResidualConfig {
    /// Before the sublayer ("pre-norm").
    pub before: NormConfig,
    /// On what the sublayer adds ("output norm", "sandwich" together with `before`).
    pub inside: NormConfig,
    /// On the sum ("post-norm").
    pub after: NormConfig,
    /// Chance of dropping an element of what the sublayer adds, while training.
    pub dropout: f64,
}

/// `x <- after(x + dropout(inside(f(before(x)))))`.
///
/// | `before` | `inside` | `after` | known as | first |
/// |---|---|---|---|---|
/// | | | norm | post-norm | Vaswani et al. 2017, arXiv:1706.03762 |
/// | norm | | | pre-norm | Xiong et al. 2020, arXiv:2002.04745 |
/// | norm | norm | | sandwich | Ding et al. 2021, arXiv:2105.13290 |
/// | | norm | | output norm | Liu et al. 2021, arXiv:2111.09883 |
#[derive(Module, Debug)]
pub struct Residual {
    /// Before the sublayer.
    pub before: Norm,
    /// On what the sublayer adds.
    pub inside: Norm,
    /// On the sum.
    pub after: Norm,
    dropout: Dropout,
}

impl ResidualConfig {
    /// Normalises before the sublayer.
    pub fn pre_norm(norm: NormConfig, dropout: f64) -> Self {
        Self { before: norm, dropout, ..Self::default() }
    }

    /// Normalises the sum.
    pub fn post_norm(norm: NormConfig, dropout: f64) -> Self {
        Self { after: norm, dropout, ..Self::default() }
    }

    /// Makes the residual around a sublayer of a stream of width `d_model`.
    pub fn init(&self, d_model: usize, device: &Device) -> Residual {
        Residual {
            before: self.before.init(d_model, device),
            inside: self.inside.init(d_model, device),
            after: self.after.init(d_model, device),
            dropout: Dropout::new(self.dropout),
        }
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// If a norm or the dropout is out of its range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.before.validate().map_err(|e| e.within("before"))?;
        self.inside.validate().map_err(|e| e.within("inside"))?;
        self.after.validate().map_err(|e| e.within("after"))?;
        ConfigError::probability(self.dropout, "dropout")
    }
}

impl Residual {
    /// Adds to the stream what `sublayer` makes of it.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T, D]`.
    pub fn apply(&self, x: Tensor<3>, sublayer: impl FnOnce(Tensor<3>) -> Tensor<3>) -> Tensor<3> {
        let change = self.inside.forward(sublayer(self.before.forward(x.clone())));
        let rate = self.dropout.rate(&change);
        self.after.forward(kernels::residual(x, change, rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `f(x) = 2x + 1` on the row (1, 2, 3), whose layer norm is (-a, 0, a) with a = sqrt(3/2).
    fn check(config: ResidualConfig, want: [f32; 3]) {
        let device = Device::flex();
        let x = Tensor::<3>::from_floats([[[1.0, 2.0, 3.0]]], &device);
        let y = config.init(3, &device).apply(x, |x| x * 2.0 + 1.0);
        let got = y.into_data().try_to_vec::<f32>().expect("f32");
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() < 1e-4, "{config:?}: {got} instead of {want}");
        }
    }

    #[test]
    fn each_slot_is_where_its_name_says() {
        let norm = NormConfig::Layer { epsilon: 1e-9, bias: true };
        let a = 1.5f32.sqrt();
        check(ResidualConfig::default(), [4.0, 7.0, 10.0]);
        check(ResidualConfig::pre_norm(norm.clone(), 0.0), [1.0 - 2.0 * a + 1.0, 3.0, 3.0 + 2.0 * a + 1.0]);
        check(ResidualConfig::post_norm(norm.clone(), 0.0), [-a, 0.0, a]);
        check(ResidualConfig { inside: norm, ..Default::default() }, [1.0 - a, 2.0, 3.0 + a]);
    }
}
