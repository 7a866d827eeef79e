//! The special tokens around a text, or around two.

use super::widen;
use crate::{Error, Matrix, Tokenizer};

/// Special tokens around a text, or around two texts that belong together.
///
/// BERT's are `[CLS]` before, `[SEP]` between and after; RoBERTa has two tokens between.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// Before the first text.
    pub begin: Vec<u32>,
    /// Between two texts.
    pub between: Vec<u32>,
    /// After the last text.
    pub end: Vec<u32>,
}

/// A text, or two, with the special tokens around.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framed {
    /// All ids.
    pub ids: Vec<u32>,
    /// For each id, which text it belongs to: 0 up to and with the tokens between, then 1. Hugging Face:
    /// `token_type_ids`.
    pub segments: Vec<u32>,
}

impl Frame {
    /// As BERT has it: what begins a text before, what ends one between and after.
    ///
    /// # Errors
    /// If the tokenizer lacks one of the two.
    pub fn new(tokenizer: &Tokenizer) -> Result<Self, Error> {
        let purpose = "the frame of a text";
        let begin = tokenizer.bos().ok_or(Error::NoSpecial { special: "<bos>", purpose })?;
        let end = tokenizer.eos().ok_or(Error::NoSpecial { special: "<eos>", purpose })?;
        Ok(Self { begin: vec![begin], between: vec![end], end: vec![end] })
    }

    /// As the tokenizer's own file has it around one text; of two it is not asked.
    ///
    /// # Errors
    /// If the file's rule does not work.
    pub fn of_file(tokenizer: &Tokenizer) -> Result<Self, Error> {
        match tokenizer {
            Tokenizer::Pretrained(pretrained) => pretrained.frame(),
            Tokenizer::Characters(_) | Tokenizer::Bytes(_) => Ok(Self::default()),
        }
    }

    /// A text in its frame.
    ///
    /// ```
    /// use salamander_text::Frame;
    ///
    /// let frame = Frame { begin: vec![1], between: vec![2], end: vec![3] };
    /// assert_eq!(frame.one(&[7, 8]).ids, [1, 7, 8, 3]);
    /// let two = frame.two(&[7, 8], &[9]);
    /// assert_eq!((two.ids, two.segments), (vec![1, 7, 8, 2, 9, 3], vec![0, 0, 0, 0, 1, 1]));
    /// ```
    pub fn one(&self, text: &[u32]) -> Framed {
        let ids = [&self.begin[..], text, &self.end].concat();
        Framed { segments: vec![0; ids.len()], ids }
    }

    /// Two texts in their frame.
    pub fn two(&self, first: &[u32], second: &[u32]) -> Framed {
        let ids = [&self.begin[..], first, &self.between, second, &self.end].concat();
        let mut segments = vec![0; self.second(first.len())];
        segments.resize(ids.len(), 1);
        Framed { ids, segments }
    }

    /// Where the second text begins, behind a first one of `first` tokens.
    pub(super) fn second(&self, first: usize) -> usize {
        self.begin.len() + first + self.between.len()
    }
}

/// Rows of ids with what a model must know to read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// `[B, T]` ids.
    pub ids: Matrix<i64>,
    /// `[B, T]`: the text each id belongs to, 0 or 1; 0 at padding.
    pub segments: Matrix<i64>,
    /// `[B, T]`, `true` = padding. `None` if there is none.
    pub padding: Option<Matrix<bool>>,
}

impl Rows {
    pub(super) fn new<'a>(rows: impl IntoIterator<Item = &'a Framed>, pad: u32) -> Self {
        let rows = rows.into_iter().map(|row| (widen(&row.ids), widen(&row.segments)));
        let (ids, segments): (Vec<_>, Vec<_>) = rows.unzip();
        let lengths: Vec<_> = ids.iter().map(Vec::len).collect();
        let padding = Matrix::padding(&lengths);
        Self {
            ids: Matrix::padded(&ids, i64::from(pad)),
            segments: Matrix::padded(&segments, 0),
            padding: padding.values.contains(&true).then_some(padding),
        }
    }
}

/// Whether no row is longer than it may be.
pub(super) fn check_lengths<'a>(rows: impl IntoIterator<Item = &'a Framed>, longest: usize) -> Result<(), Error> {
    let long = rows.into_iter().enumerate().find(|(_, row)| row.ids.len() > longest);
    long.map_or(Ok(()), |(index, row)| Err(Error::LongRow { index, found: row.ids.len(), most: longest }))
}
