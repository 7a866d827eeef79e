//! Turning pairs of components.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Which components of a head form a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairing {
    /// `i` and `i + R/2`: checkpoints in Hugging Face's layout.
    HalfSplit,
    /// `2i` and `2i + 1`: the paper's layout.
    Interleaved,
}

/// Turns each pair `(a, b)` of the first `R` components into `(a cos - b sin, b cos + a sin)` (Su et al. 2021,
/// arXiv:2104.09864).
///
/// # Shapes
/// `x`: `[B, H, T, E]`, `cos` and `sin`: `[T, R/2]`, `R <= E`; result: `[B, H, T, E]`.
pub fn rotary(x: Tensor<4>, cos: Tensor<2>, sin: Tensor<2>, pairing: Pairing) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if crate::is_fused(&x) {
        return crate::flex::rotary(x, cos, sin, pairing);
    }
    composed(x, cos, sin, pairing)
}

/// [`rotary`] in burn's own operations.
pub fn composed(x: Tensor<4>, cos: Tensor<2>, sin: Tensor<2>, pairing: Pairing) -> Tensor<4> {
    let [b, h, t, e] = x.dims();
    let [_, half] = cos.dims();
    let (cos, sin) = (cos.cast(x.dtype()), sin.cast(x.dtype()));
    let turning = x.clone().narrow(3, 0, 2 * half);
    let stays = (2 * half < e).then(|| x.narrow(3, 2 * half, e - 2 * half));
    // As [.., 2, R/2] or [.., R/2, 2]: the axis of two is the pair.
    let (shape, pair) = match pairing {
        Pairing::HalfSplit => ([b, h, t, 2, half], 3),
        Pairing::Interleaved => ([b, h, t, half, 2], 4),
    };
    let turning = turning.reshape(shape);
    let first: Tensor<4> = turning.clone().narrow(pair, 0, 1).squeeze_dim(pair); // [B, H, T, R/2]
    let second: Tensor<4> = turning.narrow(pair, 1, 1).squeeze_dim(pair);
    let (cos, sin) = (cos.unsqueeze::<4>(), sin.unsqueeze::<4>());
    let turned = Tensor::stack::<5>(
        vec![first.clone() * cos.clone() - second.clone() * sin.clone(), second * cos + first * sin],
        pair,
    );
    let turned = turned.reshape([b, h, t, 2 * half]);
    match stays {
        Some(stays) => Tensor::cat(vec![turned, stays], 3),
        None => turned,
    }
}
