//! The scores of a classifier.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Averages, Hits, report::Report};

/// What was found of one class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassScore {
    /// The class.
    pub name: String,
    /// How often it was predicted, was there, and both; [`Hits::score`] makes precision, recall and F1 of it. Of two
    /// classes, those of the second are what is called binary precision, recall and F1.
    pub hits: Hits,
}

/// All scores of a classifier, as scikit-learn computes them over the classes that occur. Printed, it is a line; with `{:#}`
/// it is a table with a line for each class too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassificationScore {
    /// How many examples there are.
    pub examples: u64,
    /// The share of examples that are right.
    pub accuracy: f64,
    /// Matthews' coefficient: 1 if all are right, 0 if the predictions say nothing about the truth (Matthews 1975, "Comparison
    /// of the predicted and observed secondary structure of T4 phage lysozyme"; for more than two classes Gorodkin 2004,
    /// "Comparing two K-category assignments by a K-category correlation coefficient"):
    ///
    /// ```text
    /// (c s - Σ p t) / √((s² - Σ p²) (s² - Σ t²))
    /// ```
    ///
    /// `s` examples, `c` of them right, `p` predicted and `t` true of each class. If all examples are of one class, or all
    /// predictions, it is 0.
    pub matthews: f64,
    /// One score for all classes. The micro average of precision, recall and F1 is the accuracy.
    pub averages: Averages,
    /// Class by class.
    pub classes: Vec<ClassScore>,
}

impl ClassificationScore {
    /// There must be an example.
    pub(super) fn new(classes: Vec<ClassScore>, examples: u64) -> Self {
        let hits = || classes.iter().map(|class| class.hits);
        Self {
            examples,
            accuracy: hits().sum::<Hits>().shared as f64 / examples as f64,
            matthews: matthews(hits(), examples),
            averages: Averages::of(hits()),
            classes,
        }
    }
}

/// In whole numbers to the end, since the differences are small beside what is subtracted.
fn matthews(hits: impl Iterator<Item = Hits>, examples: u64) -> f64 {
    let (mut right, mut both, mut predicted, mut wanted) = (0i128, 0i128, 0i128, 0i128);
    for hits in hits {
        let (p, t) = (i128::from(hits.predicted), i128::from(hits.wanted));
        right += i128::from(hits.shared);
        both += p * t;
        predicted += p * p;
        wanted += t * t;
    }
    let examples = i128::from(examples);
    let square = examples * examples;
    let spread = ((square - predicted) as f64).sqrt() * ((square - wanted) as f64).sqrt();
    if spread > 0.0 { (right * examples - both) as f64 / spread } else { 0.0 }
}

impl fmt::Display for ClassificationScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, macro_f1) = (f.precision().unwrap_or(4), self.averages.macro_mean.f1);
        write!(
            f,
            "accuracy {:.digits$}, macro F1 {macro_f1:.digits$}, MCC {:.digits$} ",
            self.accuracy, self.matthews
        )?;
        write!(f, "({} example{})", self.examples, if self.examples == 1 { "" } else { "s" })?;
        if f.alternate() {
            let rows = self.classes.iter().map(|class| (class.name.as_str(), class.hits)).collect();
            write!(f, "\n\n{}", Report { first: "class", rows, averages: &self.averages, digits })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::Confusion;

    #[test]
    fn what_is_undefined_is_zero() {
        let mut confusion = Confusion::new(3);
        confusion.add_all(&[1, 1], &[1, 1]).unwrap();
        let score = confusion.finish().unwrap();
        assert_eq!((score.accuracy, score.matthews), (1.0, 0.0));
        // The two classes that do not occur are left out of the mean.
        assert_eq!(score.averages.macro_mean.f1, 1.0);
        assert_eq!(score.classes[0].hits.score().f1, 0.0);
    }

    #[test]
    fn matthews_by_hand() {
        // 6 true positives, 3 true negatives, 1 false positive, 2 false negatives: (18 - 2) / √(7 · 8 · 4 · 5).
        let mut confusion = Confusion::new(2);
        for (truth, predicted, count) in [(1, 1, 6), (0, 0, 3), (0, 1, 1), (1, 0, 2)] {
            (0..count).for_each(|_| confusion.add(truth, predicted).unwrap());
        }
        let matthews = confusion.finish().unwrap().matthews;
        assert!((matthews - 16.0 / 1120.0f64.sqrt()).abs() < 1e-15, "{matthews}");
    }

    #[test]
    fn a_line_or_a_table() {
        let mut confusion = Confusion::named(["a", "longer"]);
        confusion.add_all(&[0, 0, 1], &[0, 0, 0]).unwrap();
        let score = confusion.finish().unwrap();
        assert_eq!(score.to_string(), "accuracy 0.6667, macro F1 0.4000, MCC 0.0000 (3 examples)");
        let table = format!("{score:#.2}");
        let want = [
            "accuracy 0.67, macro F1 0.40, MCC 0.00 (3 examples)",
            "",
            "class     precision  recall    F1  count",
            "a              0.67    1.00  0.80      2",
            "longer         0.00    0.00  0.00      1",
            "micro          0.67    0.67  0.67      3",
            "macro          0.33    0.50  0.40      3",
            "weighted       0.44    0.67  0.53      3",
        ];
        assert_eq!(table.lines().collect::<Vec<_>>(), want);
    }
}
