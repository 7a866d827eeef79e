//! Training: from a model, batches and a plan to a run folder.
//!
//! A [`Plan`] says how long, how fast and with what optimiser; an [`Objective`] says what a model is asked and what the right
//! answers are; [`train`] runs the steps, evaluates and reports. What a run leaves behind is in its [`Run`] folder.
//!
//! It runs on burn-train: its learner, its metrics, its screen on a terminal. What is our own is the loop, which counts in
//! steps and not in epochs: evaluation, reports and the checkpoint have intervals of their own, and the batch of a step
//! follows from the seed and the step alone.
//!
//! The same seed gives the same bits on the CPU, run after run, provided the caller seeds the device before making the
//! model (`device.seed(plan.seed)`).

mod average;
mod clock;
mod display;
mod error;
mod evaluate;
mod finite;
mod lesson;
mod loader;
mod objective;
mod optimizer;
mod plan;
mod precision;
mod rule;
mod run;
mod schedule;
mod steps;
mod student;
mod trainer;
mod update;
mod watch;
mod work;

pub use display::{Display, Writer};
pub use error::Error;
pub use evaluate::{Evaluation, evaluate};
pub use objective::{Objective, Question};
pub use optimizer::Optimizer;
pub use plan::{Average, Evaluate, Keep, Limit, Plan, Recompute};
pub use precision::Precision;
pub use run::{Checkpoints, Found, Run, Which, weights};
pub use schedule::Schedule;
pub use student::Kind;
pub use trainer::{Data, Outcome, Sample, Session, train};
pub use work::{Work, forget_peak_memory, peak_memory};

/// Stops a run from outside.
pub use burn_train::Interrupter;
