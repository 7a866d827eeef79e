//! What of the results is drawn.

use std::fmt::Write;

use super::{Entry, Results};
use crate::{Across, Curve, Error, Metric, Plot, RunSummary, View, plot::Line, svg::escaped};

/// Points of a fitted law.
const FINE: u32 = 60;

impl Results {
    /// All there is to draw, as part of the report.
    pub(super) fn drawings(&self, out: &mut String) -> Result<(), Error> {
        self.curves(out)?;
        if let Some(plot) = self.growth() {
            out.push_str("<h2>As models grow</h2>\n");
            image(out, "loss over parameters", &plot);
        }
        if let Some(plot) = self.flows() {
            let seed = self.study.seeds[0];
            let _ = writeln!(out, "<h2>From how far back they learn (seed {seed})</h2>");
            out.push_str(
                "<p>Of the gradient of a target's loss, the share that reaches the token so far before it.</p>\n",
            );
            image(out, "share of the gradient over distance", &plot);
        }
        Ok(())
    }

    /// The validation loss of each with the first seed, over what it costs.
    fn curves(&self, out: &mut String) -> Result<(), Error> {
        let metric = Metric::default();
        let seed = self.study.seeds[0];
        let mut curves = Vec::new();
        for entry in &self.entries {
            let run = RunSummary::read(self.study.run_folder(entry, seed))?;
            curves.push(Curve { name: entry.name.clone(), ..Curve::read(&run, &metric)? });
        }
        if curves.iter().all(|curve| curve.points.is_empty()) {
            return Ok(());
        }
        let _ = writeln!(out, "<h2>On the way (seed {seed})</h2>");
        let per_target = self.entries.iter().map(Entry::flops_per_target);
        let counted = curves.iter().zip(per_target).map(|(curve, flops)| curve.with_flops(flops)).collect::<Vec<_>>();
        for across in [Across::Tokens, Across::Flops, Across::Seconds] {
            let view = View { across, ..View::default() };
            // Where a run has no such axis, there is a drawing less.
            if let Ok(plot) = Plot::new(&metric, &counted, view) {
                image(out, &format!("{metric} over {}", across.name()), &plot);
            }
        }
        Ok(())
    }

    /// The losses of models of several sizes, and the laws through them.
    fn growth(&self) -> Option<Plot> {
        let mut lines = Vec::new();
        for growth in self.laws() {
            let points = growth.points.iter().map(|point| vec![*point]).collect();
            lines.push(Line::new(growth.name.clone(), points));
            let Ok(law) = growth.law else { continue };
            let sizes = growth.points.iter().map(|(size, _)| size.ln());
            let (low, high) =
                sizes.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), size| (low.min(size), high.max(size)));
            let size = |at: u32| (low + (high - low) * f64::from(at) / f64::from(FINE)).exp();
            let curve = (0..=FINE).map(|at| (size(at), law.at(size(at)))).collect();
            // Its intervals stand among what may be said: a legend has one line.
            let [a, b, c] = [law.floor, law.factor, law.exponent].map(|interval| interval.estimate);
            lines.push(Line::new(format!("{}: {a:.3} + {b:.3} N^-{c:.3}", growth.name), vec![curve]));
        }
        let unit = format!("{} ({})", self.metric.name, self.metric.unit());
        (!lines.is_empty()).then(|| Plot::drawn("loss over parameters", ("parameters", true), (&unit, false), lines))
    }

    /// The share of the gradient at each distance, of those that read one token after another.
    fn flows(&self) -> Option<Plot> {
        let line = |(entry, trials): (&Entry, &Vec<super::Trial>)| {
            let shares = trials.first()?.flow.iter().enumerate();
            // Nothing has no place on a logarithmic axis.
            let points: Vec<_> =
                shares.filter(|(_, share)| **share > 0.0).map(|(distance, share)| (distance as f64, *share)).collect();
            (!points.is_empty()).then(|| Line::new(entry.name.clone(), vec![points]))
        };
        let lines: Vec<_> = self.entries.iter().zip(&self.trials).filter_map(line).collect();
        let (title, across) = ("gradient over distance", "tokens before the latest");
        (!lines.is_empty()).then(|| Plot::drawn(title, (across, false), ("share of the gradient", true), lines))
    }
}

/// A style of a drawing in a page is a style of the page: each drawing is a document of its own.
fn image(out: &mut String, what: &str, plot: &Plot) {
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "<div class=\"wide\"><img alt=\"{}\" src=\"data:image/svg+xml;charset=utf-8,{}\"></div>",
        escaped(what),
        encoded(&plot.svg())
    );
}

/// As part of an address (RFC 3986): all but letters and digits as bytes.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(2 * text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(encoded("<a b>ä"), "%3Ca%20b%3E%C3%A4");
    }
}
