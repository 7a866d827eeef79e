//! A step of AdamW in one pass.

use burn::tensor::Tensor;
use burn_flex::{Flex, FlexTensor};
use multiversion::multiversion;
use rayon::prelude::*;

use super::{
    memory::{elements, whole},
    pieces::PIECE,
};
use crate::adamw::Factors;

/// Moves a parameter by its gradient, and the moments; their memory is written where it is if nobody else holds it.
pub(crate) fn step<const D: usize>(
    parameter: Tensor<D>,
    gradient: Tensor<D>,
    [first, second]: [Tensor<D>; 2],
    factors: &Factors,
) -> (Tensor<D>, [Tensor<D>; 2]) {
    let (mut value, gradient) = (primitive(parameter), primitive(gradient));
    let (mut first, mut second) = (primitive(first), primitive(second));
    let (values, gradients) = (value.storage_mut::<f32>(), elements(&gradient));
    let (firsts, seconds) = (first.storage_mut::<f32>(), second.storage_mut::<f32>());
    if values.len() <= PIECE {
        update(values, gradients, firsts, seconds, factors);
    } else {
        let parameters = values.par_chunks_mut(PIECE).zip(gradients.par_chunks(PIECE));
        let moments = firsts.par_chunks_mut(PIECE).zip(seconds.par_chunks_mut(PIECE));
        parameters.zip(moments).for_each(|((p, g), (m, v))| update(p, g, m, v, factors));
    }
    let tensor = |x| Tensor::from_primitive::<Flex>(x);
    (tensor(value), [tensor(first), tensor(second)])
}

fn primitive<const D: usize>(tensor: Tensor<D>) -> FlexTensor {
    let Ok(primitive) = tensor.try_into_primitive::<Flex>() else {
        unreachable!("the caller asked whether it is Flex")
    };
    whole(primitive)
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn update(value: &mut [f32], gradient: &[f32], first: &mut [f32], second: &mut [f32], factors: &Factors) {
    let Factors { beta1, beta2, epsilon, step, over_second, decay } = *factors;
    for (((p, &g), m), v) in value.iter_mut().zip(gradient).zip(first).zip(second) {
        *m = beta1.mul_add(*m, (1.0 - beta1) * g);
        *v = beta2.mul_add(*v, (1.0 - beta2) * g * g);
        *p = *p * decay - step * *m / ((*v * over_second).sqrt() + epsilon);
    }
}
