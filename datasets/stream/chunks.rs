//! A streamed text, read chunk by chunk.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Take},
    path::PathBuf,
    str, vec,
};

use super::Piece;
use crate::{Error, SEPARATOR};

/// How many bytes are read at a time.
const CHUNK: usize = 1 << 20;

/// Chunks of a streamed text: whole lines, about a mebibyte of them. A line longer than that is cut between two characters.
/// Between two files stands [`SEPARATOR`].
///
/// No more than one chunk is in memory at a time. After an error there is nothing more.
#[derive(Debug)]
pub struct Chunks {
    /// What is still to be opened.
    pieces: vec::IntoIter<Piece>,
    /// What is being read.
    open: Option<Open>,
    size: usize,
}

/// A file being read.
#[derive(Debug)]
struct Open {
    path: PathBuf,
    file: Take<File>,
    /// Bytes read but not yet handed out: the beginning of a line.
    kept: Vec<u8>,
    /// How many bytes of the file come before those.
    offset: u64,
    /// Whether another file comes before this one and nothing of this one has been handed out.
    follows: bool,
}

impl Chunks {
    pub(super) fn new(pieces: Vec<Piece>) -> Self {
        Self::of_size(pieces, CHUNK)
    }

    /// Chunks of about `size` bytes, which must be at least the four of a character.
    pub(super) fn of_size(pieces: Vec<Piece>, size: usize) -> Self {
        Self { pieces: pieces.into_iter(), open: None, size }
    }

    fn advance(&mut self) -> Result<Option<String>, Error> {
        loop {
            if let Some(open) = &mut self.open
                && let Some(chunk) = open.chunk(self.size)?
            {
                return Ok(Some(chunk));
            }
            let follows = self.open.is_some();
            match self.pieces.next() {
                Some(piece) => self.open = Some(Open::new(piece, follows)?),
                None => return Ok(None),
            }
        }
    }
}

impl Iterator for Chunks {
    type Item = Result<String, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.advance();
        if next.is_err() {
            self.pieces = Vec::new().into_iter();
            self.open = None;
        }
        next.transpose()
    }
}

impl Open {
    fn new(piece: Piece, follows: bool) -> Result<Self, Error> {
        let io = |error| Error::io(&piece.path, error);
        let mut file = File::open(&piece.path).map_err(io)?;
        file.seek(SeekFrom::Start(piece.bytes.start)).map_err(io)?;
        let length = piece.bytes.end - piece.bytes.start;
        Ok(Self { file: file.take(length), kept: Vec::new(), offset: piece.bytes.start, follows, path: piece.path })
    }

    /// The next chunk, or nothing at the end of the file.
    fn chunk(&mut self, size: usize) -> Result<Option<String>, Error> {
        let missing = size.saturating_sub(self.kept.len()) as u64;
        let read = self.file.by_ref().take(missing).read_to_end(&mut self.kept);
        read.map_err(|error| Error::io(&self.path, error))?;
        if self.kept.is_empty() {
            return Ok(None);
        }
        let end = match self.file.limit() {
            0 => self.kept.len(),
            _ if self.kept.len() < size => self.kept.len(), // The file is shorter than it was when it was measured.
            _ => self.kept.iter().rposition(|byte| *byte == b'\n').map_or_else(|| self.last_character(), |at| at + 1),
        };
        let text = str::from_utf8(&self.kept[..end]).map_err(|error| self.not_text(error.valid_up_to()))?;
        let before = if std::mem::take(&mut self.follows) { SEPARATOR } else { "" };
        let chunk = format!("{before}{text}");
        self.kept.drain(..end);
        self.offset += end as u64;
        Ok(Some(chunk))
    }

    /// How many bytes there are up to the last character that may not be complete.
    fn last_character(&self) -> usize {
        match str::from_utf8(&self.kept) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.kept.len(),
        }
    }

    fn not_text(&self, at: usize) -> Error {
        let offset = usize::try_from(self.offset).unwrap_or(usize::MAX).saturating_add(at);
        Error::NotText { path: self.path.clone(), offset, byte: self.kept[at] }
    }
}
