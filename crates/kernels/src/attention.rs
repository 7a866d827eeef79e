//! Gathering by weights.

use burn::tensor::{Bool, Device, Tensor, TensorData, activation as burn_activation};
use serde::{Deserialize, Serialize};

use crate::widen::widened;

/// Which keys a query may see by their distance: positions `i - left ..= i + right`; absent is unlimited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// How far back.
    pub left: Option<usize>,
    /// How far forward. Causal is `Some(0)`.
    pub right: Option<usize>,
}

/// How scores become weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Weights {
    /// `e^s / Σ e^s` over the keys the query may see.
    Softmax,
    /// `max(s, 0) / (γ √(n/2))`, `n` the number of keys the query may see (Shen et al. 2023, arXiv:2302.06461).
    Relu {
        /// `γ`.
        gamma: f64,
    },
}

/// What stands between the scores and the weights.
#[derive(Debug, Clone, PartialEq)]
pub struct AttentionOptions {
    /// What products of queries and keys are multiplied with.
    pub scale: f64,
    /// `c`: scores become `c tanh(s / c)`.
    pub softcap: Option<f64>,
    /// Which keys may be seen by their distance.
    pub reach: Reach,
    /// How scores become weights.
    pub weights: Weights,
    /// Chance of dropping a weight.
    pub dropout: f64,
}

/// `weights(scale · Q Kᵀ + bias) V` in each head (Vaswani et al. 2017, arXiv:1706.03762), the heads of `k` and `v` shared
/// by groups of those of `q` (Ainslie et al. 2023, arXiv:2305.13245).
///
/// Query `i` stands at position `i + S - T`, as a step at the end of a longer sequence does. A row that sees nothing gives
/// zeros.
///
/// # Shapes
/// - `q`: `[B, H, T, E]`, `k`: `[B, K, S, E]`, `v`: `[B, K, S, E]`, `K` a divisor of `H`
/// - `hidden` (`true` = hidden) and `bias`: broadcastable to `[B, H, T, S]`
/// - result: `[B, H, T, E]`
///
/// # Panics
/// If a reach is given and there are more queries than keys.
pub fn attention(
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    hidden: Option<Tensor<4, Bool>>,
    bias: Option<Tensor<4>>,
    options: &AttentionOptions,
) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if crate::is_fused(&q) && options.softcap.is_none() {
        return crate::flex::attention(q, k, v, hidden, bias, options.clone());
    }
    composed(q, k, v, hidden, bias, options).0
}

/// [`attention`] that also returns the weights, `[B, H, T, S]`: for looking inside, and for regularisers.
pub fn attention_with_weights(
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    hidden: Option<Tensor<4, Bool>>,
    bias: Option<Tensor<4>>,
    options: &AttentionOptions,
) -> (Tensor<4>, Tensor<4>) {
    composed(q, k, v, hidden, bias, options)
}

/// [`attention`] and its weights in burn's own operations.
pub fn composed(
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    hidden: Option<Tensor<4, Bool>>,
    bias: Option<Tensor<4>>,
    options: &AttentionOptions,
) -> (Tensor<4>, Tensor<4>) {
    let ([b, h, t, _], [_, _, s, _]) = (q.dims(), k.dims());
    let (k, v) = (shared(k, h), shared(v, h)); // [B, H, S, E]
    let mut scores = q.matmul(k.transpose()).mul_scalar(options.scale); // [B, H, T, S]
    if let Some(cap) = options.softcap {
        scores = scores.div_scalar(cap).tanh().mul_scalar(cap);
    }
    if let Some(bias) = bias {
        scores = scores + bias;
    }
    let far = options.reach.hidden(t, s, &scores.device());
    let hidden = match (far, hidden) {
        (Some(far), Some(hidden)) => Some(far.bool_or(hidden)),
        (far, hidden) => far.or(hidden),
    };
    let hidden = hidden.map(|hidden| hidden.expand([b, h, t, s]));
    let weights = options.weights.composed(scores, hidden);
    let mixed = crate::dropout::dropout(weights.clone(), options.dropout).matmul(v); // [B, H, T, E]
    (mixed, weights)
}

/// Repeats each head for the group of query heads that shares it.
fn shared(x: Tensor<4>, heads: usize) -> Tensor<4> {
    let [b, k, s, e] = x.dims();
    if k == heads {
        return x;
    }
    x.unsqueeze_dim::<5>(2).repeat_dim(2, heads / k).reshape([b, heads, s, e])
}

impl Reach {
    /// The keys query `i` at `position` may see, of `s`.
    pub(crate) fn range(&self, position: usize, s: usize) -> std::ops::Range<usize> {
        let start = self.left.map_or(0, |left| position.saturating_sub(left));
        let end = self.right.map_or(s, |right| (position + right + 1).min(s));
        start.min(end)..end
    }

    /// The position of query 0.
    ///
    /// # Panics
    /// If a side is limited and there are more queries than keys.
    pub(crate) fn first_position(&self, t: usize, s: usize) -> usize {
        let limited = self.left.is_some() || self.right.is_some();
        assert!(!limited || t <= s, "{t} queries stand at the end of only {s} keys");
        s.saturating_sub(t)
    }

    fn hidden(&self, t: usize, s: usize, device: &Device) -> Option<Tensor<4, Bool>> {
        if *self == Self::default() {
            return None;
        }
        let first = self.first_position(t, s);
        let row = |i: usize| {
            let seen = self.range(first + i, s);
            (0..s).map(move |j| !seen.contains(&j))
        };
        let values: Vec<bool> = (0..t).flat_map(row).collect();
        Some(Tensor::from_data(TensorData::new(values, [1, 1, t, s]), device))
    }
}

impl Weights {
    fn composed(self, scores: Tensor<4>, hidden: Option<Tensor<4, Bool>>) -> Tensor<4> {
        let [_, _, _, s] = scores.dims();
        let (scores, narrow) = widened(scores);
        let weights = match (self, hidden) {
            (Self::Softmax, None) => burn_activation::softmax(scores, 3),
            // Not minus infinity: a row that sees nothing must give zeros, and no NaN on the way back.
            (Self::Softmax, Some(hidden)) => {
                burn_activation::softmax(scores.mask_fill(hidden.clone(), f32::MIN), 3).mask_fill(hidden, 0.0)
            }
            (Self::Relu { gamma }, None) => burn_activation::relu(scores).div_scalar(gamma * (s as f64 / 2.0).sqrt()),
            (Self::Relu { gamma }, Some(hidden)) => {
                let seen = hidden.clone().bool_not().float().sum_dim(3).clamp_min(1.0); // [B, H, T, 1]
                let divisor = seen.div_scalar(2.0).sqrt().mul_scalar(gamma);
                burn_activation::relu(scores).mask_fill(hidden, 0.0) / divisor
            }
        };
        weights.cast(narrow)
    }
}
