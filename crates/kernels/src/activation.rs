//! What bends between two linear maps.

use burn::tensor::{Tensor, activation as burn_activation};
use serde::{Deserialize, Serialize};

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `x`.
    Identity,
    /// `max(x, 0)`.
    Relu,
    /// `x Φ(x)` with the exact normal distribution function (Hendrycks and Gimpel 2016, arXiv:1606.08415).
    Gelu,
    /// `x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))`, the same paper's approximation.
    GeluTanh,
    /// `x / (1 + e^-x)` (Elfwing et al. 2017, arXiv:1702.03118).
    Silu,
    /// `tanh x`.
    Tanh,
}

/// Applies `kind` to each element.
///
/// # Shapes
/// Any, unchanged.
pub fn activation<const R: usize>(x: Tensor<R>, kind: Activation) -> Tensor<R> {
    #[cfg(feature = "flex")]
    if crate::is_fused(&x) && kind != Activation::Identity {
        return crate::flex::activation(x, kind);
    }
    composed(x, kind)
}

/// `kind(gate) · up`, element by element (Shazeer 2020, arXiv:2002.05202).
///
/// # Shapes
/// `gate` and `up` alike, unchanged.
pub fn gated<const R: usize>(gate: Tensor<R>, up: Tensor<R>, kind: Activation) -> Tensor<R> {
    assert_eq!(gate.dims(), up.dims(), "a gate and what it gates have one shape");
    #[cfg(feature = "flex")]
    if crate::is_fused(&gate) {
        return crate::flex::gated(gate, up, kind);
    }
    composed_gated(gate, up, kind)
}

/// [`activation`] in burn's own operations.
pub fn composed<const R: usize>(x: Tensor<R>, kind: Activation) -> Tensor<R> {
    match kind {
        Activation::Identity => x,
        Activation::Relu => burn_activation::relu(x),
        // Not burn's `gelu`: the gradient of its default body is that of the other formula.
        Activation::Gelu => {
            let below = x.clone().mul_scalar(std::f64::consts::FRAC_1_SQRT_2).erf().add_scalar(1.0);
            x.mul_scalar(0.5) * below
        }
        Activation::GeluTanh => burn_activation::gelu_approximate(x),
        Activation::Silu => burn_activation::silu(x),
        Activation::Tanh => x.tanh(),
    }
}

/// [`gated`] in burn's own operations.
pub fn composed_gated<const R: usize>(gate: Tensor<R>, up: Tensor<R>, kind: Activation) -> Tensor<R> {
    composed(gate, kind) * up
}
