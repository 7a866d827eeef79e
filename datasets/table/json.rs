//! One JSON object on each line.

use std::path::Path;

use serde_json::{Map, Value};

use super::{Record, places};
use crate::Error;

/// The columns asked for of every line in `text`, the contents of the file at `path`. Empty lines are left out.
pub(super) fn read(path: &Path, text: &str, columns: &[String]) -> Result<Vec<Record>, Error> {
    let mut records = Vec::new();
    for (index, content) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line = index + 1;
        let object: Map<String, Value> = serde_json::from_str(content).map_err(|error| bad(path, line, &error))?;
        // In the first line, a column that is missing is one that was wrongly named.
        if records.is_empty() {
            let keys: Vec<String> = object.keys().cloned().collect();
            places(path, columns, &keys)?;
        }
        let cells = columns.iter().map(|column| cell(path, line, &object, column)).collect::<Result<_, _>>()?;
        records.push(Record { line, cells });
    }
    Ok(records)
}

fn bad(path: &Path, line: usize, error: &serde_json::Error) -> Error {
    // The message ends in a place of its own, which counts lines from this one.
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    Error::line(path, line, format!("no JSON object: {message} at column {}; each line must be one", error.column()))
}

fn cell(path: &Path, line: usize, object: &Map<String, Value>, column: &str) -> Result<String, Error> {
    let number = super::number(column);
    let value = object.get(column).or_else(|| object.values().nth(number?));
    let wrong = |problem: &str| Err(Error::line(path, line, format!("`{column}` {problem}")));
    match value {
        Some(Value::String(text)) => Ok(text.trim().to_owned()),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(value.to_string()),
        Some(Value::Null) => wrong("is null, and must be a text or a number"),
        Some(Value::Array(_)) => wrong("is a list, and must be a text or a number"),
        Some(Value::Object(_)) => wrong("is an object, and must be a text or a number"),
        None => {
            let keys: Vec<_> = object.keys().map(String::as_str).collect();
            wrong(&format!("is not here; there are: {}", keys.join(", ")))
        }
    }
}
