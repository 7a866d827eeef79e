//! What transformers replaced: networks that read one token after another and keep a state.

use salamander_attention::{Init, UnembeddingConfig};
use salamander_baselines::{Cell, RecurrentLmConfig};
use salamander_checkpoint::Names;

use crate::{Architecture, Error, ModelConfig, Size};

pub(crate) const ARCHITECTURE: Architecture = Architecture {
    name: "rnn",
    summary: "LSTM by default, GRU and Elman's network by `model.cell`: a state that is read and written token by token",
    paper: "Hochreiter and Schmidhuber 1997; Cho et al. 2014, arXiv:1406.1078; Elman 1990",
    hugging_face: &[],
    preset: |size| ModelConfig::Recurrent(preset(size)),
    read: |outline| Err(Error::NoModel(outline.path().into())),
    write: |_| None,
    names: |_| Names::plain(),
    recipes: &[
        ("lstm-shakespeare", include_str!("recipes/lstm-shakespeare.toml")),
        ("lstm-recall", include_str!("recipes/lstm-recall.toml")),
    ],
};

/// The state is as wide as the feed-forward, if that is said, else as the word vectors; heads there are none.
fn preset(size: &Size) -> RecurrentLmConfig {
    RecurrentLmConfig {
        vocab_size: size.words(),
        d_model: size.d_model,
        d_hidden: size.d_ff.unwrap_or(size.d_model),
        n_layers: size.n_layers,
        cell: Cell::Lstm,
        dropout: size.dropout,
        unembedding: UnembeddingConfig::Untied { bias: true },
        init: Init::Xavier,
    }
}
