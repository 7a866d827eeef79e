//! Any text file of the user's, as one continuous text.

mod folder;

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    Corpus, DataSet, Error, Options, Origin, SEPARATOR, Shape, Splits, TextStream,
    table::{ENDINGS, Format},
};

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "text",
    summary: "a text of yours: a file, a folder, or a column of a table (--data PATH)",
    shape: Shape::Text,
    origin: Origin::User,
    variants: &[],
    sizes: &[],
    load: |options, _| read(DATA_SET.name, options),
};

/// Fewer characters than this cannot be split into two parts that mean anything.
const LEAST: usize = 100;
/// Fewer documents than this cannot be split into three parts.
const LEAST_DOCUMENTS: usize = 20;

/// A text file, read and found to be text.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("salamander-text-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("file.txt");
/// std::fs::write(&path, "0123456789".repeat(10))?;
/// let parts = salamander_datasets::text::TextFile::open(&path)?.split();
/// assert_eq!((parts.train[0].len(), parts.validation[0].len()), (90, 10));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct TextFile {
    path: PathBuf,
    text: String,
}

impl TextFile {
    /// Reads a file. A byte order mark at its start is left out: it is no text.
    ///
    /// # Errors
    /// If the file is missing, unreadable, empty, not UTF-8, or shorter than 100 characters.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Self::of(path, contents(path)?)
    }

    fn of(path: &Path, text: String) -> Result<Self, Error> {
        let found = text.chars().take(LEAST).count();
        if found < LEAST {
            return Err(Error::TooShort { path: path.to_owned(), found, least: LEAST, unit: "characters" });
        }
        Ok(Self { path: path.to_owned(), text })
    }

    /// The file, or the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is in it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first 90 % of its characters to learn from, the rest to validate: the split of nanoGPT (Karpathy 2022), whose
    /// published losses are measured on it.
    pub fn split(&self) -> Splits<String> {
        let (train, validation) = split(&self.text);
        Splits { train: vec![train.to_owned()], validation: vec![validation.to_owned()], test: Vec::new() }
    }
}

fn split(text: &str) -> (&str, &str) {
    let characters = text.chars().count();
    let middle = text.char_indices().nth(characters * 9 / 10).map_or(text.len(), |(offset, _)| offset);
    text.split_at(middle)
}

/// The text of a file, of any length but none.
pub(crate) fn contents(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(|error| Error::io(path, error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        Error::NotText { path: path.to_owned(), offset, byte: error.as_bytes()[offset] }
    })?;
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    match text.trim().is_empty() {
        true => Err(Error::Empty { path: path.to_owned() }),
        false => Ok(text),
    }
}

/// A text of the user's for the data set `name`: a file or a folder, in memory or streamed, or the documents in a column.
pub(crate) fn read(name: &'static str, options: &Options) -> Result<Corpus, Error> {
    let path = options.data.as_ref().ok_or(Error::NoFile { name })?;
    let files = match path.is_dir() {
        true => folder::texts(path)?,
        false => vec![path.clone()],
    };
    match Format::of(path).filter(|_| !path.is_dir()) {
        Some(format) => documents(path, format, name, options),
        None if !options.columns.is_empty() => {
            Err(Error::Format { path: path.to_owned(), what: "columns", known: ENDINGS })
        }
        None if size(&files)? > options.memory => Ok(Corpus::Stream(TextStream::open(&files)?)),
        None => {
            let texts = files.iter().map(|file| contents(file)).collect::<Result<Vec<_>, _>>()?;
            Ok(Corpus::Text(TextFile::of(path, texts.join(SEPARATOR))?.split()))
        }
    }
}

/// Three files, of which the first trains, the second validates and the third tests, in memory or streamed.
pub(crate) fn in_parts(files: [PathBuf; 3], options: &Options) -> Result<Corpus, Error> {
    if size(&files)? > options.memory {
        let [train, validation, test] = files.map(|file| vec![file]);
        return Ok(Corpus::Stream(TextStream::of_files(&Splits { train, validation, test })?));
    }
    let [train, validation, test] = files.map(|file| contents(&file).map(|text| vec![text]));
    Ok(Corpus::Text(Splits { train: train?, validation: validation?, test: test? }))
}

fn size(files: &[PathBuf]) -> Result<u64, Error> {
    let size = |file: &PathBuf| fs::metadata(file).map(|data| data.len()).map_err(|error| Error::io(file, error));
    files.iter().map(size).sum()
}

/// A document for each record: 90 % train, 5 % validate and 5 % test, by a hash.
fn documents(path: &Path, format: Format, name: &'static str, options: &Options) -> Result<Corpus, Error> {
    let records = format.read(path, name, options, &["text"])?;
    let texts: Vec<String> =
        records.into_iter().flat_map(|record| record.cells).filter(|text| !text.is_empty()).collect();
    match texts.len() {
        found if found < LEAST_DOCUMENTS => {
            Err(Error::TooShort { path: path.to_owned(), found, least: LEAST_DOCUMENTS, unit: "texts" })
        }
        _ => Ok(Corpus::Text(Splits::by_rank(texts, [5, 5], |text| text))),
    }
}

#[cfg(test)]
mod tests;
