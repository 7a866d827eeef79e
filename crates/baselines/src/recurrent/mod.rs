//! Models that read one token after another and keep a state.

mod cell;
mod language;
mod layer;

pub use cell::Cell;
pub use language::{RecurrentLm, RecurrentLmConfig, RecurrentState};
pub use layer::{LayerState, RecurrentLayer};
