//! Any text file of the user's, as one continuous text.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{Corpus, DataSet, Error, Options, Shape, Splits};

/// This data set.
pub(crate) const DATA_SET: DataSet =
    DataSet { name: "text", summary: "a text file of yours (--data FILE)", shape: Shape::Text, load };

/// Fewer characters than this cannot be split into two parts that mean anything.
const LEAST: usize = 100;

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
        let text = read(path)?;
        let found = text.chars().take(LEAST).count();
        if found < LEAST {
            return Err(Error::TooShort { path: path.to_owned(), found, least: LEAST, unit: "characters" });
        }
        Ok(Self { path: path.to_owned(), text })
    }

    /// The file.
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
pub(crate) fn read(path: &Path) -> Result<String, Error> {
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

fn load(options: &Options) -> Result<Corpus, Error> {
    let path = options.data.as_ref().ok_or(Error::NoFile { name: DATA_SET.name })?;
    Ok(Corpus::Text(TextFile::open(path)?.split()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(contents: &[u8]) -> Result<TextFile, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.txt");
        fs::write(&path, contents).unwrap();
        TextFile::open(&path)
    }

    #[test]
    fn the_split_is_by_characters_and_loses_none() {
        for characters in [100, 101, 109, 1_115_394 / 10] {
            let text: String = "aé😀\n".chars().cycle().take(characters).collect();
            let parts = open(text.as_bytes()).unwrap().split();
            assert_eq!(parts.train[0].chars().count(), characters * 9 / 10);
            assert_eq!(format!("{}{}", parts.train[0], parts.validation[0]), text);
        }
    }

    #[test]
    fn tiny_shakespeare_is_split_as_published() {
        let Some(path) =
            std::env::var_os("SALAMANDER_DATA").map(|folder| Path::new(&folder).join("tinyshakespeare/input.txt"))
        else {
            return println!("skipped: no data (SALAMANDER_DATA)");
        };
        if !path.is_file() {
            return println!("skipped: no data ({})", path.display());
        }
        let parts = TextFile::open(path).unwrap().split();
        assert_eq!((parts.train[0].chars().count(), parts.validation[0].chars().count()), (1_003_854, 111_540));
    }

    #[test]
    fn what_is_not_text_is_refused() {
        assert!(matches!(open(b""), Err(Error::Empty { .. })));
        assert!(matches!(open(b" \n\t\n"), Err(Error::Empty { .. })));
        assert!(matches!(open(b"\xef\xbb\xbf"), Err(Error::Empty { .. })));
        assert!(matches!(open(b"too short"), Err(Error::TooShort { found: 9, least: 100, .. })));
        assert!(matches!(open(b"\x7fELF\x02\x01\xff"), Err(Error::NotText { offset: 6, byte: 0xff, .. })));
        assert!(matches!(
            open(&[b"a".repeat(200), vec![0xe2, 0x82]].concat()),
            Err(Error::NotText { offset: 200, .. })
        ));
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(TextFile::open(folder.path()), Err(Error::Io { .. })));
        let missing = folder.path().join("no.txt");
        let message = TextFile::open(&missing).unwrap_err().to_string();
        assert_eq!(message, format!("{}: there is no such file", missing.display()));
    }

    #[test]
    fn a_byte_order_mark_is_left_out_and_nul_is_kept() {
        let file = open(format!("\u{feff}{}", "\0".repeat(100)).as_bytes()).unwrap();
        assert_eq!(file.text(), "\0".repeat(100));
    }

    #[test]
    fn without_a_file_the_message_says_how_to_give_one() {
        let message = DATA_SET.load(&Options::default()).unwrap_err().to_string();
        assert_eq!(message, "the data set `text` is a file of yours: give its path with `--data FILE`");
    }
}
