//! What the tensors are called.

use salamander_checkpoint::{Name, Names, copy, row, same, transpose};

use crate::ModelConfig;

pub(super) fn names(_: &ModelConfig) -> Names {
    Names::new(NAMES).optional_prefix("model.").ignore(&[
        same("model.encoder.embed_tokens.weight", "model.shared.weight"),
        same("model.decoder.embed_tokens.weight", "model.shared.weight"),
        same("lm_head.weight", "model.shared.weight"),
    ])
}

/// Left: the file. Right: the module.
const NAMES: &[Name] = &[
    copy("model.shared.weight", "tokens.weight"),
    row("final_logits_bias", "unembedding.bias"),
    copy("model.encoder.embed_positions.weight", "source.positions.weight"),
    copy("model.encoder.layernorm_embedding.weight", "source.norm.gamma"),
    copy("model.encoder.layernorm_embedding.bias", "source.norm.beta"),
    transpose("model.encoder.layers.{}.self_attn.q_proj.weight", "encoder.blocks.{}.attention.query.weight"),
    copy("model.encoder.layers.{}.self_attn.q_proj.bias", "encoder.blocks.{}.attention.query.bias"),
    transpose("model.encoder.layers.{}.self_attn.k_proj.weight", "encoder.blocks.{}.attention.key.weight"),
    copy("model.encoder.layers.{}.self_attn.k_proj.bias", "encoder.blocks.{}.attention.key.bias"),
    transpose("model.encoder.layers.{}.self_attn.v_proj.weight", "encoder.blocks.{}.attention.value.weight"),
    copy("model.encoder.layers.{}.self_attn.v_proj.bias", "encoder.blocks.{}.attention.value.bias"),
    transpose("model.encoder.layers.{}.self_attn.out_proj.weight", "encoder.blocks.{}.attention.output.weight"),
    copy("model.encoder.layers.{}.self_attn.out_proj.bias", "encoder.blocks.{}.attention.output.bias"),
    copy("model.encoder.layers.{}.self_attn_layer_norm.weight", "encoder.blocks.{}.around_attention.after.gamma"),
    copy("model.encoder.layers.{}.self_attn_layer_norm.bias", "encoder.blocks.{}.around_attention.after.beta"),
    transpose("model.encoder.layers.{}.fc1.weight", "encoder.blocks.{}.feed_forward.up.weight"),
    copy("model.encoder.layers.{}.fc1.bias", "encoder.blocks.{}.feed_forward.up.bias"),
    transpose("model.encoder.layers.{}.fc2.weight", "encoder.blocks.{}.feed_forward.down.weight"),
    copy("model.encoder.layers.{}.fc2.bias", "encoder.blocks.{}.feed_forward.down.bias"),
    copy("model.encoder.layers.{}.final_layer_norm.weight", "encoder.blocks.{}.around_feed_forward.after.gamma"),
    copy("model.encoder.layers.{}.final_layer_norm.bias", "encoder.blocks.{}.around_feed_forward.after.beta"),
    copy("model.decoder.embed_positions.weight", "target.positions.weight"),
    copy("model.decoder.layernorm_embedding.weight", "target.norm.gamma"),
    copy("model.decoder.layernorm_embedding.bias", "target.norm.beta"),
    transpose("model.decoder.layers.{}.self_attn.q_proj.weight", "decoder.blocks.{}.attention.query.weight"),
    copy("model.decoder.layers.{}.self_attn.q_proj.bias", "decoder.blocks.{}.attention.query.bias"),
    transpose("model.decoder.layers.{}.self_attn.k_proj.weight", "decoder.blocks.{}.attention.key.weight"),
    copy("model.decoder.layers.{}.self_attn.k_proj.bias", "decoder.blocks.{}.attention.key.bias"),
    transpose("model.decoder.layers.{}.self_attn.v_proj.weight", "decoder.blocks.{}.attention.value.weight"),
    copy("model.decoder.layers.{}.self_attn.v_proj.bias", "decoder.blocks.{}.attention.value.bias"),
    transpose("model.decoder.layers.{}.self_attn.out_proj.weight", "decoder.blocks.{}.attention.output.weight"),
    copy("model.decoder.layers.{}.self_attn.out_proj.bias", "decoder.blocks.{}.attention.output.bias"),
    copy("model.decoder.layers.{}.self_attn_layer_norm.weight", "decoder.blocks.{}.around_attention.after.gamma"),
    copy("model.decoder.layers.{}.self_attn_layer_norm.bias", "decoder.blocks.{}.around_attention.after.beta"),
    transpose("model.decoder.layers.{}.encoder_attn.q_proj.weight", "decoder.blocks.{}.cross.query.weight"),
    copy("model.decoder.layers.{}.encoder_attn.q_proj.bias", "decoder.blocks.{}.cross.query.bias"),
    transpose("model.decoder.layers.{}.encoder_attn.k_proj.weight", "decoder.blocks.{}.cross.key.weight"),
    copy("model.decoder.layers.{}.encoder_attn.k_proj.bias", "decoder.blocks.{}.cross.key.bias"),
    transpose("model.decoder.layers.{}.encoder_attn.v_proj.weight", "decoder.blocks.{}.cross.value.weight"),
    copy("model.decoder.layers.{}.encoder_attn.v_proj.bias", "decoder.blocks.{}.cross.value.bias"),
    transpose("model.decoder.layers.{}.encoder_attn.out_proj.weight", "decoder.blocks.{}.cross.output.weight"),
    copy("model.decoder.layers.{}.encoder_attn.out_proj.bias", "decoder.blocks.{}.cross.output.bias"),
    copy("model.decoder.layers.{}.encoder_attn_layer_norm.weight", "decoder.blocks.{}.around_cross.after.gamma"),
    copy("model.decoder.layers.{}.encoder_attn_layer_norm.bias", "decoder.blocks.{}.around_cross.after.beta"),
    transpose("model.decoder.layers.{}.fc1.weight", "decoder.blocks.{}.feed_forward.up.weight"),
    copy("model.decoder.layers.{}.fc1.bias", "decoder.blocks.{}.feed_forward.up.bias"),
    transpose("model.decoder.layers.{}.fc2.weight", "decoder.blocks.{}.feed_forward.down.weight"),
    copy("model.decoder.layers.{}.fc2.bias", "decoder.blocks.{}.feed_forward.down.bias"),
    copy("model.decoder.layers.{}.final_layer_norm.weight", "decoder.blocks.{}.around_feed_forward.after.gamma"),
    copy("model.decoder.layers.{}.final_layer_norm.bias", "decoder.blocks.{}.around_feed_forward.after.beta"),
];
