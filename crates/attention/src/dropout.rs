//! Dropping elements while training.

use burn::{
    module::{Flag, Module, Param},
    tensor::Tensor,
};
use salamander_kernels as kernels;

/// Sets each element to zero with a given chance while training and scales the others by `1 / (1 - p)`
/// (Srivastava et al. 2014); does nothing otherwise.
#[derive(Module, Debug)]
pub struct Dropout {
    probability: f64,
    training: Param<Flag>,
}

impl Dropout {
    /// Drops with chance `probability`, in `[0, 1)`.
    pub fn new(probability: f64) -> Self {
        Self { probability, training: Param::from_bool(true) }
    }

    /// The chance in force for `x`: zero unless a gradient can flow back and this part of the model is not frozen.
    pub fn rate<const R: usize>(&self, x: &Tensor<R>) -> f64 {
        if self.training.is_enabled() && x.device().is_autodiff() { self.probability } else { 0.0 }
    }

    /// Drops elements of `x`.
    ///
    /// # Shapes
    /// Any, unchanged.
    pub fn forward<const R: usize>(&self, x: Tensor<R>) -> Tensor<R> {
        let rate = self.rate(&x);
        kernels::dropout(x, rate)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn it_drops_in_training_only_and_keeps_the_mean() {
        let dropout = Dropout::new(0.25);
        let plain = Device::flex();
        plain.seed(7);
        let kept = dropout.forward(Tensor::<1>::ones([4000], &plain));
        assert_eq!(kept.sum().into_scalar::<f32>(), 4000.0);

        let training = dropout.forward(Tensor::<1>::ones([4000], &plain.autodiff()));
        let values = training.into_data().try_to_vec::<f32>().expect("f32");
        assert!(values.iter().all(|&v| v == 0.0 || (v - 4.0 / 3.0).abs() < 1e-6));
        let dropped = values.iter().filter(|&&v| v == 0.0).count();
        assert!((850..1150).contains(&dropped), "{dropped} of 4000 dropped at a chance of 1/4");
    }
}
