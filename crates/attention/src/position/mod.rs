//! How a model knows the order of its tokens: by vectors added to the embeddings, by turning queries and keys, or by a
//! bias on the scores.

mod absolute;
mod places;
mod relative;
mod rotary;

pub use absolute::{LearnedPositions, Positions, PositionsConfig, SinusoidLayout, SinusoidalPositions, sinusoids};
pub(crate) use places::Places;
pub use relative::{BucketDirection, RelativeBias, RelativeBiasConfig, bucket};
pub use rotary::{RotaryConfig, RotaryScaling};
