//! What `config.json` says of such an encoder, by whatever name the model goes.

use salamander_attention::{Activation, NormConfig};
use salamander_checkpoint::{COMMON, Keys, Outline};
use salamander_encoder_only::{
    AnswerHeadConfig, ClassificationHeadConfig, ClassifierConfig, EncoderConfig, Pooling, QuestionAnswererConfig,
    SentenceEncoderConfig, SentenceHeadConfig, TokenClassificationHeadConfig, TokenClassifierConfig,
};
use serde_json::{Map, Value, json};

use super::{encoder, norm};
use crate::{Error, ModelConfig, Size};

/// An encoder as its file describes it, and which class of `transformers` wrote it.
pub(crate) struct Described {
    /// What reads.
    pub(crate) encoder: EncoderConfig,
    /// Its norms.
    pub(crate) norm: NormConfig,
    /// Chance of dropping an element before a task's head.
    pub(crate) dropout: f64,
    /// The class, if the file names one.
    pub(crate) class: Option<String>,
}

impl Described {
    /// Reads the keys that all such encoders have, and ignores those of heads.
    pub(crate) fn read(keys: &mut Keys<'_>) -> Result<Self, Error> {
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
        encoder.stack.block.feed_forward.activation = activation(keys)?;
        keys.refuse_unless("is_decoder", false, "this is an encoder")?;
        keys.refuse_unless("add_cross_attention", false, "an encoder has nothing to look at")?;
        keys.refuse_unless("tie_word_embeddings", true, "the masked LM head is the word table")?;
        keys.refuse_unless("position_embedding_type", "absolute", "positions are learned vectors here")?;
        let dropout = keys.optional_f64("classifier_dropout")?.unwrap_or(dropout);
        let class = keys.optional_strings("architectures")?.and_then(|all| all.first().map(|&name| name.to_owned()));
        keys.ignore_all(COMMON);
        Ok(Self { encoder, norm, dropout, class })
    }

    /// The model for a task, if the class, which begins with `name`, is of one: a text's class comes from a head that
    /// bends with `activation` and ends in the tensor `classes`.
    pub(crate) fn task(
        &self,
        name: &str,
        (activation, classes): (Activation, &str),
        outline: &Outline,
    ) -> Result<Option<ModelConfig>, Error> {
        let Some(class) = self.class.as_deref().and_then(|class| class.strip_prefix(name)) else { return Ok(None) };
        let (encoder, dropout) = (self.encoder.clone(), self.dropout);
        Ok(Some(match class {
            "ForSequenceClassification" => {
                let n_classes = rows(outline, classes)?;
                let head = ClassificationHeadConfig { n_classes, pooling: Pooling::First, activation, dropout };
                ModelConfig::Classifier(ClassifierConfig { encoder, head })
            }
            "ForTokenClassification" => {
                let head = TokenClassificationHeadConfig { n_tags: rows(outline, "classifier.weight")?, dropout };
                ModelConfig::TokenClassifier(TokenClassifierConfig { encoder, head })
            }
            "ForQuestionAnswering" => {
                ModelConfig::QuestionAnswerer(QuestionAnswererConfig { encoder, head: AnswerHeadConfig {} })
            }
            // How the vectors of the tokens become one is not in this file.
            "Model" => {
                let head = SentenceHeadConfig { pooling: Pooling::Mean };
                ModelConfig::SentenceEncoder(SentenceEncoderConfig { encoder, head })
            }
            _ => return Ok(None),
        }))
    }
}

fn activation(keys: &mut Keys<'_>) -> Result<Activation, Error> {
    match keys.string_or("hidden_act", "gelu")? {
        "gelu" => Ok(Activation::Gelu),
        "gelu_new" | "gelu_pytorch_tanh" => Ok(Activation::GeluTanh),
        "relu" => Ok(Activation::Relu),
        "silu" | "swish" => Ok(Activation::Silu),
        _ => Err(keys.wrong("hidden_act", "gelu, gelu_new, relu or silu").into()),
    }
}

/// How many answers a head has: the file's tensor says it.
fn rows(outline: &Outline, tensor: &str) -> Result<usize, Error> {
    let rows = outline.tensors().get(tensor).and_then(|shape| shape.first().copied());
    rows.ok_or_else(|| Error::Reference {
        path: outline.path().into(),
        reason: format!("its class has a head, and there is no tensor {tensor}"),
    })
}

/// The class of a task's model behind `name`, unless the file cannot say what it is.
pub(crate) fn class_of(config: &ModelConfig, activation: Activation) -> Option<&'static str> {
    match config {
        ModelConfig::Classifier(ClassifierConfig { head, .. })
            if head.activation == activation && head.pooling == Pooling::First =>
        {
            Some("ForSequenceClassification")
        }
        ModelConfig::TokenClassifier(_) => Some("ForTokenClassification"),
        ModelConfig::QuestionAnswerer(_) => Some("ForQuestionAnswering"),
        ModelConfig::SentenceEncoder(config) if config.head.pooling == Pooling::Mean => Some("Model"),
        _ => None,
    }
}

/// The `config.json` of the model, of the given class of `transformers`.
pub(crate) fn write(config: &ModelConfig, model_type: &str, class: String) -> Option<Value> {
    let encoder = config.encoder()?;
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
        "model_type": model_type,
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
    let head = match config {
        ModelConfig::Classifier(config) => Some((config.head.n_classes, config.head.dropout)),
        ModelConfig::TokenClassifier(config) => Some((config.head.n_tags, config.head.dropout)),
        _ => None,
    };
    if let Some((labels, dropout)) = head {
        let labels: Map<_, _> = (0..labels).map(|i| (i.to_string(), json!(format!("LABEL_{i}")))).collect();
        json["id2label"] = labels.into();
        json["classifier_dropout"] = dropout.into();
    }
    Some(json)
}
