//! Attention over several heads (Vaswani et al. 2017, arXiv:1706.03762), heads optionally sharing keys and values
//! (Shazeer 2019, arXiv:1911.02150; Ainslie et al. 2023, arXiv:2305.13245).

mod config;
mod regulariser;

use burn::{module::Module, tensor::Tensor};
pub use config::{AttentionConfig, ProjectionBias};
use salamander_kernels as kernels;

use crate::{CacheShape, Dropout, LayerPass, Linear, RotaryConfig, mask::Realised};
use regulariser::Regulariser;

/// `softmax(Q Kᵀ / √E + bias) V` in each head, then one projection back to the stream.
///
/// Where the weights are `relu` instead of `softmax` they are divided by `γ √(n/2)`, `n` the number of keys the query may
/// see (Shen et al. 2023, arXiv:2302.06461).
#[derive(Module, Debug)]
pub struct Attention {
    /// `D` to `H E`.
    pub query: Linear,
    /// `D` to `K E`.
    pub key: Linear,
    /// `D` to `K E`.
    pub value: Linear,
    /// `H E` to `D`.
    pub output: Linear,
    dropout: Dropout,
    #[module(skip)]
    rotary: Option<RotaryConfig>,
    #[module(skip)]
    options: kernels::AttentionOptions,
    #[module(skip)]
    regulariser: Option<Regulariser>,
    n_heads: usize,
    n_kv_heads: usize,
    d_head: usize,
}

impl Attention {
    /// Lets each position gather from its own sequence.
    ///
    /// # Shapes
    /// `x`: `[B, T, D]`, to `[B, T, D]`.
    pub fn forward(&self, x: Tensor<3>, pass: &mut LayerPass) -> Tensor<3> {
        let q = self.split(self.query.forward(x.clone()), self.n_heads); // [B, H, T, E]
        let k = self.split(self.key.forward(x.clone()), self.n_kv_heads); // [B, K, T, E]
        let v = self.split(self.value.forward(x), self.n_kv_heads); // [B, K, T, E]

        let (q, k) = self.turn(q, k, pass);
        let (k, v) = pass.remember(k, v); // [B, K, S, E]: earlier steps join here, if any are kept
        let mask = pass.mask(q.dims()[2], k.dims()[2], &q.device());
        let bias = pass.relative(); // [1, H, T, S]
        self.gather(q, k, v, mask, bias, pass)
    }

    /// Lets each position gather from the encoder's output.
    ///
    /// # Shapes
    /// `x`: `[B, T, D]`, to `[B, T, D]`.
    ///
    /// # Panics
    /// If the pass brings no memory, or the memory has parts ([`Mask::Within`](crate::Mask::Within)) and the pass has none.
    pub fn cross(&self, x: Tensor<3>, pass: &mut LayerPass) -> Tensor<3> {
        let q = self.split(self.query.forward(x), self.n_heads); // [B, H, T, E]
        let (k, v, mask) = pass.memory(q.dims()[2], |memory| {
            let k = self.split(self.key.forward(memory.clone()), self.n_kv_heads); // [B, K, S, E]
            let v = self.split(self.value.forward(memory), self.n_kv_heads); // [B, K, S, E]
            (k, v)
        });
        self.gather(q, k, v, mask, None, pass)
    }

    /// What a cache keeps of this layer.
    pub fn cache_shape(&self) -> CacheShape {
        CacheShape { heads: self.n_kv_heads, d_key: self.d_head, d_value: self.d_head }
    }

    fn gather(
        &self,
        q: Tensor<4>,
        k: Tensor<4>,
        v: Tensor<4>,
        mask: Realised,
        bias: Option<Tensor<4>>,
        pass: &mut LayerPass,
    ) -> Tensor<3> {
        let options =
            kernels::AttentionOptions { reach: mask.reach, dropout: self.dropout.rate(&q), ..self.options.clone() };
        let training = q.device().is_autodiff();
        let regulariser = self.regulariser.as_ref().filter(|_| training);
        let mixed = if regulariser.is_some() || pass.wants("attention.weights") {
            let (mixed, weights) = kernels::attention_with_weights(q, k, v, mask.hidden.clone(), bias, &options);
            pass.record("attention.weights", &weights); // [B, H, T, S]
            if let Some(regulariser) = regulariser {
                pass.penalise(regulariser.penalty(weights, &mask));
            }
            mixed
        } else {
            kernels::attention(q, k, v, mask.hidden, bias, &options)
        };
        self.output.forward(join(mixed)) // [B, T, D]
    }

    fn turn(&self, q: Tensor<4>, k: Tensor<4>, pass: &mut LayerPass) -> (Tensor<4>, Tensor<4>) {
        match &self.rotary {
            Some(rotary) => (rotary.rotate(q, pass), rotary.rotate(k, pass)),
            None => (q, k),
        }
    }

    /// `[B, T, heads E]` to `[B, heads, T, E]`.
    fn split(&self, x: Tensor<3>, heads: usize) -> Tensor<4> {
        let [b, t, _] = x.dims();
        x.reshape([b, t, heads, self.d_head]).swap_dims(1, 2)
    }
}

/// `[B, H, T, E]` to `[B, T, H E]`.
fn join(x: Tensor<4>) -> Tensor<3> {
    let [b, h, t, e] = x.dims();
    x.swap_dims(1, 2).reshape([b, t, h * e])
}

#[cfg(test)]
mod tests;
