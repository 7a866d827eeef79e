//! Choices that are the same for ever.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// ChaCha with eight rounds (Bernstein 2008), seeded and reduced by our own rules: those of a library's `random_range` or
/// `seed_from_u64` may change between versions, and the text with them.
#[derive(Debug, Clone)]
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(ChaCha8Rng::from_seed(bytes))
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        // The product's high half; for the small n of a grammar its bias is below n / 2^32.
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }

    /// True `percent` times in a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `items`.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Puts `items` in another order, each as likely as any other (Fisher and Yates 1938).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_stay_as_they_are() {
        let mut random = Random::new(1);
        let numbers: Vec<_> = (0..8).map(|_| random.below(1000)).collect();
        assert_eq!(numbers, [628, 381, 929, 294, 397, 798, 906, 916]);
    }

    #[test]
    fn every_order_comes_about_equally_often() {
        let mut random = Random::new(2);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..12_000 {
            let mut items = [0, 1, 2];
            random.shuffle(&mut items);
            *counts.entry(items).or_insert(0usize) += 1;
        }
        assert!(counts.len() == 6 && counts.values().all(|count| count.abs_diff(2000) < 200), "{counts:?}");
    }

    #[test]
    fn every_number_below_comes_about_equally_often() {
        let mut random = Random::new(0);
        let mut counts = [0; 7];
        (0..70_000).for_each(|_| counts[random.below(7)] += 1);
        assert!(counts.iter().all(|count: &usize| count.abs_diff(10_000) < 400), "{counts:?}");
    }
}
