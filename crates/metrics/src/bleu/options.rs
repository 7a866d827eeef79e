//! The choices that change a BLEU score, and that stand in its signature.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Bleu, BleuCounts, BleuScore, BleuTokenizer};
use crate::{
    Case, Error,
    error::{check_paired, check_range},
    signature::yes,
};

/// What to do about a length of run of which there is no match, and which would make the product 0 (Chen and Cherry 2014,
/// <https://aclanthology.org/W14-3346>).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub enum Smoothing {
    /// Nothing: the score is 0.
    None,
    /// As if there were this fraction of a match: 0.1 in the paper, whose method 1 this is.
    Floor(f64),
    /// As if there were this many more matches and this many more runs of each length above 1: 1 in the paper, whose
    /// method 2 this is (Lin and Och 2004).
    Add(f64),
    /// As if there were half a match, and half of that again for each further length without: method 3 of the paper, that
    /// of NIST's `mteval`.
    #[default]
    Exponential,
}

impl Smoothing {
    /// Whether what it adds is something that can be added.
    pub(super) fn check(self) -> Result<(), Error> {
        match self {
            Self::None | Self::Exponential => Ok(()),
            Self::Floor(floor) => check_range(floor, "floor of a precision's matches", 0.0, f64::MAX),
            Self::Add(added) => check_range(added, "number of matches to add", 0.0, f64::MAX),
        }
    }

    /// How much is added to matches and runs.
    pub(super) fn added(self) -> f64 {
        if let Self::Add(added) = self { added } else { 0.0 }
    }
}

impl fmt::Display for Smoothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Floor(floor) => write!(f, "floor[{floor:.2}]"),
            Self::Add(added) => write!(f, "add-k[{added:.2}]"),
            Self::Exponential => f.write_str("exp"),
        }
    }
}

/// How BLEU is computed. The default is sacreBLEU's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct BleuOptions {
    /// What makes words of a line.
    pub tokenizer: BleuTokenizer,
    /// Whether capitals count.
    pub case: Case,
    /// What to do about a length of run of which there is no match.
    pub smoothing: Smoothing,
    /// Whether lengths of run that no hypothesis has are left out, instead of making the score 0: for single sentences,
    /// which may have fewer than four words.
    pub effective_order: bool,
}

impl BleuOptions {
    /// For one sentence at a time, with [`score`](Self::score): what `sacrebleu.sentence_bleu` does.
    pub fn sentence() -> Self {
        Self { effective_order: true, ..Self::default() }
    }

    /// Tokenized lower-case BLEU, as Moses' `multi-bleu.perl -lc` computes it: words stand between white space, as the
    /// tokenizer of whoever prepared the text left them, and nothing is smoothed. Older papers print it; it cannot be
    /// compared with BLEU on text as people write it, and hardly between two tokenizers.
    ///
    /// The script reads bytes, so that its `-lc` lowers the letters of ASCII alone, and only white space of ASCII parts
    /// words. Here all letters are lowered: where there are others, give both the same lower-case text to compare them.
    pub fn multi_bleu() -> Self {
        Self { tokenizer: BleuTokenizer::None, case: Case::Lower, smoothing: Smoothing::None, effective_order: false }
    }

    /// The score of one segment.
    ///
    /// ```
    /// use salamander_metrics::BleuOptions;
    ///
    /// // All 3 words, 2 pairs and 1 triple are right, and there is no run of four to be wrong.
    /// assert!((BleuOptions::sentence().score("so it is", &["so it is"])?.score - 100.0).abs() < 1e-9);
    /// // A corpus of such sentences has no run of four, so its score is 0.
    /// assert_eq!(BleuOptions::default().score("so it is", &["so it is"])?.score, 0.0);
    /// # Ok::<(), salamander_metrics::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is no reference.
    pub fn score(&self, hypothesis: &str, references: &[impl AsRef<str>]) -> Result<BleuScore, Error> {
        let mut bleu = Bleu::new(*self);
        bleu.add(hypothesis, references)?;
        bleu.finish()
    }

    /// The score of a corpus that is in memory, each hypothesis with its references.
    ///
    /// # Errors
    /// If there are not as many sets of references as hypotheses, if one is empty, or if there is nothing at all.
    pub fn corpus<T: AsRef<str>>(
        &self,
        hypotheses: &[impl AsRef<str>],
        references: &[impl AsRef<[T]>],
    ) -> Result<BleuScore, Error> {
        check_paired((hypotheses.len(), "hypotheses"), (references.len(), "sets of references"))?;
        let mut bleu = Bleu::new(*self);
        for (hypothesis, references) in hypotheses.iter().zip(references) {
            bleu.add(hypothesis.as_ref(), references.as_ref())?;
        }
        bleu.finish()
    }

    /// The score of counts, however they were added up.
    ///
    /// ```text
    /// 100 min(1, exp(1 - r/c)) exp(mean of ln p)
    /// ```
    pub fn of_counts(&self, counts: &BleuCounts) -> f64 {
        let (precisions, orders) = counts.precisions(self);
        let logarithms = precisions[..orders].iter().map(|&precision| match precision {
            0.0 => NOTHING,
            precision => precision.ln(),
        });
        counts.brevity_penalty() * (logarithms.sum::<f64>() / orders as f64).exp()
    }

    /// The counts of a segment.
    pub(super) fn count(&self, hypothesis: &str, references: &[impl AsRef<str>]) -> BleuCounts {
        let prepare = |text: &str| self.tokenizer.tokenize(&self.case.apply(text));
        let references: Vec<_> = references.iter().map(|reference| prepare(reference.as_ref())).collect();
        BleuCounts::of(&prepare(hypothesis), &references)
    }
}

/// The logarithm of a precision of 0: finite, so that it can be added up, and small enough for any mean to vanish.
const NOTHING: f64 = -9_999_999_999.0;

/// The part of the signature that says how it was computed.
impl fmt::Display for BleuOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tokenizer, case, smoothing, effective_order } = self;
        write!(f, "case:{case}|eff:{}|tok:{tokenizer}|smooth:{smoothing}", yes(*effective_order))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothing_that_is_no_number_is_an_error() {
        for (smoothing, want) in [
            (Smoothing::Floor(-0.5), "the floor of a precision's matches is -0.5: it must be between 0 and "),
            (Smoothing::Add(f64::NAN), "the number of matches to add is NaN: it must be between 0 and "),
        ] {
            let options = BleuOptions { smoothing, ..BleuOptions::default() };
            let message = options.score("a b", &["a c"]).unwrap_err().to_string();
            assert!(message.starts_with(want), "{message}");
        }
    }
}
