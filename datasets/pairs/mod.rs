//! A file of the user's with a source, a tab and a target on each line.

use std::{collections::HashSet, path::Path};

use crate::{Corpus, DataSet, Error, Options, Pair, Shape, Splits, corpus::hash, text};

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "pairs",
    summary: "a file of yours with a source, a tab and a target on each line (--data FILE)",
    shape: Shape::Pairs,
    load,
};

/// Fewer sources than this cannot be split into three parts.
const LEAST: usize = 20;

/// Reads a file of pairs. Empty lines are left out, and so is what follows a second tab (an attribution, usually).
///
/// # Errors
/// If the file is missing, unreadable, empty or not UTF-8, if a line has no tab or one side is empty, or if there are fewer
/// than 20 different sources.
pub fn open(path: impl AsRef<Path>) -> Result<Vec<Pair>, Error> {
    let path = path.as_ref();
    let mut pairs = Vec::new();
    for (number, line) in text::read(path)?.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |problem| Error::Line { path: path.to_owned(), line: number + 1, problem };
        let mut cells = line.split('\t').map(str::trim);
        match (cells.next(), cells.next()) {
            (_, None) => return Err(wrong("there is no tab")),
            (Some(""), _) => return Err(wrong("the source is empty")),
            (_, Some("")) => return Err(wrong("the target is empty")),
            (source, Some(target)) => pairs.push((source.unwrap_or_default().to_owned(), target.to_owned())),
        }
    }
    let found = pairs.iter().map(|(source, _)| source).collect::<HashSet<_>>().len();
    match found < LEAST {
        true => Err(Error::TooShort { path: path.to_owned(), found, least: LEAST, unit: "different sources" }),
        false => Ok(pairs),
    }
}

/// 90 % train, 5 % validate and 5 % test, by a hash of the source: the same source is never in two parts.
pub fn split(pairs: Vec<Pair>) -> Splits<Pair> {
    let mut hashes: Vec<_> = pairs.iter().map(|(source, _)| hash(source)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    // By rank and not by remainder, so that a small file too has something in each part.
    let share = (hashes.len() / 20).max(1);
    let from = |parts: usize| hashes.len().checked_sub(parts * share).map_or(u64::MAX, |rank| hashes[rank]);
    let (validation, test) = (from(2), from(1));
    let mut splits = Splits { train: Vec::new(), validation: Vec::new(), test: Vec::new() };
    for pair in pairs {
        let part = match hash(&pair.0) {
            hash if hash >= test => &mut splits.test,
            hash if hash >= validation => &mut splits.validation,
            _ => &mut splits.train,
        };
        part.push(pair);
    }
    splits
}

fn load(options: &Options) -> Result<Corpus, Error> {
    let path = options.data.as_ref().ok_or(Error::NoFile { name: DATA_SET.name })?;
    Ok(Corpus::Pairs(split(open(path)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(contents: &str) -> Result<Vec<Pair>, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pairs.tsv");
        std::fs::write(&path, contents).unwrap();
        open(&path)
    }

    fn lines(range: std::ops::Range<usize>) -> String {
        range.map(|number| format!("{number}\t-{number}\n")).collect()
    }

    #[test]
    fn pairs_are_read_whatever_stands_around_them() {
        let contents = format!("Go.\tVa !\tCC-BY 2.0\r\n\n a b \t c\r\n{}", lines(0..20));
        let pairs = read(&contents).unwrap();
        assert_eq!(pairs.len(), 22);
        assert_eq!(pairs[0], ("Go.".into(), "Va !".into()));
        assert_eq!(pairs[1], ("a b".into(), "c".into()));
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (line, problem) in [("no tab", "no tab"), ("\ttarget", "source is empty"), ("source\t ", "target is empty")]
        {
            let error = read(&format!("a\tb\n\n{line}\n")).unwrap_err().to_string();
            assert!(error.contains(".tsv:3: ") && error.contains(problem), "{error}");
        }
        assert!(matches!(read(&lines(0..19)), Err(Error::TooShort { found: 19, least: 20, .. })));
        let same = "a\tb\n".repeat(30);
        assert!(matches!(read(&same), Err(Error::TooShort { found: 1, unit: "different sources", .. })));
    }

    #[test]
    fn no_source_is_in_two_parts_and_nothing_is_lost() {
        for count in [20, 39, 1000] {
            // Each source twice, with different targets.
            let pairs: Vec<Pair> = (0..2 * count).map(|n| (format!("source {}", n % count), n.to_string())).collect();
            let parts = split(pairs);
            let sources = |pairs: &[Pair]| pairs.iter().map(|(source, _)| source.clone()).collect::<HashSet<_>>();
            let [train, validation, test] = [&parts.train, &parts.validation, &parts.test].map(|part| sources(part));
            assert_eq!(parts.train.len() + parts.validation.len() + parts.test.len(), 2 * count);
            assert_eq!(train.len() + validation.len() + test.len(), count);
            assert_eq!((validation.len(), test.len()), (count / 20, count / 20));
            assert!(train.is_disjoint(&validation) && train.is_disjoint(&test) && validation.is_disjoint(&test));
        }
    }
}
