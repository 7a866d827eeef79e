//! Two matrices with a bend between (Vaswani et al. 2017, arXiv:1706.03762).

use burn::{module::Module, tensor::Tensor};
use salamander_kernels::{self as kernels, Activation};

use crate::{Dropout, Linear};

/// `act(x W₁ + b₁) W₂ + b₂`.
#[derive(Module, Debug)]
pub struct PlainFeedForward {
    /// `D` to `F`.
    pub up: Linear,
    /// `F` to `D`.
    pub down: Linear,
    #[module(skip)]
    activation: Activation,
    dropout: Dropout,
}

impl PlainFeedForward {
    pub(super) fn new(up: Linear, down: Linear, activation: Activation, dropout: Dropout) -> Self {
        Self { up, down, activation, dropout }
    }

    pub(super) fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let inner = kernels::activation(self.up.forward(x), self.activation); // [B, T, F]
        self.down.forward(self.dropout.forward(inner)) // [B, T, D]
    }
}

#[cfg(test)]
mod tests {
    use burn::{module::Param, tensor::Device};

    use super::*;

    #[test]
    fn hand_worked() {
        let device = Device::flex();
        let linear = |weight, bias| Linear { weight: Param::from_tensor(weight), bias: Some(Param::from_tensor(bias)) };
        let up = linear(
            Tensor::from_floats([[1.0, -1.0, 2.0], [0.0, 1.0, 1.0]], &device),
            Tensor::from_floats([0.0, 0.5, -5.0], &device),
        );
        let down = linear(
            Tensor::from_floats([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], &device),
            Tensor::from_floats([0.1, 0.2], &device),
        );
        let layer = PlainFeedForward::new(up, down, Activation::Relu, Dropout::new(0.0));
        // (1, 2) -> (1, 1.5, -1) -> relu (1, 1.5, 0) -> (1 + 4.5 + .1, 2 + 6 + .2)
        let y = layer.forward(Tensor::from_floats([[[1.0, 2.0]]], &device));
        let got = y.into_data().try_to_vec::<f32>().expect("f32");
        assert!((got[0] - 5.6).abs() < 1e-6 && (got[1] - 8.2).abs() < 1e-6, "{got:?}");
    }
}
