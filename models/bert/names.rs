//! What the tensors of such an encoder are called, by whatever name the model goes.

/// Left: the file, under a prefix. Right: the module.
macro_rules! encoder_names {
    ($prefix:literal) => {{
        use salamander_checkpoint::{Name, copy, transpose};
        const NAMES: &[Name] = &[
            copy(concat!($prefix, ".embeddings.word_embeddings.weight"), "encoder.tokens.weight"),
            copy(concat!($prefix, ".embeddings.position_embeddings.weight"), "encoder.embedding.positions.weight"),
            copy(concat!($prefix, ".embeddings.token_type_embeddings.weight"), "encoder.embedding.segments"),
            copy(concat!($prefix, ".embeddings.LayerNorm.weight"), "encoder.embedding.norm.gamma"),
            copy(concat!($prefix, ".embeddings.LayerNorm.bias"), "encoder.embedding.norm.beta"),
            transpose(
                concat!($prefix, ".encoder.layer.{}.attention.self.query.weight"),
                "encoder.stack.blocks.{}.attention.query.weight",
            ),
            copy(
                concat!($prefix, ".encoder.layer.{}.attention.self.query.bias"),
                "encoder.stack.blocks.{}.attention.query.bias",
            ),
            transpose(
                concat!($prefix, ".encoder.layer.{}.attention.self.key.weight"),
                "encoder.stack.blocks.{}.attention.key.weight",
            ),
            copy(
                concat!($prefix, ".encoder.layer.{}.attention.self.key.bias"),
                "encoder.stack.blocks.{}.attention.key.bias",
            ),
            transpose(
                concat!($prefix, ".encoder.layer.{}.attention.self.value.weight"),
                "encoder.stack.blocks.{}.attention.value.weight",
            ),
            copy(
                concat!($prefix, ".encoder.layer.{}.attention.self.value.bias"),
                "encoder.stack.blocks.{}.attention.value.bias",
            ),
            transpose(
                concat!($prefix, ".encoder.layer.{}.attention.output.dense.weight"),
                "encoder.stack.blocks.{}.attention.output.weight",
            ),
            copy(
                concat!($prefix, ".encoder.layer.{}.attention.output.dense.bias"),
                "encoder.stack.blocks.{}.attention.output.bias",
            ),
            copy(
                concat!($prefix, ".encoder.layer.{}.attention.output.LayerNorm.weight"),
                "encoder.stack.blocks.{}.around_attention.after.gamma",
            ),
            copy(
                concat!($prefix, ".encoder.layer.{}.attention.output.LayerNorm.bias"),
                "encoder.stack.blocks.{}.around_attention.after.beta",
            ),
            transpose(
                concat!($prefix, ".encoder.layer.{}.intermediate.dense.weight"),
                "encoder.stack.blocks.{}.feed_forward.up.weight",
            ),
            copy(
                concat!($prefix, ".encoder.layer.{}.intermediate.dense.bias"),
                "encoder.stack.blocks.{}.feed_forward.up.bias",
            ),
            transpose(
                concat!($prefix, ".encoder.layer.{}.output.dense.weight"),
                "encoder.stack.blocks.{}.feed_forward.down.weight",
            ),
            copy(
                concat!($prefix, ".encoder.layer.{}.output.dense.bias"),
                "encoder.stack.blocks.{}.feed_forward.down.bias",
            ),
            copy(
                concat!($prefix, ".encoder.layer.{}.output.LayerNorm.weight"),
                "encoder.stack.blocks.{}.around_feed_forward.after.gamma",
            ),
            copy(
                concat!($prefix, ".encoder.layer.{}.output.LayerNorm.bias"),
                "encoder.stack.blocks.{}.around_feed_forward.after.beta",
            ),
        ];
        NAMES
    }};
}

pub(crate) use encoder_names;
