//! Buffers and views.

use burn::tensor::{DType, Shape, Tensor};
use burn_flex::{Flex, FlexTensor, Layout};
use multiversion::multiversion;
use rayon::prelude::*;

use super::{math::sum, pieces, shelf::Buffer};

/// A buffer of `n` numbers that the caller writes in full before anyone reads it.
pub(super) fn buffer(n: usize) -> Buffer {
    Buffer::new(n)
}

/// A tensor that owns `values`.
pub(super) fn tensor(values: Buffer, shape: impl Into<Shape>) -> FlexTensor {
    FlexTensor::new(values.into_bytes(), Layout::contiguous(shape.into()), DType::F32)
}

/// The same tensor with its elements in order.
pub(super) fn in_order(x: FlexTensor) -> FlexTensor {
    if x.is_contiguous() { x } else { x.to_contiguous() }
}

/// The same tensor with its elements in order and nothing else in its memory, so that it can be written as one slice.
pub(super) fn whole(x: FlexTensor) -> FlexTensor {
    let x = in_order(x);
    let alone = x.layout().start_offset() == 0 && x.storage::<f32>().len() == x.layout().num_elements();
    if alone { x } else { tensor(elements(&x).into(), shape(&x)) }
}

/// The elements of a tensor that is in order.
pub(super) fn elements(x: &FlexTensor) -> &[f32] {
    x.as_slice::<f32>().expect("kernels put their inputs in order first")
}

/// The shape of `x`.
pub(super) fn shape(x: &FlexTensor) -> Shape {
    x.layout().shape().clone()
}

/// Whole numbers of either width, in order.
pub(super) fn integers(x: FlexTensor) -> Vec<i64> {
    let x = in_order(x);
    match x.dtype() {
        DType::I64 => x.as_slice::<i64>().expect("in order").to_vec(),
        DType::I32 => x.as_slice::<i32>().expect("in order").iter().map(|&x| i64::from(x)).collect(),
        other => panic!("ids are whole numbers of 32 or 64 bits, not {other:?}"),
    }
}

/// A random number from the backend's own state, so that `Device::seed` decides it.
pub(super) fn draw_seed() -> u64 {
    use burn::{
        backend::ops::FloatTensorOps,
        tensor::{Distribution, FloatDType},
    };
    let x = Flex::float_random(Shape::new([2]), Distribution::Uniform(0.0, 1.0), &Default::default(), FloatDType::F64);
    let x = x.as_slice::<f64>().expect("in order");
    x[0].to_bits() ^ x[1].to_bits().rotate_left(29)
}

/// `Σ x²` over all of them, in f64 and in a fixed order.
pub(crate) fn sum_of_squares(tensors: Vec<FlexTensor>) -> f64 {
    let tensors: Vec<_> = tensors.into_iter().map(in_order).collect();
    let pieces: Vec<_> = tensors.iter().flat_map(|x| elements(x).chunks(pieces::PIECE)).collect();
    let sums: Vec<_> = pieces.into_par_iter().map(squares).collect();
    sums.iter().sum()
}

/// The squares of a piece, summed in f32 by groups short enough not to lose digits, and these in f64.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn squares(x: &[f32]) -> f64 {
    x.chunks(256).map(|x| f64::from(sum(x, |x| x * x))).sum()
}

/// `factor · x`, written where `x` is if nobody else holds it.
pub(crate) fn scale_in_place<const R: usize>(x: Tensor<R>, factor: f32) -> Tensor<R> {
    let Ok(mut x) = x.try_into_primitive::<Flex>() else { unreachable!("the caller asked whether it is Flex") };
    pieces::fill(x.storage_mut(), pieces::PIECE, |_, x| x.iter_mut().for_each(|x| *x *= factor));
    Tensor::from_primitive::<Flex>(x)
}
