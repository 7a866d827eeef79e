//! Whether a difference between scores is one, and how scores change with size.

mod bootstrap;
mod holm;
mod interval;
mod line;
mod moments;
mod power_law;
mod student;

pub use bootstrap::{Bootstrap, Resample};
pub use holm::holm;
pub use interval::{Difference, Interval, mean_interval, paired_difference};
pub use line::Line;
pub use moments::Moments;
pub use power_law::PowerLaw;
