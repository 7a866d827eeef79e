//! Looking rows up in a table.

use burn::tensor::{Int, Tensor};

/// Row `ids[b, t]` of `weight` for each `b` and `t`.
///
/// # Shapes
/// `weight`: `[V, D]`, `ids`: `[B, T]` below `V`; result: `[B, T, D]`.
///
/// # Panics
/// If an id is not below `V`.
pub fn embedding(weight: Tensor<2>, ids: Tensor<2, Int>) -> Tensor<3> {
    #[cfg(feature = "flex")]
    if crate::is_fused(&weight) {
        return crate::flex::embedding(weight, ids);
    }
    composed(weight, ids)
}

/// [`embedding`] in burn's own operations.
pub fn composed(weight: Tensor<2>, ids: Tensor<2, Int>) -> Tensor<3> {
    burn::tensor::module::embedding(weight, ids)
}
