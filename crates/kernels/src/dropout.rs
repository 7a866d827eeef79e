//! Dropping elements at random.

use burn::tensor::{Distribution, Tensor};

/// Sets each element to zero with chance `probability` and divides the others by `1 - probability`
/// (Srivastava et al. 2014). For training only: it does not ask whether a gradient is wanted.
///
/// The pattern follows from the device's random state.
///
/// # Shapes
/// Any, unchanged.
pub fn dropout<const R: usize>(x: Tensor<R>, probability: f64) -> Tensor<R> {
    if probability == 0.0 {
        return x;
    }
    #[cfg(feature = "flex")]
    if crate::is_fused(&x) {
        return crate::flex::dropout(x, probability);
    }
    composed(x, probability)
}

/// [`dropout`] in burn's own operations.
pub fn composed<const R: usize>(x: Tensor<R>, probability: f64) -> Tensor<R> {
    let kept = x.random_like(Distribution::Bernoulli(1.0 - probability));
    x * kept.div_scalar(1.0 - probability)
}
