//! What can be wrong with a data set.

mod message;

use std::path::{Path, PathBuf};

use crate::Size;
use message::{columns, distance, numbered, sizes, suggestion, variants};

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
    /// A line or record of a file is not what it should be.
    #[error("{}:{line}: {problem}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line it begins on, counted from 1. In a `.parquet` file, the row.
        line: usize,
        /// What is wrong with it, and what it should be.
        problem: String,
    },
    /// A file of records has no such column.
    #[error("{}: there is no column `{asked}`; there are: {} (`--column` names one)", path.display(), numbered(.all))]
    Column {
        /// The file.
        path: PathBuf,
        /// The column asked for, or the one that is read if none is.
        asked: String,
        /// The columns there are. Where none are named, what stands in them first.
        all: Vec<String>,
    },
    /// More or fewer columns were named than the set is made of.
    #[error("the data set `{name}` reads {} ({}), and {given} are named", columns(.wanted), .wanted.join(", "))]
    Columns {
        /// The data set.
        name: &'static str,
        /// How many were named.
        given: usize,
        /// What each is for.
        wanted: &'static [&'static str],
    },
    /// The ending of the file's name is none that such data comes in.
    #[error("{}: a file of {what} ends in one of {}", path.display(), .known.join(", "))]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wanted of it.
        what: &'static str,
        /// The endings that are understood.
        known: &'static [&'static str],
    },
    /// A `.parquet` file, and this program was built without what reads them.
    #[error(
        "{}: this program reads no .parquet files: build it with the feature `parquet`, or convert the file to .jsonl",
        path.display()
    )]
    NoParquet {
        /// The file.
        path: PathBuf,
    },
    /// Two parallel files are not.
    #[error(
        "{} has {source_lines} lines and {} has {target_lines}: each line of one must be the translation of that line of \
         the other",
        source_path.display(), target_path.display()
    )]
    NotParallel {
        /// The file of sources.
        source_path: PathBuf,
        /// How many lines it has.
        source_lines: usize,
        /// The file of targets.
        target_path: PathBuf,
        /// How many lines it has.
        target_lines: usize,
    },
    /// A folder of texts holds none.
    #[error("{}: there is no .txt file in this folder or below it", path.display())]
    NoTexts {
        /// The folder.
        path: PathBuf,
    },
    /// The set has no such variant.
    #[error("the data set `{name}` has no variant `{asked}`; {}", variants(.all))]
    Variant {
        /// The data set.
        name: &'static str,
        /// The variant asked for.
        asked: String,
        /// The variants it has.
        all: &'static [&'static str],
    },
    /// The set has no such size, or not of that value.
    #[error("the data set `{name}` has no size {asked} = {value}; {}", sizes(.all))]
    Size {
        /// The data set.
        name: &'static str,
        /// The size asked for.
        asked: String,
        /// What it was to be.
        value: usize,
        /// The sizes it has.
        all: &'static [Size],
    },
    /// There are too few different problems of that size to hold some out.
    #[error("the data set `{name}` has too few different problems of that size; make {larger} larger")]
    FewProblems {
        /// The data set.
        name: &'static str,
        /// The sizes that help.
        larger: &'static str,
    },
    /// Something was said of a set that means nothing there.
    #[error("the data set `{name}` takes no {option}: {reason}")]
    Meaningless {
        /// The data set.
        name: &'static str,
        /// What was said.
        option: &'static str,
        /// Why it means nothing.
        reason: &'static str,
    },
    /// Files of a real set are not in the place given for it.
    #[error("{}: the data set `{name}` is read from a folder with {}; missing here: {}", path.display(), .wanted.join(", "), .missing.join(", "))]
    Incomplete {
        /// The data set.
        name: &'static str,
        /// The folder, or the file, that was given.
        path: PathBuf,
        /// The files it is read from.
        wanted: Vec<&'static str>,
        /// Those that are not there.
        missing: Vec<&'static str>,
    },
    /// A file of a real set could not be had.
    #[error(
        "{url} could not be downloaded: {problem}; it would be kept as {}: put it there yourself, or say with `--data` or \
         SALAMANDER_DATA where it is",
        kept.display()
    )]
    Download {
        /// Its public source.
        url: String,
        /// What went wrong.
        problem: String,
        /// The file it would be kept as.
        kept: PathBuf,
    },
    /// What was downloaded is not what was expected.
    #[error(
        "{url} has the SHA-256 {found}, and {expected} is expected: the file has changed, or was changed on the way; nothing \
         was kept. If you have the right one, put it at {}, or say with `--data` or SALAMANDER_DATA where it is",
        kept.display()
    )]
    Checksum {
        /// Its public source.
        url: String,
        /// The checksum of what came.
        found: String,
        /// The checksum of the right file.
        expected: &'static str,
        /// The file it would be kept as.
        kept: PathBuf,
    },
    /// There is nowhere to keep a download.
    #[error(
        "there is no folder to keep {url} in: name one in SALAMANDER_CACHE, or say with `--data` where the data is"
    )]
    NoCache {
        /// Its public source.
        url: String,
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

    pub(crate) fn line(path: &Path, line: usize, problem: impl Into<String>) -> Self {
        Self::Line { path: path.to_owned(), line, problem: problem.into() }
    }

    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            std::io::ErrorKind::NotFound => Self::Missing { path },
            _ => Self::Io { path, source },
        }
    }
}
