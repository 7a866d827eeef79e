//! Texts as tokens, in memory or in a file larger than memory.

mod cut;
mod file;
mod writer;

use std::{ops::Range, sync::Arc};

pub use file::TokenFile;
pub use writer::TokenWriter;

/// Tokens one after the other, in memory or in a file; copies share them.
///
/// ```
/// use salamander_text::Tokens;
///
/// let tokens = Tokens::from(vec![3, 1, 4, 1, 5]);
/// assert_eq!(tokens.read(1..4), [1, 4, 1]);
/// ```
#[derive(Debug, Clone)]
pub struct Tokens(Source);

#[derive(Debug, Clone)]
enum Source {
    Memory(Arc<[u32]>),
    File(Arc<TokenFile>),
}

impl Tokens {
    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Source::Memory(tokens) => tokens.len(),
            Source::File(file) => file.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A stretch of them.
    ///
    /// # Panics
    /// If it goes beyond the end.
    pub fn read(&self, range: Range<usize>) -> Vec<u32> {
        match &self.0 {
            Source::Memory(tokens) => tokens[range].to_vec(),
            Source::File(file) => file.read(range),
        }
    }

    /// The same for a batch.
    pub(crate) fn widened(&self, range: Range<usize>) -> Vec<i64> {
        self.read(range).into_iter().map(i64::from).collect()
    }

    /// Where `token` stands, looked for from the first to the last.
    pub(crate) fn positions(&self, token: u32) -> impl Iterator<Item = usize> + '_ {
        let stretches = (0..self.len()).step_by(STRETCH);
        stretches.flat_map(move |start| {
            let tokens = self.read(start..(start + STRETCH).min(self.len()));
            let found = (start..).zip(tokens).filter(move |(_, other)| *other == token);
            found.map(|(at, _)| at).collect::<Vec<_>>()
        })
    }
}

/// So many tokens are looked through at a time.
const STRETCH: usize = 1 << 16;

impl From<Arc<[u32]>> for Tokens {
    fn from(tokens: Arc<[u32]>) -> Self {
        Self(Source::Memory(tokens))
    }
}

impl From<Vec<u32>> for Tokens {
    fn from(tokens: Vec<u32>) -> Self {
        Self(Source::Memory(tokens.into()))
    }
}

impl From<&[u32]> for Tokens {
    fn from(tokens: &[u32]) -> Self {
        Self(Source::Memory(tokens.into()))
    }
}

impl<const N: usize> From<[u32; N]> for Tokens {
    fn from(tokens: [u32; N]) -> Self {
        Self(Source::Memory(tokens.into()))
    }
}

impl From<TokenFile> for Tokens {
    fn from(file: TokenFile) -> Self {
        Self(Source::File(Arc::new(file)))
    }
}

impl From<Arc<TokenFile>> for Tokens {
    fn from(file: Arc<TokenFile>) -> Self {
        Self(Source::File(file))
    }
}
