//! One layer, step by step.

use burn::{
    module::Module,
    nn::Initializer,
    tensor::{Bool, Device, Int, Tensor},
};
use salamander_attention::{Init, Linear, Role};

use super::Cell;

/// What a layer carries from one token to the next.
#[derive(Debug, Clone)]
pub struct LayerState {
    /// `h`, `[B, H]`: what the layer says.
    pub hidden: Tensor<2>,
    /// `c`, `[B, H]`: what an LSTM keeps to itself. The others have none.
    pub memory: Option<Tensor<2>>,
}

/// One layer: the matrices of all gates side by side, so that a step is one matrix product, and the product with the
/// input of all steps together is one as well.
///
/// # Why not burn's own
///
/// burn has layers of all three kinds. They multiply each gate, and each step, on its own, and write each step's state into
/// a copy of all states: what a training step costs grows with the square of the length.
#[derive(Module, Debug)]
pub struct RecurrentLayer {
    /// `W`, `D` to `G H` for `G` gates: an LSTM's in the order i, f, g, o, a GRU's in the order r, z, n.
    pub input: Linear,
    /// `U`, `H` to `G H`.
    pub state: Linear,
    #[module(skip)]
    cell: Cell,
}

impl RecurrentLayer {
    /// A layer that reads vectors of `d_input` numbers and keeps states of `d_hidden`; the biases begin at zero.
    pub fn new(cell: Cell, d_input: usize, d_hidden: usize, init: &Init, device: &Device) -> Self {
        let linear = |rows: usize| {
            // Each gate is a matrix of its own: its columns are `H`, whatever stands beside it.
            let matrix = init.matrix(Role::Inner, rows, rows);
            let columns = cell.gates() * d_hidden;
            Linear {
                weight: matrix.init_with([rows, columns], Some(rows), Some(d_hidden), device),
                bias: Some(Initializer::Zeros.init([columns], device)),
            }
        };
        Self { input: linear(d_input), state: linear(d_hidden), cell }
    }

    /// The state of `batch` sequences of which nothing has been read: zero.
    pub fn begin(&self, batch: usize) -> LayerState {
        let [d_hidden, _] = self.state.weight.dims();
        let weight = self.state.weight.val();
        let zeros = || Tensor::zeros([batch, d_hidden], (&weight.device(), weight.dtype()));
        LayerState { hidden: zeros(), memory: (self.cell == Cell::Lstm).then(zeros) }
    }

    /// Reads vectors, the first of each sequence first, and says its state behind each.
    ///
    /// The steps come before the batch, so that each step's numbers stand together.
    ///
    /// # Shapes
    /// `x`: `[T, B, D]`, to `[T, B, H]`.
    ///
    /// # Panics
    /// If there is no step, or the state is not that of `B` sequences.
    pub fn forward(&self, x: Tensor<3>, state: LayerState) -> (Tensor<3>, LayerState) {
        self.forward_over(x, None, state)
    }

    /// The same, of sequences with gaps: where there is `padding` the state stays what it was.
    ///
    /// # Shapes
    /// `x`: `[T, B, D]`, `padding`: `[T, B]`, to `[T, B, H]`.
    ///
    /// # Panics
    /// Those of [`forward`](Self::forward).
    pub fn forward_over(
        &self,
        x: Tensor<3>,
        padding: Option<Tensor<2, Bool>>,
        mut state: LayerState,
    ) -> (Tensor<3>, LayerState) {
        let [t, b, _] = x.dims();
        assert!(t > 0, "there is no step to read");
        assert_eq!(state.hidden.dims()[0], b, "the state is that of as many sequences as are read");
        let mut states = Vec::with_capacity(t);
        for (at, wx) in steps(self.input.forward(x)).into_iter().enumerate() {
            let uh = self.state.forward(state.hidden.clone()); // [B, G H]
            let next = self.cell.step(wx, uh, state.clone());
            state = match &padding {
                Some(padding) => next.unless(padding.clone().narrow(0, at, 1).transpose(), state),
                None => next,
            };
            states.push(state.hidden.clone().unsqueeze_dim::<3>(0)); // [1, B, H]
        }
        (Tensor::cat(states, 0), state)
    }
}

impl LayerState {
    /// The states of these sequences, in this order: one may come several times, or be left out.
    ///
    /// # Shapes
    /// `rows`: `[R]`, each below `B`; the states become `[R, H]`.
    #[must_use]
    pub fn select(self, rows: Tensor<1, Int>) -> Self {
        let these = |state: Tensor<2>| state.select(0, rows.clone()); // [R, H]
        Self { hidden: these(self.hidden), memory: self.memory.map(these) }
    }

    /// The state before, of those sequences of which `skipped`, `[B, 1]`, says so.
    fn unless(self, skipped: Tensor<2, Bool>, before: Self) -> Self {
        let skipped = skipped.expand(self.hidden.dims()); // [B, H]
        let keep = |new: Tensor<2>, old: Tensor<2>| new.mask_where(skipped.clone(), old);
        Self {
            hidden: keep(self.hidden, before.hidden),
            memory: self.memory.zip(before.memory).map(|(n, o)| keep(n, o)),
        }
    }
}

/// `[T, B, _]` to `T` of `[B, _]`.
///
/// Halves of halves: the gradient of a slice is an array as large as what it was cut from, and cutting each step from the
/// whole would take time with the square of the length.
pub(super) fn steps(x: Tensor<3>) -> Vec<Tensor<2>> {
    let [t, ..] = x.dims();
    if t == 1 {
        return vec![x.squeeze_dim(0)];
    }
    let half = t / 2;
    let mut all = steps(x.clone().narrow(0, 0, half));
    all.extend(steps(x.narrow(0, half, t - half)));
    all
}
