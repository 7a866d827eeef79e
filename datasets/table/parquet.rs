//! Apache Parquet, read row by row.

use std::{fs::File, path::Path};

use parquet::{
    errors::ParquetError,
    file::reader::{FileReader, SerializedFileReader},
    record::{Field, Row},
};

use super::{Record, places};
use crate::Error;

/// The columns asked for of every row. A row's number stands in for its line.
pub(super) fn read(path: &Path, columns: &[String]) -> Result<Vec<Record>, Error> {
    let file = File::open(path).map_err(|error| Error::io(path, error))?;
    let reader = SerializedFileReader::new(file).map_err(|error| broken(path, 1, &error))?;
    let schema = reader.metadata().file_metadata().schema();
    let names: Vec<String> = schema.get_fields().iter().map(|field| field.name().to_owned()).collect();
    let places = places(path, columns, &names)?;
    let rows = reader.get_row_iter(None).map_err(|error| broken(path, 1, &error))?;
    let record = |(index, row): (usize, Result<Row, ParquetError>)| {
        let row = row.map_err(|error| broken(path, index + 1, &error))?;
        let cells: Vec<_> = row.get_column_iter().collect();
        let cell = |&place: &usize| match cells.get(place) {
            Some((name, field)) => text(field).ok_or_else(|| {
                Error::line(path, index + 1, format!("`{name}` is no text and no number, and must be one"))
            }),
            None => Err(Error::line(path, index + 1, format!("there is no column {}", place + 1))),
        };
        Ok(Record { line: index + 1, cells: places.iter().map(cell).collect::<Result<_, _>>()? })
    };
    rows.enumerate().map(record).collect()
}

fn broken(path: &Path, line: usize, error: &ParquetError) -> Error {
    Error::line(path, line, format!("this is no sound .parquet file: {error}"))
}

/// A field as text, unless it is missing or made of others.
fn text(field: &Field) -> Option<String> {
    match field {
        Field::Str(text) => Some(text.trim().to_owned()),
        Field::Bytes(bytes) => bytes.as_utf8().ok().map(|text| text.trim().to_owned()),
        Field::Null | Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => None,
        other => Some(other.to_string()),
    }
}
