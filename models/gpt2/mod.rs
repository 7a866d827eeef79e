//! GPT-2 (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners").

use salamander_attention::*;
use salamander_checkpoint::{COMMON, Name, Names, Outline, copy, ignored, same, split, transpose};
use salamander_decoder_only::DecoderConfig;
use serde_json::{Value, json};

use crate::{Architecture, Error, ModelConfig, Size};

pub(crate) const ARCHITECTURE: Architecture = Architecture {
    name: "gpt2",
    summary: "decoder-only: pre-norm, learned positions, GELU, tied embedding",
    paper: "Radford et al. 2019, Language Models are Unsupervised Multitask Learners",
    hugging_face: &["gpt2"],
    preset: |size| ModelConfig::DecoderOnly(preset(size)),
    read,
    write,
    names,
    recipes: &[
        ("gpt", include_str!("recipes/gpt.toml")),
        ("gpt-shakespeare-cpu", include_str!("recipes/gpt-shakespeare-cpu.toml")),
        ("gpt-shakespeare", include_str!("recipes/gpt-shakespeare.toml")),
        ("names", include_str!("recipes/names.toml")),
        ("sorter", include_str!("recipes/sorter.toml")),
        ("copy", include_str!("recipes/copy.toml")),
        ("addition", include_str!("recipes/addition.toml")),
        ("recall", include_str!("recipes/recall.toml")),
        ("gpt2-small", include_str!("recipes/gpt2-small.toml")),
    ],
};

fn preset(size: &Size) -> DecoderConfig {
    let norm = NormConfig::Layer { epsilon: 1e-5, bias: true };
    DecoderConfig {
        vocab_size: size.words(),
        d_model: size.d_model,
        max_seq_len: size.max_seq_len,
        embedding: EmbeddingConfig {
            positions: PositionsConfig::Learned { max_seq_len: size.max_seq_len, offset: 0 },
            dropout: size.dropout,
            ..EmbeddingConfig::default()
        },
        stack: StackConfig {
            n_layers: size.n_layers,
            block: BlockConfig {
                attention: AttentionConfig {
                    n_kv_heads: size.kv_heads(),
                    dropout: size.dropout,
                    ..AttentionConfig::multi_head(size.n_heads, size.head())
                },
                feed_forward: FeedForwardConfig {
                    d_ff: size.d_ff.unwrap_or(4 * size.d_model),
                    kind: FeedForwardKind::Plain,
                    activation: Activation::GeluTanh,
                    bias: true,
                    dropout: 0.0,
                },
                residual: ResidualConfig::pre_norm(norm.clone(), size.dropout),
            },
            relative: None,
            norm,
            dropout: 0.0,
        },
        unembedding: UnembeddingConfig::Tied { scale: 1.0, bias: false },
        // What writes into the stream begins smaller the deeper the model is.
        init: Init::Normal { std: 0.02, output_std: 0.02 / (2.0 * size.n_layers as f64).sqrt() },
    }
}

fn read(outline: &Outline) -> Result<ModelConfig, Error> {
    let mut keys = outline.keys();
    let mut config = preset(&Size {
        vocab_size: Some(keys.usize("vocab_size")?),
        n_layers: keys.usize("n_layer")?,
        d_model: keys.usize("n_embd")?,
        n_heads: keys.usize("n_head")?,
        n_kv_heads: None,
        d_head: None,
        d_ff: keys.optional_usize("n_inner")?,
        max_seq_len: keys.usize("n_positions")?,
        dropout: keys.f64_or("resid_pdrop", 0.1)?,
    });
    let epsilon = keys.f64_or("layer_norm_epsilon", 1e-5)?;
    let norm = NormConfig::Layer { epsilon, bias: true };
    config.embedding.dropout = keys.f64_or("embd_pdrop", 0.1)?;
    config.stack.block.attention.dropout = keys.f64_or("attn_pdrop", 0.1)?;
    config.stack.block.residual.before = norm.clone();
    config.stack.norm = norm;
    config.stack.block.feed_forward.activation = match keys.string_or("activation_function", "gelu_new")? {
        "gelu_new" | "gelu_pytorch_tanh" => Activation::GeluTanh,
        "gelu" => Activation::Gelu,
        "relu" => Activation::Relu,
        "silu" | "swish" => Activation::Silu,
        _ => return Err(keys.wrong("activation_function", "gelu_new, gelu, relu or silu").into()),
    };
    if !keys.bool_or("tie_word_embeddings", true)? {
        config.unembedding = UnembeddingConfig::Untied { bias: false };
    }
    keys.refuse_unless("scale_attn_weights", true, "scores are always scaled here")?;
    keys.refuse_unless("scale_attn_by_inverse_layer_idx", false, "no layer has a scale of its own here")?;
    keys.refuse_unless("add_cross_attention", false, "a decoder-only model has nothing to look at")?;
    keys.ignore_all(&[
        ("reorder_and_upcast_attn", "an order of computation in half precision"),
        ("n_ctx", "an old name of n_positions"),
        ("summary_activation", "of a head that is not used"),
        ("summary_first_dropout", "of a head that is not used"),
        ("summary_proj_to_labels", "of a head that is not used"),
        ("summary_type", "of a head that is not used"),
        ("summary_use_proj", "of a head that is not used"),
    ]);
    keys.ignore_all(COMMON);
    keys.finish()?;
    Ok(ModelConfig::DecoderOnly(config))
}

fn write(config: &ModelConfig) -> Option<Value> {
    let ModelConfig::DecoderOnly(config) = config else { return None };
    let block = &config.stack.block;
    let NormConfig::Layer { epsilon, .. } = config.stack.norm else { return None };
    let activation = match block.feed_forward.activation {
        Activation::GeluTanh => "gelu_new",
        Activation::Gelu => "gelu",
        Activation::Relu => "relu",
        Activation::Silu => "silu",
        _ => return None,
    };
    let json = json!({
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "vocab_size": config.vocab_size,
        "n_positions": config.max_seq_len,
        "n_embd": config.d_model,
        "n_layer": config.stack.n_layers,
        "n_head": block.attention.n_heads,
        "n_inner": block.feed_forward.d_ff,
        "activation_function": activation,
        "layer_norm_epsilon": epsilon,
        "embd_pdrop": config.embedding.dropout,
        "attn_pdrop": block.attention.dropout,
        "resid_pdrop": block.residual.dropout,
        "tie_word_embeddings": matches!(config.unembedding, UnembeddingConfig::Tied { .. }),
        "torch_dtype": "float32",
    });
    Some(json)
}

fn names(_: &ModelConfig) -> Names {
    Names::new(NAMES).optional_prefix("transformer.").ignore(&[
        ignored("transformer.h.{}.attn.bias", "the causal mask, which is no parameter"),
        ignored("transformer.h.{}.attn.masked_bias", "a constant of the causal mask"),
        same("lm_head.weight", "transformer.wte.weight"),
    ])
}

/// Left: the file. Right: the module. The file's `Conv1D` keeps its matrices as `[in, out]`: nothing is transposed.
const NAMES: &[Name] = &[
    copy("transformer.wte.weight", "tokens.weight"),
    copy("transformer.wpe.weight", "embedding.positions.weight"),
    copy("transformer.h.{}.ln_1.weight", "stack.blocks.{}.around_attention.before.gamma"),
    copy("transformer.h.{}.ln_1.bias", "stack.blocks.{}.around_attention.before.beta"),
    split(
        "transformer.h.{}.attn.c_attn.weight",
        &[
            "stack.blocks.{}.attention.query.weight",
            "stack.blocks.{}.attention.key.weight",
            "stack.blocks.{}.attention.value.weight",
        ],
    ),
    split(
        "transformer.h.{}.attn.c_attn.bias",
        &[
            "stack.blocks.{}.attention.query.bias",
            "stack.blocks.{}.attention.key.bias",
            "stack.blocks.{}.attention.value.bias",
        ],
    ),
    copy("transformer.h.{}.attn.c_proj.weight", "stack.blocks.{}.attention.output.weight"),
    copy("transformer.h.{}.attn.c_proj.bias", "stack.blocks.{}.attention.output.bias"),
    copy("transformer.h.{}.ln_2.weight", "stack.blocks.{}.around_feed_forward.before.gamma"),
    copy("transformer.h.{}.ln_2.bias", "stack.blocks.{}.around_feed_forward.before.beta"),
    copy("transformer.h.{}.mlp.c_fc.weight", "stack.blocks.{}.feed_forward.up.weight"),
    copy("transformer.h.{}.mlp.c_fc.bias", "stack.blocks.{}.feed_forward.up.bias"),
    copy("transformer.h.{}.mlp.c_proj.weight", "stack.blocks.{}.feed_forward.down.weight"),
    copy("transformer.h.{}.mlp.c_proj.bias", "stack.blocks.{}.feed_forward.down.bias"),
    copy("transformer.ln_f.weight", "stack.norm.gamma"),
    copy("transformer.ln_f.bias", "stack.norm.beta"),
    transpose("lm_head.weight", "unembedding.weight"),
];
