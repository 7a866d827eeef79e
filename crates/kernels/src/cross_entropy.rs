//! The loss of every language model.

use burn::tensor::{Int, Tensor, activation::log_softmax};

use crate::widen::widened;

/// Which targets count, and how sure one may be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CrossEntropyOptions {
    /// Targets with this value do not count.
    pub ignore: Option<i64>,
    /// `ε`: the share of each target spread evenly over all words (Szegedy et al. 2015, arXiv:1512.00567).
    pub smoothing: f64,
}

/// `-Σ ((1-ε) ln p(target) + ε mean over words of ln p) / n` over the `n` targets that count, in nats; 0 if none does.
///
/// # Shapes
/// `logits`: `[N, V]`, `targets`: `[N]` below `V` or to be ignored; result: `[1]`, in 32 bits where the logits have 16.
///
/// # Panics
/// If a target that counts is not below `V`.
pub fn cross_entropy(logits: Tensor<2>, targets: Tensor<1, Int>, options: &CrossEntropyOptions) -> Tensor<1> {
    #[cfg(feature = "flex")]
    if crate::is_fused(&logits) {
        return crate::flex::cross_entropy(logits, targets, options.clone());
    }
    composed(logits, targets, options)
}

/// [`cross_entropy`] in burn's own operations.
pub fn composed(logits: Tensor<2>, targets: Tensor<1, Int>, options: &CrossEntropyOptions) -> Tensor<1> {
    let [n, _] = logits.dims();
    let targets = targets.reshape([n, 1]);
    let ignored = match options.ignore {
        Some(ignore) => targets.clone().equal_elem(ignore),
        None => targets.clone().not_equal(targets.clone()),
    };
    let log_p = log_softmax(widened(logits).0, 1); // [N, V]
    let of_target = log_p.clone().gather(1, targets.mask_fill(ignored.clone(), 0)); // [N, 1]
    let nats = if options.smoothing == 0.0 {
        of_target.neg()
    } else {
        (of_target.mul_scalar(1.0 - options.smoothing) + log_p.mean_dim(1).mul_scalar(options.smoothing)).neg()
    };
    let count = ignored.clone().bool_not().float().cast(nats.dtype()).sum().clamp_min(1.0);
    nats.mask_fill(ignored, 0.0).sum() / count
}
