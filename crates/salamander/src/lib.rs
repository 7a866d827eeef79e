//! Transformers in Rust: every family built from one set of core layers, on burn.
//!
//! | module | what is in it |
//! |---|---|
//! | [`attention`] | the core layers every transformer is made of |
//! | [`encoder_only`], [`decoder_only`], [`encoder_decoder`] | the three families, one page each |
//! | [`models`] | published architectures as data: presets, checkpoints, recipes |
//! | [`checkpoint`] | Hugging Face directories and modules, both ways |
//! | [`text`], [`datasets`] | tokenizers, batches, data sets |
//! | [`train`], [`generate`] | training and writing |
//! | [`experiment`] | from a recipe to a trained and judged model |
//! | [`metrics`] | BLEU, F1, perplexity and their like |
//! | [`kernels`] | fused operations, and the backends compiled in |
//!
//! The backend is a run-time [`Device`](burn::tensor::Device); which ones exist is decided by this crate's features:
//! `flex` (the default), `ndarray`, `wgpu`, `vulkan`, `metal`, `webgpu`, `cuda`, `rocm`, `cpu`.

pub use salamander_attention as attention;
pub use salamander_checkpoint as checkpoint;
pub use salamander_datasets as datasets;
pub use salamander_decoder_only as decoder_only;
pub use salamander_encoder_decoder as encoder_decoder;
pub use salamander_encoder_only as encoder_only;
pub use salamander_experiment as experiment;
pub use salamander_generate as generate;
pub use salamander_kernels as kernels;
pub use salamander_metrics as metrics;
pub use salamander_models as models;
pub use salamander_text as text;
pub use salamander_train as train;

/// The tensor library all of this is built on.
pub use burn;
