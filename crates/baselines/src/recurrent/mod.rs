//! Models that read one token after another and keep a state.

mod cell;
mod describe;
mod language;
mod layer;
mod reader;
mod translation;

pub use cell::Cell;
pub use language::{RecurrentLm, RecurrentLmConfig, RecurrentState};
pub use layer::{LayerState, RecurrentLayer};
pub use reader::{BothWays, Context, Reader, Source};
pub use translation::{RecurrentSeq2Seq, RecurrentSeq2SeqConfig};
