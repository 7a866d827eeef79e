//! What is drawn, before it is known on what.

use std::path::Path;

use crate::{Across, Curve, Error, Metric, curve::smoothed, scale::Scale, write};

/// How curves are looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct View {
    /// What they are drawn over.
    pub across: Across,
    /// Whether the values stand on a logarithmic axis.
    pub log: bool,
    /// How many reports are averaged for a value, as far to both sides.
    pub smooth: Option<usize>,
}

impl View {
    /// The same as an odd number, if it changes anything.
    fn averaged(&self) -> Option<usize> {
        self.smooth.map(|count| count / 2 * 2 + 1).filter(|count| *count > 1)
    }
}

/// Curves on their axes, ready to be drawn: [`Plot::terminal`], [`Plot::svg`].
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    pub(crate) title: String,
    pub(crate) across: Dimension,
    pub(crate) up: Dimension,
    pub(crate) lines: Vec<Line>,
}

/// What an axis counts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dimension {
    pub(crate) label: String,
    log: bool,
}

/// One curve: pieces of points, interrupted where a value is missing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) raw: Vec<Vec<(f64, f64)>>,
    pub(crate) smooth: Option<Vec<Vec<(f64, f64)>>>,
}

impl Line {
    pub(crate) fn new(name: String, pieces: Vec<Vec<(f64, f64)>>) -> Self {
        Self { name, raw: pieces, smooth: None }
    }

    /// What it looks like at the first glance.
    pub(crate) fn shown(&self) -> &[Vec<(f64, f64)>] {
        self.smooth.as_ref().unwrap_or(&self.raw)
    }
}

impl Plot {
    /// Puts curves of one metric on axes.
    ///
    /// # Errors
    /// If a run has no such horizontal axis, or no value can be drawn.
    pub fn new(metric: &Metric, curves: &[Curve], view: View) -> Result<Self, Error> {
        let scaled = unit_of_time(curves, view.across);
        let line = |curve: &Curve| {
            let raw = pieces(curve, view, scaled.1)?;
            let smooth = view.averaged().map(|count| raw.iter().map(|piece| smoothed(piece, count)).collect());
            Ok(Line { name: curve.name.clone(), raw, smooth })
        };
        let lines = curves.iter().map(line).collect::<Result<Vec<_>, Error>>()?;
        if lines.iter().all(|line| line.raw.is_empty()) {
            return Err(Error::NothingToDraw { metric: metric.to_string(), log: view.log });
        }
        let unit = metric.unit().filter(|unit| *unit != metric.to_string());
        let unit = unit.map(|unit| format!(" ({unit})")).unwrap_or_default();
        let mean = view.averaged().map(|count| format!(", mean of {count} reports")).unwrap_or_default();
        let (title, label) = (metric.to_string(), format!("{metric}{unit}{mean}"));
        let across = Dimension { label: scaled.0.into(), log: false };
        Ok(Self { title, across, up: Dimension { label, log: view.log }, lines })
    }

    /// Puts points of no run on axes: what it is called, what the axes count and whether by powers, and the lines. A piece of
    /// one point is drawn as one.
    pub(crate) fn drawn(
        title: &str,
        (across, across_log): (&str, bool),
        (up, up_log): (&str, bool),
        lines: Vec<Line>,
    ) -> Self {
        Self {
            title: title.into(),
            across: Dimension { label: across.into(), log: across_log },
            up: Dimension { label: up.into(), log: up_log },
            lines,
        }
    }

    /// The axes, marked at about so many places, for the raw values or only for what is shown of them.
    pub(crate) fn scales(&self, raw: bool, (across, up): (usize, usize)) -> (Scale, Scale) {
        let pieces = self.lines.iter().flat_map(|line| if raw { line.raw.as_slice() } else { line.shown() });
        let points: Vec<_> = pieces.flatten().copied().collect();
        let range = |of: fn(&(f64, f64)) -> f64| {
            let values = points.iter().map(of);
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (value.min(low), value.max(high)))
        };
        let scale = |dimension: &Dimension, range, most| Scale::covering(range, dimension.log, most);
        (scale(&self.across, range(|(x, _)| *x), across), scale(&self.up, range(|(_, y)| *y), up))
    }

    /// Writes [`Plot::svg`] into a file, whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written; what was there is then untouched.
    pub fn write_svg(&self, path: &Path) -> Result<(), Error> {
        write::write(path, self.svg().as_bytes())
    }
}

/// The label of the horizontal axis, and what its values are divided by.
fn unit_of_time(curves: &[Curve], across: Across) -> (&'static str, f64) {
    let points = curves.iter().flat_map(|curve| &curve.points);
    let most = points.filter_map(|point| across.of(point)).fold(0.0, f64::max);
    match across {
        Across::Step => ("step", 1.0),
        Across::Tokens => ("tokens", 1.0),
        Across::Flops => ("FLOPs", 1.0),
        Across::Seconds if most >= 2.0 * 3600.0 => ("time (h)", 3600.0),
        Across::Seconds if most >= 2.0 * 60.0 => ("time (min)", 60.0),
        Across::Seconds => ("time (s)", 1.0),
    }
}

/// The points that can be drawn, each piece without a gap.
fn pieces(curve: &Curve, view: View, unit: f64) -> Result<Vec<Vec<(f64, f64)>>, Error> {
    let mut pieces = vec![Vec::new()];
    for point in &curve.points {
        let Some(x) = view.across.of(point) else { continue };
        if point.value.is_finite() && !(view.log && point.value <= 0.0) {
            pieces.last_mut().into_iter().for_each(|piece| piece.push((x / unit, point.value)));
        } else {
            pieces.push(Vec::new());
        }
    }
    if !curve.points.is_empty() && curve.points.iter().all(|point| view.across.of(point).is_none()) {
        return Err(Error::NoAxis { run: curve.name.clone(), axis: view.across.name() });
    }
    pieces.retain(|piece| !piece.is_empty());
    Ok(pieces)
}
