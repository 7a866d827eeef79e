//! What attention was invented for: a network that reads a source into states, and one that writes its target.

use salamander_attention::Init;
use salamander_baselines::{Context, RecurrentSeq2SeqConfig};
use salamander_checkpoint::Names;

use crate::{Architecture, Error, ModelConfig, Size};

pub(crate) const ARCHITECTURE: Architecture = Architecture {
    name: "rnnsearch",
    summary: "GRUs from source to target, with attention by default, without by `model.context = \"last\"`",
    paper: "Bahdanau, Cho and Bengio 2014, arXiv:1409.0473; Cho et al. 2014, arXiv:1406.1078",
    hugging_face: &[],
    preset: |size| ModelConfig::RecurrentSeq2Seq(preset(size)),
    read: |outline| Err(Error::NoModel(outline.path().into())),
    write: |_| None,
    names: |_| Names::plain(),
    recipes: &[("gru-dialect", include_str!("recipes/gru-dialect.toml"))],
};

/// States are as wide as the feed-forward, if that is said, else as the word vectors; layers and heads there are none to
/// choose.
fn preset(size: &Size) -> RecurrentSeq2SeqConfig {
    RecurrentSeq2SeqConfig {
        source_vocab_size: size.words(),
        target_vocab_size: size.words(),
        d_model: size.d_model,
        d_hidden: size.d_ff.unwrap_or(size.d_model),
        context: Context::Attention,
        dropout: size.dropout,
        init: Init::Xavier,
    }
}
