//! BART (Lewis et al. 2019, arXiv:1910.13461).

mod names;

use salamander_attention::*;
use salamander_checkpoint::{COMMON, Keys, Outline};
use salamander_encoder_decoder::{EncoderDecoderConfig, Sharing};
use serde_json::{Value, json};

use crate::{Architecture, Error, ModelConfig, Size};

pub(crate) const ARCHITECTURE: Architecture = Architecture {
    name: "bart",
    summary: "encoder-decoder: post-norm, GELU, learned positions and a norm on each embedding; restores damaged text",
    paper: "Lewis et al. 2019, arXiv:1910.13461",
    hugging_face: &["bart"],
    preset: |size| ModelConfig::EncoderDecoder(preset(size)),
    read,
    write,
    names: names::names,
    recipes: &[("bart-nano", include_str!("recipes/bart-nano.toml"))],
};

/// The first two rows of a table of positions are for no position: once its numbers counted from behind those of padding.
const OFFSET: usize = 2;

fn preset(size: &Size) -> EncoderDecoderConfig {
    let norm = NormConfig::Layer { epsilon: 1e-5, bias: true };
    let attention = AttentionConfig {
        n_kv_heads: size.kv_heads(),
        dropout: size.dropout,
        ..AttentionConfig::multi_head(size.n_heads, size.head())
    };
    let feed_forward = FeedForwardConfig {
        d_ff: size.d_ff.unwrap_or(4 * size.d_model),
        kind: FeedForwardKind::Plain,
        activation: Activation::Gelu,
        bias: true,
        dropout: 0.0,
    };
    let residual = ResidualConfig::post_norm(norm.clone(), size.dropout);
    let embedding = EmbeddingConfig {
        positions: PositionsConfig::Learned { max_seq_len: size.max_seq_len, offset: OFFSET },
        norm,
        dropout: size.dropout,
        ..EmbeddingConfig::default()
    };
    let block =
        BlockConfig { attention: attention.clone(), feed_forward: feed_forward.clone(), residual: residual.clone() };
    let cross_block = CrossBlockConfig { attention: attention.clone(), cross: attention, feed_forward, residual };
    EncoderDecoderConfig {
        vocab_size: size.words(),
        d_model: size.d_model,
        max_seq_len: size.max_seq_len,
        source: embedding.clone(),
        target: embedding,
        encoder: stack(size.n_layers, block),
        decoder: stack(size.n_layers, cross_block),
        sharing: Sharing::Nothing,
        unembedding: UnembeddingConfig::Tied { scale: 1.0, bias: false },
        init: Init::Normal { std: 0.02, output_std: 0.02 },
    }
}

fn stack<C>(n_layers: usize, block: C) -> StackConfig<C> {
    StackConfig { n_layers, block, relative: None, norm: NormConfig::None, dropout: 0.0 }
}

fn read(outline: &Outline) -> Result<ModelConfig, Error> {
    let mut keys = outline.keys();
    let n_heads = keys.usize("encoder_attention_heads")?;
    let size = Size {
        vocab_size: Some(keys.usize("vocab_size")?),
        n_layers: keys.usize("encoder_layers")?,
        d_model: keys.usize("d_model")?,
        n_heads,
        n_kv_heads: None,
        d_head: None,
        d_ff: Some(keys.usize("encoder_ffn_dim")?),
        max_seq_len: keys.usize("max_position_embeddings")?,
        dropout: keys.f64_or("dropout", 0.1)?,
    };
    let mut config = preset(&size);
    if keys.bool_or("scale_embedding", false)? {
        let scale = (size.d_model as f64).sqrt();
        (config.source.scale, config.target.scale) = (scale, scale);
    }
    config.decoder.n_layers = keys.usize("decoder_layers")?;
    read_blocks(&mut config, &mut keys)?;
    refuse(&mut keys)?;
    keys.finish()?;
    // A file of the bare model has none.
    let bias = outline.tensors().contains_key("final_logits_bias");
    config.unembedding = UnembeddingConfig::Tied { scale: 1.0, bias };
    Ok(ModelConfig::EncoderDecoder(config))
}

/// What is inside the layers, and may differ between the stacks.
fn read_blocks(config: &mut EncoderDecoderConfig, keys: &mut Keys<'_>) -> Result<(), Error> {
    let (encoder, decoder) = (&mut config.encoder.block, &mut config.decoder.block);
    let n_heads = keys.usize("decoder_attention_heads")?;
    let written = AttentionConfig::multi_head(n_heads, config.d_model / n_heads.max(1));
    let dropout = keys.f64_or("attention_dropout", 0.0)?;
    encoder.attention.dropout = dropout;
    decoder.attention = AttentionConfig { dropout, ..written };
    decoder.cross = decoder.attention.clone();
    decoder.feed_forward.d_ff = keys.usize("decoder_ffn_dim")?;
    let activation = match keys.string_or("activation_function", "gelu")? {
        "gelu" => Activation::Gelu,
        "gelu_new" | "gelu_pytorch_tanh" => Activation::GeluTanh,
        "relu" => Activation::Relu,
        "silu" | "swish" => Activation::Silu,
        _ => return Err(keys.wrong("activation_function", "gelu, gelu_new, relu or silu").into()),
    };
    let dropout = keys.f64_or("activation_dropout", 0.0)?;
    for feed_forward in [&mut encoder.feed_forward, &mut decoder.feed_forward] {
        (feed_forward.activation, feed_forward.dropout) = (activation, dropout);
    }
    Ok(())
}

/// What old files say of relatives that were once one class with this model.
fn refuse(keys: &mut Keys<'_>) -> Result<(), Error> {
    keys.refuse_unless("normalize_before", false, "norms stand behind the sum")?;
    keys.refuse_unless("add_final_layer_norm", false, "norms stand behind the sum")?;
    keys.refuse_unless("normalize_embedding", true, "each embedding has a norm")?;
    keys.refuse_unless("add_bias_logits", false, "the file's own tensor says it")?;
    keys.refuse_unless("static_position_embeddings", false, "positions are learned vectors here")?;
    keys.refuse_unless("extra_pos_embeddings", OFFSET, "the table of positions begins with two rows for none")?;
    keys.refuse_unless("tie_word_embeddings", true, "the logits come from the word table")?;
    keys.ignore_all(&[
        ("num_hidden_layers", "the same as encoder_layers"),
        ("is_decoder", "both stacks are made"),
        ("is_encoder_decoder", "both stacks are made"),
        ("encoder_layerdrop", "layers left out in training, which is not done here"),
        ("decoder_layerdrop", "layers left out in training, which is not done here"),
        ("init_std", "how training began"),
        ("classif_dropout", "of a head that is not used"),
        ("classifier_dropout", "of a head that is not used"),
        ("force_bos_token_to_be_generated", "a setting of generation"),
        ("save_step", "a setting of training"),
    ]);
    keys.ignore_all(COMMON);
    Ok(())
}

fn write(config: &ModelConfig) -> Option<Value> {
    let ModelConfig::EncoderDecoder(config) = config else { return None };
    // The file has a tensor for each stack.
    let Sharing::Nothing = config.sharing else { return None };
    let (encoder, decoder) = (&config.encoder.block, &config.decoder.block);
    let activation = match encoder.feed_forward.activation {
        Activation::Gelu => "gelu",
        Activation::GeluTanh => "gelu_new",
        Activation::Relu => "relu",
        Activation::Silu => "silu",
        _ => return None,
    };
    Some(json!({
        "architectures": ["BartForConditionalGeneration"],
        "model_type": "bart",
        "vocab_size": config.vocab_size,
        "d_model": config.d_model,
        "encoder_layers": config.encoder.n_layers,
        "decoder_layers": config.decoder.n_layers,
        "encoder_attention_heads": encoder.attention.n_heads,
        "decoder_attention_heads": decoder.attention.n_heads,
        "encoder_ffn_dim": encoder.feed_forward.d_ff,
        "decoder_ffn_dim": decoder.feed_forward.d_ff,
        "activation_function": activation,
        "max_position_embeddings": config.max_seq_len,
        "scale_embedding": config.source.scale != 1.0,
        "dropout": encoder.residual.dropout,
        "attention_dropout": encoder.attention.dropout,
        "activation_dropout": encoder.feed_forward.dropout,
        "is_encoder_decoder": true,
        "bos_token_id": 0,
        "pad_token_id": 1,
        "eos_token_id": 2,
        "decoder_start_token_id": 2,
        // A text that is cut off has no end.
        "forced_eos_token_id": null,
        "torch_dtype": "float32",
    }))
}
