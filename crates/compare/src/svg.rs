//! Curves as an SVG that stands for itself: no script, no font, legible on white and on black.
//!
//! It is written by hand: what draws for many formats puts each colour into each element, where the reader's wish for a
//! dark page does not reach it, and rounds places to whole pixels.

use std::fmt::{self, Write};

use crate::{
    Plot,
    plot::Line,
    scale::{Scale, Tick},
};

const WIDTH: f64 = 860.0;
/// The place of the curves on it.
const LEFT: f64 = 70.0;
const RIGHT: f64 = 840.0;
const TOP: f64 = 60.0;
const BOTTOM: f64 = 410.0;
/// Room below that for the numbers and what they count.
const BELOW: f64 = 60.0;
/// Height of a line of the legend.
const ENTRY: f64 = 20.0;

/// For each curve its colour on white and on black, after Okabe and Ito 2008, "Color Universal Design", whose colours can
/// be told apart by the colour-blind. Further curves are dashed.
const COLOURS: [(&str, &str); 6] = [
    ("#0072b2", "#56b4e9"),
    ("#d55e00", "#ff8a3d"),
    ("#009e73", "#2fcf9f"),
    ("#b0508a", "#e59ac4"),
    ("#b07c00", "#f0c040"),
    ("#555555", "#bbbbbb"),
];
const DASHES: [&str; 4] = ["none", "7 4", "2 3", "9 3 2 3"];

impl Plot {
    /// Draws it as an SVG.
    pub fn svg(&self) -> String {
        let mut svg = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut svg);
        svg
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        let height = BOTTOM + BELOW + ENTRY * self.lines.len() as f64 + 10.0;
        let (across, up) = self.scales(true, (9, 7));
        let title = escaped(&self.title);
        writeln!(out, r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">"#)?;
        writeln!(out, "<title>{title}</title>")?;
        self.style(out)?;
        writeln!(out, r#"<rect class="page" width="{WIDTH}" height="{height}"/>"#)?;
        writeln!(out, r#"<text class="title" x="{LEFT}" y="26">{title}</text>"#)?;
        writeln!(out, r#"<text x="{LEFT}" y="47">{}</text>"#, escaped(&self.up.label))?;
        marks_up(out, &up)?;
        marks_across(out, &across)?;
        let middle = (LEFT + RIGHT) / 2.0;
        let label = escaped(&self.across.label);
        writeln!(out, r#"<text class="middle" x="{middle}" y="{}">{label}</text>"#, BOTTOM + 44.0)?;
        for (index, line) in self.lines.iter().enumerate() {
            curve(out, index, line, |(x, y)| {
                (LEFT + across.share(x) * (RIGHT - LEFT), BOTTOM - up.share(y) * (BOTTOM - TOP))
            })?;
        }
        for (index, line) in self.lines.iter().enumerate() {
            entry(out, index, line)?;
        }
        writeln!(out, "</svg>")
    }

    fn style(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "<style>")?;
        writeln!(out, "text {{ font: 13px system-ui, sans-serif; fill: #222 }}")?;
        writeln!(out, ".title {{ font-size: 16px; font-weight: 600 }}")?;
        writeln!(out, ".end {{ text-anchor: end }} .middle {{ text-anchor: middle }}")?;
        writeln!(out, ".page {{ fill: #fff }} .grid {{ stroke: #ddd }} .axis {{ stroke: #222 }}")?;
        writeln!(out, ".curve {{ fill: none; stroke-width: 1.8; stroke-linejoin: round }}")?;
        writeln!(out, ".faint {{ stroke-width: 1; opacity: 0.4 }}")?;
        for index in 0..self.lines.len() {
            let dashes = DASHES[index / COLOURS.len() % DASHES.len()];
            let colour = COLOURS[index % COLOURS.len()].0;
            writeln!(
                out,
                ".c{index} {{ stroke: {colour}; stroke-dasharray: {dashes} }} .d{index} {{ fill: {colour} }}"
            )?;
        }
        writeln!(out, "@media (prefers-color-scheme: dark) {{")?;
        writeln!(
            out,
            "text {{ fill: #ddd }} .page {{ fill: #111 }} .grid {{ stroke: #333 }} .axis {{ stroke: #ddd }}"
        )?;
        for index in 0..self.lines.len() {
            let colour = COLOURS[index % COLOURS.len()].1;
            writeln!(out, ".c{index} {{ stroke: {colour} }} .d{index} {{ fill: {colour} }}")?;
        }
        writeln!(out, "}}\n</style>")
    }
}

fn marks_up(out: &mut String, up: &Scale) -> fmt::Result {
    for Tick { value, label } in &up.ticks {
        let y = BOTTOM - up.share(*value) * (BOTTOM - TOP);
        writeln!(out, r#"<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.2}" y2="{y:.2}"/>"#)?;
        writeln!(out, r#"<text class="end" x="{}" y="{:.2}">{label}</text>"#, LEFT - 8.0, y + 4.5)?;
    }
    writeln!(out, r#"<line class="axis" x1="{LEFT}" x2="{LEFT}" y1="{TOP}" y2="{BOTTOM}"/>"#)
}

fn marks_across(out: &mut String, across: &Scale) -> fmt::Result {
    for Tick { value, label } in &across.ticks {
        let x = LEFT + across.share(*value) * (RIGHT - LEFT);
        writeln!(out, r#"<line class="axis" x1="{x:.2}" x2="{x:.2}" y1="{BOTTOM}" y2="{}"/>"#, BOTTOM + 5.0)?;
        writeln!(out, r#"<text class="middle" x="{x:.2}" y="{}">{label}</text>"#, BOTTOM + 21.0)?;
    }
    writeln!(out, r#"<line class="axis" x1="{LEFT}" x2="{RIGHT}" y1="{BOTTOM}" y2="{BOTTOM}"/>"#)
}

fn curve(out: &mut String, index: usize, line: &Line, place: impl Fn((f64, f64)) -> (f64, f64)) -> fmt::Result {
    let faint = line.smooth.is_some().then_some((line.raw.as_slice(), " faint"));
    for (pieces, more) in faint.into_iter().chain([(line.shown(), "")]) {
        for piece in pieces {
            let places: Vec<_> = piece.iter().map(|point| place(*point)).collect();
            if let [(x, y)] = places.as_slice() {
                // Alone it makes no line.
                writeln!(out, r#"<circle class="d{index}{more}" cx="{x:.2}" cy="{y:.2}" r="3"/>"#)?;
                continue;
            }
            let points: Vec<_> = places.iter().map(|(x, y)| format!("{x:.2},{y:.2}")).collect();
            writeln!(out, r#"<polyline class="curve c{index}{more}" points="{}"/>"#, points.join(" "))?;
        }
    }
    Ok(())
}

/// A line of the legend.
fn entry(out: &mut String, index: usize, line: &Line) -> fmt::Result {
    let y = BOTTOM + BELOW + ENTRY * index as f64 + 4.0;
    let empty = if line.raw.is_empty() { " (nothing to draw)" } else { "" };
    let (end, begin, below) = (LEFT + 26.0, LEFT + 34.0, y + 4.5);
    writeln!(out, r#"<line class="curve c{index}" x1="{LEFT}" x2="{end}" y1="{y}" y2="{y}"/>"#)?;
    writeln!(out, r#"<text x="{begin}" y="{below}">{}{empty}</text>"#, escaped(&line.name))
}

/// A text between tags: what would be markup is written out, what XML does not allow at all (1.0, section 2.2) is replaced.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance as WCAG 2.1 defines it.
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let share = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    #[test]
    fn curves_are_seen_on_both_pages() {
        let contrast = |one: &str, other: &str| {
            let (one, other) = (luminance(one), luminance(other));
            (one.max(other) + 0.05) / (one.min(other) + 0.05)
        };
        for (light, dark) in COLOURS {
            // What WCAG 2.1, 1.4.11, asks of graphics.
            assert!(contrast(light, "#ffffff") >= 3.0 && contrast(dark, "#111111") >= 3.0, "{light}, {dark}");
        }
    }
}
