//! T5, versions 1.0 and 1.1 (Raffel et al. 2020, arXiv:1910.10683; Shazeer 2020, arXiv:2002.05202).

use salamander_attention::*;
use salamander_checkpoint::{COMMON, Name, Names, Outline, copy, ignored, same, transpose};
use salamander_encoder_decoder::{EncoderDecoderConfig, Sharing};
use serde_json::{Value, json};

use crate::{Architecture, Error, ModelConfig, Size};

pub(crate) const ARCHITECTURE: Architecture = Architecture {
    name: "t5",
    summary: "encoder-decoder: RMS norm, relative position bias, unscaled attention, no biases; 1.0 and 1.1",
    paper: "Raffel et al. 2020, arXiv:1910.10683",
    hugging_face: &["t5"],
    // 1.1: what is trained today.
    preset: |size| ModelConfig::EncoderDecoder(preset(size, Version::Gated)),
    read,
    write,
    names,
    recipes: &[("t5-nano", include_str!("recipes/t5-nano.toml"))],
};

/// The two published forms.
enum Version {
    /// 1.0: ReLU, logits from the word table times `D^-0.5`.
    Plain,
    /// 1.1: gated GELU, logits from a matrix of their own.
    Gated,
}

fn preset(size: &Size, version: Version) -> EncoderDecoderConfig {
    let norm = NormConfig::Rms { epsilon: 1e-6 };
    let attention = AttentionConfig {
        bias: ProjectionBias::NONE,
        scale: Some(1.0),
        dropout: size.dropout,
        ..AttentionConfig::multi_head(size.n_heads, size.head())
    };
    let (kind, activation, unembedding) = match version {
        Version::Plain => {
            let scale = (size.d_model as f64).powf(-0.5);
            (FeedForwardKind::Plain, Activation::Relu, UnembeddingConfig::Tied { scale, bias: false })
        }
        Version::Gated => (FeedForwardKind::Gated, Activation::GeluTanh, UnembeddingConfig::Untied { bias: false }),
    };
    let d_ff = size.d_ff.unwrap_or(4 * size.d_model);
    let feed_forward = FeedForwardConfig { d_ff, kind, activation, bias: false, dropout: size.dropout };
    let residual = ResidualConfig::pre_norm(norm.clone(), size.dropout);
    let relative = |direction| Some(RelativeBiasConfig { n_buckets: 32, max_distance: 128, direction });
    let embedding = EmbeddingConfig { dropout: size.dropout, ..EmbeddingConfig::default() };
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
            relative: relative(BucketDirection::Both),
            norm: norm.clone(),
            dropout: size.dropout,
        },
        decoder: StackConfig {
            n_layers: size.n_layers,
            block: CrossBlockConfig { attention: attention.clone(), cross: attention, feed_forward, residual },
            relative: relative(BucketDirection::Back),
            norm,
            dropout: size.dropout,
        },
        sharing: Sharing::Nothing,
        unembedding,
        init: Init::FanIn,
    }
}

fn read(outline: &Outline) -> Result<ModelConfig, Error> {
    let mut keys = outline.keys();
    let n_layers = keys.usize("num_layers")?;
    let size = Size {
        vocab_size: Some(keys.usize("vocab_size")?),
        n_layers,
        d_model: keys.usize("d_model")?,
        n_heads: keys.usize("num_heads")?,
        n_kv_heads: None,
        d_head: Some(keys.usize("d_kv")?),
        d_ff: Some(keys.usize("d_ff")?),
        // Positions are relative: no table ends. What it was trained on is kept as advice.
        max_seq_len: keys.usize_or("n_positions", 512)?,
        dropout: keys.f64_or("dropout_rate", 0.1)?,
    };
    let version = match keys.string_or("feed_forward_proj", "relu")? {
        "relu" => Version::Plain,
        "gated-gelu" => Version::Gated,
        _ => return Err(keys.wrong("feed_forward_proj", "relu or gated-gelu").into()),
    };
    let mut config = preset(&size, version);
    config.decoder.n_layers = keys.usize_or("num_decoder_layers", n_layers)?;
    let norm = NormConfig::Rms { epsilon: keys.f64_or("layer_norm_epsilon", 1e-6)? };
    config.encoder.block.residual.before = norm.clone();
    config.decoder.block.residual.before = norm.clone();
    (config.encoder.norm, config.decoder.norm) = (norm.clone(), norm);
    let n_buckets = keys.usize_or("relative_attention_num_buckets", 32)?;
    let max_distance = keys.usize_or("relative_attention_max_distance", 128)?;
    for relative in [&mut config.encoder.relative, &mut config.decoder.relative].into_iter().flatten() {
        (relative.n_buckets, relative.max_distance) = (n_buckets, max_distance);
    }
    // Version 5 of transformers writes "tied" whatever is the case, and keeps what was in `scale_decoder_outputs`;
    // a file with a matrix of its own says more than both.
    let tied = keys.bool_or("tie_word_embeddings", true)?;
    let scaled = keys.bool_or("scale_decoder_outputs", tied)?;
    let own = outline.tensors().contains_key("lm_head.weight") && !(tied && scaled);
    config.unembedding = if own {
        if scaled {
            return Err(keys.refuse("scale_decoder_outputs", "false", "a matrix of its own has no scale here").into());
        }
        UnembeddingConfig::Untied { bias: false }
    } else {
        let scale = if scaled { (size.d_model as f64).powf(-0.5) } else { 1.0 };
        UnembeddingConfig::Tied { scale, bias: false }
    };
    keys.ignore_all(&[
        ("dense_act_fn", "follows from feed_forward_proj"),
        ("is_gated_act", "follows from feed_forward_proj"),
        ("classifier_dropout", "of a head that is not used"),
        ("is_decoder", "both stacks are made"),
        ("is_encoder_decoder", "both stacks are made"),
        ("output_past", "what is returned, not what is computed"),
    ]);
    keys.ignore_all(COMMON);
    keys.finish()?;
    Ok(ModelConfig::EncoderDecoder(config))
}

fn write(config: &ModelConfig) -> Option<Value> {
    let ModelConfig::EncoderDecoder(config) = config else { return None };
    // The file has a tensor for each stack.
    let Sharing::Nothing = config.sharing else { return None };
    let block = &config.encoder.block;
    let relative = config.encoder.relative.as_ref()?;
    let NormConfig::Rms { epsilon } = config.encoder.norm else { return None };
    let feed_forward = match (block.feed_forward.kind, block.feed_forward.activation) {
        (FeedForwardKind::Plain, Activation::Relu) => "relu",
        (FeedForwardKind::Gated, Activation::GeluTanh) => "gated-gelu",
        _ => return None,
    };
    // Any other scale is found when this is read back.
    let (tied, scaled) = match config.unembedding {
        UnembeddingConfig::Tied { scale, .. } => (true, scale != 1.0),
        UnembeddingConfig::Untied { .. } => (false, false),
    };
    let json = json!({
        "architectures": ["T5ForConditionalGeneration"],
        "model_type": "t5",
        "vocab_size": config.vocab_size,
        "d_model": config.d_model,
        "d_kv": block.attention.d_head,
        "d_ff": block.feed_forward.d_ff,
        "num_layers": config.encoder.n_layers,
        "num_decoder_layers": config.decoder.n_layers,
        "num_heads": block.attention.n_heads,
        "n_positions": config.max_seq_len,
        "relative_attention_num_buckets": relative.n_buckets,
        "relative_attention_max_distance": relative.max_distance,
        "dropout_rate": block.residual.dropout,
        "layer_norm_epsilon": epsilon,
        "feed_forward_proj": feed_forward,
        "is_encoder_decoder": true,
        "tie_word_embeddings": tied,
        "scale_decoder_outputs": scaled,
        "decoder_start_token_id": 0,
        "pad_token_id": 0,
        "eos_token_id": 1,
        "torch_dtype": "float32",
    });
    Some(json)
}

fn names(config: &ModelConfig) -> Names {
    let names = Names::new(NAMES).ignore(&[
        same("encoder.embed_tokens.weight", "shared.weight"),
        same("decoder.embed_tokens.weight", "shared.weight"),
        ignored(
            "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight",
            "cross-attention has no positions; an old file keeps a table that nothing reads",
        ),
    ]);
    let ModelConfig::EncoderDecoder(config) = config else { return names };
    let names = match config.encoder.block.feed_forward.kind {
        FeedForwardKind::Plain => names.and(PLAIN),
        FeedForwardKind::Gated => names.and(GATED),
    };
    match config.unembedding {
        UnembeddingConfig::Tied { .. } => names.ignore(&[same("lm_head.weight", "shared.weight")]),
        UnembeddingConfig::Untied { .. } => names,
    }
}

/// Left: the file. Right: the module.
const NAMES: &[Name] = &[
    copy("shared.weight", "tokens.weight"),
    copy("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", "encoder.relative.weight"),
    copy("encoder.block.{}.layer.0.layer_norm.weight", "encoder.blocks.{}.around_attention.before.gamma"),
    transpose("encoder.block.{}.layer.0.SelfAttention.q.weight", "encoder.blocks.{}.attention.query.weight"),
    transpose("encoder.block.{}.layer.0.SelfAttention.k.weight", "encoder.blocks.{}.attention.key.weight"),
    transpose("encoder.block.{}.layer.0.SelfAttention.v.weight", "encoder.blocks.{}.attention.value.weight"),
    transpose("encoder.block.{}.layer.0.SelfAttention.o.weight", "encoder.blocks.{}.attention.output.weight"),
    copy("encoder.block.{}.layer.1.layer_norm.weight", "encoder.blocks.{}.around_feed_forward.before.gamma"),
    transpose("encoder.block.{}.layer.1.DenseReluDense.wi_0.weight", "encoder.blocks.{}.feed_forward.gate.weight"),
    transpose("encoder.block.{}.layer.1.DenseReluDense.wo.weight", "encoder.blocks.{}.feed_forward.down.weight"),
    copy("encoder.final_layer_norm.weight", "encoder.norm.gamma"),
    copy("decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", "decoder.relative.weight"),
    copy("decoder.block.{}.layer.0.layer_norm.weight", "decoder.blocks.{}.around_attention.before.gamma"),
    transpose("decoder.block.{}.layer.0.SelfAttention.q.weight", "decoder.blocks.{}.attention.query.weight"),
    transpose("decoder.block.{}.layer.0.SelfAttention.k.weight", "decoder.blocks.{}.attention.key.weight"),
    transpose("decoder.block.{}.layer.0.SelfAttention.v.weight", "decoder.blocks.{}.attention.value.weight"),
    transpose("decoder.block.{}.layer.0.SelfAttention.o.weight", "decoder.blocks.{}.attention.output.weight"),
    copy("decoder.block.{}.layer.1.layer_norm.weight", "decoder.blocks.{}.around_cross.before.gamma"),
    transpose("decoder.block.{}.layer.1.EncDecAttention.q.weight", "decoder.blocks.{}.cross.query.weight"),
    transpose("decoder.block.{}.layer.1.EncDecAttention.k.weight", "decoder.blocks.{}.cross.key.weight"),
    transpose("decoder.block.{}.layer.1.EncDecAttention.v.weight", "decoder.blocks.{}.cross.value.weight"),
    transpose("decoder.block.{}.layer.1.EncDecAttention.o.weight", "decoder.blocks.{}.cross.output.weight"),
    copy("decoder.block.{}.layer.2.layer_norm.weight", "decoder.blocks.{}.around_feed_forward.before.gamma"),
    transpose("decoder.block.{}.layer.2.DenseReluDense.wi_0.weight", "decoder.blocks.{}.feed_forward.gate.weight"),
    transpose("decoder.block.{}.layer.2.DenseReluDense.wo.weight", "decoder.blocks.{}.feed_forward.down.weight"),
    copy("decoder.final_layer_norm.weight", "decoder.norm.gamma"),
    transpose("lm_head.weight", "unembedding.weight"),
];

/// The matrix a gate multiplies; 1.0, without a gate, calls its only one `wi`.
const GATED: &[Name] = &[
    transpose("encoder.block.{}.layer.1.DenseReluDense.wi_1.weight", "encoder.blocks.{}.feed_forward.up.weight"),
    transpose("decoder.block.{}.layer.2.DenseReluDense.wi_1.weight", "decoder.blocks.{}.feed_forward.up.weight"),
];

const PLAIN: &[Name] = &[
    transpose("encoder.block.{}.layer.1.DenseReluDense.wi.weight", "encoder.blocks.{}.feed_forward.up.weight"),
    transpose("decoder.block.{}.layer.2.DenseReluDense.wi.weight", "decoder.blocks.{}.feed_forward.up.weight"),
];
