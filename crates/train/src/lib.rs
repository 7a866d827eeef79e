//! Training: from a model, batches and a plan to a run folder.
//!
//! A [`Plan`] says how long, how fast and with what optimiser; an [`Objective`] says what a model is asked and what the right
//! answers are; [`train`] runs the steps, evaluates, reports and keeps the best. What a run leaves behind is in its
//! [`Run`] folder.
//!
//! The step loop is counted in steps, not epochs: evaluation, reports and the checkpoint have intervals of their own, and
//! the batch of a step follows from the seed and the step alone.
//!
//! The same seed gives the same bits on the CPU, run after run, provided the caller seeds the device before making the
//! model (`device.seed(plan.seed)`).

mod error;
mod evaluate;
mod objective;
mod plan;
mod report;
mod run;
mod schedule;
mod trainer;

pub use error::Error;
pub use evaluate::{Evaluation, evaluate};
pub use objective::{Objective, Question};
pub use plan::Plan;
pub use report::{Lines, Progress, Report, Silent};
pub use run::Run;
pub use schedule::Schedule;
pub use trainer::{Data, Outcome, Session, train};
