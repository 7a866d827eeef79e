//! Llama (Touvron et al. 2023, arXiv:2302.13971, arXiv:2307.09288; Grattafiori et al. 2024, arXiv:2407.21783).

use salamander_attention::*;
use salamander_checkpoint::{COMMON, Keys, Name, Names, Outline, copy, ignored, same, transpose};
use salamander_decoder_only::DecoderConfig;
use serde_json::{Value, json};

use crate::{Architecture, Error, ModelConfig, Size};

pub(crate) const ARCHITECTURE: Architecture = Architecture {
    name: "llama",
    summary: "decoder-only: RMS norm, rotary positions, shared key heads, gated SiLU, no biases",
    paper: "Touvron et al. 2023, arXiv:2302.13971",
    hugging_face: &["llama"],
    preset: |size| ModelConfig::DecoderOnly(preset(size)),
    read,
    write,
    names,
    recipes: &[("llama-nano", include_str!("recipes/llama-nano.toml"))],
};

fn preset(size: &Size) -> DecoderConfig {
    let norm = NormConfig::Rms { epsilon: 1e-5 };
    let rotary = RotaryConfig {
        theta: 10_000.0,
        d_rotary: size.head(),
        pairing: Pairing::HalfSplit,
        scaling: RotaryScaling::None,
    };
    DecoderConfig {
        vocab_size: size.words(),
        d_model: size.d_model,
        max_seq_len: size.max_seq_len,
        embedding: EmbeddingConfig { dropout: size.dropout, ..EmbeddingConfig::default() },
        stack: StackConfig {
            n_layers: size.n_layers,
            block: BlockConfig {
                attention: AttentionConfig {
                    n_kv_heads: size.kv_heads(),
                    bias: ProjectionBias::NONE,
                    rotary: Some(rotary),
                    dropout: size.dropout,
                    ..AttentionConfig::multi_head(size.n_heads, size.head())
                },
                feed_forward: FeedForwardConfig {
                    // Two thirds of 4 D: three matrices then count as much as two.
                    d_ff: size.d_ff.unwrap_or((8 * size.d_model / 3).next_multiple_of(8)),
                    kind: FeedForwardKind::Gated,
                    activation: Activation::Silu,
                    bias: false,
                    dropout: 0.0,
                },
                residual: ResidualConfig::pre_norm(norm.clone(), size.dropout),
            },
            relative: None,
            norm,
            dropout: 0.0,
        },
        unembedding: UnembeddingConfig::Untied { bias: false },
        init: Init::Normal { std: 0.02, output_std: 0.02 },
    }
}

fn read(outline: &Outline) -> Result<ModelConfig, Error> {
    let mut keys = outline.keys();
    let (d_model, n_heads) = (keys.usize("hidden_size")?, keys.usize("num_attention_heads")?);
    let mut config = preset(&Size {
        vocab_size: Some(keys.usize("vocab_size")?),
        n_layers: keys.usize("num_hidden_layers")?,
        d_model,
        n_heads,
        n_kv_heads: keys.optional_usize("num_key_value_heads")?,
        d_head: keys.optional_usize("head_dim")?,
        d_ff: Some(keys.usize("intermediate_size")?),
        max_seq_len: keys.usize("max_position_embeddings")?,
        dropout: 0.0,
    });
    let norm = NormConfig::Rms { epsilon: keys.f64_or("rms_norm_eps", 1e-6)? };
    config.stack.norm = norm.clone();
    let block = &mut config.stack.block;
    block.residual.before = norm;
    block.attention.dropout = keys.f64_or("attention_dropout", 0.0)?;
    if keys.bool_or("attention_bias", false)? {
        block.attention.bias = ProjectionBias::ALL;
    }
    block.feed_forward.bias = keys.bool_or("mlp_bias", false)?;
    block.feed_forward.activation = match keys.string_or("hidden_act", "silu")? {
        "silu" | "swish" => Activation::Silu,
        "gelu" => Activation::Gelu,
        "gelu_pytorch_tanh" | "gelu_new" => Activation::GeluTanh,
        _ => return Err(keys.wrong("hidden_act", "silu, gelu or gelu_pytorch_tanh").into()),
    };
    let (theta, scaling) = positions(&mut keys)?;
    if let Some(rotary) = &mut block.attention.rotary {
        (rotary.theta, rotary.scaling) = (theta, scaling);
    }
    if keys.bool_or("tie_word_embeddings", false)? {
        config.unembedding = UnembeddingConfig::Tied { scale: 1.0, bias: false };
    }
    keys.ignore("pretraining_tp", "how a large matrix product was cut");
    keys.ignore_all(COMMON);
    keys.finish()?;
    Ok(ModelConfig::DecoderOnly(config))
}

/// Base and scaling: version 4 of `transformers` writes `rope_theta` and `rope_scaling`, version 5 `rope_parameters`.
fn positions(keys: &mut Keys) -> Result<(f64, RotaryScaling), Error> {
    let theta = keys.optional_f64("rope_theta")?;
    let read = |keys: &mut Keys| Ok((keys.optional_f64("rope_theta")?, scaling(keys)?));
    let new = keys.within("rope_parameters", read)?;
    let old = keys.within("rope_scaling", read)?;
    let (inner, scaling) = new.or(old).unwrap_or((None, RotaryScaling::None));
    Ok((inner.or(theta).unwrap_or(10_000.0), scaling))
}

fn scaling(keys: &mut Keys) -> Result<RotaryScaling, salamander_checkpoint::Error> {
    let kind = keys.optional_string("rope_type")?;
    let kind = kind.or(keys.optional_string("type")?).unwrap_or("default");
    match kind {
        "default" => Ok(RotaryScaling::None),
        "linear" => Ok(RotaryScaling::Linear { factor: keys.f64("factor")? }),
        "llama3" => Ok(RotaryScaling::ByWavelength {
            factor: keys.f64("factor")?,
            low_frequency: keys.f64("low_freq_factor")?,
            high_frequency: keys.f64("high_freq_factor")?,
            original_max_seq_len: keys.usize("original_max_position_embeddings")?,
        }),
        _ => Err(keys.refuse("rope_type", "default, linear or llama3", "other scalings are not known here")),
    }
}

fn write(config: &ModelConfig) -> Option<Value> {
    let ModelConfig::DecoderOnly(config) = config else { return None };
    let block = &config.stack.block;
    let NormConfig::Rms { epsilon } = config.stack.norm else { return None };
    let rotary = block.attention.rotary.as_ref()?;
    let scaling = match rotary.scaling {
        RotaryScaling::None => Value::Null,
        RotaryScaling::Linear { factor } => json!({ "rope_type": "linear", "factor": factor }),
        RotaryScaling::ByWavelength { factor, low_frequency, high_frequency, original_max_seq_len } => json!({
            "rope_type": "llama3",
            "factor": factor,
            "low_freq_factor": low_frequency,
            "high_freq_factor": high_frequency,
            "original_max_position_embeddings": original_max_seq_len,
        }),
    };
    let activation = match block.feed_forward.activation {
        Activation::Silu => "silu",
        Activation::Gelu => "gelu",
        Activation::GeluTanh => "gelu_pytorch_tanh",
        _ => return None,
    };
    let json = json!({
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": config.vocab_size,
        "max_position_embeddings": config.max_seq_len,
        "hidden_size": config.d_model,
        "intermediate_size": block.feed_forward.d_ff,
        "num_hidden_layers": config.stack.n_layers,
        "num_attention_heads": block.attention.n_heads,
        "num_key_value_heads": block.attention.n_kv_heads,
        "head_dim": block.attention.d_head,
        "hidden_act": activation,
        "rms_norm_eps": epsilon,
        "rope_theta": rotary.theta,
        "rope_scaling": scaling,
        "attention_bias": block.attention.bias.query,
        "attention_dropout": block.attention.dropout,
        "mlp_bias": block.feed_forward.bias,
        "tie_word_embeddings": matches!(config.unembedding, UnembeddingConfig::Tied { .. }),
        "torch_dtype": "float32",
    });
    Some(json)
}

fn names(config: &ModelConfig) -> Names {
    let names = Names::new(NAMES).optional_prefix("model.");
    let names = names.ignore(&[ignored("model.layers.{}.self_attn.rotary_emb.inv_freq", "follows from rope_theta")]);
    let tied =
        matches!(config, ModelConfig::DecoderOnly(DecoderConfig { unembedding: UnembeddingConfig::Tied { .. }, .. }));
    if tied { names.ignore(&[same("lm_head.weight", "model.embed_tokens.weight")]) } else { names }
}

/// Left: the file. Right: the module.
const NAMES: &[Name] = &[
    copy("model.embed_tokens.weight", "tokens.weight"),
    copy("model.layers.{}.input_layernorm.weight", "stack.blocks.{}.around_attention.before.gamma"),
    transpose("model.layers.{}.self_attn.q_proj.weight", "stack.blocks.{}.attention.query.weight"),
    copy("model.layers.{}.self_attn.q_proj.bias", "stack.blocks.{}.attention.query.bias"),
    transpose("model.layers.{}.self_attn.k_proj.weight", "stack.blocks.{}.attention.key.weight"),
    copy("model.layers.{}.self_attn.k_proj.bias", "stack.blocks.{}.attention.key.bias"),
    transpose("model.layers.{}.self_attn.v_proj.weight", "stack.blocks.{}.attention.value.weight"),
    copy("model.layers.{}.self_attn.v_proj.bias", "stack.blocks.{}.attention.value.bias"),
    transpose("model.layers.{}.self_attn.o_proj.weight", "stack.blocks.{}.attention.output.weight"),
    copy("model.layers.{}.self_attn.o_proj.bias", "stack.blocks.{}.attention.output.bias"),
    copy("model.layers.{}.post_attention_layernorm.weight", "stack.blocks.{}.around_feed_forward.before.gamma"),
    transpose("model.layers.{}.mlp.gate_proj.weight", "stack.blocks.{}.feed_forward.gate.weight"),
    copy("model.layers.{}.mlp.gate_proj.bias", "stack.blocks.{}.feed_forward.gate.bias"),
    transpose("model.layers.{}.mlp.up_proj.weight", "stack.blocks.{}.feed_forward.up.weight"),
    copy("model.layers.{}.mlp.up_proj.bias", "stack.blocks.{}.feed_forward.up.bias"),
    transpose("model.layers.{}.mlp.down_proj.weight", "stack.blocks.{}.feed_forward.down.weight"),
    copy("model.layers.{}.mlp.down_proj.bias", "stack.blocks.{}.feed_forward.down.bias"),
    copy("model.norm.weight", "stack.norm.gamma"),
    transpose("lm_head.weight", "unembedding.weight"),
];
