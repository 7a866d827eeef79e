//! The affine map, on the fused kernel.

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Device, Tensor},
};

/// The sizes and the beginning of a [`Linear`].
#[derive(Debug, Clone)]
pub struct LinearConfig {
    /// Width of the input.
    pub d_input: usize,
    /// Width of the output.
    pub d_output: usize,
    /// Whether a bias is added.
    pub bias: bool,
    /// The matrix's initial distribution; a bias begins at zero.
    pub init: Initializer,
}

/// `y = x W + b`.
///
/// burn's own layer with two differences: the product and the bias are one operation with a hand-written gradient, and
/// the bias begins at zero, as every model here wants.
#[derive(Module, Debug)]
pub struct Linear {
    /// `W`, `[d_input, d_output]`.
    pub weight: Param<Tensor<2>>,
    /// `b`, `[d_output]`.
    pub bias: Option<Param<Tensor<1>>>,
}

impl LinearConfig {
    /// Makes the layer.
    pub fn init(&self, device: &Device) -> Linear {
        let (rows, columns) = (self.d_input, self.d_output);
        Linear {
            weight: self.init.init_with([rows, columns], Some(rows), Some(columns), device),
            bias: self.bias.then(|| Initializer::Zeros.init([columns], device)),
        }
    }
}

impl Linear {
    /// Maps the last axis.
    ///
    /// # Shapes
    /// `[.., d_input]` to `[.., d_output]`.
    ///
    /// # Panics
    /// If the last axis is not `d_input`.
    pub fn forward<const R: usize>(&self, x: Tensor<R>) -> Tensor<R> {
        salamander_kernels::linear(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }
}
