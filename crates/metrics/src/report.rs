//! A table of precision, recall and F1.

use std::fmt;

use crate::{Averages, Hits, PrecisionRecall};

/// A line for each class or type, and one for each way to take the mean.
pub(crate) struct Report<'a> {
    /// What the first column is called.
    pub(crate) first: &'static str,
    /// The classes or types.
    pub(crate) rows: Vec<(&'a str, Hits)>,
    /// Their means.
    pub(crate) averages: &'a Averages,
    /// How many decimals there are.
    pub(crate) digits: usize,
}

impl Report<'_> {
    fn row(&self, f: &mut fmt::Formatter<'_>, name: &str, score: PrecisionRecall, count: u64) -> fmt::Result {
        let (first, digits, PrecisionRecall { precision, recall, f1 }) = (self.width(), self.digits, score);
        let wide = digits + 2;
        let (wider, widest) = (wide.max("recall".len()), wide.max("precision".len()));
        write!(f, "{name:first$}  {precision:widest$.digits$}  {recall:wider$.digits$}  {f1:wide$.digits$}  ")?;
        writeln!(f, "{count:>5}")
    }

    fn width(&self) -> usize {
        let names = self.rows.iter().map(|(name, _)| *name).chain([self.first, "weighted"]);
        names.map(|name| name.chars().count()).max().unwrap_or(0)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, wide) = (self.width(), self.digits + 2);
        let (wider, widest) = (wide.max("recall".len()), wide.max("precision".len()));
        writeln!(f, "{:first$}  {:>widest$}  {:>wider$}  {:>wide$}  count", self.first, "precision", "recall", "F1")?;
        for (name, hits) in &self.rows {
            self.row(f, name, hits.score(), hits.wanted)?;
        }
        let count = self.rows.iter().map(|(_, hits)| hits.wanted).sum();
        let Averages { micro, macro_mean, weighted } = *self.averages;
        for (name, score) in [("micro", micro), ("macro", macro_mean), ("weighted", weighted)] {
            self.row(f, name, score, count)?;
        }
        Ok(())
    }
}
