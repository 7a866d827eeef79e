//! BERT (Devlin et al. 2018, arXiv:1810.04805).

use salamander_attention::*;
use salamander_checkpoint::{COMMON, Directory, Name, Names, copy, ignored, same, transpose};
use salamander_encoder_only::{
    ClassificationHeadConfig, ClassifierConfig, EncoderConfig, MaskedLmConfig, MaskedLmHeadConfig,
};
use serde_json::{Value, json};

use crate::{Architecture, Error, ModelConfig, Size};

pub(crate) const ARCHITECTURE: Architecture = Architecture {
    name: "bert",
    summary: "encoder-only: post-norm, learned positions and segments, GELU; masked LM or classification",
    paper: "Devlin et al. 2018, arXiv:1810.04805",
    hugging_face: &["bert"],
    preset: |size| ModelConfig::MaskedLm(masked_lm(encoder(size, norm(1e-12)), norm(1e-12))),
    read,
    write,
    names,
    recipes: &[("bert-nano", include_str!("recipes/bert-nano.toml"))],
};

fn norm(epsilon: f64) -> NormConfig {
    NormConfig::Layer { epsilon, bias: true }
}

fn encoder(size: &Size, norm: NormConfig) -> EncoderConfig {
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

fn read(directory: &Directory) -> Result<ModelConfig, Error> {
    let mut keys = directory.keys();
    let dropout = keys.f64_or("hidden_dropout_prob", 0.1)?;
    let norm = norm(keys.f64_or("layer_norm_eps", 1e-12)?);
    let size = Size {
        vocab_size: Some(keys.usize("vocab_size")?),
        n_layers: keys.usize("num_hidden_layers")?,
        d_model: keys.usize("hidden_size")?,
        n_heads: keys.usize("num_attention_heads")?,
        n_kv_heads: None,
        d_head: None,
        d_ff: Some(keys.usize("intermediate_size")?),
        max_seq_len: keys.usize("max_position_embeddings")?,
        dropout,
    };
    let mut encoder = encoder(&size, norm.clone());
    encoder.embedding.segments = keys.usize_or("type_vocab_size", 2)?;
    encoder.stack.block.attention.dropout = keys.f64_or("attention_probs_dropout_prob", 0.1)?;
    encoder.stack.block.feed_forward.activation = match keys.string_or("hidden_act", "gelu")? {
        "gelu" => Activation::Gelu,
        "gelu_new" | "gelu_pytorch_tanh" => Activation::GeluTanh,
        "relu" => Activation::Relu,
        "silu" | "swish" => Activation::Silu,
        _ => return Err(keys.wrong("hidden_act", "gelu, gelu_new, relu or silu").into()),
    };
    let head_dropout = keys.optional_f64("classifier_dropout")?.unwrap_or(dropout);
    keys.refuse_unless("is_decoder", false, "this is an encoder")?;
    keys.refuse_unless("add_cross_attention", false, "an encoder has nothing to look at")?;
    keys.refuse_unless("tie_word_embeddings", true, "the masked LM head is the word table")?;
    keys.refuse_unless("position_embedding_type", "absolute", "positions are learned vectors here")?;
    let class = keys.optional_strings("architectures")?.and_then(|all| all.first().map(|&name| name.to_owned()));
    keys.ignore_all(&[
        ("pooler_fc_size", "of a head that is not used"),
        ("pooler_num_attention_heads", "of a head that is not used"),
        ("pooler_num_fc_layers", "of a head that is not used"),
        ("pooler_size_per_head", "of a head that is not used"),
        ("pooler_type", "of a head that is not used"),
        ("directionality", "every encoder sees both sides"),
    ]);
    keys.ignore_all(COMMON);
    keys.finish()?;
    if class.as_deref() != Some("BertForSequenceClassification") {
        return Ok(ModelConfig::MaskedLm(masked_lm(encoder, norm)));
    }
    let n_classes = directory.tensors()?.get("classifier.weight").and_then(|shape| shape.first().copied());
    let n_classes = n_classes.ok_or_else(|| Error::Reference {
        path: directory.path().into(),
        reason: "it is a classifier without the tensor classifier.weight".into(),
    })?;
    let head = ClassificationHeadConfig { n_classes, activation: Activation::Tanh, dropout: head_dropout };
    Ok(ModelConfig::Classifier(ClassifierConfig { encoder, head }))
}

fn write(config: &ModelConfig) -> Option<Value> {
    let (encoder, class) = match config {
        ModelConfig::MaskedLm(config) => (&config.encoder, "BertForMaskedLM"),
        ModelConfig::Classifier(config) => (&config.encoder, "BertForSequenceClassification"),
        _ => return None,
    };
    let block = &encoder.stack.block;
    let NormConfig::Layer { epsilon, .. } = block.residual.after else { return None };
    let activation = match block.feed_forward.activation {
        Activation::Gelu => "gelu",
        Activation::GeluTanh => "gelu_new",
        Activation::Relu => "relu",
        Activation::Silu => "silu",
        _ => return None,
    };
    let mut json = json!({
        "architectures": [class],
        "model_type": "bert",
        "vocab_size": encoder.vocab_size,
        "hidden_size": encoder.d_model,
        "num_hidden_layers": encoder.stack.n_layers,
        "num_attention_heads": block.attention.n_heads,
        "intermediate_size": block.feed_forward.d_ff,
        "hidden_act": activation,
        "hidden_dropout_prob": block.residual.dropout,
        "attention_probs_dropout_prob": block.attention.dropout,
        "max_position_embeddings": encoder.max_seq_len,
        "type_vocab_size": encoder.embedding.segments,
        "layer_norm_eps": epsilon,
        "torch_dtype": "float32",
    });
    if let ModelConfig::Classifier(config) = config {
        let labels: serde_json::Map<_, _> =
            (0..config.head.n_classes).map(|i| (i.to_string(), json!(format!("LABEL_{i}")))).collect();
        json["id2label"] = labels.into();
        json["classifier_dropout"] = config.head.dropout.into();
    }
    Some(json)
}

fn names(config: &ModelConfig) -> Names {
    let names = Names::new(ENCODER)
        .optional_prefix("bert.")
        .alias("LayerNorm.gamma", "LayerNorm.weight")
        .alias("LayerNorm.beta", "LayerNorm.bias")
        .ignore(&[ignored("bert.embeddings.position_ids", "counts from 0")]);
    match config {
        ModelConfig::Classifier(_) => names.and(CLASSIFIER),
        _ => names.and(MASKED_LM).ignore(&[
            same("cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight"),
            same("cls.predictions.decoder.bias", "cls.predictions.bias"),
            ignored("bert.pooler.dense.weight", "of the next-sentence head"),
            ignored("bert.pooler.dense.bias", "of the next-sentence head"),
            ignored("cls.seq_relationship.weight", "of the next-sentence head"),
            ignored("cls.seq_relationship.bias", "of the next-sentence head"),
        ]),
    }
}

/// Left: the file. Right: the module.
const ENCODER: &[Name] = &[
    copy("bert.embeddings.word_embeddings.weight", "encoder.tokens.weight"),
    copy("bert.embeddings.position_embeddings.weight", "encoder.embedding.positions.weight"),
    copy("bert.embeddings.token_type_embeddings.weight", "encoder.embedding.segments"),
    copy("bert.embeddings.LayerNorm.weight", "encoder.embedding.norm.gamma"),
    copy("bert.embeddings.LayerNorm.bias", "encoder.embedding.norm.beta"),
    transpose("bert.encoder.layer.{}.attention.self.query.weight", "encoder.stack.blocks.{}.attention.query.weight"),
    copy("bert.encoder.layer.{}.attention.self.query.bias", "encoder.stack.blocks.{}.attention.query.bias"),
    transpose("bert.encoder.layer.{}.attention.self.key.weight", "encoder.stack.blocks.{}.attention.key.weight"),
    copy("bert.encoder.layer.{}.attention.self.key.bias", "encoder.stack.blocks.{}.attention.key.bias"),
    transpose("bert.encoder.layer.{}.attention.self.value.weight", "encoder.stack.blocks.{}.attention.value.weight"),
    copy("bert.encoder.layer.{}.attention.self.value.bias", "encoder.stack.blocks.{}.attention.value.bias"),
    transpose("bert.encoder.layer.{}.attention.output.dense.weight", "encoder.stack.blocks.{}.attention.output.weight"),
    copy("bert.encoder.layer.{}.attention.output.dense.bias", "encoder.stack.blocks.{}.attention.output.bias"),
    copy(
        "bert.encoder.layer.{}.attention.output.LayerNorm.weight",
        "encoder.stack.blocks.{}.around_attention.after.gamma",
    ),
    copy(
        "bert.encoder.layer.{}.attention.output.LayerNorm.bias",
        "encoder.stack.blocks.{}.around_attention.after.beta",
    ),
    transpose("bert.encoder.layer.{}.intermediate.dense.weight", "encoder.stack.blocks.{}.feed_forward.up.weight"),
    copy("bert.encoder.layer.{}.intermediate.dense.bias", "encoder.stack.blocks.{}.feed_forward.up.bias"),
    transpose("bert.encoder.layer.{}.output.dense.weight", "encoder.stack.blocks.{}.feed_forward.down.weight"),
    copy("bert.encoder.layer.{}.output.dense.bias", "encoder.stack.blocks.{}.feed_forward.down.bias"),
    copy("bert.encoder.layer.{}.output.LayerNorm.weight", "encoder.stack.blocks.{}.around_feed_forward.after.gamma"),
    copy("bert.encoder.layer.{}.output.LayerNorm.bias", "encoder.stack.blocks.{}.around_feed_forward.after.beta"),
];

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
