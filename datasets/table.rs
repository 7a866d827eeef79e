//! Files of records with columns: `.csv`, `.tsv`, `.jsonl` and, if built in, `.parquet`.

mod delimited;
mod json;
#[cfg(feature = "parquet")]
mod parquet;

use std::path::Path;

use crate::{Error, Options, text};

/// The endings of the files read here.
pub(crate) const ENDINGS: &[&str] = &[".csv", ".tsv", ".jsonl", ".parquet"];

/// The form of a file of records, known by the ending of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Cells between commas, quoted if need be.
    Csv,
    /// Cells between tabs, never quoted.
    Tsv,
    /// One JSON object on each line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
}

/// The columns asked for, of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// The line it begins on, counted from 1.
    pub(crate) line: usize,
    /// Its cells, in the order the columns were asked for.
    pub(crate) cells: Vec<String>,
}

impl Format {
    /// The form of a file by its name, or `None` if that says nothing.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "tsv" => Some(Self::Tsv),
            "jsonl" => Some(Self::Jsonl),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }

    /// Reads the columns asked for, or those called as in `wanted`, of every record.
    pub(crate) fn read(
        self,
        path: &Path,
        name: &'static str,
        options: &Options,
        wanted: &'static [&'static str],
    ) -> Result<Vec<Record>, Error> {
        let columns: Vec<String> = match options.columns.as_slice() {
            [] => wanted.iter().map(|column| (*column).to_owned()).collect(),
            asked if asked.len() == wanted.len() => asked.to_vec(),
            asked => return Err(Error::Columns { name, given: asked.len(), wanted }),
        };
        match self {
            Self::Csv => delimited::read(path, &text::contents(path)?, delimited::COMMAS, &columns),
            Self::Tsv => delimited::read(path, &text::contents(path)?, delimited::TABS, &columns),
            Self::Jsonl => json::read(path, &text::contents(path)?, &columns),
            #[cfg(feature = "parquet")]
            Self::Parquet => parquet::read(path, &columns),
            #[cfg(not(feature = "parquet"))]
            Self::Parquet => Err(Error::NoParquet { path: path.to_owned() }),
        }
    }
}

/// Where the columns asked for stand among those there are, by name or else by number.
fn places(path: &Path, asked: &[String], all: &[String]) -> Result<Vec<usize>, Error> {
    let missing = |column: &String| Error::Column { path: path.to_owned(), asked: column.clone(), all: all.to_vec() };
    let place = |column: &String| {
        let named = all.iter().position(|name| name == column);
        named.or_else(|| number(column).filter(|index| *index < all.len())).ok_or_else(|| missing(column))
    };
    asked.iter().map(place).collect()
}

/// The index a column's number stands for, counted from 1.
fn number(column: &str) -> Option<usize> {
    column.parse::<usize>().ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests;
