//! The page of an encoder-decoder says what the module is.

#[path = "../../attention/tests/support/paths.rs"]
mod paths;
#[path = "../../attention/tests/support/mod.rs"]
mod support;

use burn::tensor::Device;
use paths::check_parts;
use salamander_attention::{
    describe::{Describe, Group, Per},
    *,
};
use salamander_encoder_decoder::{EncoderDecoderConfig, Sharing};
use support::*;

fn config(choice: &Choice) -> EncoderDecoderConfig {
    EncoderDecoderConfig {
        vocab_size: VOCAB,
        d_model: choice.d_model(),
        max_seq_len: LONGEST,
        source: choice.embedding(),
        target: EmbeddingConfig { segments: 2, ..choice.embedding() },
        encoder: choice.stack(choice.block(), BucketDirection::Both),
        decoder: StackConfig { n_layers: 3, ..choice.stack(choice.cross_block(), BucketDirection::Back) },
        sharing: Sharing::Nothing,
        unembedding: choice.unembedding(),
        init: choice.init(),
    }
}

/// A size of Vaswani et al. 2017 with 37,000 words; its attention has no biases.
fn published(d_model: usize, d_ff: usize, n_heads: usize) -> EncoderDecoderConfig {
    let attention =
        AttentionConfig { bias: ProjectionBias::NONE, ..AttentionConfig::multi_head(n_heads, d_model / n_heads) };
    let feed_forward = FeedForwardConfig {
        d_ff,
        kind: FeedForwardKind::Plain,
        activation: Activation::Relu,
        bias: true,
        dropout: 0.0,
    };
    let residual = ResidualConfig::post_norm(NormConfig::Layer { epsilon: 1e-6, bias: true }, 0.1);
    let embedding = EmbeddingConfig {
        scale: (d_model as f64).sqrt(),
        positions: PositionsConfig::Sinusoidal { layout: SinusoidLayout::Interleaved },
        dropout: 0.1,
        ..EmbeddingConfig::default()
    };
    let cross = CrossBlockConfig {
        attention: attention.clone(),
        cross: attention.clone(),
        feed_forward: feed_forward.clone(),
        residual: residual.clone(),
    };
    EncoderDecoderConfig {
        vocab_size: 37_000,
        d_model,
        max_seq_len: 512,
        source: embedding.clone(),
        target: embedding,
        encoder: stack(BlockConfig { attention, feed_forward, residual }),
        decoder: stack(cross),
        sharing: Sharing::Nothing,
        unembedding: UnembeddingConfig::Tied { scale: 1.0, bias: false },
        init: Init::Xavier,
    }
}

fn stack<C>(block: C) -> StackConfig<C> {
    StackConfig { n_layers: 6, block, relative: None, norm: NormConfig::None, dropout: 0.0 }
}

#[test]
fn parts_are_the_modules_parameters() {
    let device = Device::flex();
    for choice in some_choices(40) {
        check_parts(&config(&choice).page(), &config(&choice).init(&device));
        let decoder = StackConfig { n_layers: 2, ..config(&choice).decoder };
        let shared = EncoderDecoderConfig { sharing: Sharing::Blocks, decoder, ..config(&choice) };
        check_parts(&shared.page(), &shared.init(&device));
    }
}

#[test]
fn published_counts() {
    let check = |config: EncoderDecoderConfig, want| {
        check_parts(&config.page(), &config.init(&Device::flex()));
        assert_eq!(config.page().parameters(), want);
    };
    check(published(512, 2048, 8), 63_045_632);
    check(published(1024, 4096, 16), 214_171_648);
    assert_eq!(published(512, 2048, 8).page().parameters_of(Group::Embedding), 37_000 * 512);
}

#[test]
fn operations_by_hand() {
    // One head of width 4, no biases; 8 wide inside.
    let page = published(4, 8, 1).page_at(3);
    let (projections, feed_forward, context) = (4 * 4 * 4, 2 * 4 * 8, 2 * 4 * 3);
    let memory = 2 * 4 * 4; // keys and values of the memory, computed once for each token of the source
    let source = 6 * (projections + context + feed_forward) + 6 * memory;
    let target = 6 * (2 * projections - memory + 2 * context + feed_forward) + 4 * 37_000;
    assert_eq!(page.flops_per(Per::SourceToken), 2 * source);
    assert_eq!(page.flops_per(Per::TargetToken), 2 * target);
    assert_eq!(page.flops_per_token(), source + target);
}

#[test]
fn shared_weights_are_counted_once_and_computed_with_twice() {
    let own = published(512, 2048, 8);
    let shared = EncoderDecoderConfig { sharing: Sharing::Blocks, ..own.clone() };
    // Six times attention without biases, a feed-forward with them, and the two norms behind them.
    let block = 4 * 512 * 512 + 2 * 512 * 2048 + 2048 + 512 + 2 * 2 * 512;
    let (own, shared) = (own.page(), shared.page());
    assert_eq!(shared.parameters(), own.parameters() - 6 * block);
    assert_eq!(shared.products, own.products);
    let text = shared.to_string();
    let title =
        "each of 6 decoder layers, all but cross-attention with the weights of the encoder layer of the same depth";
    assert!(text.contains(title), "{text}");
}

#[test]
fn the_page_says_what_is_chosen_and_nothing_else() {
    let text = published(512, 2048, 8).page().to_string();
    for present in [
        "  each of 6 encoder layers\n    x <- layer_norm(x + dropout(attention(x), 0.1)) ",
        "    x <- layer_norm(x + dropout(cross_attention(x, memory), 0.1)) ",
        "    x <- layer_norm(x + dropout(causal_attention(x), 0.1)) ",
        "    x = dropout(√D table[target token] + wave(p), 0.1) ",
        "    k = memory W_key  ",
        "The target sees the source\n    a b c d\n  w # # # #",
        "The target sees the target up to itself\n    w x y z\n  w # . . .\n  x # # . .",
        "per source token",
    ] {
        assert!(text.contains(present), "{present:?} is missing in\n{text}");
    }
    for absent in ["2(x", "2(x, memory)", "behind the last", "bucket", "gate", "position["] {
        assert!(!text.contains(absent), "{absent} is in\n{text}");
    }
}
