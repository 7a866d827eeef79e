//! What reads the source, and what the writer may know of it.

use burn::{
    module::Module,
    tensor::{Bool, Device, Int, Tensor, activation::softmax},
};
use salamander_attention::{Activation, Init, Linear, LinearConfig, Role};
use salamander_kernels as kernels;
use serde::{Deserialize, Serialize};

use super::{Cell, LayerState, RecurrentLayer};

/// What the writer knows of the source when it writes a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// The state in which the reader ended, the same at every step (Cho et al. 2014, arXiv:1406.1078; Sutskever et al. 2014,
    /// arXiv:1409.3215): a whole sentence in one vector.
    Last,
    /// A mixture of all the reader's states, another at every step (Bahdanau et al. 2014, arXiv:1409.0473). The reader reads
    /// in both directions, so that each of its states knows what stands before and behind.
    ///
    /// ```text
    /// e_j = v · tanh(W_q s + W_k h_j + b),    a = softmax(e),    context = Σ_j a_j h_j
    /// ```
    ///
    /// `s` is the writer's state before the step. A transformer's attention is this one with a product in place of the sum
    /// and the bend, and without the recurrence.
    Attention,
}

/// What has been read.
#[derive(Debug, Clone)]
pub struct Source {
    /// The state in which the writer begins.
    pub begin: LayerState,
    pub(super) seen: Seen,
}

/// What the writer looks at.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // one for each batch
pub(super) enum Seen {
    /// `[B, H]`.
    Last(Tensor<2>),
    All {
        /// `[B, S, 2 H]`.
        states: Tensor<3>,
        /// `W_k h + b`, `[B, S, H]`: the same at every step, and so computed once.
        keys: Tensor<3>,
        /// `[B, S]`, `true` where there is nothing to look at.
        padding: Option<Tensor<2, Bool>>,
    },
}

/// What reads the source.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // one in each model
pub enum Reader {
    /// From the first token to the last.
    Last(RecurrentLayer),
    /// In both directions, and all of it is looked at.
    Attention(BothWays),
}

/// Two layers, one from each end, and how the writer looks at their states.
#[derive(Module, Debug)]
pub struct BothWays {
    /// From the first token to the last.
    pub forth: RecurrentLayer,
    /// From the last token to the first.
    pub back: RecurrentLayer,
    /// From the two last states, `2 H`, to the writer's first, `H`.
    pub bridge: Linear,
    /// `W_q`, `H` to `H`, without a bias.
    pub query: Linear,
    /// `W_k` and `b`, `2 H` to `H`.
    pub key: Linear,
    /// `v`, `H` to 1, without a bias.
    pub score: Linear,
}

impl Context {
    /// Makes the reader of vectors of `D` numbers.
    pub(super) fn init(self, d_model: usize, d_hidden: usize, init: &Init, device: &Device) -> Reader {
        let layer = || RecurrentLayer::new(Cell::Gru, d_model, d_hidden, init, device);
        let linear = |d_input, d_output, bias| {
            let init = init.matrix(Role::Inner, d_input, d_input);
            LinearConfig { d_input, d_output, bias, init }.init(device)
        };
        match self {
            Self::Last => Reader::Last(layer()),
            Self::Attention => Reader::Attention(BothWays {
                forth: layer(),
                back: layer(),
                bridge: linear(2 * d_hidden, d_hidden, true),
                query: linear(d_hidden, d_hidden, false),
                key: linear(2 * d_hidden, d_hidden, true),
                score: linear(d_hidden, 1, false),
            }),
        }
    }

    /// How wide it is, for states of `H` numbers.
    pub(super) fn width(self, d_hidden: usize) -> usize {
        match self {
            Self::Last => d_hidden,
            Self::Attention => 2 * d_hidden,
        }
    }
}

impl Reader {
    /// Reads.
    ///
    /// # Shapes
    /// `x`: `[S, B, D]`, `padding`: `[B, S]`.
    pub(super) fn forward(&self, x: Tensor<3>, padding: Option<Tensor<2, Bool>>) -> Source {
        match self {
            Self::Last(layer) => {
                let begin = layer.begin(x.dims()[1]);
                let (_, last) = layer.forward_over(x, padding.map(Tensor::transpose), begin);
                Source { seen: Seen::Last(last.hidden.clone()), begin: last }
            }
            Self::Attention(both) => both.read(x, padding),
        }
    }
}

impl Source {
    /// What has been read of these sources, in this order: one may come several times, or be left out.
    ///
    /// # Shapes
    /// `rows`: `[R]`, each below `B`.
    #[must_use]
    pub fn select(self, rows: Tensor<1, Int>) -> Self {
        let seen = match self.seen {
            Seen::Last(context) => Seen::Last(context.select(0, rows.clone())), // [R, H]
            Seen::All { states, keys, padding } => Seen::All {
                states: states.select(0, rows.clone()),                          // [R, S, 2 H]
                keys: keys.select(0, rows.clone()),                              // [R, S, H]
                padding: padding.map(|padding| padding.select(0, rows.clone())), // [R, S]
            },
        };
        Self { begin: self.begin.select(rows), seen }
    }
}

impl BothWays {
    fn read(&self, x: Tensor<3>, padding: Option<Tensor<2, Bool>>) -> Source {
        let [_, b, _] = x.dims();
        let gaps = padding.clone().map(Tensor::transpose); // [S, B]
        let backwards = gaps.clone().map(|gaps| gaps.flip([0])); // [S, B]
        let (forth, end) = self.forth.forward_over(x.clone(), gaps, self.forth.begin(b)); // [S, B, H]
        let (back, start) = self.back.forward_over(x.flip([0]), backwards, self.back.begin(b)); // [S, B, H]
        let states = Tensor::cat(vec![forth, back.flip([0])], 2).swap_dims(0, 1); // [B, S, 2 H]
        let ends = Tensor::cat(vec![end.hidden, start.hidden], 1); // [B, 2 H]
        let hidden = kernels::activation(self.bridge.forward(ends), Activation::Tanh); // [B, H]
        let keys = self.key.forward(states.clone()); // [B, S, H]
        Source { begin: LayerState { hidden, memory: None }, seen: Seen::All { states, keys, padding } }
    }

    /// How much each position of the source matters to a writer in this state.
    ///
    /// # Shapes
    /// `state`: `[B, H]`, `keys`: `[B, S, H]`; result: `[B, S]`, rows that add up to 1.
    fn weights(&self, state: Tensor<2>, keys: Tensor<3>, padding: Option<Tensor<2, Bool>>) -> Tensor<2> {
        let query = self.query.forward(state).unsqueeze_dim::<3>(1); // [B, 1, H]
        let bent = kernels::activation(keys + query, Activation::Tanh); // [B, S, H]
        let scores = self.score.forward(bent).squeeze_dim::<2>(2); // [B, S]
        let scores = match padding {
            // Beyond any score, and finite, so that a source of nothing but padding gives numbers too.
            Some(padding) => scores.mask_fill(padding, -1e30),
            None => scores,
        };
        softmax(scores, 1)
    }

    /// The states, mixed.
    ///
    /// # Shapes
    /// `state`: `[B, H]`, `states`: `[B, S, 2 H]`, `keys`: `[B, S, H]`; result: `[B, 2 H]`.
    pub(super) fn look(
        &self,
        state: Tensor<2>,
        states: Tensor<3>,
        keys: Tensor<3>,
        padding: Option<Tensor<2, Bool>>,
    ) -> Tensor<2> {
        let weights = self.weights(state, keys, padding).unsqueeze_dim::<3>(1); // [B, 1, S]
        weights.matmul(states).squeeze_dim(1) // [B, 2 H]
    }
}

#[cfg(test)]
mod tests {
    use burn::{module::Param, tensor::Tolerance};

    use super::*;

    fn both(device: &Device) -> BothWays {
        match Context::Attention.init(3, 2, &Init::Xavier, device) {
            Reader::Attention(both) => both,
            Reader::Last(_) => panic!("attention was asked for"),
        }
    }

    #[test]
    fn weights_by_hand() {
        let device = Device::flex();
        let mut both = both(&device);
        both.query.weight = Param::from_tensor(Tensor::from_floats([[1.0, 0.0], [0.0, 0.0]], &device));
        both.score.weight = Param::from_tensor(Tensor::from_floats([[2.0], [-1.0]], &device));
        let state = Tensor::from_floats([[0.5, 9.0]], &device);
        let keys = Tensor::from_floats([[[0.5, 0.0], [-0.5, 1.0], [-0.5, 0.0]]], &device);
        let weights = |padding: Option<[bool; 3]>| {
            let padding = padding.map(|padding| Tensor::<1, Bool>::from_data(padding, &device).unsqueeze());
            both.weights(state.clone(), keys.clone(), padding).into_data()
        };
        // tanh 1 twice, minus tanh 1, nothing
        let bend = 1f32.tanh();
        let (a, b, c) = ((2.0 * bend).exp(), (-bend).exp(), 1.0);
        let want = Tensor::<2>::from_floats([[a / (a + b + c), b / (a + b + c), c / (a + b + c)]], &device);
        weights(None).assert_approx_eq::<f32>(&want.into_data(), Tolerance::absolute(1e-6));
        let want = Tensor::<2>::from_floats([[0.0, b / (b + c), c / (b + c)]], &device);
        weights(Some([true, false, false])).assert_approx_eq::<f32>(&want.into_data(), Tolerance::absolute(1e-6));
    }

    #[test]
    fn without_a_preference_the_context_is_the_mean() {
        let device = Device::flex();
        let mut both = both(&device);
        both.score.weight = Param::from_tensor(Tensor::zeros([2, 1], &device));
        let states = Tensor::from_floats([[[1.0, 2.0, 3.0, 4.0], [3.0, 4.0, 5.0, 8.0]]], &device);
        let got = both.look(Tensor::zeros([1, 2], &device), states, Tensor::ones([1, 2, 2], &device), None);
        let want = Tensor::<2>::from_floats([[2.0, 3.0, 4.0, 6.0]], &device);
        got.into_data().assert_approx_eq::<f32>(&want.into_data(), Tolerance::absolute(1e-6));
    }
}
