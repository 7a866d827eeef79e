//! A gate in place of the bend alone (Shazeer 2020, arXiv:2002.05202).

use burn::{module::Module, tensor::Tensor};
use salamander_kernels::{self as kernels, Activation};

use crate::{Dropout, Linear};

/// `(act(x W_gate) · x W_up) W_down`.
#[derive(Module, Debug)]
pub struct GatedFeedForward {
    /// `D` to `F`, bent.
    pub gate: Linear,
    /// `D` to `F`.
    pub up: Linear,
    /// `F` to `D`.
    pub down: Linear,
    #[module(skip)]
    activation: Activation,
    dropout: Dropout,
}

impl GatedFeedForward {
    pub(super) fn new(gate: Linear, up: Linear, down: Linear, activation: Activation, dropout: Dropout) -> Self {
        Self { gate, up, down, activation, dropout }
    }

    pub(super) fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let (gate, up) = (self.gate.forward(x.clone()), self.up.forward(x)); // [B, T, F]
        let inner = kernels::gated(gate, up, self.activation); // [B, T, F]
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
        let linear = |weight| Linear { weight: Param::from_tensor(weight), bias: None };
        let layer = GatedFeedForward::new(
            linear(Tensor::from_floats([[1.0, -1.0]], &device)),
            linear(Tensor::from_floats([[3.0, 5.0]], &device)),
            linear(Tensor::from_floats([[1.0], [1.0]], &device)),
            Activation::Silu,
            Dropout::new(0.0),
        );
        // x = 2: silu(2) · 6 + silu(-2) · 10, silu(2) = 1.761594, silu(-2) = -.238406
        let y = layer.forward(Tensor::from_floats([[[2.0]]], &device)).into_scalar::<f32>();
        assert!((y - (1.761_594 * 6.0 - 0.238_406 * 10.0)).abs() < 1e-5, "{y}");
    }
}
