//! Fused tensor operations with hand-written gradients.
//!
//! Each operation is a function on burn's [`Tensor`](burn::tensor::Tensor) with one meaning and two bodies: the *composed*
//! one says it in burn's own operations and works on every backend; the *fused* one, for the CPU backend Flex, computes
//! it in one pass over memory and knows its own derivative. Which of them runs is a matter of speed alone: the tests hold
//! values and gradients of both within 1e-5 of each other.
//!
//! # Why fuse
//!
//! On a CPU a transformer's time outside its matrix products goes into reading and writing memory. Composed, a GELU writes
//! half a dozen arrays as large as its input, and its gradient as many again; fused, it reads one and writes two. The same
//! holds for norms, softmax and the optimiser.
//!
//! # Determinism
//!
//! Work is cut into pieces whose size does not depend on the number of threads, and partial sums are added in order: the
//! same seed gives the same bits, run after run.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//!
//! let device = Device::flex();
//! let x = Tensor::<2>::from_floats([[1.0, 2.0], [-2.0, 0.5]], &device);
//! let y = salamander_kernels::activation(x, salamander_kernels::Activation::GeluTanh);
//! let first = y.into_data().try_to_vec::<f32>().unwrap()[0];
//! assert!((first - 0.841_192).abs() < 1e-5);
//! ```

mod activation;
mod adamw;
mod attention;
pub mod backend;
mod clip;
mod cross_entropy;
mod dropout;
mod embedding;
#[cfg(feature = "flex")]
mod flex;
mod linear;
mod norm;
mod residual;
mod rotary;
mod threads;
mod widen;

pub use activation::{Activation, activation, gated};
pub use adamw::{AdamW, AdamWConfig};
pub use attention::{AttentionOptions, Reach, Weights, attention, attention_with_weights};
pub use clip::{clip_global_norm, global_norm};
pub use cross_entropy::{CrossEntropyOptions, cross_entropy};
pub use dropout::dropout;
pub use embedding::embedding;
pub use linear::linear;
pub use norm::{layer_norm, rms_norm};
pub use residual::residual;
pub use rotary::{Pairing, rotary};
pub use threads::on_pool;

/// The composed bodies, which define what the fused ones must compute.
pub mod composed {
    pub use crate::{
        activation::{composed as activation, composed_gated as gated},
        attention::composed as attention,
        cross_entropy::composed as cross_entropy,
        dropout::composed as dropout,
        embedding::composed as embedding,
        linear::composed as linear,
        norm::{composed_layer as layer_norm, composed_rms as rms_norm},
        residual::composed as residual,
        rotary::composed as rotary,
    };
}

/// Whether the fused body can run where `x` lives.
#[cfg(feature = "flex")]
pub(crate) fn is_fused<const R: usize>(x: &burn::tensor::Tensor<R>) -> bool {
    backend::is_flex(&x.device()) && x.dtype() == burn::tensor::DType::F32
}
