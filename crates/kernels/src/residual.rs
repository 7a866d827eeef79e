//! Adding to the stream.

use burn::tensor::Tensor;

/// `x + dropout(change)`: each element of `change` is set to zero with chance `probability` and the others are divided by
/// `1 - probability`, as in [`dropout`](crate::dropout).
///
/// # Shapes
/// `x` and `change` alike, unchanged.
///
/// # Panics
/// If the shapes differ.
pub fn residual<const R: usize>(x: Tensor<R>, change: Tensor<R>, probability: f64) -> Tensor<R> {
    assert_eq!(x.dims(), change.dims(), "a stream and what is added to it have one shape");
    #[cfg(feature = "flex")]
    if crate::is_fused(&x) && crate::is_fused(&change) {
        return crate::flex::residual(x, change, probability);
    }
    composed(x, change, probability)
}

/// [`residual`] in burn's own operations.
pub fn composed<const R: usize>(x: Tensor<R>, change: Tensor<R>, probability: f64) -> Tensor<R> {
    x + crate::dropout::dropout(change, probability)
}
