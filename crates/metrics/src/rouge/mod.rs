//! ROUGE: how much of a summary is in another, in words, pairs of words and common subsequences.

mod porter;
mod subsequence;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Error, Hits, PrecisionRecall,
    error::{check_enough, check_like, check_paired},
    ngrams::{count, shared, total},
};

/// Whether words are compared as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stemming {
    /// They are: `use_stemmer=False`, the default of the `rouge-score` package.
    #[default]
    None,
    /// Words of more than three letters lose their English endings first (Porter 1980, with the departures that NLTK
    /// makes): `use_stemmer=True`, which is what is mostly published for English summaries.
    Porter,
}

/// ROUGE-1, -2, -L and -Lsum (Lin 2004, <https://aclanthology.org/W04-1013>), as the `rouge-score` package computes them:
///
/// ```text
/// precision = shared / in the prediction    recall = shared / in the reference    F1 = 2 P R / (P + R)
/// ```
///
/// What is shared is the number of common words (ROUGE-1) or pairs of words (ROUGE-2), or the length of the longest common
/// subsequence (ROUGE-L). ROUGE-Lsum cuts both texts into sentences at line ends, and asks of each sentence of the
/// reference which of its words are in a longest common subsequence with any sentence of the prediction. All is made
/// lower case, and words are runs of `a` to `z` and digits: a language with other letters needs another metric.
///
/// The score of a set is the mean over its pairs. Of several references that with the best F1 is taken, for each of the
/// four on its own. Of each pair, sums alone are kept.
///
/// ```
/// use salamander_metrics::{Rouge, Stemming};
///
/// let mut rouge = Rouge::new(Stemming::None);
/// rouge.add("the cat sat on the mat", &["the cat was on a mat"])?;
/// // Shared: the, cat, on, mat of 6 and 6 words; of 5 and 5 pairs only "the cat"; in order: the cat on mat.
/// assert_eq!(rouge.finish()?.to_string(), "rouge1 66.67, rouge2 20.00, rougeL 66.67, rougeLsum 66.67 (F1 in %, 1 pair)");
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Rouge {
    stemming: Stemming,
    sums: [PrecisionRecall; 4],
    pairs: u64,
}

impl Rouge {
    /// Of nothing yet.
    pub fn new(stemming: Stemming) -> Self {
        Self { stemming, ..Self::default() }
    }

    /// Adds a prediction and its references, and gives the scores of this pair.
    ///
    /// # Errors
    /// If there is no reference.
    pub fn add(&mut self, prediction: &str, references: &[impl AsRef<str>]) -> Result<RougeScore, Error> {
        let prediction = Text::new(prediction, self.stemming);
        let scores =
            references.iter().map(|reference| prediction.scores(&Text::new(reference.as_ref(), self.stemming)));
        // The first of equals.
        let better = |one: PrecisionRecall, other: PrecisionRecall| if other.f1 > one.f1 { other } else { one };
        let best = scores.reduce(|best, scores| std::array::from_fn(|kind| better(best[kind], scores[kind])));
        let best = best.ok_or(Error::NoReference { segment: self.pairs })?;
        self.add_sums(&best, 1);
        Ok(RougeScore::new(best, 1, self.stemming))
    }

    /// Adds what `other` has added too.
    ///
    /// # Errors
    /// If only one of them stems: their words are different.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        check_like(&self.stemming, &other.stemming, |stemming| format!("stemming {stemming:?}"))?;
        self.add_sums(&other.sums, other.pairs);
        Ok(())
    }

    /// The mean over all pairs.
    ///
    /// # Errors
    /// If there are none.
    pub fn finish(&self) -> Result<RougeScore, Error> {
        check_enough(self.pairs, 1, "pairs")?;
        let mean = |sum: f64| sum / self.pairs as f64;
        let means = self.sums.map(|sums| PrecisionRecall {
            precision: mean(sums.precision),
            recall: mean(sums.recall),
            f1: mean(sums.f1),
        });
        Ok(RougeScore::new(means, self.pairs, self.stemming))
    }

    /// The score of a set that is in memory, each prediction with its references.
    ///
    /// # Errors
    /// If there are not as many sets of references as predictions, if one is empty, or if there is nothing at all.
    pub fn corpus<T: AsRef<str>>(
        stemming: Stemming,
        predictions: &[impl AsRef<str>],
        references: &[impl AsRef<[T]>],
    ) -> Result<RougeScore, Error> {
        check_paired((predictions.len(), "predictions"), (references.len(), "sets of references"))?;
        let mut rouge = Self::new(stemming);
        for (prediction, references) in predictions.iter().zip(references) {
            rouge.add(prediction.as_ref(), references.as_ref())?;
        }
        rouge.finish()
    }

    fn add_sums(&mut self, sums: &[PrecisionRecall; 4], pairs: u64) {
        for (mine, other) in self.sums.iter_mut().zip(sums) {
            mine.precision += other.precision;
            mine.recall += other.recall;
            mine.f1 += other.f1;
        }
        self.pairs += pairs;
    }
}

/// The four scores, each from 0 to 1, of one pair or the mean over many.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RougeScore {
    /// Of single words.
    pub rouge1: PrecisionRecall,
    /// Of pairs of words that stand side by side.
    pub rouge2: PrecisionRecall,
    /// Of the longest common subsequence of the whole texts.
    pub rouge_l: PrecisionRecall,
    /// Of the longest common subsequences of their lines.
    pub rouge_l_sum: PrecisionRecall,
    /// How many pairs this is the mean of.
    pub pairs: u64,
    /// Whether words were stemmed.
    pub stemming: Stemming,
}

impl RougeScore {
    fn new([rouge1, rouge2, rouge_l, rouge_l_sum]: [PrecisionRecall; 4], pairs: u64, stemming: Stemming) -> Self {
        Self { rouge1, rouge2, rouge_l, rouge_l_sum, pairs, stemming }
    }
}

impl fmt::Display for RougeScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        let kinds = [self.rouge1, self.rouge2, self.rouge_l, self.rouge_l_sum].map(|score| 100.0 * score.f1);
        let [rouge1, rouge2, rouge_l, rouge_l_sum] = kinds.map(|percent| format!("{percent:.digits$}"));
        write!(f, "rouge1 {rouge1}, rouge2 {rouge2}, rougeL {rouge_l}, rougeLsum {rouge_l_sum} (F1 in %, ")?;
        write!(f, "{} pair{}", self.pairs, if self.pairs == 1 { "" } else { "s" })?;
        f.write_str(match self.stemming {
            Stemming::None => ")",
            Stemming::Porter => ", stemmed)",
        })
    }
}

/// A text's words, and those of each of its lines.
struct Text {
    words: Vec<String>,
    lines: Vec<Vec<String>>,
}

impl Text {
    fn new(text: &str, stemming: Stemming) -> Self {
        let lines: Vec<_> = text.split('\n').map(|line| words(line, stemming)).collect();
        Self { words: lines.concat(), lines }
    }

    /// Of this prediction, by this reference.
    fn scores(&self, reference: &Self) -> [PrecisionRecall; 4] {
        let (predicted, wanted) = (self.words.len(), reference.words.len());
        let runs = |n| Hits {
            shared: shared(&count(&self.words, n), &count(&reference.words, n)),
            predicted: total(predicted, n),
            wanted: total(wanted, n),
        };
        let whole = |shared| Hits { shared, predicted: predicted as u64, wanted: wanted as u64 };
        let longest = subsequence::length(&reference.words, &self.words);
        let by_lines = subsequence::union_hits(&reference.lines, &self.lines);
        [runs(1), runs(2), whole(longest), whole(by_lines)].map(|hits| hits.score())
    }
}

/// The words of a line: runs of ASCII letters and digits.
fn words(line: &str, stemming: Stemming) -> Vec<String> {
    let line = line.to_lowercase();
    let words = line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let stem = |word: &str| match stemming {
        Stemming::Porter if word.len() > 3 => porter::stem(word),
        _ => word.to_owned(),
    };
    words.map(stem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_by_hand() {
        let line = "Ünder_stood: 3.5 Dogs’ running, it's\u{a0}OK, its";
        assert_eq!(words(line, Stemming::None), ["nder", "stood", "3", "5", "dogs", "running", "it", "s", "ok", "its"]);
        // Three letters stay as they are.
        assert_eq!(words(line, Stemming::Porter), ["nder", "stood", "3", "5", "dog", "run", "it", "s", "ok", "its"]);
    }

    #[test]
    fn lines_matter_to_the_last_only() {
        let score = Rouge::corpus(Stemming::None, &["a b\nc d"], &[["c d\na b"]]).unwrap();
        assert_eq!([score.rouge1.f1, score.rouge_l.f1, score.rouge_l_sum.f1], [1.0, 0.5, 1.0]);
    }

    #[test]
    fn each_kind_takes_its_best_reference() {
        let mut rouge = Rouge::default();
        let score = rouge.add("a b c d", &["d c b a", "a b x y"]).unwrap();
        assert_eq!([score.rouge1.f1, score.rouge2.f1, score.rouge_l.f1], [1.0, 1.0 / 3.0, 0.5]);
    }

    #[test]
    fn parts_merge_to_the_whole_and_nothing_is_an_error() {
        let [mut whole, mut part, mut other] = [Rouge::default(), Rouge::default(), Rouge::default()];
        assert_eq!(whole.finish().unwrap_err().to_string(), "there are 0 pairs: it takes at least 1");
        for rouge in [&mut whole, &mut part] {
            rouge.add("a b", &["a c"]).unwrap();
        }
        for rouge in [&mut whole, &mut other] {
            rouge.add("", &["a"]).unwrap();
        }
        part.merge(&other).unwrap();
        assert_eq!(part.finish(), whole.finish());
        assert_eq!(whole.finish().unwrap().rouge1.f1, 0.25);
        assert!(whole.add("a", &[""; 0]).is_err());
        let message = whole.merge(&Rouge::new(Stemming::Porter)).unwrap_err().to_string();
        assert!(message.contains("stemming None") && message.contains("stemming Porter"), "{message}");
    }
}
