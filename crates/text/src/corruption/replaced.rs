//! Replacing tokens by a small model's guesses, for a larger one to find.

use super::choose;
use crate::{Error, IGNORE, LanguageBatch, Matrix, Random, Tokenizer};

/// Replaced token detection's noise (Clark et al. 2020, arXiv:2003.10555, section 2): of the tokens that are no special ones,
/// `⌈rate · n⌉` are hidden behind the mask; a generator guesses them; a discriminator says of each token whether it is the
/// one that was there.
#[derive(Debug, Clone, PartialEq)]
pub struct Replaced {
    /// The share of tokens to hide: 0.15 in the paper.
    pub rate: f64,
    /// The mask's id.
    pub mask: u32,
    /// Ids that are never hidden.
    pub special: Vec<u32>,
}

/// A batch for the discriminator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacedBatch {
    /// `[B, T]` ids: the text with the generator's guesses in its gaps.
    pub inputs: Matrix<i64>,
    /// `[B, T]`: 1 where a guess is not what was there, 0 elsewhere, [`IGNORE`] at padding.
    pub replaced: Matrix<i64>,
    /// `[B, T]`, `true` = padding. `None` if there is none.
    pub padding: Option<Matrix<bool>>,
}

impl Replaced {
    /// The paper's, for the special tokens of `tokenizer`.
    ///
    /// # Errors
    /// If it has no mask.
    pub fn new(tokenizer: &Tokenizer) -> Result<Self, Error> {
        let mask =
            tokenizer.mask().ok_or(Error::NoSpecial { special: "<mask>", purpose: "replaced token detection" })?;
        Ok(Self { rate: 0.15, mask, special: tokenizer.special_ids() })
    }

    /// What the generator sees, and what it must guess: the target is [`IGNORE`] wherever nothing is hidden.
    pub fn hide(&self, ids: &[u32], random: &mut Random) -> (Vec<i64>, Vec<i64>) {
        let mut inputs: Vec<_> = ids.iter().map(|&id| i64::from(id)).collect();
        let mut targets = vec![IGNORE; ids.len()];
        let open: Vec<_> = (0..ids.len()).filter(|&at| !self.special.contains(&ids[at])).collect();
        let hidden = ((open.len() as f64 * self.rate).ceil() as usize).min(open.len());
        for at in choose(open.len(), hidden, random).into_iter().map(|chosen| open[chosen]) {
            targets[at] = inputs[at];
            inputs[at] = i64::from(self.mask);
        }
        (inputs, targets)
    }
}

impl ReplacedBatch {
    /// From what the generator saw, and its guesses, of which those in the gaps count. A guess that is right is no
    /// replacement.
    ///
    /// # Panics
    /// If there is not a guess for each token.
    ///
    /// ```
    /// use salamander_text::{IGNORE, LanguageBatch, Matrix, ReplacedBatch};
    ///
    /// // "the chef cooked the meal": `the` and `cooked` are hidden, the guesses are `the` and `ate`.
    /// let seen = LanguageBatch {
    ///     inputs: Matrix::padded(&[[0, 2, 0, 1, 4]], 9),
    ///     targets: Matrix::padded(&[[1, IGNORE, 3, IGNORE, IGNORE]], IGNORE),
    ///     padding: None,
    /// };
    /// let batch = ReplacedBatch::new(&seen, &Matrix::padded(&[[1, 8, 5, 8, 8]], 9));
    /// assert_eq!(batch.inputs.row(0), [1, 2, 5, 1, 4]);
    /// assert_eq!(batch.replaced.row(0), [0, 0, 1, 0, 0]);
    /// ```
    pub fn new(seen: &LanguageBatch, guesses: &Matrix<i64>) -> Self {
        let (rows, columns) = (seen.inputs.rows, seen.inputs.columns);
        assert_eq!((guesses.rows, guesses.columns), (rows, columns), "a guess for each token");
        let (mut inputs, mut replaced) = (seen.inputs.clone(), seen.targets.clone());
        for at in 0..inputs.values.len() {
            let target = seen.targets.values[at];
            let padding = seen.padding.as_ref().is_some_and(|padding| padding.values[at]);
            if target != IGNORE {
                inputs.values[at] = guesses.values[at];
            }
            replaced.values[at] = match target {
                IGNORE if padding => IGNORE,
                IGNORE => 0,
                there => i64::from(guesses.values[at] != there),
            };
        }
        Self { inputs, replaced, padding: seen.padding.clone() }
    }

    /// How many tokens are judged: the weight of this batch's mean loss in a mean over batches.
    pub fn counted(&self) -> usize {
        self.replaced.values.iter().filter(|&&replaced| replaced != IGNORE).count()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn replaced() -> Replaced {
        Replaced { rate: 0.15, mask: 3, special: vec![0, 1, 2, 3] }
    }

    #[test]
    fn by_hand_with_padding() {
        let seen = LanguageBatch {
            inputs: Matrix::padded(&[vec![1, 3, 7], vec![3]], 0),
            targets: Matrix::padded(&[vec![IGNORE, 6, IGNORE], vec![5]], IGNORE),
            padding: Some(Matrix::padding(&[3, 1])),
        };
        let batch = ReplacedBatch::new(&seen, &Matrix::padded(&[[8, 9, 8], [5, 8, 8]], 0));
        assert_eq!(batch.inputs.to_rows(), [[1, 9, 7], [5, 0, 0]]);
        assert_eq!(batch.replaced.to_rows(), [[0, 1, 0], [0, IGNORE, IGNORE]]);
        assert_eq!(batch.counted(), 4);
    }

    proptest! {
        #[test]
        fn so_many_are_hidden_and_no_special_one(ids in prop::collection::vec(0u32..12, 0..80), seed in any::<u64>()) {
            let (inputs, targets) = replaced().hide(&ids, &mut Random::at(seed, 0));
            let ordinary = ids.iter().filter(|&&id| id > 3).count();
            let hidden = (0..ids.len()).filter(|&at| targets[at] != IGNORE).count();
            prop_assert_eq!(hidden, (ordinary as f64 * 0.15).ceil() as usize);
            for at in 0..ids.len() {
                let id = i64::from(ids[at]);
                let expected = if targets[at] == IGNORE { (id, IGNORE) } else { (3, id) };
                prop_assert_eq!((inputs[at], targets[at]), expected);
                prop_assert!(targets[at] == IGNORE || ids[at] > 3);
            }
            // Right guesses are no replacements.
            let seen = LanguageBatch {
                inputs: Matrix::padded(&[inputs], 0),
                targets: Matrix::padded(&[targets], IGNORE),
                padding: None,
            };
            let right = Matrix::padded(&[ids.iter().map(|&id| i64::from(id)).collect::<Vec<_>>()], 0);
            let batch = ReplacedBatch::new(&seen, &right);
            prop_assert_eq!(batch.inputs.values, right.values);
            prop_assert!(batch.replaced.values.iter().all(|&replaced| replaced == 0));
        }
    }
}
