//! BLEU: how many runs of words a translation shares with those of people.

mod counts;
mod options;
mod score;
mod tokenizer;

pub use counts::BleuCounts;
pub use options::{BleuOptions, Smoothing};
pub use score::BleuScore;
pub use tokenizer::BleuTokenizer;

use crate::{
    Error,
    error::{check_enough, check_like},
    signature::References,
};

/// BLEU of a corpus (Papineni et al. 2002, <https://aclanthology.org/P02-1040>), as sacreBLEU 2 computes it (Post 2018,
/// arXiv:1804.08771):
///
/// ```text
/// BLEU = 100 min(1, exp(1 - r/c)) (p1 p2 p3 p4)^(1/4)
/// ```
///
/// `p` is the share of the hypotheses' runs of 1 to 4 words that are in a reference, `c` the number of words in the
/// hypotheses, `r` that in the references. All are counted over the whole corpus before they are divided: the BLEU of a
/// corpus is not the mean of that of its sentences. Of each segment, counts alone are kept.
///
/// ```
/// use salamander_metrics::{Bleu, BleuOptions};
///
/// let mut bleu = Bleu::new(BleuOptions::default());
/// bleu.add("the cat sat on the mat", &["the cat is on the mat"])?;
/// bleu.add("it purrs", &["it purrs loudly"])?;
/// // 7 of 8 words are right, 4 of 6 pairs, 1 of 4 triples and none of 3 fours, which is smoothed to a half.
/// // c = 8, r = 9: exp(1 - 9/8) = 0.882; and 0.882 (0.875 0.667 0.25 0.167)^(1/4) = 0.348.
/// let line = format!("{:.1}", bleu.finish()?);
/// assert!(line.starts_with("BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:salamander-"));
/// assert!(line.ends_with(" = 34.8 87.5/66.7/25.0/16.7 (BP = 0.882 ratio = 0.889 hyp_len = 8 ref_len = 9)"));
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Bleu {
    options: BleuOptions,
    counts: BleuCounts,
    references: References,
}

impl Bleu {
    /// Of nothing yet.
    pub fn new(options: BleuOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Counts a segment, and gives its own counts: kept, they let a [`Bootstrap`](crate::Bootstrap) draw segments again.
    ///
    /// # Errors
    /// If there is no reference.
    pub fn add(&mut self, hypothesis: &str, references: &[impl AsRef<str>]) -> Result<BleuCounts, Error> {
        if references.is_empty() {
            return Err(Error::NoReference { segment: self.references.segments() });
        }
        let counts = self.options.count(hypothesis, references);
        self.counts += counts;
        self.references.add(references.len());
        Ok(counts)
    }

    /// Counts what `other` has counted too.
    ///
    /// # Errors
    /// If their options differ: their counts are of different things.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        check_like(&self.options, &other.options, ToString::to_string)?;
        self.counts += other.counts;
        self.references.merge(&other.references);
        Ok(())
    }

    /// The score of all segments.
    ///
    /// # Errors
    /// If there are none, or if the smoothing adds less than nothing.
    pub fn finish(&self) -> Result<BleuScore, Error> {
        check_enough(self.references.segments(), 1, "segments")?;
        self.options.smoothing.check()?;
        Ok(BleuScore::new(&self.options, self.counts, &self.references))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_merge_to_the_whole() {
        let segments = [("a b c d e", "a b c d e f"), ("a b", "a c"), ("", "x"), ("x y z", "x y z")];
        let mut whole = Bleu::new(BleuOptions::default());
        let mut parts = [whole.clone(), whole.clone()];
        for (at, (hypothesis, reference)) in segments.into_iter().enumerate() {
            whole.add(hypothesis, &[reference]).unwrap();
            parts[at % 2].add(hypothesis, &[reference]).unwrap();
        }
        let [mut merged, other] = parts;
        merged.merge(&other).unwrap();
        assert_eq!(merged.finish(), whole.finish());
    }

    #[test]
    fn a_segment_without_a_reference_and_no_segment_are_errors() {
        let mut bleu = Bleu::default();
        assert_eq!(bleu.finish().unwrap_err().to_string(), "there are 0 segments: it takes at least 1");
        bleu.add("a", &["a"]).unwrap();
        let message = bleu.add("b", &[""; 0]).unwrap_err().to_string();
        assert_eq!(message, "segment 1 has 0 references: it takes at least 1");
        let message = BleuOptions::default().corpus(&["a", "b"], &[&["a"]]).unwrap_err().to_string();
        assert_eq!(message, "2 hypotheses cannot be paired with 1 sets of references: one of each is needed");
    }

    #[test]
    fn what_was_counted_differently_is_not_added_up() {
        let mut bleu = Bleu::default();
        let message = bleu.merge(&Bleu::new(BleuOptions::multi_bleu())).unwrap_err().to_string();
        assert_eq!(
            message,
            "what was counted with case:mixed|eff:no|tok:13a|smooth:exp cannot be added to what was counted with \
             case:lc|eff:no|tok:none|smooth:none: score both in one way"
        );
    }
}
