//! How large a model is, before its architecture decides everything else.

use serde::{Deserialize, Serialize};

/// How large a model is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Words, `V`; absent, as many as the tokenizer has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocab_size: Option<usize>,
    /// Layers, `N`, of each stack.
    pub n_layers: usize,
    /// Width of the stream, `D`.
    pub d_model: usize,
    /// Query heads, `H`.
    pub n_heads: usize,
    /// Key and value heads, `K`; absent, as many as query heads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_kv_heads: Option<usize>,
    /// Width of a head, `E`; absent, `D / H`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub d_head: Option<usize>,
    /// Width inside the feed-forward, `F`; absent, what the architecture is known for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub d_ff: Option<usize>,
    /// Longest input, in tokens.
    pub max_seq_len: usize,
    /// Chance of dropping an element while training.
    #[serde(default)]
    pub dropout: f64,
}

impl Size {
    /// `V`.
    pub(crate) fn words(&self) -> usize {
        self.vocab_size.unwrap_or(0)
    }

    /// `K`.
    pub(crate) fn kv_heads(&self) -> usize {
        self.n_kv_heads.unwrap_or(self.n_heads)
    }

    /// `E`.
    pub(crate) fn head(&self) -> usize {
        self.d_head.unwrap_or(self.d_model / self.n_heads.max(1))
    }
}
