//! Files of tokens.

use std::{
    fs::File,
    ops::Range,
    path::{Path, PathBuf},
};

use memmap2::Mmap;

use crate::{Error, Tokenizer};

/// What a file of tokens begins with.
const MAGIC: [u8; 8] = *b"SLMTOKEN";
const VERSION: u32 = 1;
/// How many bytes come before the tokens.
pub(super) const HEADER: usize = 64;

/// What a file of tokens says of itself: 8 bytes that say that it is one, then little-endian a version (4 bytes), the bytes
/// of a token (4), the number of tokens (8), the size of the vocabulary (8) and the tokenizer's fingerprint (8), and zeros.
/// The tokens follow, little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) width: usize,
    pub(super) count: u64,
    pub(super) vocab_size: u64,
    pub(super) fingerprint: u64,
}

/// How many bytes a token has: two if all fit, and four otherwise.
pub(super) fn width(tokenizer: &Tokenizer) -> usize {
    if tokenizer.vocab_size() <= 1 << 16 { 2 } else { 4 }
}

impl Header {
    pub(super) fn new(tokenizer: &Tokenizer, count: u64) -> Self {
        let vocab_size = tokenizer.vocab_size() as u64;
        Self { width: width(tokenizer), count, vocab_size, fingerprint: tokenizer.fingerprint() }
    }

    pub(super) fn bytes(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        let fields = [
            &MAGIC[..],
            &VERSION.to_le_bytes(),
            &(self.width as u32).to_le_bytes(),
            &self.count.to_le_bytes(),
            &self.vocab_size.to_le_bytes(),
            &self.fingerprint.to_le_bytes(),
        ]
        .concat();
        bytes[..fields.len()].copy_from_slice(&fields);
        bytes
    }

    /// What a file of `length` bytes says of itself, or what is wrong with it.
    fn read(bytes: &[u8], length: usize) -> Result<Self, String> {
        let Some(bytes) = bytes.get(..HEADER).filter(|bytes| bytes.starts_with(&MAGIC)) else {
            return Err("it does not begin as one".into());
        };
        let short = |at: usize| u32::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]));
        let long = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| bytes[at + byte]));
        let header = Self { width: short(12) as usize, count: long(16), vocab_size: long(24), fingerprint: long(32) };
        if short(8) != VERSION {
            return Err(format!("it is of version {}, and {VERSION} is read here: write it again", short(8)));
        }
        if bytes[40..].iter().any(|&byte| byte != 0) {
            return Err("its first 64 bytes end in something else than zeros: it was damaged; write it again".into());
        }
        if !matches!((header.width, header.vocab_size), (2, 0..=0x1_0000) | (4, 0..=0x1_0000_0000)) {
            let Self { width, vocab_size, .. } = header;
            return Err(format!("a vocabulary of {vocab_size} does not go with {width} bytes a token"));
        }
        let expected = (header.width as u64).checked_mul(header.count).and_then(|all| all.checked_add(HEADER as u64));
        match expected == Some(length as u64) {
            true => Ok(header),
            false => Err(format!(
                "it has {length} bytes, and {} tokens of {} bytes are announced: it was cut short or added to; write it again",
                header.count, header.width
            )),
        }
    }
}

/// A file of tokens, mapped into memory: only what is read of it takes room, and the system takes the room back when it
/// must. Written by [`TokenWriter`](super::TokenWriter).
#[derive(Debug)]
pub struct TokenFile {
    path: PathBuf,
    map: Mmap,
    header: Header,
}

impl TokenFile {
    /// Opens a file of tokens, after checking its header and its length.
    ///
    /// # Errors
    /// If it is not there, is no file of tokens, or has another length than it says.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let system = |source| Error::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(system)?;
        // SAFETY: the map is only read, and only while `self` lives. Were another program to shorten the file meanwhile,
        // reading would stop this one with SIGBUS; the writer of this crate never changes a file in place, it replaces
        // it, which leaves a map of the old one intact.
        let map = unsafe { Mmap::map(&file) }.map_err(system)?;
        let header = Header::read(&map, map.len());
        let header = header.map_err(|message| Error::TokenFormat { path: path.to_owned(), message })?;
        Ok(Self { path: path.to_owned(), map, header })
    }

    /// Whether it was written with this tokenizer.
    ///
    /// # Errors
    /// If it was not.
    pub fn check_tokenizer(&self, tokenizer: &Tokenizer) -> Result<(), Error> {
        match tokenizer.fingerprint() {
            expected if expected == self.header.fingerprint => Ok(()),
            expected => {
                Err(Error::OtherTokenizer { path: self.path.clone(), found: self.header.fingerprint, expected })
            }
        }
    }

    /// Whether all tokens are below the vocabulary's size: reads the whole file.
    ///
    /// # Errors
    /// If one is not.
    pub fn check_tokens(&self) -> Result<(), Error> {
        let wrong = self.tokens(0..self.len()).position(|token| u64::from(token) >= self.header.vocab_size);
        match wrong {
            None => Ok(()),
            Some(position) => Err(Error::TokenFormat {
                path: self.path.clone(),
                message: format!(
                    "token {position} is {}, beyond the vocabulary of {}: it was damaged; write it again",
                    self.token(position),
                    self.header.vocab_size
                ),
            }),
        }
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.header.count as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.header.count == 0
    }

    /// How many ids the tokenizer had, `V`: all tokens are below.
    pub fn vocab_size(&self) -> usize {
        self.header.vocab_size as usize
    }

    /// The tokenizer's [`fingerprint`](Tokenizer::fingerprint).
    pub fn fingerprint(&self) -> u64 {
        self.header.fingerprint
    }

    /// One token.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn token(&self, position: usize) -> u32 {
        self.read(position..position + 1)[0]
    }

    /// A stretch of tokens.
    ///
    /// # Panics
    /// If it goes beyond the end.
    pub fn read(&self, range: Range<usize>) -> Vec<u32> {
        self.tokens(range).collect()
    }

    fn tokens(&self, range: Range<usize>) -> impl Iterator<Item = u32> + '_ {
        let width = self.header.width;
        let bytes = &self.map[HEADER + range.start * width..HEADER + range.end * width];
        let token = |bytes: &[u8]| bytes.iter().rev().fold(0, |token, &byte| token << 8 | u32::from(byte));
        bytes.chunks_exact(width).map(token)
    }
}
