//! The page of a decoder says what the module is.

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
use salamander_decoder_only::DecoderConfig;
use support::*;

fn config(choice: &Choice) -> DecoderConfig {
    DecoderConfig {
        vocab_size: VOCAB,
        d_model: choice.d_model(),
        max_seq_len: LONGEST,
        embedding: EmbeddingConfig { segments: choice.seed as usize % 3, ..choice.embedding() },
        stack: choice.stack(choice.block(), BucketDirection::Back),
        unembedding: choice.unembedding(),
        init: choice.init(),
    }
}

/// The smallest of the four sizes of Radford et al. 2019.
fn small() -> DecoderConfig {
    let norm = NormConfig::Layer { epsilon: 1e-5, bias: true };
    DecoderConfig {
        vocab_size: 50_257,
        d_model: 768,
        max_seq_len: 1024,
        embedding: EmbeddingConfig {
            positions: PositionsConfig::Learned { max_seq_len: 1024, offset: 0 },
            ..EmbeddingConfig::default()
        },
        stack: StackConfig {
            n_layers: 12,
            block: BlockConfig {
                attention: AttentionConfig::multi_head(12, 64),
                feed_forward: FeedForwardConfig {
                    d_ff: 3072,
                    kind: FeedForwardKind::Plain,
                    activation: Activation::GeluTanh,
                    bias: true,
                    dropout: 0.0,
                },
                residual: ResidualConfig::pre_norm(norm.clone(), 0.0),
            },
            relative: None,
            norm,
            dropout: 0.0,
        },
        unembedding: UnembeddingConfig::Tied { scale: 1.0, bias: false },
        init: Init::Normal { std: 0.02, output_std: 0.02 / 24f64.sqrt() },
    }
}

/// Grouped heads, a gate, no bias, turning positions; small enough for a pencil.
fn tiny() -> DecoderConfig {
    let norm = NormConfig::Rms { epsilon: 1e-6 };
    DecoderConfig {
        vocab_size: 5,
        d_model: 4,
        max_seq_len: 6,
        embedding: EmbeddingConfig::default(),
        stack: StackConfig {
            n_layers: 2,
            block: BlockConfig {
                attention: AttentionConfig {
                    n_kv_heads: 1,
                    bias: ProjectionBias::NONE,
                    rotary: Some(RotaryConfig {
                        theta: 10_000.0,
                        d_rotary: 2,
                        pairing: Pairing::HalfSplit,
                        scaling: RotaryScaling::None,
                    }),
                    ..AttentionConfig::multi_head(2, 2)
                },
                feed_forward: FeedForwardConfig {
                    d_ff: 3,
                    kind: FeedForwardKind::Gated,
                    activation: Activation::Silu,
                    bias: false,
                    dropout: 0.0,
                },
                residual: ResidualConfig::pre_norm(norm.clone(), 0.0),
            },
            relative: None,
            norm,
            dropout: 0.0,
        },
        unembedding: UnembeddingConfig::Untied { bias: false },
        init: Init::Xavier,
    }
}

#[test]
fn parts_are_the_modules_parameters() {
    let device = Device::flex();
    for choice in some_choices(40) {
        let config = config(&choice);
        check_parts(&config.page(), &config.init(&device));
    }
    check_parts(&tiny().page(), &tiny().init(&device));
}

#[test]
fn published_count() {
    // Not initialised: the parameters are counted by their shapes.
    check_parts(&small().page(), &small().init(&Device::flex()));
    let page = small().page();
    assert_eq!(page.parameters(), 124_439_808);
    assert_eq!(page.parameters_of(Group::Embedding), (50_257 + 1024) * 768);
    assert_eq!(page.parameters_without_embeddings(), 85_056_000);
    assert_eq!(page.parameters_of(Group::Head), 0);
}

#[test]
fn operations_by_hand() {
    let page = tiny().page();
    // query 4 x 4, key and value 4 x 2, output 4 x 4; scores and values over 6 positions of 4; three matrices 4 x 3
    let layer = 16 + 8 + 8 + 16 + 2 * 4 * 6 + 3 * 4 * 3;
    let logits = 4 * 5;
    assert_eq!(page.flops_per_token(), 2 * (2 * layer + logits));
    assert_eq!(page.flops_per(Per::Token), page.flops_per_token());
    assert_eq!(page.training_flops_per_token(), 3 * page.flops_per_token());
    assert_eq!(page.flops_per_sequence(), 6 * page.flops_per_token());
    // The context is met in scores and values alone.
    assert_eq!(tiny().page_at(3).flops_per_token(), page.flops_per_token() - 2 * 2 * 2 * 4 * 3);
    // Twice the parameters that multiply, and 4 N D S for attention (Chowdhery et al. 2022).
    let norms = small().page().parameters_of(Group::Norm) as u64;
    let biases = 12 * (4 * 768 + 3072 + 768);
    let matrices = 124_439_808 - 1024 * 768 - norms - biases;
    assert_eq!(small().page().flops_per_token(), 2 * matrices + 4 * 12 * 768 * 1024);
}

#[test]
fn the_page_says_what_is_chosen_and_nothing_else() {
    let text = small().page().to_string();
    for line in [
        "decoder-only, 124,439,808 parameters",
        "  D = 768       width of the stream",
        "    x = table[token] + position[p]                                          [B, T, D]",
        "  each of 12 layers",
        "    x <- x + causal_attention(layer_norm(x))                                [B, T, D]",
        "    x <- x + feed_forward(layer_norm(x))                                    [B, T, D]",
        "    logits = x tableᵀ                                                       [B, T, V]",
        "    w = softmax(s), over j <= i                                             [B, H, T, S]",
        "    h = gelu_tanh(x W_up + b_up)                                            [B, T, F]",
        "  b # # . .",
        "  embedding                   39,383,808    31.6 %",
    ] {
        assert!(text.lines().any(|found| found == line), "{line:?} is missing in\n{text}");
    }
    for absent in ["turn", "bucket", "rms_norm", "gate", "dropout", "wave", "segment", "memory", "cross", "relu"] {
        assert!(!text.contains(absent), "{absent} is in\n{text}");
    }
    let text = tiny().page().to_string();
    for present in ["turn(q), turn(k)", "rms_norm(x)", "silu(x W_gate) · x W_up", "logits = x W ", "[B, K, S, E]"] {
        assert!(text.contains(present), "{present} is missing in\n{text}");
    }
    for absent in ["layer_norm", "position[", "tableᵀ", "b_query", "gelu"] {
        assert!(!text.contains(absent), "{absent} is in\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "a line is too long in\n{text}");
}
