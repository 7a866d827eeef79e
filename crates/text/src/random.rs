//! Randomness that is a function of where one is, not of what came before.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// A source of choices: ChaCha with eight rounds (Bernstein 2008).
///
/// ```
/// use salamander_text::Random;
///
/// assert_eq!(Random::at(1, 5).below(100), Random::at(1, 5).below(100));
/// ```
#[derive(Debug, Clone)]
pub struct Random(ChaCha8Rng);

impl Random {
    /// The source that belongs to a step of a run.
    pub fn at(seed: u64, step: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&step.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Any number of 64 bits.
    pub fn number(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `n`, each equally likely to within `n / 2^64`.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    /// A number from 0 to 1, 1 excluded.
    pub fn fraction(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// `0..items` in another order in each epoch, any position of it at once: a Feistel network on the bits of the index, walked
/// until it is below `items` (Black and Rogaway 2002, "Ciphers with arbitrary finite domains").
#[derive(Debug, Clone)]
pub(crate) struct Order {
    items: u64,
    seed: u64,
}

/// Four make a Feistel network indistinguishable from a random order for all we do with it (Luby and Rackoff 1988).
const ROUNDS: u64 = 4;

impl Order {
    pub(crate) fn new(items: usize, seed: u64) -> Self {
        Self { items: items.max(1) as u64, seed }
    }

    /// What stands at `position`, epoch after epoch.
    pub(crate) fn item(&self, position: u64) -> usize {
        let key = mix(self.seed ^ mix(position / self.items));
        let half = (u64::BITS - (self.items - 1).leading_zeros()).div_ceil(2).max(1);
        let mut index = position % self.items;
        loop {
            index = encipher(index, key, half);
            if index < self.items {
                return index as usize;
            }
        }
    }
}

fn encipher(index: u64, key: u64, half: u32) -> u64 {
    let low = (1 << half) - 1;
    let (mut left, mut right) = (index >> half, index & low);
    for round in 0..ROUNDS {
        (left, right) = (right, left ^ (mix(right ^ mix(key ^ round)) & low));
    }
    left << half | right
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014).
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_epoch_has_each_item_once_in_another_order() {
        for items in [1, 2, 3, 5, 16, 17, 100, 1000] {
            let order = Order::new(items, 3);
            let epoch =
                |number: u64| (0..items as u64).map(|at| order.item(number * items as u64 + at)).collect::<Vec<_>>();
            for number in 0..4 {
                let mut sorted = epoch(number);
                sorted.sort_unstable();
                assert_eq!(sorted, (0..items).collect::<Vec<_>>(), "{items} items, epoch {number}");
            }
            if items > 10 {
                assert_ne!(epoch(0), epoch(1));
                assert_ne!(epoch(0), (0..items).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn every_item_comes_first_about_equally_often() {
        let mut counts = [0usize; 10];
        for seed in 0..20_000 {
            counts[Order::new(10, seed).item(0)] += 1;
        }
        assert!(counts.iter().all(|count| count.abs_diff(2000) < 250), "{counts:?}");
    }

    #[test]
    fn numbers_below_are_below_and_all_there() {
        let mut random = Random::at(0, 0);
        let mut counts = [0usize; 5];
        (0..50_000).for_each(|_| counts[random.below(5)] += 1);
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 450), "{counts:?}");
        assert!((0..1000).map(|_| random.fraction()).all(|fraction| (0.0..1.0).contains(&fraction)));
        assert_ne!(Random::at(0, 1).below(1 << 40), Random::at(1, 0).below(1 << 40));
    }
}
