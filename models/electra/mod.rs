//! ELECTRA (Clark et al. 2020, arXiv:2003.10555).

use salamander_attention::*;
use salamander_checkpoint::{Name, Names, Outline, copy, ignored, same, transpose};
use salamander_encoder_only::{
    DiscriminatorConfig, GeneratorConfig, MaskedLmConfig, MaskedLmHeadConfig, ReplacedTokensConfig,
    ReplacementHeadConfig,
};
use serde_json::Value;

use crate::{
    Architecture, Error, ModelConfig, Size,
    bert::{self, config::Described, encoder, names::encoder_names, norm},
};

pub(crate) const ARCHITECTURE: Architecture = Architecture {
    name: "electra",
    summary: "encoder-only: BERT's layers on a narrow embedding; learns to find the words that a small generator replaced",
    paper: "Clark et al. 2020, arXiv:2003.10555",
    hugging_face: &["electra"],
    preset: |size| ModelConfig::ReplacedTokens(preset(size)),
    read,
    write,
    names,
    recipes: &[("electra-nano", include_str!("recipes/electra-nano.toml"))],
};

/// The proportions of the paper's small model: an embedding half as wide as the stream, a generator with a quarter of
/// the heads and of the width inside.
fn preset(size: &Size) -> ReplacedTokensConfig {
    let mut encoder = encoder(size, norm(1e-12));
    let width = size.d_model.div_ceil(2);
    encoder.embedding.d_embedding = Some(width);

    let n_heads = size.n_heads.div_ceil(4);
    let mut stack = encoder.stack.clone();
    stack.block.attention.n_heads = n_heads;
    stack.block.attention.n_kv_heads = n_heads;
    stack.block.feed_forward.d_ff = stack.block.feed_forward.d_ff.div_ceil(4);
    let generator = GeneratorConfig { d_model: n_heads * size.head(), stack, head: guesses(norm(1e-12)) };

    let head = ReplacementHeadConfig { activation: encoder.stack.block.feed_forward.activation };
    ReplacedTokensConfig { discriminator: DiscriminatorConfig { encoder, head }, generator }
}

/// The generator's head; it bends as here whatever its layers do.
fn guesses(norm: NormConfig) -> MaskedLmHeadConfig {
    let unembedding = UnembeddingConfig::Tied { scale: 1.0, bias: true };
    MaskedLmHeadConfig { activation: Activation::Gelu, norm, unembedding }
}

fn read(outline: &Outline) -> Result<ModelConfig, Error> {
    let mut keys = outline.keys();
    let mut described = Described::read(&mut keys)?;
    let (width, d_model) = (keys.usize_or("embedding_size", 128)?, described.encoder.d_model);
    described.encoder.embedding.d_embedding = (width != d_model).then_some(width);
    keys.ignore_all(&[
        ("summary_type", "of a head that is not used"),
        ("summary_use_proj", "of a head that is not used"),
        ("summary_activation", "of a head that is not used"),
        ("summary_last_dropout", "of a head that is not used"),
    ]);
    keys.finish()?;
    let task = described.task("Electra", (Activation::Gelu, "classifier.out_proj.weight"), outline)?;
    Ok(task.unwrap_or_else(|| {
        let Described { encoder, norm, class, .. } = described;
        if class.as_deref() == Some("ElectraForMaskedLM") {
            return ModelConfig::MaskedLm(MaskedLmConfig { encoder, head: guesses(norm) });
        }
        let head = ReplacementHeadConfig { activation: encoder.stack.block.feed_forward.activation };
        ModelConfig::Discriminator(DiscriminatorConfig { encoder, head })
    }))
}

fn write(config: &ModelConfig) -> Option<Value> {
    let class = match config {
        ModelConfig::Discriminator(_) => "ForPreTraining",
        ModelConfig::MaskedLm(config) if config.head.activation == Activation::Gelu => "ForMaskedLM",
        config => bert::config::class_of(config, Activation::Gelu)?,
    };
    let encoder = config.encoder()?;
    // A map between equal widths has no place in the file.
    let width = encoder.embedding.width(encoder.d_model);
    if encoder.embedding.d_embedding == Some(encoder.d_model) {
        return None;
    }
    let mut json = bert::config::write(config, "electra", format!("Electra{class}"))?;
    json["embedding_size"] = width.into();
    Some(json)
}

fn names(config: &ModelConfig) -> Names {
    let names = Names::new(encoder_names!("electra"))
        .and(PROJECT)
        .optional_prefix("electra.")
        .ignore(&[ignored("electra.embeddings.position_ids", "counts from 0")]);
    match config {
        // Two models in one, which no other library keeps together.
        ModelConfig::ReplacedTokens(_) => Names::plain(),
        ModelConfig::MaskedLm(_) => names
            .and(GENERATOR)
            .ignore(&[same("generator_lm_head.weight", "electra.embeddings.word_embeddings.weight")]),
        ModelConfig::Classifier(_) => names.and(CLASSIFIER),
        ModelConfig::TokenClassifier(_) => names.and(bert::TAGS),
        ModelConfig::QuestionAnswerer(_) => names.and(bert::ANSWERS),
        ModelConfig::SentenceEncoder(_) => names,
        _ => names.and(DISCRIMINATOR),
    }
}

/// Left: the file. Right: the module.
const PROJECT: &[Name] = &[
    transpose("electra.embeddings_project.weight", "encoder.embedding.project.weight"),
    copy("electra.embeddings_project.bias", "encoder.embedding.project.bias"),
];

const DISCRIMINATOR: &[Name] = &[
    transpose("discriminator_predictions.dense.weight", "head.dense.weight"),
    copy("discriminator_predictions.dense.bias", "head.dense.bias"),
    transpose("discriminator_predictions.dense_prediction.weight", "head.judge.weight"),
    copy("discriminator_predictions.dense_prediction.bias", "head.judge.bias"),
];

const GENERATOR: &[Name] = &[
    transpose("generator_predictions.dense.weight", "head.dense.weight"),
    copy("generator_predictions.dense.bias", "head.dense.bias"),
    copy("generator_predictions.LayerNorm.weight", "head.norm.gamma"),
    copy("generator_predictions.LayerNorm.bias", "head.norm.beta"),
    copy("generator_lm_head.bias", "head.unembedding.bias"),
];

const CLASSIFIER: &[Name] = &[
    transpose("classifier.dense.weight", "head.pooler.weight"),
    copy("classifier.dense.bias", "head.pooler.bias"),
    transpose("classifier.out_proj.weight", "head.classifier.weight"),
    copy("classifier.out_proj.bias", "head.classifier.bias"),
];
