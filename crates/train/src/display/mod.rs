//! What is seen while a model learns: burn-train's screen on a terminal, plain lines elsewhere.

mod lines;
mod measure;
mod quiet;

use std::{
    io::{self, IsTerminal, Write},
    sync::{Arc, Mutex, PoisonError},
};

use burn_train::{
    Interrupter,
    renderer::{MetricsRenderer, tui::TuiMetricsRendererWrapper},
};

pub(crate) use lines::Lines;
pub(crate) use measure::{evaluation, training};
use quiet::Quiet;
use serde_json::Value;

use crate::Work;

/// Where it is seen.
#[derive(Clone)]
pub enum Display {
    /// A screen with bars, curves and numbers, by burn-train. `q` stops.
    Screen,
    /// A line for each report, to whatever takes text.
    Lines(Writer),
    /// The same as JSON, an object to a line: what `metrics.jsonl` holds.
    Json(Writer),
    /// Nowhere.
    None,
}

/// Something that takes text, shared by those who have something to say. One that is gone takes nothing, and training goes
/// on.
#[derive(Clone)]
pub struct Writer(Arc<Mutex<dyn Write + Send>>);

impl Writer {
    /// Writes to `out`.
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(out)))
    }

    /// Writes a line.
    pub(crate) fn line(&self, line: &str) {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}

impl Display {
    /// The screen if the standard output is a terminal, lines on it otherwise.
    pub fn automatic() -> Self {
        if io::stdout().is_terminal() { Self::Screen } else { Self::plain() }
    }

    /// Lines on the standard output.
    pub fn plain() -> Self {
        Self::Lines(Writer::new(io::stdout()))
    }

    /// JSON on the standard output, and nothing else.
    pub fn json() -> Self {
        Self::Json(Writer::new(io::stdout()))
    }

    /// What burn-train draws with, in a run of `steps` steps that begins behind `done` of them.
    pub(crate) fn renderer(
        &self,
        interrupter: Interrupter,
        (done, steps): (usize, usize),
        work: Option<Work>,
    ) -> Box<dyn MetricsRenderer> {
        match self {
            Self::Screen => Box::new(TuiMetricsRendererWrapper::new(interrupter, None)),
            Self::Lines(out) => Box::new(Lines::new(out.clone(), done, steps, work)),
            Self::Json(_) | Self::None => Box::new(Quiet),
        }
    }

    /// Says a report as JSON, where that is wanted.
    pub(crate) fn report(&self, line: &Value) {
        if let Self::Json(out) = self {
            out.line(&line.to_string());
        }
    }

    /// Says what is no number, where there is room for it.
    pub(crate) fn say(&self, line: &str) {
        if let Self::Lines(out) = self {
            out.line(line);
        }
    }
}

impl std::fmt::Debug for Display {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Screen => "Screen",
            Self::Lines(_) => "Lines",
            Self::Json(_) => "Json",
            Self::None => "None",
        })
    }
}
