//! Published architectures, as data.
//!
//! An architecture is a folder: how its `config.json` maps to a family's configuration and back, what its tensors are
//! called, the recipes that train it, and its card. No code here touches a tensor: what an architecture *does* is in the
//! family crates, what it *chooses* is here.
//!
//! # Adding one
//!
//! A folder with a `mod.rs` (its [`Architecture`]), `recipes/`, a card (`README.md`) and a parity fixture, and its line in
//! [`ALL`].
//!
//! ```
//! let recipe = salamander_models::recipe("gpt2-small")?;
//! let config = recipe.config(None)?;
//! assert_eq!(config.num_params(), 124_439_808);
//! # Ok::<(), salamander_models::Error>(())
//! ```

mod bart;
mod bert;
mod config;
mod delimiters;
mod describe;
mod difference;
mod electra;
mod error;
mod export;
mod gpt2;
mod head;
mod llama;
mod open;
pub mod parity;
mod recipe;
mod rnn;
mod rnnsearch;
mod size;
mod t5;
mod transformer;

use salamander_checkpoint::{Names, Outline};

pub use config::{Model, ModelConfig};
pub use delimiters::Delimiters;
pub use error::Error;
pub use head::Head;
pub use open::{Loaded, RunConfig, from_hugging_face, open, open_checkpoint};
pub use recipe::{DataChoice, Recipe, SpecialToken, Task, recipe, recipes};
pub use size::Size;

/// A published architecture.
#[derive(Debug, Clone, Copy)]
pub struct Architecture {
    /// Its name: the folder's.
    pub name: &'static str,
    /// What it is, in one line.
    pub summary: &'static str,
    /// Where it was published.
    pub paper: &'static str,
    /// `model_type` in the `config.json` it reads; empty if there is none like it.
    pub hugging_face: &'static [&'static str],
    /// All its choices at a size.
    pub preset: fn(&Size) -> ModelConfig,
    /// Reads a directory's `config.json`, and what only its tensors say.
    pub read: fn(&Outline) -> Result<ModelConfig, Error>,
    /// Writes a `config.json`, as far as one can say what such a model is: who uses it reads it back and compares.
    pub write: fn(&ModelConfig) -> Option<serde_json::Value>,
    /// What the tensors of such a model are called in its files.
    pub names: fn(&ModelConfig) -> Names,
    /// Named models to train: name and text.
    pub recipes: &'static [(&'static str, &'static str)],
}

/// All of them.
pub const ALL: &[Architecture] = &[
    gpt2::ARCHITECTURE,
    llama::ARCHITECTURE,
    bert::ARCHITECTURE,
    electra::ARCHITECTURE,
    t5::ARCHITECTURE,
    bart::ARCHITECTURE,
    transformer::ARCHITECTURE,
    rnn::ARCHITECTURE,
    rnnsearch::ARCHITECTURE,
];

/// The architecture of that name.
///
/// # Errors
/// If there is none.
pub fn architecture(name: &str) -> Result<&'static Architecture, Error> {
    let known = || ALL.iter().map(|architecture| architecture.name);
    let found = ALL.iter().find(|architecture| architecture.name == name);
    found.ok_or_else(|| Error::unknown("architecture", name, known()))
}
