//! Rows and columns of text.

use std::fmt;

use ratatui::text::Span;

use crate::numbers::visible;

/// A table, printed with its columns side by side: what is text is aligned to the left, what is a number to the right.
#[derive(Debug, Clone, Default)]
pub struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

impl Table {
    pub(crate) fn new(columns: impl IntoIterator<Item = (&'static str, Align)>) -> Self {
        Self { columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| visible(&cell)).collect());
    }

    pub(crate) fn headings(&self) -> Vec<&'static str> {
        self.columns.iter().map(|(name, _)| *name).collect()
    }

    pub(crate) fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// How many rows it has, the headings aside.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headings: Vec<_> = self.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let all = || std::iter::once(&headings).chain(&self.rows);
        let width = |column: usize| all().filter_map(|row| row.get(column)).map(|cell| wide(cell)).max().unwrap_or(0);
        let widths: Vec<_> = (0..self.columns.len()).map(width).collect();
        for (index, row) in all().enumerate() {
            let cells = row.iter().zip(&widths).zip(&self.columns).map(|((cell, width), (_, align))| {
                let room = " ".repeat(width.saturating_sub(wide(cell)));
                if *align == Align::Right { room + cell } else { format!("{cell}{room}") }
            });
            let line = cells.collect::<Vec<_>>().join("  ");
            let end = if index < self.rows.len() { "\n" } else { "" };
            write!(f, "{}{end}", line.trim_end())?;
        }
        Ok(())
    }
}

/// How many places of a terminal a text takes.
pub(crate) fn wide(text: &str) -> usize {
    Span::raw(text).width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_side_by_side() {
        let mut table = Table::new([("run", Align::Left), ("steps", Align::Right), ("note", Align::Left)]);
        table.row(["a".into(), "1,000".into(), String::new()]);
        table.row(["模型".into(), "7".into(), "new\n".into()]);
        assert_eq!(table.to_string(), "run   steps  note\na     1,000\n模型      7  new\u{fffd}");
        assert_eq!(table.len(), 2);
    }
}
