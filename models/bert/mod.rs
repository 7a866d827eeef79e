//! BERT (Devlin et al. 2018, arXiv:1810.04805).

pub(crate) mod config;
pub(crate) mod names;

use config::Described;
use names::encoder_names;
use salamander_attention::*;
use salamander_checkpoint::{Ignored, Name, Names, Outline, copy, ignored, same, transpose};
use salamander_encoder_only::{EncoderConfig, MaskedLmConfig, MaskedLmHeadConfig};
use serde_json::Value;

use crate::{Architecture, Error, ModelConfig, Size};

pub(crate) const ARCHITECTURE: Architecture = Architecture {
    name: "bert",
    summary: "encoder-only: post-norm, learned positions and segments, GELU; masked LM, and heads for texts, tags, answers",
    paper: "Devlin et al. 2018, arXiv:1810.04805",
    hugging_face: &["bert"],
    preset: |size| ModelConfig::MaskedLm(masked_lm(encoder(size, norm(1e-12)), norm(1e-12))),
    read,
    write,
    names,
    recipes: &[
        ("bert-nano", include_str!("recipes/bert-nano.toml")),
        ("bert-classify", include_str!("recipes/bert-classify.toml")),
    ],
};

/// The norm of all such models.
pub(crate) fn norm(epsilon: f64) -> NormConfig {
    NormConfig::Layer { epsilon, bias: true }
}

/// All choices of such an encoder at a size.
pub(crate) fn encoder(size: &Size, norm: NormConfig) -> EncoderConfig {
    EncoderConfig {
        vocab_size: size.words(),
        d_model: size.d_model,
        max_seq_len: size.max_seq_len,
        embedding: EmbeddingConfig {
            positions: PositionsConfig::Learned { max_seq_len: size.max_seq_len, offset: 0 },
            segments: 2,
            norm: norm.clone(),
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
                    activation: Activation::Gelu,
                    bias: true,
                    dropout: 0.0,
                },
                residual: ResidualConfig::post_norm(norm, size.dropout),
            },
            relative: None,
            norm: NormConfig::None,
            dropout: 0.0,
        },
        init: Init::Normal { std: 0.02, output_std: 0.02 },
    }
}

fn masked_lm(encoder: EncoderConfig, norm: NormConfig) -> MaskedLmConfig {
    let activation = encoder.stack.block.feed_forward.activation;
    let unembedding = UnembeddingConfig::Tied { scale: 1.0, bias: true };
    MaskedLmConfig { encoder, head: MaskedLmHeadConfig { activation, norm, unembedding } }
}

fn read(outline: &Outline) -> Result<ModelConfig, Error> {
    let mut keys = outline.keys();
    let described = Described::read(&mut keys)?;
    keys.ignore_all(&[
        ("pooler_fc_size", "of a head that is not used"),
        ("pooler_num_attention_heads", "of a head that is not used"),
        ("pooler_num_fc_layers", "of a head that is not used"),
        ("pooler_size_per_head", "of a head that is not used"),
        ("pooler_type", "of a head that is not used"),
        ("directionality", "every encoder sees both sides"),
    ]);
    keys.finish()?;
    let task = described.task("Bert", (Activation::Tanh, "classifier.weight"), outline)?;
    Ok(task.unwrap_or_else(|| ModelConfig::MaskedLm(masked_lm(described.encoder, described.norm))))
}

fn write(config: &ModelConfig) -> Option<Value> {
    let class = match config {
        // One key says how layers and head bend.
        ModelConfig::MaskedLm(MaskedLmConfig { encoder, head })
            if head.activation == encoder.stack.block.feed_forward.activation =>
        {
            "ForMaskedLM"
        }
        config => config::class_of(config, Activation::Tanh)?,
    };
    // A table of another width has no place in the file.
    config.encoder().filter(|encoder| encoder.embedding.d_embedding.is_none())?;
    config::write(config, "bert", format!("Bert{class}"))
}

fn names(config: &ModelConfig) -> Names {
    let names = Names::new(encoder_names!("bert"))
        .optional_prefix("bert.")
        .alias("LayerNorm.gamma", "LayerNorm.weight")
        .alias("LayerNorm.beta", "LayerNorm.bias")
        .ignore(&[ignored("bert.embeddings.position_ids", "counts from 0")]);
    match config {
        ModelConfig::Classifier(_) => names.and(CLASSIFIER),
        ModelConfig::TokenClassifier(_) => names.and(TAGS).ignore(NO_POOLER),
        ModelConfig::QuestionAnswerer(_) => names.and(ANSWERS).ignore(NO_POOLER),
        ModelConfig::SentenceEncoder(_) => names.ignore(NO_POOLER),
        _ => names.and(MASKED_LM).ignore(NO_POOLER).ignore(&[
            same("cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight"),
            same("cls.predictions.decoder.bias", "cls.predictions.bias"),
            ignored("cls.seq_relationship.weight", "of the next-sentence head"),
            ignored("cls.seq_relationship.bias", "of the next-sentence head"),
        ]),
    }
}

const NO_POOLER: &[Ignored] = &[
    ignored("bert.pooler.dense.weight", "of a head for whole texts"),
    ignored("bert.pooler.dense.bias", "of a head for whole texts"),
];

/// Left: the file. Right: the module.
const MASKED_LM: &[Name] = &[
    transpose("cls.predictions.transform.dense.weight", "head.dense.weight"),
    copy("cls.predictions.transform.dense.bias", "head.dense.bias"),
    copy("cls.predictions.transform.LayerNorm.weight", "head.norm.gamma"),
    copy("cls.predictions.transform.LayerNorm.bias", "head.norm.beta"),
    copy("cls.predictions.bias", "head.unembedding.bias"),
];

const CLASSIFIER: &[Name] = &[
    transpose("bert.pooler.dense.weight", "head.pooler.weight"),
    copy("bert.pooler.dense.bias", "head.pooler.bias"),
    transpose("classifier.weight", "head.classifier.weight"),
    copy("classifier.bias", "head.classifier.bias"),
];

/// What stands on each token, by whatever name the model goes.
pub(crate) const TAGS: &[Name] =
    &[transpose("classifier.weight", "head.classifier.weight"), copy("classifier.bias", "head.classifier.bias")];

/// What points at an answer, by whatever name the model goes.
pub(crate) const ANSWERS: &[Name] =
    &[transpose("qa_outputs.weight", "head.span.weight"), copy("qa_outputs.bias", "head.span.bias")];
