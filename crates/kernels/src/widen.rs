//! Numbers of 16 bits, made wide where sums need it.

use burn::tensor::{DType, FloatDType, Tensor};

/// `x` in 32 bits if it has only 16, and the kind of number it was.
///
/// A sum of a thousand numbers with 8 bits after the leading one is no sum: what norms, weights of attention, losses and
/// moments add up is added in 32 bits.
pub(crate) fn widened<const R: usize>(x: Tensor<R>) -> (Tensor<R>, FloatDType) {
    let kind = FloatDType::from(x.dtype());
    match x.dtype() {
        DType::BF16 | DType::F16 => (x.cast(FloatDType::F32), kind),
        _ => (x, kind),
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Int};

    use super::*;
    use crate::{CrossEntropyOptions, cross_entropy, layer_norm, rms_norm};

    /// In 16 bits 256 + 1 is 256, so that sums of ones would stop there.
    #[test]
    fn long_sums_are_not_cut_short() {
        let device = Device::flex();
        let ones = Tensor::<2>::ones([1, 1024], &device).cast(FloatDType::BF16);
        let normed = rms_norm(ones.clone(), None, 0.0);
        assert_eq!(normed.dtype(), DType::BF16);
        assert_eq!(normed.into_data().iter::<f32>().collect::<Vec<_>>(), vec![1.0; 1024]);
        let centred = layer_norm(ones.clone(), None, None, 1e-5);
        assert_eq!(centred.into_data().iter::<f32>().collect::<Vec<_>>(), vec![0.0; 1024]);
        let target = Tensor::<1, Int>::from_ints([3], &device);
        let loss = cross_entropy(ones, target, &CrossEntropyOptions::default()).into_scalar::<f32>();
        assert!((loss - 1024f32.ln()).abs() < 1e-5, "{loss}");
    }

    #[test]
    fn what_is_wide_stays() {
        let x = Tensor::<1>::ones([2], &Device::flex());
        assert_eq!(widened(x).1, FloatDType::F32);
    }
}
