//! Which classes are taken for which.

mod score;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use score::{ClassScore, ClassificationScore};

use crate::{
    Error, Hits,
    error::{check_enough, check_like, check_paired},
};

/// How often each class was predicted for each class: what every score of a classifier is computed from.
///
/// ```text
/// accuracy = diagonal / all    precision of k = M[k][k] / column k    recall of k = M[k][k] / row k
/// ```
///
/// Printed, it is a table with a row for each true class and a column for each predicted one.
///
/// ```
/// use salamander_metrics::Confusion;
///
/// let mut confusion = Confusion::named(["cat", "dog"]);
/// confusion.add_all(&[0, 0, 0, 1, 1], &[0, 0, 1, 1, 0])?;
/// assert_eq!(confusion.to_string(), "true \\ predicted  cat  dog\ncat                 2    1\ndog                 1    1\n");
///
/// let score = confusion.finish()?;
/// // 3 of 5 are right; of 2 dogs 1 was found, and of 2 that were called dogs 1 is.
/// assert_eq!(score.accuracy, 0.6);
/// assert_eq!(score.classes[1].hits.score().f1, 0.5);
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    names: Vec<String>,
    /// One row after the other.
    counts: Vec<u64>,
}

impl Confusion {
    /// Of nothing yet, for classes that are called by their numbers.
    pub fn new(classes: usize) -> Self {
        Self::named((0..classes).map(|class| class.to_string()))
    }

    /// Of nothing yet, for classes that have names.
    pub fn named(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let names: Vec<_> = names.into_iter().map(Into::into).collect();
        let counts = vec![0; names.len() * names.len()];
        Self { names, counts }
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.names.len()
    }

    /// How many examples were added.
    pub fn examples(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How often a class was predicted for another one, or for itself; never, if there is no such class.
    pub fn count(&self, truth: usize, predicted: usize) -> u64 {
        let classes = self.classes();
        if truth < classes && predicted < classes { self.counts[truth * classes + predicted] } else { 0 }
    }

    /// Adds an example.
    ///
    /// # Errors
    /// If one of the labels is beyond the classes.
    pub fn add(&mut self, truth: usize, predicted: usize) -> Result<(), Error> {
        let classes = self.classes();
        for (side, label) in [("true", truth), ("predicted", predicted)] {
            if label >= classes {
                return Err(Error::Label { side, label, example: self.examples(), classes });
            }
        }
        self.counts[truth * classes + predicted] += 1;
        Ok(())
    }

    /// Adds examples, up to the first that is wrong.
    ///
    /// # Errors
    /// If there are not as many predicted labels as true ones, or if one is beyond the classes.
    pub fn add_all(&mut self, truths: &[usize], predicted: &[usize]) -> Result<(), Error> {
        check_paired((truths.len(), "true labels"), (predicted.len(), "predicted labels"))?;
        truths.iter().zip(predicted).try_for_each(|(&truth, &predicted)| self.add(truth, predicted))
    }

    /// Adds what `other` has counted.
    ///
    /// # Errors
    /// If its classes are others.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        check_like(&self.names, &other.names, |names| format!("{} classes ({})", names.len(), names.join(", ")))?;
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, other)| *mine += other);
        Ok(())
    }

    /// All scores at once.
    ///
    /// # Errors
    /// If there are no examples.
    pub fn finish(&self) -> Result<ClassificationScore, Error> {
        check_enough(self.examples(), 1, "examples")?;
        let names = self.names.iter().cloned();
        let classes = names.enumerate().map(|(class, name)| ClassScore { name, hits: self.hits(class) });
        Ok(ClassificationScore::new(classes.collect(), self.examples()))
    }

    fn hits(&self, class: usize) -> Hits {
        let sum = |of: &dyn Fn(usize) -> u64| (0..self.classes()).map(of).sum();
        Hits {
            shared: self.count(class, class),
            predicted: sum(&|truth| self.count(truth, class)),
            wanted: sum(&|predicted| self.count(class, predicted)),
        }
    }
}

/// What stands above the names of the true classes.
const CORNER: &str = "true \\ predicted";

impl fmt::Display for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = |name: &String| name.chars().count();
        let first = self.names.iter().map(length).chain([CORNER.len()]).max().unwrap_or(0);
        let column = |class: usize| {
            let counts = (0..self.classes()).map(|truth| self.count(truth, class).to_string().len());
            counts.chain([length(&self.names[class])]).max().unwrap_or(0)
        };
        let columns: Vec<_> = (0..self.classes()).map(column).collect();
        write!(f, "{CORNER:first$}")?;
        self.names.iter().zip(&columns).try_for_each(|(name, width)| write!(f, "  {name:>width$}"))?;
        writeln!(f)?;
        for (truth, name) in self.names.iter().enumerate() {
            write!(f, "{name:first$}")?;
            for (predicted, width) in columns.iter().enumerate() {
                write!(f, "  {:>width$}", self.count(truth, predicted))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_true_and_columns_predicted() {
        let mut confusion = Confusion::new(3);
        confusion.add_all(&[0, 0, 1, 2, 2, 2], &[0, 1, 1, 0, 0, 2]).unwrap();
        assert_eq!((confusion.count(0, 1), confusion.count(1, 0), confusion.count(2, 0)), (1, 0, 2));
        assert_eq!(confusion.hits(0), Hits { shared: 1, predicted: 3, wanted: 2 });
        assert_eq!((confusion.examples(), confusion.count(3, 0)), (6, 0));
    }

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let mut confusion = Confusion::named(["é", "a class with a long name"]);
        (0..1234).for_each(|_| confusion.add(1, 0).unwrap());
        let table = confusion.to_string();
        let want = [
            "true \\ predicted             é  a class with a long name",
            "é                            0                         0",
            "a class with a long name  1234                         0",
        ];
        assert_eq!(table.lines().collect::<Vec<_>>(), want);
    }

    #[test]
    fn parts_merge_to_the_whole_if_their_classes_are_the_same() {
        let (mut whole, mut part, mut other) = (Confusion::new(2), Confusion::new(2), Confusion::new(2));
        whole.add_all(&[0, 1, 1], &[1, 1, 0]).unwrap();
        part.add(0, 1).unwrap();
        other.add_all(&[1, 1], &[1, 0]).unwrap();
        part.merge(&other).unwrap();
        assert_eq!(part, whole);
        let message = whole.merge(&Confusion::named(["no", "yes"])).unwrap_err().to_string();
        assert!(message.contains("2 classes (0, 1)") && message.contains("2 classes (no, yes)"), "{message}");
    }

    #[test]
    fn bad_labels_are_errors() {
        let mut confusion = Confusion::new(2);
        assert_eq!(confusion.finish().unwrap_err().to_string(), "there are 0 examples: it takes at least 1");
        confusion.add(1, 1).unwrap();
        for (truth, predicted, side) in [(2, 0, "true"), (0, 7, "predicted")] {
            let message = confusion.add(truth, predicted).unwrap_err().to_string();
            let label = truth.max(predicted);
            assert_eq!(
                message,
                format!("the {side} label {label} (of example 1) is beyond the 2 classes, which are counted from 0")
            );
        }
        let message = confusion.add_all(&[0], &[]).unwrap_err().to_string();
        assert_eq!(message, "1 true labels cannot be paired with 0 predicted labels: one of each is needed");
        assert_eq!(confusion.examples(), 1);
    }
}
