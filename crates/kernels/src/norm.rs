//! Layer norm and RMS norm.

use burn::tensor::Tensor;

use crate::widen::widened;

/// `y = (x - mean x) / sqrt(var x + ε) · γ + β` over the last axis (Ba et al. 2016, arXiv:1607.06450).
///
/// # Shapes
/// `x`: `[.., D]`, `gamma` and `beta`: `[D]`; result: `[.., D]`.
pub fn layer_norm<const R: usize>(
    x: Tensor<R>,
    gamma: Option<Tensor<1>>,
    beta: Option<Tensor<1>>,
    epsilon: f64,
) -> Tensor<R> {
    #[cfg(feature = "flex")]
    if let (true, Some(gamma)) = (crate::is_fused(&x), &gamma) {
        return crate::flex::layer_norm(x, gamma.clone(), beta, epsilon);
    }
    composed_layer(x, gamma, beta, epsilon)
}

/// `y = x / sqrt(mean x² + ε) · γ` over the last axis (Zhang and Sennrich 2019, arXiv:1910.07467).
///
/// # Shapes
/// `x`: `[.., D]`, `gamma`: `[D]`; result: `[.., D]`.
pub fn rms_norm<const R: usize>(x: Tensor<R>, gamma: Option<Tensor<1>>, epsilon: f64) -> Tensor<R> {
    #[cfg(feature = "flex")]
    if let (true, Some(gamma)) = (crate::is_fused(&x), &gamma) {
        return crate::flex::rms_norm(x, gamma.clone(), epsilon);
    }
    composed_rms(x, gamma, epsilon)
}

/// [`layer_norm`] in burn's own operations.
pub fn composed_layer<const R: usize>(
    x: Tensor<R>,
    gamma: Option<Tensor<1>>,
    beta: Option<Tensor<1>>,
    epsilon: f64,
) -> Tensor<R> {
    let (x, narrow) = widened(x);
    let centred = x.clone() - x.mean_dim(R - 1);
    let y = scaled(centred, epsilon).cast(narrow);
    shifted(y, gamma, beta)
}

/// [`rms_norm`] in burn's own operations.
pub fn composed_rms<const R: usize>(x: Tensor<R>, gamma: Option<Tensor<1>>, epsilon: f64) -> Tensor<R> {
    let (x, narrow) = widened(x);
    shifted(scaled(x, epsilon).cast(narrow), gamma, None)
}

/// `x / sqrt(mean x² + ε)`.
fn scaled<const R: usize>(x: Tensor<R>, epsilon: f64) -> Tensor<R> {
    let mean_square = (x.clone() * x.clone()).mean_dim(R - 1);
    x / mean_square.add_scalar(epsilon).sqrt()
}

/// `x γ + β`.
fn shifted<const R: usize>(x: Tensor<R>, gamma: Option<Tensor<1>>, beta: Option<Tensor<1>>) -> Tensor<R> {
    let x = match gamma {
        Some(gamma) => x * gamma.unsqueeze(),
        None => x,
    };
    match beta {
        Some(beta) => x + beta.unsqueeze(),
        None => x,
    }
}
