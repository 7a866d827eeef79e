//! From a recipe to a trained and judged model: the one way that training, judging and comparing go.
//!
//! An [`Experiment`] is a recipe with everything decided: its data loaded and split, its tokenizer learnt, its model's sizes
//! known, its batches cut. It can be trained ([`Experiment::train`]) and its model judged ([`Experiment::judge`]).
//!
//! | data | a model that writes | a model that reads | one that reads and writes |
//! |---|---|---|---|
//! | text | what follows, also a prefix or a damaged text | tokens behind gaps | missing spans, or the whole of a damaged text |
//! | pairs | the target behind its source | which texts belong together | the target of a source |
//! | labelled texts | the name of the class | the class | the name of the class |
//! | tagged words | | the tag of each word | |
//! | questions | | where the answer stands | |
//!
//! ```
//! use burn::tensor::Device;
//! use salamander_experiment::{Experiment, Judging, Part, Place};
//! use salamander_models::recipe;
//!
//! let recipe = recipe("transformer-nano")?.set("plan.steps", "2")?.set("size.n_layers", "1")?;
//! let experiment = Experiment::prepare(recipe, &mut |_| {})?;
//! let (model, outcome) = experiment.train(Place::silent(Device::flex()))?;
//! assert_eq!(outcome.steps, 2);
//! # let judging = Judging { most: Some(4), ..Judging::default() };
//! for score in experiment.judge(&model, Part::Test, &judging, &mut |_| {})? {
//!     println!("{}", score.text);
//! }
//! # Ok::<(), salamander_experiment::Error>(())
//! ```

mod cost;
mod error;
mod experiment;
mod judge;
mod part;
mod prompt;
mod sample;
mod set;
mod task;
mod train;
mod vocabulary;
mod write;

use salamander_datasets as datasets;
use salamander_text as text;

pub use cost::Cost;
pub use error::Error;
pub use experiment::{Experiment, Start};
pub use judge::{Baseline, Judging, Reached, Score};
pub use part::Part;
pub use prompt::{Prompt, frame};

pub use train::Place;
pub use write::{Ends, stops};

/// What is going on before training begins, or after it.
#[derive(Debug, Clone)]
pub enum Progress<'a> {
    /// A file of a data set comes.
    Download(datasets::Progress<'a>),
    /// A tokenizer is learnt.
    Tokenizer(text::Progress),
    /// A text too large for memory becomes tokens.
    Tokens {
        /// Which part of it.
        part: Part,
        /// Bytes done.
        done: u64,
        /// Bytes in all.
        bytes: u64,
    },
    /// A model is judged.
    Judged {
        /// Batches or texts done.
        done: usize,
        /// How many there are.
        of: usize,
    },
}
