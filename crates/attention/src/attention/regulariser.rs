//! What keeps relu weights from growing or flattening out (Shen et al. 2023, arXiv:2302.06461).

use burn::tensor::{FloatDType, Tensor};

use crate::mask::Realised;

/// The share of `ln n` up to which a row's entropy costs nothing.
const FREE_ENTROPY: f64 = 0.7;
/// Rows that sum to nothing must not send the logarithm to infinity.
const TINY: f64 = 1e-9;

/// `factor · mean over rows of |ln Σⱼ sᵢⱼ| + max(H(sᵢ) − 0.7 ln n, 0)`, where `H` is the entropy of the row scaled to sum 1
/// and `n` the number of keys it may see. Rows of queries that are padding count like all others: which they are, no mask says.
#[derive(Debug, Clone)]
pub(crate) struct Regulariser {
    factor: f64,
}

impl Regulariser {
    pub(crate) fn new(factor: f64) -> Option<Self> {
        (factor > 0.0).then_some(Self { factor })
    }

    /// What these weights, `[B, H, T, S]`, cost.
    pub(crate) fn penalty(&self, weights: Tensor<4>, mask: &Realised) -> Tensor<1> {
        let [_, _, t, s] = weights.dims();
        let weights = weights.cast(FloatDType::F32);
        let visible = mask.visible(t, s, &weights.device()); // [B or 1, 1, T, 1]
        let sum = weights.clone().sum_dim(3).add_scalar(TINY); // [B, H, T, 1]
        let shares = weights / sum.clone();
        let entropy = (shares.clone() * shares.add_scalar(TINY).log()).sum_dim(3).neg();
        let excess = (entropy - visible.log().mul_scalar(FREE_ENTROPY)).clamp_min(0.0);
        (sum.log().abs() + excess).mean().mul_scalar(self.factor)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::Mask;

    #[test]
    fn hand_worked() {
        // scores .3 1.2 .8 over three keys, gamma 1: |ln sum| .630177, H .972440, 0.7 ln 3 = .769029.
        let device = Device::flex();
        let weights = Tensor::<1>::from_floats([0.244_949, 0.979_796, 0.653_197], &device).reshape([1, 1, 1, 3]);
        let mask = Mask::None.realise(1, 3, &device);
        let penalty = Regulariser::new(1.0).expect("a factor").penalty(weights, &mask);
        let got = penalty.into_scalar::<f32>();
        assert!((got - (0.630_177 + 0.203_411)).abs() < 1e-5, "{got}");
        assert!(Regulariser::new(0.0).is_none());
    }
}
