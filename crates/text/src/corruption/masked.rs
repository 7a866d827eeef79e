//! Hiding tokens for a model to guess.

use crate::{Error, IGNORE, Random, Tokenizer};

/// Of the tokens chosen, how many are replaced by the mask.
const MASKED: f64 = 0.8;
/// And how many by another token; the rest stay as they are.
const REPLACED: f64 = 0.1;

/// Masked language modelling's noise (Devlin et al. 2018, arXiv:1810.04805): of the tokens that are no special ones, `rate`
/// are chosen, to be guessed; 80 % of these become the mask, 10 % a random token, and 10 % stay.
#[derive(Debug, Clone, PartialEq)]
pub struct Corruption {
    /// The share of tokens to guess: 0.15 in the paper.
    pub rate: f64,
    /// The mask's id.
    pub mask: u32,
    /// Ids that are never chosen and never put in.
    pub special: Vec<u32>,
    /// How many tokens there are, `V`.
    pub vocab_size: usize,
}

impl Corruption {
    /// The paper's, for the special tokens of `tokenizer`.
    ///
    /// # Errors
    /// If it has no mask.
    pub fn new(tokenizer: &Tokenizer) -> Result<Self, Error> {
        let mask =
            tokenizer.mask().ok_or(Error::NoSpecial { special: "<mask>", purpose: "masked language modelling" })?;
        Ok(Self { rate: 0.15, mask, special: tokenizer.special_ids(), vocab_size: tokenizer.vocab_size() })
    }

    /// What the model sees, and what it must guess: the target is [`IGNORE`] wherever nothing was chosen. At least one
    /// token is chosen, unless all are special.
    ///
    /// ```
    /// use salamander_text::{Corruption, IGNORE, Random};
    ///
    /// let corruption = Corruption { rate: 0.15, mask: 4, special: vec![0, 1, 2, 3, 4], vocab_size: 10 };
    /// let (inputs, targets) = corruption.corrupt(&[2, 7, 8, 3], &mut Random::at(0, 0));
    /// assert_eq!((inputs[0], inputs[3]), (2, 3));
    /// assert_eq!(targets.iter().filter(|&&target| target != IGNORE).count(), 1);
    /// ```
    pub fn corrupt(&self, ids: &[u32], random: &mut Random) -> (Vec<i64>, Vec<i64>) {
        let mut inputs: Vec<_> = ids.iter().map(|&id| i64::from(id)).collect();
        let mut targets = vec![IGNORE; ids.len()];
        let mut open: Vec<_> = (0..ids.len()).filter(|&at| !self.special.contains(&ids[at])).collect();
        let chosen = ((open.len() as f64 * self.rate).round() as usize).max(1).min(open.len());
        for turn in 0..chosen {
            // The beginning of a Fisher-Yates shuffle: `chosen` different positions.
            let other = turn + random.below(open.len() - turn);
            open.swap(turn, other);
            let at = open[turn];
            targets[at] = inputs[at];
            match random.fraction() {
                fraction if fraction < MASKED => inputs[at] = i64::from(self.mask),
                fraction if fraction < MASKED + REPLACED => inputs[at] = self.any(random).unwrap_or(inputs[at]),
                _ => {}
            }
        }
        (inputs, targets)
    }

    /// A token that is not special, if there is one.
    fn any(&self, random: &mut Random) -> Option<i64> {
        let ordinary = (0..self.vocab_size as u32).any(|id| !self.special.contains(&id));
        ordinary.then(|| {
            loop {
                let id = random.below(self.vocab_size) as u32;
                if !self.special.contains(&id) {
                    return i64::from(id);
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corruption() -> Corruption {
        Corruption { rate: 0.15, mask: 3, special: vec![0, 1, 2, 3], vocab_size: 50 }
    }

    #[test]
    fn the_shares_are_the_papers() {
        let ids: Vec<u32> = (0..100_000).map(|n| 4 + n % 46).collect();
        let (inputs, targets) = corruption().corrupt(&ids, &mut Random::at(1, 1));
        let chosen: Vec<_> = (0..ids.len()).filter(|&at| targets[at] != IGNORE).collect();
        assert_eq!(chosen.len(), 15_000);
        assert!(chosen.iter().all(|&at| targets[at] == i64::from(ids[at])));
        assert!((0..ids.len()).all(|at| targets[at] != IGNORE || inputs[at] == i64::from(ids[at])));
        let share = |test: &dyn Fn(usize) -> bool| chosen.iter().filter(|&&at| test(at)).count() as f64 / 15_000.0;
        let masked = share(&|at| inputs[at] == 3);
        let kept = share(&|at| inputs[at] == i64::from(ids[at]));
        // A random token is the same by chance once in 46.
        assert!((masked - 0.8).abs() < 0.015, "{masked}");
        assert!((kept - 0.1 - 0.1 / 46.0).abs() < 0.012, "{kept}");
        assert!(inputs.iter().all(|&id| (3..50).contains(&id)), "no special token but the mask is put in");
    }

    #[test]
    fn special_tokens_are_never_chosen_and_something_always_is() {
        for step in 0..500 {
            let mut random = Random::at(2, step);
            let ids: Vec<u32> = (0..1 + random.below(12)).map(|_| random.below(8) as u32).collect();
            let (inputs, targets) = corruption().corrupt(&ids, &mut random);
            let special = |id: &u32| corruption().special.contains(id);
            for (at, id) in ids.iter().enumerate().filter(|(_, id)| special(id)) {
                assert_eq!((inputs[at], targets[at]), (i64::from(*id), IGNORE));
            }
            let chosen = targets.iter().filter(|&&target| target != IGNORE).count();
            let ordinary = ids.iter().filter(|id| !special(id)).count();
            assert_eq!(chosen, ((ordinary as f64 * 0.15).round() as usize).max(1).min(ordinary));
        }
    }

    #[test]
    fn nothing_and_only_special_tokens_stay() {
        assert_eq!(corruption().corrupt(&[], &mut Random::at(0, 0)), (vec![], vec![]));
        assert_eq!(corruption().corrupt(&[0, 1], &mut Random::at(0, 0)), (vec![0, 1], vec![IGNORE, IGNORE]));
        let only = Corruption { vocab_size: 4, ..corruption() };
        assert_eq!(only.any(&mut Random::at(0, 0)), None);
    }
}
