//! The equations of [`Activation`].

use salamander_kernels::Activation;

use super::{Equation, Page};

/// Puts the activation of `x` on the page and says how it is written: `x` itself where nothing bends.
pub fn apply_activation(activation: Activation, x: &str, page: &mut Page) -> String {
    let (name, equation) = match activation {
        Activation::Identity => return x.into(),
        Activation::Relu => ("relu", "y = max(x, 0)"),
        Activation::Gelu => ("gelu", "y = x Φ(x), Φ the normal distribution function"),
        Activation::GeluTanh => ("gelu_tanh", "y = x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))"),
        Activation::Silu => ("silu", "y = x / (1 + e^-x)"),
        Activation::Tanh => return format!("tanh({x})"),
    };
    let at = page.functions.len();
    let name = page.define(at, name, "x", vec![Equation::new(equation, "")]);
    format!("{name}({x})")
}
