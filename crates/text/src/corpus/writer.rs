//! Text in, tokens out, with room for only a little of both.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Seek, Write},
    mem,
    path::{Path, PathBuf},
};

use rayon::prelude::*;

use super::{
    TokenFile,
    cut::{last_cut, pieces},
    file::{HEADER, Header, width},
};
use crate::{Error, Tokenizer, lines::lines, write::partial};

/// So many bytes of text wait until they are shared out among the threads.
const SHARE: usize = 1 << 23;
/// So many bytes go to a thread at a time.
const PIECE: usize = 1 << 17;

/// Writes a file of tokens, text by text: what text there is in memory at a time does not depend on how much there is in
/// all, and the tokens not on how many threads of rayon's pool share the work. (A tokenizer that joins across words, and a
/// document without white space for one that does not, can be cut nowhere: such a document is in memory as a whole.)
///
/// The file grows under another name until [`finish`](Self::finish) gives it its own: it is whole, or not there, and after
/// an interruption one begins again.
///
/// ```
/// use salamander_text::{Special, TokenWriter, Tokenizer, Windows};
///
/// let folder = tempfile::tempdir()?;
/// let tokenizer = Tokenizer::bytes(&[Special::End]);
/// let mut writer = TokenWriter::create(folder.path().join("train.tokens"), tokenizer)?;
/// for document in ["to be", "or not to be"] {
///     writer.push(document)?;
///     writer.end_document()?;
/// }
/// let tokens = writer.finish()?;
/// assert_eq!(tokens.read(3..7), [u32::from(b'b'), u32::from(b'e'), 256, u32::from(b'o')]);
/// let windows = Windows::new(tokens, 8, 2, 0)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TokenWriter {
    path: PathBuf,
    /// `None` once it has its name.
    file: Option<BufWriter<File>>,
    tokenizer: Tokenizer,
    count: u64,
    /// Texts and parts of texts that wait, and whether a document ends with each.
    waiting: Vec<(String, bool)>,
    /// The document that goes on.
    open: String,
    /// How many bytes wait, and how many are encoded.
    bytes: usize,
    encoded: usize,
    /// When so many wait, they are encoded; then so many more.
    full: usize,
    share: usize,
}

impl TokenWriter {
    /// Begins a file; one there was is replaced when this one is whole.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn create(path: impl AsRef<Path>, tokenizer: Tokenizer) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let begin = || {
            let mut file = BufWriter::new(File::create(partial(&path))?);
            // Zeros, until it is known what is in it: no reader takes that for a file of tokens.
            file.write_all(&[0; HEADER])?;
            Ok(file)
        };
        let file = begin().map_err(|source| Error::Io { path: path.clone(), source })?;
        let (waiting, open) = (Vec::new(), String::new());
        Ok(Self {
            path,
            file: Some(file),
            tokenizer,
            count: 0,
            waiting,
            open,
            bytes: 0,
            encoded: 0,
            full: SHARE,
            share: SHARE,
        })
    }

    /// More of the document. It may be cut anywhere: the tokens are those of the document as a whole.
    ///
    /// # Errors
    /// If something in the text is unknown to a tokenizer that has no token for it, or the file cannot be written.
    pub fn push(&mut self, text: &str) -> Result<(), Error> {
        self.open.push_str(text);
        self.bytes += text.len();
        self.encode_if_full()
    }

    /// [`push`](Self::push) for the lines of a file, read one by one.
    ///
    /// # Errors
    /// Those of [`push`](Self::push), and if the file cannot be read or is not UTF-8.
    pub fn push_file(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        lines(path.as_ref()).try_for_each(|line| self.push(&line?))
    }

    /// Ends the document with the token that says so.
    ///
    /// # Errors
    /// If the tokenizer has none, and those of [`push`](Self::push).
    pub fn end_document(&mut self) -> Result<(), Error> {
        self.end()?;
        self.waiting.push((mem::take(&mut self.open), true));
        self.encode_if_full()
    }

    /// How many tokens are written; those of text that waits are not.
    pub fn written(&self) -> u64 {
        self.count
    }

    /// Encodes what waits, gives the file its name and opens it.
    ///
    /// # Errors
    /// Those of [`push`](Self::push).
    pub fn finish(mut self) -> Result<TokenFile, Error> {
        let rest = mem::take(&mut self.open);
        self.waiting.push((rest, false));
        self.encode()?;
        let header = Header::new(&self.tokenizer, self.count);
        let finished = self.file.take().map_or(Ok(()), |mut file| {
            file.seek(io::SeekFrom::Start(0))?;
            file.write_all(&header.bytes())?;
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
            fs::rename(partial(&self.path), &self.path)
        });
        finished.map_err(|source| Error::Io { path: self.path.clone(), source })?;
        TokenFile::open(&self.path)
    }

    fn end(&self) -> Result<u32, Error> {
        self.tokenizer.eos().ok_or(Error::NoSpecial { special: "<eos>", purpose: "the end of a document" })
    }

    fn encode_if_full(&mut self) -> Result<(), Error> {
        if self.bytes < self.full {
            return Ok(());
        }
        let cut = last_cut(&self.tokenizer, &self.open)?.unwrap_or_default();
        let rest = self.open.split_off(cut);
        self.waiting.push((mem::replace(&mut self.open, rest), false));
        self.encode()?;
        // Where no cut is found, looking again at once would be in vain.
        self.full = self.bytes + self.share;
        Ok(())
    }

    /// Writes the tokens of what waits.
    fn encode(&mut self) -> Result<(), Error> {
        let waiting = mem::take(&mut self.waiting);
        self.bytes = self.open.len();
        let mut parts = Vec::new();
        for (text, ends) in &waiting {
            let pieces = pieces(&self.tokenizer, text, PIECE.min(self.share))?;
            let last = pieces.len() - 1;
            for (index, piece) in pieces.into_iter().enumerate() {
                parts.push((piece, self.encoded, *ends && index == last));
                self.encoded += piece.len();
            }
        }
        let encode = |&(text, before, ends): &(&str, usize, bool)| {
            let mut ids = self.tokenizer.encode(text).map_err(|error| error.further(before))?;
            ids.extend(ends.then(|| self.end()).transpose()?);
            Ok(ids)
        };
        let encoded = parts.par_iter().map(encode).collect::<Result<Vec<_>, Error>>()?;
        let width = width(&self.tokenizer);
        for ids in encoded {
            self.count += ids.len() as u64;
            let bytes: Vec<u8> = ids.iter().flat_map(|id| id.to_le_bytes().into_iter().take(width)).collect();
            let written = self.file.as_mut().map_or(Ok(()), |file| file.write_all(&bytes));
            written.map_err(|source| Error::Io { path: self.path.clone(), source })?;
        }
        Ok(())
    }
}

impl Drop for TokenWriter {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Not whole, so of no use; that it cannot be removed is no news.
            let _ = fs::remove_file(partial(&self.path));
        }
    }
}

#[cfg(test)]
mod tests;
