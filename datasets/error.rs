//! What can be wrong with a data set.

use std::path::{Path, PathBuf};

/// What is wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no data set of that name.
    #[error("there is no data set `{name}`{} There are: {}", suggestion(.nearest), .all.join(", "))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The name that was probably meant.
        nearest: Option<&'static str>,
        /// All names there are.
        all: Vec<&'static str>,
    },
    /// The set is a file of the user's, and none was given.
    #[error("the data set `{name}` is a file of yours: give its path with `--data FILE`")]
    NoFile {
        /// The data set.
        name: &'static str,
    },
    /// There is no such file.
    #[error("{}: there is no such file", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The system would not read the file.
    #[error("{}: could not be read: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Nothing is in the file, or nothing but white space.
    #[error("{}: the file is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file is binary or in another encoding.
    #[error("{}: is not UTF-8 text: byte {byte:#04x} at offset {offset} (`iconv -t UTF-8` converts a text)", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// How many bytes before the first that is wrong.
        offset: usize,
        /// The byte that is wrong.
        byte: u8,
    },
    /// There is too little to split and learn from.
    #[error("{}: holds {found} {unit}, and at least {least} are needed", path.display())]
    TooShort {
        /// The file.
        path: PathBuf,
        /// How much it holds.
        found: usize,
        /// How much it must hold.
        least: usize,
        /// Of what.
        unit: &'static str,
    },
    /// A line of a file of pairs is not a source, a tab and a target.
    #[error("{}:{line}: {problem}; a line must be a source, a tab and a target", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl Error {
    pub(crate) fn unknown(name: &str, all: impl Iterator<Item = &'static str>) -> Self {
        let all: Vec<_> = all.collect();
        let near = all.iter().map(|known| (distance(name, known), *known)).min();
        // Further away than half the word, it is another word.
        let nearest = near.filter(|(distance, known)| 2 * distance <= known.len()).map(|(_, known)| known);
        Self::Unknown { name: name.to_owned(), nearest, all }
    }

    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            std::io::ErrorKind::NotFound => Self::Missing { path },
            _ => Self::Io { path, source },
        }
    }
}

fn suggestion(name: &Option<&'static str>) -> String {
    name.map(|name| format!("; did you mean `{name}`?")).unwrap_or_else(|| ".".to_owned())
}

/// How many letters to insert, remove or change to come from one word to the other (Levenshtein 1966).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<_> = to.chars().collect();
    let mut row: Vec<_> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &b) in to.iter().enumerate() {
            let change = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (from, to, expected) in
            [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("text", "test", 1), ("ab", "ba", 2)]
        {
            assert_eq!(distance(from, to), expected, "{from} {to}");
            assert_eq!(distance(to, from), expected, "{to} {from}");
        }
    }
}
