//! The affine map.

use burn::tensor::Tensor;

/// `y = x W + b`.
///
/// # Shapes
/// - `x`: `[.., d_input]`, `weight`: `[d_input, d_output]` (a transposed view costs nothing), `bias`: `[d_output]`
/// - result: `[.., d_output]`
///
/// # Panics
/// If the last axis of `x` is not the first of `weight`.
pub fn linear<const R: usize>(x: Tensor<R>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<R> {
    let (width, [rows, _]) = (x.dims()[R - 1], weight.dims());
    assert_eq!(width, rows, "the input is {width} wide and the matrix has {rows} rows");
    #[cfg(feature = "flex")]
    if crate::is_fused(&x) {
        return crate::flex::linear(x, weight, bias);
    }
    composed(x, weight, bias)
}

/// [`linear`] in burn's own operations.
pub fn composed<const R: usize>(x: Tensor<R>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<R> {
    let mut shape = x.dims();
    let [rows, columns] = weight.dims();
    let y = x.reshape([-1, rows as isize]).matmul(weight); // [.., d_output]
    let y = match bias {
        Some(bias) => y + bias.unsqueeze(),
        None => y,
    };
    shape[R - 1] = columns;
    y.reshape(shape)
}
