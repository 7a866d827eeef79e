//! Curves in a terminal, or in whatever else takes text.

use std::{collections::HashSet, fmt::Write};

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Style},
    symbols::Marker,
    text::Span,
    widgets::{Axis, Chart, Dataset, GraphType, Widget},
};

use crate::{
    Plot,
    comparison::mark,
    numbers::visible,
    scale::{Scale, Tick},
};

/// Rows of the curves themselves, each of four dots.
const HEIGHT: u16 = 20;
/// Narrower than this, there is nothing to see.
const NARROWEST: u16 = 30;
/// And nobody's terminal is wider.
const WIDEST: u16 = 1000;
/// Room at the right for the letters at the ends of the curves.
const MARGIN: u16 = 2;
/// Columns that a number on the horizontal axis takes, with the room around it.
const LABEL: u16 = 12;

/// Colours that are legible on dark and on light, each with its number among the sixteen of a terminal.
const COLOURS: [(Color, u8); 6] = [
    (Color::Blue, 34),
    (Color::Red, 31),
    (Color::Green, 32),
    (Color::Magenta, 35),
    (Color::Yellow, 33),
    (Color::Cyan, 36),
];

/// Where things stand.
struct Page {
    buffer: Buffer,
    /// The place of the curves.
    graph: Rect,
    across: Scale,
    up: Scale,
}

impl Plot {
    /// Draws it `width` columns wide, as far as that makes sense: the curves in Braille dots, the axes, and below what is whose. Without `colours` the
    /// letters of the curves stand on them in several places. Of smoothed curves only what is smooth is drawn.
    pub fn terminal(&self, width: u16, colours: bool) -> String {
        let mut page = self.page(width.clamp(NARROWEST, WIDEST));
        self.curves(&mut page);
        self.axes(&mut page);
        if self.lines.len() > 1 {
            self.marks(&mut page, colours);
        }
        self.legend(&mut page);
        text(&page.buffer, colours)
    }

    fn page(&self, width: u16) -> Page {
        let (across, up) = self.scales(false, (usize::from(width / LABEL), 6));
        let labels = up.ticks.iter().map(|tick| Span::raw(&tick.label).width()).max().unwrap_or(0) as u16;
        // The title, the curves, the axis, its numbers, what they count, and the legend.
        let rows = 1 + HEIGHT + 3 + self.lines.len() as u16;
        let left = labels + 2;
        let graph = Rect::new(left, 1, width.saturating_sub(left + MARGIN).max(1), HEIGHT);
        Page { buffer: Buffer::empty(Rect::new(0, 0, width, rows)), graph, across, up }
    }

    fn curves(&self, page: &mut Page) {
        let place = |(x, y): &(f64, f64)| (page.across.share(*x), page.up.share(*y));
        let pieces: Vec<(usize, Vec<_>)> = self
            .lines
            .iter()
            .enumerate()
            .flat_map(|(index, line)| line.shown().iter().map(move |piece| (index, piece.iter().map(place).collect())))
            .collect();
        let sets = pieces.iter().map(|(index, piece)| {
            Dataset::default()
                .marker(Marker::Braille)
                .graph_type(GraphType::Line)
                .style(Style::new().fg(colour(*index)))
                .data(piece)
        });
        let whole = Axis::default().bounds([0.0, 1.0]);
        let chart = Chart::new(sets.collect()).x_axis(whole.clone()).y_axis(whole).legend_position(None);
        chart.render(page.graph, &mut page.buffer);
    }

    /// ratatui spreads labels evenly between the ends of an axis, where the marks need not be; so they are set here.
    fn axes(&self, page: &mut Page) {
        let Page { buffer, graph, across, up } = page;
        buffer.set_stringn(0, 0, visible(&self.up.label), graph.right().into(), Style::new());
        for row in graph.top()..graph.bottom() {
            buffer.set_string(graph.left() - 1, row, "│", Style::new());
        }
        buffer.set_string(graph.left() - 1, graph.bottom(), "└", Style::new());
        for column in graph.left()..graph.right() {
            buffer.set_string(column, graph.bottom(), "─", Style::new());
        }
        for Tick { value, label } in &up.ticks {
            let row = graph.top() + row(up, *value, graph.height);
            let room = graph.left() - 1;
            buffer.set_string(room - 1 - Span::raw(label).width() as u16, row, label, Style::new());
            buffer.set_string(room, row, "┤", Style::new());
        }
        numbers(buffer, *graph, across);
        let label = &self.across.label;
        let middle = graph.left() + (graph.width.saturating_sub(label.len() as u16)) / 2;
        buffer.set_stringn(middle, graph.bottom() + 2, label, graph.width.into(), Style::new());
    }

    /// Letters at the ends of curves, and without colours on their way too.
    fn marks(&self, page: &mut Page, colours: bool) {
        let mut taken = HashSet::new();
        let count = self.lines.len();
        for (index, line) in self.lines.iter().enumerate() {
            let style = Style::new().fg(colour(index));
            let points: Vec<_> = line.shown().iter().flatten().collect();
            let Some((x, y)) = points.last() else { continue };
            let column = (page.graph.left() + column(&page.across, *x, page.graph.width) + 1).min(page.graph.right());
            let at = page.graph.top() + row(&page.up, *y, page.graph.height);
            // Where another letter stands already, it takes the nearest place above or below.
            let near = (0..page.graph.height).flat_map(|away| [at.saturating_sub(away), at + away]);
            let mut rows = near.filter(|row| (page.graph.top()..page.graph.bottom()).contains(row));
            let row = rows.find(|row| !taken.contains(&(column, *row))).unwrap_or(at);
            taken.insert((column, row));
            page.buffer.set_string(column, row, mark(index).to_string(), style);
            if !colours {
                on_the_way(page, &points, (index, count));
            }
        }
    }

    fn legend(&self, page: &mut Page) {
        let top = page.graph.bottom() + 3;
        for (index, line) in self.lines.iter().enumerate() {
            let begin = if self.lines.len() > 1 { mark(index) } else { '─' };
            let empty = if line.raw.is_empty() { " (nothing to draw)" } else { "" };
            let style = Style::new().fg(colour(index));
            let row = top + index as u16;
            let room = usize::from(page.buffer.area.width) - 2;
            page.buffer.set_string(0, row, begin.to_string(), style);
            page.buffer.set_stringn(2, row, visible(&line.name) + empty, room, Style::new());
        }
    }
}

/// The numbers below the horizontal axis, each in the middle below its mark as far as the page reaches.
fn numbers(buffer: &mut Buffer, graph: Rect, across: &Scale) {
    let mut free = 0;
    for Tick { value, label } in &across.ticks {
        let at = graph.left() + column(across, *value, graph.width);
        let wide = Span::raw(label).width() as u16;
        let begin = at.saturating_sub(wide / 2).min(buffer.area.width.saturating_sub(wide));
        buffer.set_string(at, graph.bottom(), "┬", Style::new());
        if begin >= free {
            buffer.set_string(begin, graph.bottom() + 1, label, Style::new());
            free = begin + wide + 1;
        }
    }
}

/// A letter in four places of a curve, beside those of the others.
fn on_the_way(page: &mut Page, points: &[&(f64, f64)], (index, count): (usize, usize)) {
    for quarter in 0..4 {
        let share = (quarter as f64 + (index as f64 + 0.5) / count as f64) / 4.0;
        let at = (share * points.len() as f64) as usize;
        let Some((x, y)) = points.get(at) else { continue };
        let column = page.graph.left() + column(&page.across, *x, page.graph.width);
        let row = page.graph.top() + row(&page.up, *y, page.graph.height);
        page.buffer.set_string(column, row, mark(index).to_string(), Style::new());
    }
}

/// The column of a value; a column is two dots.
fn column(scale: &Scale, value: f64, width: u16) -> u16 {
    (scale.share(value) * f64::from(2 * width - 1)).round() as u16 / 2
}

/// The row of a value, from the top; a row is four dots.
fn row(scale: &Scale, value: f64, height: u16) -> u16 {
    ((1.0 - scale.share(value)) * f64::from(4 * height - 1)).round() as u16 / 4
}

fn colour(index: usize) -> Color {
    COLOURS[index % COLOURS.len()].0
}

/// The page, line by line, with the sequences that colour it if they are wanted.
fn text(buffer: &Buffer, colours: bool) -> String {
    let mut text = String::new();
    for row in buffer.area.rows() {
        let mut line = String::new();
        let (mut now, mut covered) = (Color::Reset, 0);
        let last = row.columns().map(|cell| cell.x).rfind(|x| buffer[(*x, row.y)].symbol().trim() != "");
        for x in 0..=last.unwrap_or(0) {
            let cell = &buffer[(x, row.y)];
            // A wide sign covers the cells behind it.
            if covered > 0 {
                covered -= 1;
                continue;
            }
            if colours && cell.fg != now && cell.symbol() != " " {
                now = cell.fg;
                let code = COLOURS.iter().find(|(colour, _)| *colour == now).map_or(39, |(_, code)| *code);
                let _ = write!(line, "\x1b[{code}m");
            }
            covered = Span::raw(cell.symbol()).width().saturating_sub(1);
            line.push_str(cell.symbol());
        }
        let end = if now == Color::Reset { "" } else { "\x1b[39m" };
        let _ = writeln!(text, "{}{end}", line.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Curve, Metric, Point, View};

    fn curve(name: &str, values: &[f64]) -> Curve {
        let point = |(at, value): (usize, &f64)| Point {
            step: 10 * at as u64,
            tokens: None,
            flops: None,
            seconds: None,
            value: *value,
        };
        Curve { name: name.into(), points: values.iter().enumerate().map(point).collect() }
    }

    fn drawn(curves: &[Curve], width: u16, colours: bool) -> Vec<String> {
        let plot = Plot::new(&Metric::default(), curves, View::default()).unwrap();
        plot.terminal(width, colours).lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_line_from_corner_to_corner() {
        let lines = drawn(&[curve("gpt/a", &[0.0, 1.0, 2.0, 3.0, 4.0])], 60, false);
        assert_eq!(lines.len(), 1 + 20 + 3 + 1);
        assert_eq!(lines[0], "validation loss (nats per target)");
        assert!(
            lines[1].starts_with("4 ┤") && lines[1].ends_with(['⠔', '⠁', '⠉', '⠊', '⡠', '⠜', '⠌', '⠎']),
            "{}",
            lines[1]
        );
        assert!(lines[20].starts_with("0 ┤"), "{}", lines[20]);
        assert!(lines[20].chars().nth(3).is_some_and(|c| ('⠁'..='⣿').contains(&c)), "{}", lines[20]);
        // 55 columns of two dots each: the marks stand at the dots 0, 27, 55, 82 and 109.
        let places = |line: &str, c: char| {
            line.chars().enumerate().filter(|(_, at)| *at == c).map(|(at, _)| at).collect::<Vec<_>>()
        };
        assert_eq!(places(&lines[21], '┬'), [3, 16, 30, 44, 57]);
        assert_eq!(lines[22].split_whitespace().collect::<Vec<_>>(), ["0", "10", "20", "30", "40"]);
        assert_eq!(lines[23].trim(), "step");
        assert_eq!(lines[24], "─ gpt/a");
    }

    #[test]
    fn letters_tell_curves_apart_where_no_colours_do() {
        let curves = [curve("gpt/a", &[5.0; 40]), curve("gpt/b", &[1.0; 40]), curve("gpt/c", &[1.0; 40])];
        let plain = drawn(&curves, 80, false).join("\n");
        assert!(!plain.contains('\u{1b}'));
        assert_eq!(plain.matches('A').count(), 4 + 1 + 1, "on its way, at its end, in the legend\n{plain}");
        let coloured = drawn(&curves, 80, true).join("\n");
        assert_eq!(coloured.matches('A').count(), 1 + 1);
        assert!(coloured.contains("\u{1b}[34m") && coloured.contains("\u{1b}[31m") && coloured.contains("\u{1b}[32m"));
        let reset = |line: &str| line.rfind('\u{1b}').is_none_or(|at| line[at..].starts_with("\u{1b}[39m"));
        assert!(coloured.lines().all(reset), "no colour reaches beyond its line");
        // B and C end at the same place, and both are there.
        let end = |letter: char| plain.lines().skip(1).take(20).any(|line| line.trim_end().ends_with(letter));
        assert!(end('A') && end('B') && end('C'), "{plain}");
    }

    #[test]
    fn what_is_odd_is_drawn_too() {
        for values in
            [&[2.0][..], &[3.0, 3.0, 3.0], &[f64::NAN, 1.0, f64::INFINITY, 2.0], &[f64::MIN, f64::MAX], &[0.0]]
        {
            for width in [0, 30, 200, u16::MAX] {
                let lines = drawn(&[curve("a\u{1b}[2J", values)], width, true);
                let dots = lines.join("").chars().filter(|c| ('⠁'..='⣿').contains(c)).count();
                assert!(dots > 0, "{values:?}\n{}", lines.join("\n"));
                assert!(!lines.join("").contains("[2J\u{1b}") && !lines.join("").contains("\u{1b}[2J"));
            }
        }
    }

    #[test]
    fn no_line_is_wider_than_it_may_be() {
        let long = "模型".repeat(60);
        for width in [30, 80, 131] {
            for line in drawn(&[curve(&long, &[1e6, 2.5e6, 3e4]), curve("b", &[1.0])], width, false) {
                assert!(Span::raw(&line).width() <= width.into(), "{width}: {line}");
            }
        }
    }
}
