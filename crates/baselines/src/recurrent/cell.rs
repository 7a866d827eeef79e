//! How a state takes in the next vector.

use burn::tensor::{Tensor, activation::sigmoid};
use salamander_attention::Activation;
use salamander_kernels as kernels;
use serde::{Deserialize, Serialize};

use super::LayerState;

/// How a state takes in the next vector.
///
/// `x` is the vector, `h` the state before it, `h'` the state behind it; `W` reads the vector and `U` the state, each with
/// a bias of its own; `σ(a) = 1 / (1 + e^-a)` opens and closes gates; `⊙` multiplies element by element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// One bend (Elman 1990, "Finding structure in time"):
    ///
    /// ```text
    /// h' = tanh(W x + U h)
    /// ```
    Elman,
    /// A memory `c` beside the state, written and read through gates (Hochreiter and Schmidhuber 1997, "Long short-term
    /// memory"), with the gate that forgets (Gers et al. 2000, "Learning to forget"):
    ///
    /// ```text
    /// i = σ(Wᵢ x + Uᵢ h)        f = σ(W_f x + U_f h)      g = tanh(W_g x + U_g h)      o = σ(Wₒ x + Uₒ h)
    /// c' = f ⊙ c + i ⊙ g        h' = o ⊙ tanh(c')
    /// ```
    Lstm,
    /// A state that is its own memory (Cho et al. 2014, arXiv:1406.1078), the reset gate acting behind the matrix, as in
    /// cuDNN and PyTorch:
    ///
    /// ```text
    /// r = σ(W_r x + U_r h)      z = σ(W_z x + U_z h)      n = tanh(W_n x + r ⊙ (U_n h))
    /// h' = (1 - z) ⊙ n + z ⊙ h
    /// ```
    Gru,
}

impl Cell {
    /// How many matrices of `H` columns stand side by side, `G`.
    pub fn gates(self) -> usize {
        match self {
            Self::Elman => 1,
            Self::Lstm => 4,
            Self::Gru => 3,
        }
    }

    /// Multiplications and additions of the matrix products of a step: `2 G H (D + H)`, from vectors of `D` numbers to
    /// states of `H`.
    pub fn flops(self, d_input: usize, d_hidden: usize) -> u64 {
        2 * (self.gates() * d_hidden * (d_input + d_hidden)) as u64
    }

    /// The state behind a vector, from the products with the vector and with the state, and the state before.
    ///
    /// # Shapes
    /// `wx`, `uh`: `[B, G H]`.
    pub(super) fn step(self, wx: Tensor<2>, uh: Tensor<2>, before: LayerState) -> LayerState {
        match self {
            Self::Elman => LayerState { hidden: tanh(wx + uh), memory: None },
            Self::Lstm => lstm(wx + uh, before.memory),
            Self::Gru => gru(wx, uh, before.hidden),
        }
    }
}

fn lstm(sum: Tensor<2>, memory: Option<Tensor<2>>) -> LayerState {
    let [i, f, g, o] = gates(sum); // [B, H] each
    let new = sigmoid(i) * tanh(g);
    let memory = match memory {
        Some(memory) => sigmoid(f) * memory + new,
        None => new,
    };
    LayerState { hidden: sigmoid(o) * tanh(memory.clone()), memory: Some(memory) }
}

fn gru(wx: Tensor<2>, uh: Tensor<2>, h: Tensor<2>) -> LayerState {
    let ([xr, xz, xn], [ur, uz, un]) = (gates(wx), gates(uh)); // [B, H] each
    let (r, z) = (sigmoid(xr + ur), sigmoid(xz + uz));
    let n = tanh(xn + r * un);
    // (1 - z) n + z h, with one product less
    LayerState { hidden: n.clone() + z * (h - n), memory: None }
}

fn tanh(x: Tensor<2>) -> Tensor<2> {
    kernels::activation(x, Activation::Tanh)
}

/// `[B, G H]` to `G` of `[B, H]`.
fn gates<const G: usize>(x: Tensor<2>) -> [Tensor<2>; G] {
    let width = x.dims()[1] / G;
    std::array::from_fn(|gate| x.clone().narrow(1, gate * width, width))
}
