//! Layer norm and RMS norm.

use burn::tensor::Tensor;

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
    let centred = x.clone() - x.mean_dim(R - 1);
    let y = scaled(centred, gamma, epsilon);
    match beta {
        Some(beta) => y + beta.unsqueeze(),
        None => y,
    }
}

/// [`rms_norm`] in burn's own operations.
pub fn composed_rms<const R: usize>(x: Tensor<R>, gamma: Option<Tensor<1>>, epsilon: f64) -> Tensor<R> {
    scaled(x, gamma, epsilon)
}

/// `x / sqrt(mean x² + ε) · γ`.
fn scaled<const R: usize>(x: Tensor<R>, gamma: Option<Tensor<1>>, epsilon: f64) -> Tensor<R> {
    let mean_square = (x.clone() * x.clone()).mean_dim(R - 1);
    let y = x / mean_square.add_scalar(epsilon).sqrt();
    match gamma {
        Some(gamma) => y * gamma.unsqueeze(),
        None => y,
    }
}
