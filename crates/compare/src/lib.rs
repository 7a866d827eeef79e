//! Models beside each other: the runs there are with their curves, and studies that find out which is better.
//!
//! A [`Study`] trains several models on one budget from several seeds and says what the numbers allow. Whatever it leaves
//! is a run like any other.
//!
//! A run is known by its files: `config.toml` with the tables `recipe` and `resolved`, and `metrics.jsonl`, a line of JSON for
//! each report. Nothing here prints: what is to be printed is text that comes back.
//!
//! | question | answer |
//! |---|---|
//! | Which runs are there, and which is meant? | [`Runs::find`], [`Runs::table`], [`Runs::choose`] |
//! | How far is one, and how good? | [`RunSummary`] |
//! | How did a number of the reports go? | [`Metric`], [`Curve`] |
//! | And beside that of other runs? | [`Comparison`], its [`table`](Comparison::table) and its [`plot`](Comparison::plot) |
//! | Drawn where? | [`Plot::terminal`], [`Plot::svg`] |
//! | Which model is better, at which budget? | [`Study::run`], its [`Results`] |
//! | Which may go? | [`Runs::to_remove`], [`Removal::remove`] |
//!
//! # Why files
//!
//! A run is looked at while it goes on, after it was killed, or years later by a version that would not read its weights any
//! more. So of `config.toml` only a few settings are read, of a report any number that is in it, and a last line that is only
//! half there does not count. Any other damage is an error with its file and line.
//!
//! # Example
//!
//! ```
//! use salamander_compare::{Curve, Metric, Plot, Point, View};
//!
//! let point = |step: u64| Point { step, tokens: None, flops: None, seconds: None, value: 4.0 / step as f64 };
//! let curve = Curve { name: "gpt/first".into(), points: (1..=100).map(point).collect() };
//! let plot = Plot::new(&Metric::default(), &[curve], View { log: true, ..View::default() })?;
//! let (width, colours) = (80, false);
//! assert!(plot.terminal(width, colours).starts_with("validation loss (nats per target)\n"));
//! assert!(plot.svg().contains("<polyline"));
//! # Ok::<(), salamander_compare::Error>(())
//! ```

mod comparison;
mod config;
mod curve;
mod error;
mod metric;
mod numbers;
mod plot;
mod remove;
mod report;
mod runs;
mod scale;
mod study;
mod summary;
mod svg;
mod table;
mod terminal;
mod time;
mod write;

pub use comparison::Comparison;
pub use curve::{Across, Curve, Point};
pub use error::Error;
pub use metric::{Better, Metric};
pub use plot::{Plot, View};
pub use remove::{Removal, freed};
pub use runs::Runs;
pub use study::{
    Asked, Budget, Contender, Entry, Finding, Growth, Heard, Makers, Mark, Matched, Measured, Planned, Results, Study,
    Surroundings, Trial, Yardstick,
};
pub use summary::RunSummary;
pub use table::Table;
