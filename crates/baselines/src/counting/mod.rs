//! Models that are learnt by counting.

mod counts;
mod markov;
mod ngram;

pub use markov::{Chain, Markov, MarkovConfig};
pub use ngram::{NGram, NGramConfig, Smoothing};

use salamander_text::Random;

/// Draws a token by its probability.
fn draw(distribution: &[f64], random: &mut Random) -> u32 {
    let mut left = random.fraction() * distribution.iter().sum::<f64>();
    let mut last = 0;
    for (token, &probability) in distribution.iter().enumerate().filter(|(_, probability)| **probability > 0.0) {
        last = token as u32;
        left -= probability;
        if left < 0.0 {
            break;
        }
    }
    // Rounding may leave a little behind the last that is possible.
    last
}
