//! How good an answer is.

mod bleu;
mod chrf;
mod error;
mod hits;
mod ngrams;
mod random;
mod rouge;
mod signature;
mod whitespace;

pub use bleu::{Bleu, BleuCounts, BleuOptions, BleuScore, BleuTokenizer, Smoothing};
pub use chrf::{Chrf, ChrfCounts, ChrfOptions, ChrfScore};
pub use error::Error;
pub use hits::{Averages, Hits, PrecisionRecall};
pub use rouge::{Rouge, RougeScore, Stemming};
pub use signature::Case;
