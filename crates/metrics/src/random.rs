//! Choices that a seed decides.

/// A source of choices: SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The source of one round of a seed. Rounds do not depend on one another, nor on the order they are drawn in.
    pub(crate) fn at(seed: u64, round: u64) -> Self {
        Self(mix(seed ^ mix(round)))
    }

    /// A number below `n`, each equally likely to within `n / 2^64`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(GOLDEN);
        ((u128::from(mix(self.0)) * n as u128) >> 64) as usize
    }
}

/// 2^64 over the golden ratio, made odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The output function of SplitMix64.
fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_below_comes_about_equally_often() {
        for round in 0..20 {
            let (mut random, mut counts) = (Random::at(7, round), [0usize; 5]);
            (0..50_000).for_each(|_| counts[random.below(5)] += 1);
            assert!(counts.iter().all(|count| count.abs_diff(10_000) < 450), "{counts:?}");
        }
    }

    #[test]
    fn rounds_and_seeds_differ_and_repeat() {
        let draw = |seed, round| {
            let mut random = Random::at(seed, round);
            [0; 4].map(|_| random.below(1 << 40))
        };
        assert_eq!(draw(3, 4), draw(3, 4));
        let draws = [draw(0, 0), draw(0, 1), draw(1, 0), draw(1, 1)];
        assert!((0..4).all(|one| (0..one).all(|other| draws[one] != draws[other])));
    }
}
