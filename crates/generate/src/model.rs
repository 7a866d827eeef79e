//! What a model must do to write.

use std::fmt::Debug;

use burn::module::Module;

use crate::Writer;

/// A model that goes on where a text ends.
pub trait LanguageModel: Module + Sync {
    /// The model in the middle of texts.
    type Writer<'m>: Writer
    where
        Self: 'm;
    /// How it may read the tokens that come first; `()` where there is one way.
    type Reading: Copy + Debug + Default + Send + Sync + 'static;

    /// Words, `V`.
    fn vocab_size(&self) -> usize;

    /// Has read nothing yet, and has room for `capacity` tokens of each text, padding among them. The first `padding[i]`
    /// tokens of row `i` count for nothing: so texts of different lengths end together.
    fn writer(&self, padding: Vec<usize>, capacity: usize, reading: Self::Reading) -> Self::Writer<'_>;
}

/// A model that writes a target for a source.
pub trait Seq2Seq: Module + Sync {
    /// The model in the middle of targets.
    type Writer<'m>: Writer
    where
        Self: 'm;

    /// Words of the source and of the target.
    fn vocab_sizes(&self) -> [usize; 2];

    /// Reads the sources, none of them empty, and has room for `capacity` tokens of the target of each.
    fn writer(&self, sources: &[Vec<u32>], capacity: usize) -> Self::Writer<'_>;
}
