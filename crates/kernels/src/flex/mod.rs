//! The CPU bodies: one pass over memory each, with gradients written by hand.
//!
//! | file | what |
//! |---|---|
//! | `fused` | the operations as burn sees them: a backend extension |
//! | `calls` | the same as the rest of the crate sees them |
//! | `memory`, `shelf` | views, and buffers that are used again |
//! | `pieces` | cutting work for threads without the cut changing a sum |
//! | `math` | exp, erf and the like, written so that the compiler vectorises them |
//! | the others | loops over plain slices, and the rule of each gradient |

mod activation;
mod adamw;
mod attention;
mod calls;
mod cross_entropy;
mod dropout;
mod embedding;
mod fused;
mod linear;
mod math;
mod memory;
mod norm;
mod pieces;
mod residual;
mod rotary;
mod score;
mod shelf;
mod tile;

pub(crate) use adamw::step as adamw_step;
pub(crate) use calls::{
    activation, attention, cross_entropy, dropout, embedding, gated, layer_norm, linear, residual, rms_norm, rotary,
};
pub(crate) use memory::{scale_in_place, sum_of_squares};
