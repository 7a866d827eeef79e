//! Text too large for memory: where it is and how it is split, and its chunks one after another.

mod chunks;

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
};

pub use chunks::Chunks;

use crate::{Error, Splits};

/// A text in files that are never read as a whole.
///
/// It knows its files and which bytes of them train, validate and test. [`TextStream::train`] and its siblings read them in
/// order, about a mebibyte at a time, and check on the way that they are UTF-8.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("salamander-stream-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("file.txt");
/// std::fs::write(&path, "one line\n".repeat(1000))?;
/// let stream = salamander_datasets::TextStream::open(&[path])?;
/// assert_eq!(stream.parts().train[0].bytes, 0..8100);
/// let train: String = stream.train().collect::<Result<_, _>>()?;
/// assert_eq!(train, "one line\n".repeat(900));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextStream {
    parts: Splits<Piece>,
}

/// The most that validates, in bytes: a million tokens and more tell a difference of a hundredth of a nat, and whoever waits
/// for a check on a tenth of a very large text waits for hours.
const VALIDATION: u64 = 4 << 20;

/// Some bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The file.
    pub path: PathBuf,
    /// Which of its bytes, from a beginning of a character to an end of one.
    pub bytes: Range<u64>,
}

impl TextStream {
    /// The first 90 % of the bytes of all files to learn from, the rest to validate, but no more than the last 4 MiB. The
    /// boundary is moved to the next beginning of a character.
    ///
    /// # Errors
    /// If a file is missing, unreadable or empty.
    pub fn open(files: &[PathBuf]) -> Result<Self, Error> {
        let pieces = files.iter().map(|path| Piece::whole(path)).collect::<Result<Vec<_>, _>>()?;
        let total: u64 = pieces.iter().map(Piece::len).sum();
        // Tenths first: nine times the length of a file might not be a number any more.
        let mut left = (total / 10 * 9 + total % 10 * 9 / 10).max(total.saturating_sub(VALIDATION));
        let mut parts = Splits { train: Vec::new(), validation: Vec::new(), test: Vec::new() };
        for piece in pieces {
            let middle = match left {
                0 => piece.bytes.start,
                _ if left >= piece.len() => piece.bytes.end,
                _ => boundary(&piece.path, piece.bytes.start + left)?.min(piece.bytes.end),
            };
            left = left.saturating_sub(piece.len());
            let (train, validation) = piece.cut(middle);
            parts.train.extend(train);
            parts.validation.extend(validation);
        }
        Ok(Self { parts })
    }

    /// Whole files to learn from, to validate and to test.
    ///
    /// # Errors
    /// If a file is missing, unreadable or empty.
    pub fn of_files(files: &Splits<PathBuf>) -> Result<Self, Error> {
        let whole = |files: &[PathBuf]| files.iter().map(|path| Piece::whole(path)).collect::<Result<Vec<_>, _>>();
        let (train, validation, test) = (whole(&files.train)?, whole(&files.validation)?, whole(&files.test)?);
        Ok(Self { parts: Splits { train, validation, test } })
    }

    /// Which bytes of which files are in each part.
    pub fn parts(&self) -> &Splits<Piece> {
        &self.parts
    }

    /// How many bytes train, validate and test.
    pub fn bytes(&self) -> [u64; 3] {
        let sum = |pieces: &[Piece]| pieces.iter().map(Piece::len).sum();
        [sum(&self.parts.train), sum(&self.parts.validation), sum(&self.parts.test)]
    }

    /// What there is to learn from, chunk by chunk. Each call begins anew.
    pub fn train(&self) -> Chunks {
        Chunks::new(self.parts.train.clone())
    }

    /// What there is to watch while learning, chunk by chunk.
    pub fn validation(&self) -> Chunks {
        Chunks::new(self.parts.validation.clone())
    }

    /// What judges at the end, chunk by chunk.
    pub fn test(&self) -> Chunks {
        Chunks::new(self.parts.test.clone())
    }
}

impl Piece {
    /// All of a file but the byte order mark at its start, which is no text.
    fn whole(path: &Path) -> Result<Self, Error> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let io = |error| Error::io(path, error);
        let file = File::open(path).map_err(io)?;
        let end = file.metadata().map_err(io)?.len();
        let mut first = Vec::new();
        file.take(MARK.len() as u64).read_to_end(&mut first).map_err(io)?;
        let start = if first == MARK { MARK.len() as u64 } else { 0 };
        match start < end {
            true => Ok(Self { path: path.to_owned(), bytes: start..end }),
            false => Err(Error::Empty { path: path.to_owned() }),
        }
    }

    fn len(&self) -> u64 {
        self.bytes.end - self.bytes.start
    }

    /// What lies before `middle` and what from there on, each if there is anything.
    fn cut(self, middle: u64) -> (Option<Self>, Option<Self>) {
        let piece = |bytes: Range<u64>| (!bytes.is_empty()).then(|| Self { path: self.path.clone(), bytes });
        (piece(self.bytes.start..middle), piece(middle..self.bytes.end))
    }
}

/// The first offset from `offset` on where a character begins.
fn boundary(path: &Path, offset: u64) -> Result<u64, Error> {
    let mut file = File::open(path).map_err(|error| Error::io(path, error))?;
    let mut next = Vec::new();
    file.seek(SeekFrom::Start(offset)).map_err(|error| Error::io(path, error))?;
    file.take(3).read_to_end(&mut next).map_err(|error| Error::io(path, error))?;
    // At most three bytes of a character continue it, and all those look like 0b10xxxxxx.
    let continued = next.iter().take_while(|byte| **byte & 0b1100_0000 == 0b1000_0000).count();
    Ok(offset + continued as u64)
}

#[cfg(test)]
mod tests;
