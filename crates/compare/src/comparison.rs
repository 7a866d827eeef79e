//! One metric of several runs.

use std::collections::BTreeSet;

use crate::{
    Better, Curve, Error, Metric, Plot, Point, RunSummary, Table, View,
    numbers::{thousands, value},
    report,
    table::Align::{Left, Right},
};

/// One metric of several runs, side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    metric: Metric,
    curves: Vec<Curve>,
}

impl Comparison {
    /// Reads it from the runs' files. A run that does not report the metric has an empty curve.
    ///
    /// # Errors
    /// If no run reports it, or reports cannot be read.
    pub fn read(runs: &[RunSummary], metric: Metric) -> Result<Self, Error> {
        let curves = runs.iter().map(|run| Curve::read(run, &metric)).collect::<Result<Vec<_>, _>>()?;
        if curves.iter().all(|curve| curve.points.is_empty()) {
            return Err(Error::NoMetric { metric: metric.to_string(), have: reported(runs)? });
        }
        Ok(Self { metric, curves })
    }

    /// The curves, in the order of the runs.
    pub fn curves(&self) -> &[Curve] {
        &self.curves
    }

    /// Puts them on axes.
    ///
    /// # Errors
    /// If a run has no such horizontal axis, or no value can be drawn.
    pub fn plot(&self, view: View) -> Result<Plot, Error> {
        Plot::new(&self.metric, &self.curves, view)
    }

    /// A line for each run: its best value and its last; where nothing is better or worse, its lowest and highest.
    pub fn table(&self) -> Table {
        let number = |point: Option<&Point>| point.map_or("-".into(), |point| value(point.value));
        let step = |point: Option<&Point>| point.map_or("-".into(), |point| thousands(point.step));
        let name = self.metric.better().map_or(["lowest", "highest"], |_| ["best", "at step"]);
        let mut table = Table::new([
            ("", Left),
            ("run", Left),
            (name[0], Right),
            (name[1], Right),
            ("last", Right),
            ("at step", Right),
        ]);
        for (index, curve) in self.curves.iter().enumerate() {
            let mark = if self.curves.len() > 1 { mark(index).into() } else { String::new() };
            let found = match self.metric.better() {
                Some(better) => [number(curve.best(better)), step(curve.best(better))],
                None => [Better::Lower, Better::Higher].map(|better| number(curve.best(better))),
            };
            let [first, second] = found;
            table.row([mark, curve.name.clone(), first, second, number(curve.last()), step(curve.last())]);
        }
        table
    }
}

/// The letter by which a curve is known.
pub(crate) fn mark(index: usize) -> char {
    char::from(b'A' + (index % 26) as u8)
}

fn reported(runs: &[RunSummary]) -> Result<String, Error> {
    let mut names = BTreeSet::new();
    for run in runs {
        names.extend(
            report::read(&run.path)?.iter().flat_map(|report| report.metrics()).map(|metric| metric.to_string()),
        );
    }
    let names: Vec<_> = names.into_iter().collect();
    Ok(if names.is_empty() { "nothing is reported yet".into() } else { format!("there are {}", names.join(", ")) })
}
