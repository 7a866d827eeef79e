//! Dropout by a counter: whether element `i` stays follows from a seed and `i` alone, so the pattern is neither stored for
//! attention nor depends on how the work is cut.

use burn_flex::FlexTensor;

use super::{
    memory::{buffer, draw_seed, elements, shape, tensor},
    pieces::{self, PIECE},
};

/// A pattern of what stays.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pattern {
    seed: u64,
    /// Hashes at or above this stay.
    threshold: u32,
    /// What is kept is multiplied with this.
    scale: f32,
}

impl Pattern {
    /// A new one from the backend's random state, unless nothing is to be dropped.
    pub(super) fn draw(probability: f64) -> Option<Self> {
        (probability > 0.0).then(|| Self {
            seed: draw_seed(),
            threshold: (probability * f64::from(u32::MAX)) as u32,
            scale: (1.0 / (1.0 - probability)) as f32,
        })
    }

    /// What element `index` is multiplied with: 0 or the scale.
    #[inline(always)]
    pub(super) fn factor(&self, index: usize) -> f32 {
        if (mixed(self.seed ^ index as u64) >> 32) as u32 >= self.threshold { self.scale } else { 0.0 }
    }

    /// What the elements from `start` on are multiplied with.
    pub(super) fn write(&self, start: usize, factors: &mut [f32]) {
        factors.iter_mut().enumerate().for_each(|(i, factor)| *factor = self.factor(start + i));
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
#[inline(always)]
fn mixed(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The values and the factors, which are the slopes.
pub(super) fn forward(x: &FlexTensor, probability: f64) -> (FlexTensor, FlexTensor) {
    let xs = elements(x);
    let (mut y, mut factors) = (buffer(xs.len()), buffer(xs.len()));
    let pattern = Pattern::draw(probability);
    pieces::fill_two(&mut y, PIECE, &mut factors, PIECE, |i, y, factors| {
        let start = i * PIECE;
        for (j, (y, factor)) in y.iter_mut().zip(factors).enumerate() {
            *factor = pattern.as_ref().map_or(1.0, |pattern| pattern.factor(start + j));
            *y = xs[start + j] * *factor;
        }
    });
    (tensor(y, shape(x)), tensor(factors, shape(x)))
}
