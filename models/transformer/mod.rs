//! The transformer of Vaswani et al. 2017, "Attention Is All You Need", arXiv:1706.03762.

use salamander_attention::*;
use salamander_checkpoint::Names;
use salamander_encoder_decoder::{EncoderDecoderConfig, Sharing};

use crate::{Architecture, Error, ModelConfig, Size};

pub(crate) const ARCHITECTURE: Architecture = Architecture {
    name: "transformer",
    summary: "encoder-decoder: post-norm, sinusoids, ReLU, one table for source, target and logits",
    paper: "Vaswani et al. 2017, arXiv:1706.03762",
    hugging_face: &[],
    preset: |size| ModelConfig::EncoderDecoder(preset(size)),
    read: |outline| Err(Error::NoModel(outline.path().into())),
    write: |_| None,
    names: |_| Names::plain(),
    recipes: &[
        ("transformer-nano", include_str!("recipes/transformer-nano.toml")),
        ("transformer-multi30k", include_str!("recipes/transformer-multi30k.toml")),
        ("transformer-multi30k-de-en", include_str!("recipes/transformer-multi30k-de-en.toml")),
        ("transformer-base", include_str!("recipes/transformer-base.toml")),
        ("transformer-big", include_str!("recipes/transformer-big.toml")),
    ],
};

fn preset(size: &Size) -> EncoderDecoderConfig {
    let attention = AttentionConfig {
        // The paper's projections are matrices alone.
        bias: ProjectionBias::NONE,
        dropout: size.dropout,
        ..AttentionConfig::multi_head(size.n_heads, size.head())
    };
    let feed_forward = FeedForwardConfig {
        d_ff: size.d_ff.unwrap_or(4 * size.d_model),
        kind: FeedForwardKind::Plain,
        activation: Activation::Relu,
        bias: true,
        dropout: 0.0,
    };
    let residual = ResidualConfig::post_norm(NormConfig::Layer { epsilon: 1e-6, bias: true }, size.dropout);
    let embedding = EmbeddingConfig {
        scale: (size.d_model as f64).sqrt(),
        positions: PositionsConfig::Sinusoidal { layout: SinusoidLayout::Interleaved },
        dropout: size.dropout,
        ..EmbeddingConfig::default()
    };
    EncoderDecoderConfig {
        vocab_size: size.words(),
        d_model: size.d_model,
        max_seq_len: size.max_seq_len,
        source: embedding.clone(),
        target: embedding,
        encoder: StackConfig {
            n_layers: size.n_layers,
            block: BlockConfig {
                attention: attention.clone(),
                feed_forward: feed_forward.clone(),
                residual: residual.clone(),
            },
            relative: None,
            norm: NormConfig::None,
            dropout: 0.0,
        },
        decoder: StackConfig {
            n_layers: size.n_layers,
            block: CrossBlockConfig { attention: attention.clone(), cross: attention, feed_forward, residual },
            relative: None,
            norm: NormConfig::None,
            dropout: 0.0,
        },
        sharing: Sharing::Nothing,
        unembedding: UnembeddingConfig::Tied { scale: 1.0, bias: false },
        init: Init::Xavier,
    }
}
