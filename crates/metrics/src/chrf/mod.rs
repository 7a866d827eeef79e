//! chrF: how many runs of characters a translation shares with that of a person.

mod counts;
mod options;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use counts::ChrfCounts;
pub use options::ChrfOptions;

use crate::{
    Error,
    error::{check_enough, check_like},
    signature::{References, VERSION},
};

/// chrF of a corpus (Popović 2015, <https://aclanthology.org/W15-3049>) or, with words, chrF++ (Popović 2017,
/// <https://aclanthology.org/W17-4770>), as sacreBLEU 2 computes it:
///
/// ```text
/// chrF = 100 (1 + β²) P R / (β² P + R)
/// ```
///
/// `P` is the mean, over runs of 1 to 6 characters (and of 1 and 2 words), of the share of the hypotheses' runs that are in
/// the reference; `R` the mean of the share of the references' runs that are in the hypothesis. β = 2 lets recall weigh
/// twice as much as precision. White space does not count. Of several references the one with the best score is taken,
/// segment by segment.
///
/// ```
/// use salamander_metrics::{Chrf, ChrfOptions};
///
/// let mut chrf = Chrf::new(ChrfOptions { char_order: 2, ..ChrfOptions::default() });
/// chrf.add("a cat", &["a bat"])?;
/// // Of "acat" and "abat": 3 of 4 characters are shared and 1 of 3 pairs, so P = R = (3/4 + 1/3) / 2 = 0.5417.
/// let line = format!("{:.2}", chrf.finish()?);
/// assert!(line.starts_with("chrF2|nrefs:1|case:mixed|eff:yes|nc:2|nw:0|space:no|version:salamander-"));
/// assert!(line.ends_with(" = 54.17"));
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Chrf {
    options: ChrfOptions,
    counts: ChrfCounts,
    references: References,
}

impl Chrf {
    /// Of nothing yet.
    pub fn new(options: ChrfOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Counts a segment, and gives its own counts: kept, they let a [`Bootstrap`](crate::Bootstrap) draw segments again.
    ///
    /// # Errors
    /// If there is no reference.
    pub fn add(&mut self, hypothesis: &str, references: &[impl AsRef<str>]) -> Result<ChrfCounts, Error> {
        let counts = self.options.count(hypothesis, references);
        let counts = counts.ok_or(Error::NoReference { segment: self.references.segments() })?;
        self.counts += &counts;
        self.references.add(references.len());
        Ok(counts)
    }

    /// Counts what `other` has counted too.
    ///
    /// # Errors
    /// If their options differ: their counts are of different things.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        check_like(&self.options, &other.options, |options| format!("{}|{options}", options.name()))?;
        self.counts += &other.counts;
        self.references.merge(&other.references);
        Ok(())
    }

    /// The score of all segments.
    ///
    /// # Errors
    /// If there are none, or if the options ask for no run of any length.
    pub fn finish(&self) -> Result<ChrfScore, Error> {
        check_enough(self.references.segments(), 1, "segments")?;
        check_enough((self.options.char_order + self.options.word_order) as u64, 1, "lengths of runs to compare")?;
        Ok(ChrfScore {
            score: self.options.of_counts(&self.counts),
            name: self.options.name(),
            signature: format!("nrefs:{}|{}|version:{VERSION}", self.references, self.options),
        })
    }
}

/// What sacreBLEU prints, as a number and, by `Display`, as its line: with one decimal, or as many as asked for (`{:.2}`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChrfScore {
    /// From 0 to 100.
    pub score: f64,
    /// `chrF2` for β = 2; a `+` behind it for each length of runs of words.
    pub name: String,
    /// How it was computed: sacreBLEU's signature, in which the version names this crate.
    pub signature: String,
}

impl fmt::Display for ChrfScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(1);
        write!(f, "{}|{} = {:.digits$}", self.name, self.signature, self.score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_merge_to_the_whole() {
        let segments = [("abc def", "abd"), ("", "x"), ("x (y)", "x y!"), ("z", "")];
        for options in [ChrfOptions::default(), ChrfOptions::plus_plus()] {
            let mut whole = Chrf::new(options);
            let mut parts = [whole.clone(), whole.clone()];
            for (at, (hypothesis, reference)) in segments.into_iter().enumerate() {
                whole.add(hypothesis, &[reference]).unwrap();
                parts[at % 2].add(hypothesis, &[reference]).unwrap();
            }
            let [mut merged, other] = parts;
            merged.merge(&other).unwrap();
            assert_eq!(merged.finish(), whole.finish());
        }
    }

    #[test]
    fn a_segment_without_a_reference_and_no_segment_are_errors() {
        let mut chrf = Chrf::default();
        assert_eq!(chrf.finish().unwrap_err().to_string(), "there are 0 segments: it takes at least 1");
        let message = chrf.add("b", &[""; 0]).unwrap_err().to_string();
        assert_eq!(message, "segment 0 has 0 references: it takes at least 1");
        let nothing = ChrfOptions { char_order: 0, ..ChrfOptions::default() };
        let message = nothing.score("a", &["a"]).unwrap_err().to_string();
        assert_eq!(message, "there are 0 lengths of runs to compare: it takes at least 1");
        let thrice = Chrf::new(ChrfOptions { beta: 3, ..ChrfOptions::default() });
        let message = chrf.merge(&thrice).unwrap_err().to_string();
        assert!(message.contains("chrF2|") && message.contains("chrF3|"), "{message}");
    }

    #[test]
    fn the_best_reference_counts() {
        let options = ChrfOptions::default();
        let best = options.score("the cat", &["a dog", "the cat", "the cats"]).unwrap();
        assert_eq!(best.score, 100.0);
        assert!(best.signature.starts_with("nrefs:3|"));
    }
}
