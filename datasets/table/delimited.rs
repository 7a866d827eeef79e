//! Cells between commas or tabs.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::{Record, number, places};
use crate::Error;

/// What stands between cells, and whether they may be quoted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    delimiter: u8,
    quoting: bool,
}

/// `.csv`, as RFC 4180 has it.
pub(super) const COMMAS: Dialect = Dialect { delimiter: b',', quoting: true };
/// `.tsv`. A quotation mark in running text is only that.
pub(super) const TABS: Dialect = Dialect { delimiter: b'\t', quoting: false };

/// The columns asked for of every record in `text`, the contents of the file at `path`. If all are numbers, every record is
/// data; otherwise the first is the header.
pub(super) fn read(path: &Path, text: &str, dialect: Dialect, columns: &[String]) -> Result<Vec<Record>, Error> {
    let mut records = records(path, text, dialect)?;
    let Some((_, first)) = records.first() else { return Err(Error::Empty { path: path.to_owned() }) };
    let first: Vec<String> = first.iter().map(|cell| cell.trim().to_owned()).collect();
    let numbered = columns.iter().all(|column| number(column).is_some());
    let places = match numbered {
        true => columns.iter().map(|column| by_number(path, column, &first)).collect::<Result<_, _>>()?,
        false => places(path, columns, &first)?,
    };
    let data = records.drain(usize::from(!numbered)..);
    data.map(|(line, record)| pick(path, line, &record, &places)).collect()
}

fn by_number(path: &Path, column: &str, first: &[String]) -> Result<usize, Error> {
    let known = number(column).filter(|index| *index < first.len());
    known.ok_or_else(|| Error::Column { path: path.to_owned(), asked: column.to_owned(), all: first.to_vec() })
}

/// Every record with the line it begins on. Empty lines are none.
fn records(path: &Path, text: &str, dialect: Dialect) -> Result<Vec<(usize, StringRecord)>, Error> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(dialect.delimiter)
        .quoting(dialect.quoting)
        .from_reader(text.as_bytes());
    let (mut records, mut line, mut counted) = (Vec::new(), 1, 0);
    loop {
        let mut record = StringRecord::new();
        let position = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(records),
            Ok(true) => {}
            Err(error) => return Err(Error::line(path, line, error.to_string())),
        }
        // Lines that are skipped because they are empty are counted all the same.
        let begin = position + text[position..].bytes().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        line += text[counted..begin].matches('\n').count();
        counted = begin;
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            records.push((line, record));
        }
    }
}

fn pick(path: &Path, line: usize, record: &StringRecord, places: &[usize]) -> Result<Record, Error> {
    let cell = |&place: &usize| {
        let found = record.len();
        record.get(place).map(|cell| cell.trim().to_owned()).ok_or_else(|| {
            Error::line(path, line, format!("there is no column {}, as there are only {found} here", place + 1))
        })
    };
    Ok(Record { line, cells: places.iter().map(cell).collect::<Result<_, _>>()? })
}
