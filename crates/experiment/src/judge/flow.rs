//! From how far back a model learns.

use burn::{
    module::{Module, Param},
    tensor::{Int, Tensor, TensorData, activation::log_softmax},
};
use salamander_attention::{Pass, TokenTable};
use salamander_models::Model;
use salamander_text::{Batches, IGNORE, LanguageBatch};

use crate::{Error, Experiment, Part, Progress, set::Set};

/// Rows that are looked at.
const ROWS: usize = 64;

/// Which of a row's targets is looked at.
#[derive(Clone, Copy)]
enum Which {
    /// The first word that is written.
    First,
    /// The one with the most before it.
    Last,
}

impl Experiment {
    /// How the gradient of a target's loss spreads over the tokens before it:
    ///
    /// ```text
    /// g_d = mean ‖∂(-ln p(w_{t+1} | w_1 … w_t)) / ∂x_{t-d}‖,    returned: g_d / Σ g
    /// ```
    ///
    /// `x` are the tokens' vectors, `d` is counted from the latest token. What is next to nothing at a distance cannot be
    /// learnt from there, however long one trains (Bengio, Simard and Frasconi 1994, doi:10.1109/72.279181; Pascanu,
    /// Mikolov and Bengio 2013, arXiv:1211.5063). The target is the first of a text that is written behind a source, else
    /// the last of each row; up to 64 rows are looked at.
    ///
    /// Empty for models that do not read one token after another.
    ///
    /// # Errors
    /// If the part cannot be cut into batches.
    pub fn gradient_flow(
        &self,
        model: &Model,
        part: Part,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<f64>, Error> {
        if !self.config.joins() {
            return Ok(Vec::new());
        }
        let (batch, which) = match self.cut(part, progress)?.0 {
            Set::Windows(set) => (set.evaluation().next(), Which::Last),
            Set::Documents(set) => (set.evaluation().next(), Which::Last),
            Set::Continued(set) => (set.evaluation().next(), Which::First),
            _ => (None, Which::Last),
        };
        let Some(looked) = batch.map(|batch| Looked::at(&batch, which)) else { return Ok(Vec::new()) };
        Ok(match model {
            Model::DecoderOnly(model) => {
                let frozen = model.clone().freeze();
                looked.flow(&model.tokens, |tokens, ids| {
                    let mut probe = frozen.clone();
                    probe.tokens = tokens;
                    let x = probe.hidden(ids, &mut Pass::default()); // [B, T, D]
                    (x, |x| frozen.unembed(x))
                })
            }
            Model::Recurrent(model) => {
                let frozen = model.clone().freeze();
                looked.flow(&model.tokens, |tokens, ids| {
                    let mut probe = frozen.clone();
                    probe.tokens = tokens;
                    let state = probe.begin(ids.dims()[0]);
                    let (x, _) = probe.hidden(ids, state); // [B, T, H]
                    (x, |x| frozen.unembed(x))
                })
            }
            _ => Vec::new(),
        })
    }
}

/// Rows, and a target of each.
struct Looked {
    /// `B T` tokens.
    tokens: Vec<i64>,
    /// `T`
    columns: usize,
    /// The position before the target.
    latest: Vec<usize>,
    targets: Vec<i64>,
}

impl Looked {
    fn at(batch: &LanguageBatch, which: Which) -> Self {
        let columns = batch.inputs.columns;
        let mut looked = Self { tokens: Vec::new(), columns, latest: Vec::new(), targets: Vec::new() };
        let rows = batch.inputs.values.chunks(columns).zip(batch.targets.values.chunks(columns));
        for (tokens, targets) in rows.take(ROWS) {
            let counts = |target: &i64| *target != IGNORE;
            let found = match which {
                Which::First => targets.iter().position(counts),
                Which::Last => targets.iter().rposition(counts),
            };
            let Some(latest) = found else { continue };
            looked.tokens.extend(tokens);
            looked.latest.push(latest);
            looked.targets.push(targets[latest]);
        }
        looked
    }

    /// Each token gets a vector of its own, so that the gradient of that is the position's.
    fn flow<U: FnOnce(Tensor<3>) -> Tensor<3>>(
        &self,
        table: &TokenTable,
        hidden: impl FnOnce(TokenTable, Tensor<2, Int>) -> (Tensor<3>, U),
    ) -> Vec<f64> {
        let (b, t) = (self.latest.len(), self.columns);
        if b == 0 {
            return Vec::new();
        }
        let vectors = table.weight.val().inner();
        let device = vectors.device().autodiff();
        let ints = |values: Vec<i64>| -> Tensor<1, Int> {
            let count = values.len();
            Tensor::from_data(TensorData::new(values, [count]), &device)
        };
        let own = vectors.select(0, ints(self.tokens.clone()).inner()); // [B T, M]
        let own = Tensor::from_inner(own).require_grad();
        let numbers = ints((0..(b * t) as i64).collect()).reshape([b, t]);
        let (x, unembed) = hidden(TokenTable { weight: Param::from_tensor(own.clone()) }, numbers); // [B, T, D]
        let places = self.latest.iter().enumerate().map(|(row, at)| (row * t + at) as i64);
        let latest = x.flatten::<2>(0, 1).select(0, ints(places.collect())); // [B, D]
        let logits = unembed(latest.unsqueeze_dim(1)).flatten::<2>(0, 1); // [B, V]
        let said = log_softmax(logits, 1).gather(1, ints(self.targets.clone()).unsqueeze_dim(1)); // [B, 1]
        let gradients = said.sum().neg().backward();
        let Some(gradient) = own.grad(&gradients) else { return Vec::new() };
        let norms = gradient.powi_scalar(2).sum_dim(1).sqrt().into_data(); // [B T, 1]
        self.shares(&norms.convert::<f64>().iter::<f64>().collect::<Vec<_>>())
    }

    /// The means by distance, as shares of their sum; all zero if no gradient comes back.
    fn shares(&self, norms: &[f64]) -> Vec<f64> {
        let farthest = self.latest.iter().copied().max().unwrap_or(0);
        let mean = |distance: usize| {
            let far = self.latest.iter().enumerate().filter(|(_, latest)| **latest >= distance);
            let norms: Vec<_> = far.map(|(row, latest)| norms[row * self.columns + latest - distance]).collect();
            norms.iter().sum::<f64>() / norms.len().max(1) as f64
        };
        let means: Vec<_> = (0..=farthest).map(mean).collect();
        let sum: f64 = means.iter().sum();
        means.into_iter().map(|mean| if sum > 0.0 { mean / sum } else { 0.0 }).collect()
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use salamander_text::Matrix;

    use super::*;

    #[test]
    fn means_by_distance_are_shares() {
        let matrix = |values: [i64; 6]| Matrix { values: values.into(), rows: 2, columns: 3 };
        let batch = LanguageBatch {
            inputs: matrix([1, 2, 3, 4, 5, 6]),
            targets: matrix([IGNORE, 3, 4, 5, 6, IGNORE]),
            padding: None,
        };
        let first = Looked::at(&batch, Which::First);
        assert_eq!((first.latest.as_slice(), first.targets.as_slice()), ([1, 0].as_slice(), [3, 5].as_slice()));
        let last = Looked::at(&batch, Which::Last);
        assert_eq!((last.latest.as_slice(), last.targets.as_slice()), ([2, 1].as_slice(), [4, 6].as_slice()));
        // Distances 0: 3 and 7, 1: 2 and 6, 2: 1.
        assert_eq!(last.shares(&[1.0, 2.0, 3.0, 6.0, 7.0, 9.0]), [0.5, 0.4, 0.1]);
        assert_eq!(last.shares(&[0.0; 6]), [0.0; 3]);
    }

    #[test]
    fn a_chain_of_factors_by_hand() {
        // x is the running sum of half of what was there and a token's vector, of width 1; the logits are x and 0. A gradient
        // from a distance d is 2^-d of the nearest.
        let device = Device::flex().autodiff();
        let table = TokenTable { weight: Param::from_tensor(Tensor::from_data([[0.3], [-0.2]], &device)) };
        let looked = Looked { tokens: vec![0, 1, 0, 1], columns: 4, latest: vec![3], targets: vec![0] };
        let shares = looked.flow(&table, |tokens, ids| {
            let x = tokens.forward(ids); // [1, 4, 1]
            let mut state = Tensor::<3>::zeros([1, 1, 1], &x.device());
            let mut states = Vec::new();
            for token in x.split(1, 1) {
                state = state.mul_scalar(0.5) + token;
                states.push(state.clone());
            }
            let unembed = |x: Tensor<3>| Tensor::cat(vec![x.clone(), x.zeros_like()], 2);
            (Tensor::cat(states, 1), unembed)
        });
        for (share, want) in shares.iter().zip([8.0, 4.0, 2.0, 1.0].map(|share| share / 15.0)) {
            assert!((share - want).abs() < 1e-6, "{shares:?}");
        }
        assert_eq!(shares.len(), 4);
    }
}
