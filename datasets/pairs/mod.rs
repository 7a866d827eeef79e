//! Sources and targets of the user's: a file with both, or two parallel files.

mod parallel;

use std::{
    collections::HashSet,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use crate::{Corpus, DataSet, Error, Options, Origin, Pair, Shape, Splits, table::Format, text};
pub(crate) use parallel::parallel;

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "pairs",
    summary: "pairs of yours: two columns of a table (--data FILE) or two parallel files (--data FILE --target FILE)",
    shape: Shape::Pairs,
    origin: Origin::User,
    variants: &[],
    sizes: &[],
    load: |options, _| read(DATA_SET.name, options),
};

/// Fewer sources than this cannot be split into three parts.
const LEAST: usize = 20;
/// What columns are called where nothing else is said.
const COLUMNS: [&str; 2] = ["source", "target"];

/// Reads a file of lines, each a source, a tab and a target. Empty lines are left out, and so is what follows a second tab
/// (an attribution, usually).
///
/// # Errors
/// If the file is missing, unreadable, empty or not UTF-8, if a line has no tab or one side is empty, or if there are fewer
/// than 20 different sources.
pub fn open(path: impl AsRef<Path>) -> Result<Vec<Pair>, Error> {
    let path = path.as_ref();
    enough(path, lines(path, &text::contents(path)?)?)
}

/// The pairs in the lines of `text`, the contents of the file at `path`.
pub(crate) fn lines(path: &Path, text: &str) -> Result<Vec<Pair>, Error> {
    let mut pairs = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let mut cells = line.split('\t').map(str::trim);
        let pair = (cells.next().unwrap_or_default(), cells.next());
        pairs.push(match pair {
            (_, None) => return Err(wrong(path, number + 1, "there is no tab")),
            (source, Some(target)) => checked(path, number + 1, source, target)?,
        });
    }
    Ok(pairs)
}

fn checked(path: &Path, line: usize, source: &str, target: &str) -> Result<Pair, Error> {
    match (source, target) {
        ("", _) => Err(wrong(path, line, "the source is empty")),
        (_, "") => Err(wrong(path, line, "the target is empty")),
        _ => Ok((source.to_owned(), target.to_owned())),
    }
}

fn wrong(path: &Path, line: usize, problem: &str) -> Error {
    Error::line(path, line, format!("{problem}; a line must be a source, a tab and a target"))
}

/// The pairs, if there are enough to split.
fn enough(path: &Path, pairs: Vec<Pair>) -> Result<Vec<Pair>, Error> {
    let found = pairs.iter().map(|(source, _)| source).collect::<HashSet<_>>().len();
    match found < LEAST {
        true => Err(Error::TooShort { path: path.to_owned(), found, least: LEAST, unit: "different sources" }),
        false => Ok(pairs),
    }
}

/// 90 % train, 5 % validate and 5 % test, by a hash of the source: the same source is never in two parts.
pub fn split(pairs: Vec<Pair>) -> Splits<Pair> {
    Splits::by_rank(pairs, [5, 5], |(source, _)| source)
}

/// Pairs of the user's for the data set `name`.
pub(crate) fn read(name: &'static str, options: &Options) -> Result<Corpus, Error> {
    let path = options.data.as_ref().ok_or(Error::NoFile { name })?;
    let format = Format::of(path);
    let bare = options.target.is_none() && options.columns.is_empty() && matches!(format, None | Some(Format::Tsv));
    let pairs = match (&options.target, format) {
        (Some(target), _) if options.columns.is_empty() => enough(path, parallel(path, target)?)?,
        (Some(_), _) => {
            return Err(Error::Meaningless { name, option: "`--column`", reason: "parallel files have no columns" });
        }
        // Lines with a tab, unless their columns are named: then the first is a header.
        (None, _) if bare && !headed(path)? => open(path)?,
        (None, format) => {
            // Whatever the ending, what has columns and is nothing else has them between tabs.
            let records = format.unwrap_or(Format::Tsv).read(path, name, options, &COLUMNS)?;
            let pair = |cells: &[String], line| match cells {
                [source, target] => checked(path, line, source, target),
                _ => Err(wrong(path, line, "there are not two cells")),
            };
            let pairs = records.iter().map(|record| pair(&record.cells, record.line)).collect::<Result<_, _>>()?;
            enough(path, pairs)?
        }
    };
    Ok(Corpus::Pairs(split(pairs)))
}

/// Whether the first line names the columns.
fn headed(path: &Path) -> Result<bool, Error> {
    let mut first = String::new();
    let file = File::open(path).map_err(|error| Error::io(path, error))?;
    // What is no text is told by who reads it.
    let _ = BufReader::new(file).read_line(&mut first);
    let mut names = COLUMNS.iter();
    Ok(names.all(|name| first.trim_start_matches('\u{feff}').split('\t').any(|cell| cell.trim() == *name)))
}

#[cfg(test)]
mod tests;
