//! Words with labels.

use std::sync::Arc;

use super::{
    BatchSize, Batches, Frame, Framed, IGNORE, LanguageBatch, Rows, check_size,
    frame::check_lengths,
    groups::{Groups, grouped},
};
use crate::{Error, Matrix, Random, Tokenizer};

const UNIT: &str = "sentences with labels";

/// Words with a label each, for models that say of each word what it is (a name, a verb).
///
/// To learn from, each epoch takes the sentences in an order of its own; to evaluate, in their own order.
#[derive(Debug, Clone)]
pub struct Tagged {
    sentences: Arc<[(Framed, Vec<i64>)]>,
    groups: Groups,
    pad: u32,
}

/// A sentence in its frame, and what is to be said at each token: the label of a word at its first token, and [`IGNORE`] at
/// its others and at special ones (Devlin et al. 2018, arXiv:1810.04805, section 5.3). The words are put together with
/// single spaces.
///
/// # Errors
/// Those of [`encode`](Tokenizer::encode).
///
/// ```
/// use salamander_text::{Frame, IGNORE, Special, Tokenizer, tag};
///
/// let tokenizer = Tokenizer::characters("abc ", &Special::ALL);
/// let (sentence, labels) = tag(&tokenizer, &Frame::new(&tokenizer)?, &[("ab", 7), ("c", 8)])?;
/// assert_eq!(sentence.ids.len(), 6);
/// assert_eq!(labels, [IGNORE, 7, IGNORE, IGNORE, 8, IGNORE]);
/// # Ok::<(), salamander_text::Error>(())
/// ```
pub fn tag(tokenizer: &Tokenizer, frame: &Frame, words: &[(&str, i64)]) -> Result<(Framed, Vec<i64>), Error> {
    let (mut text, mut ends) = (String::new(), Vec::new());
    for (word, _) in words {
        let space = if text.is_empty() { "" } else { " " };
        text.extend([space, word]);
        ends.push(text.len());
    }
    let encoded = tokenizer.encode_ranges(&text)?;
    let (mut ids, mut labels) = (Vec::new(), vec![IGNORE; frame.begin.len()]);
    let mut labelled = 0;
    for (id, range) in encoded {
        // A space before a word is not yet the word.
        let piece = text.get(range.clone()).unwrap_or("x");
        let start = range.end - piece.trim_start().len();
        let word = ends.partition_point(|&end| end <= start);
        let first = word >= labelled && word < words.len() && !piece.trim().is_empty();
        labels.push(if first { words[word].1 } else { IGNORE });
        labelled = if first { word + 1 } else { labelled };
        ids.push(id);
    }
    let sentence = frame.one(&ids);
    labels.resize(sentence.ids.len(), IGNORE);
    Ok((sentence, labels))
}

impl Tagged {
    /// Batches of `rows` sentences, each with its labels as [`tag`] makes them, padded with `pad`.
    ///
    /// # Errors
    /// If there is no sentence, or one has more than `longest` tokens.
    ///
    /// # Panics
    /// If `rows` or `longest` is 0, or a sentence has not a label for each token.
    pub fn new(
        sentences: impl IntoIterator<Item = (Framed, Vec<i64>)>,
        pad: u32,
        longest: usize,
        rows: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        check_size(rows, longest);
        let sentences: Vec<_> = sentences.into_iter().collect();
        check_lengths(sentences.iter().map(|(sentence, _)| sentence), longest)?;
        for (sentence, labels) in &sentences {
            assert_eq!(sentence.ids.len(), labels.len(), "a label for each token");
        }
        let lengths = sentences.iter().map(|(sentence, _)| (sentence.ids.len(), 0)).collect();
        let groups = Groups::new(lengths, BatchSize::Rows(rows), UNIT, seed)?;
        Ok(Self { sentences: sentences.into(), groups, pad })
    }

    fn batch(&self, rows: Vec<usize>, _: Random) -> LanguageBatch {
        let labels: Vec<_> = rows.iter().map(|&row| &self.sentences[row].1[..]).collect();
        let Rows { ids, padding, .. } = Rows::new(rows.iter().map(|&row| &self.sentences[row].0), self.pad);
        LanguageBatch { inputs: ids, targets: Matrix::padded(&labels, IGNORE), padding }
    }
}

grouped!(Tagged => LanguageBatch);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokenizer::trained;

    #[test]
    fn the_first_piece_of_each_word_has_its_label() {
        let words = [("The", 1), ("keeper's", 2), ("größere", 3), ("waves", 4), (",", 5), ("keeper", 6)];
        for tokenizer in trained() {
            let (sentence, labels) = tag(&tokenizer, &Frame::new(&tokenizer).unwrap(), &words).unwrap();
            assert_eq!(sentence.ids.len(), labels.len());
            let labelled: Vec<_> = labels.iter().copied().filter(|&label| label != IGNORE).collect();
            assert_eq!(labelled, [1, 2, 3, 4, 5, 6], "{tokenizer:?} {:?}", sentence.ids);
            assert_eq!((labels[0], labels[labels.len() - 1]), (IGNORE, IGNORE));
        }
        // word piece: The keep ##er ' s …
        let pieces = &trained()[4];
        let (sentence, labels) = tag(pieces, &Frame::new(pieces).unwrap(), &[("lighthouses", 7), ("at", 8)]).unwrap();
        let tokens: Vec<_> = sentence.ids.iter().map(|&id| pieces.token(id).unwrap()).collect();
        let first: Vec<_> = tokens.iter().zip(&labels).filter(|(_, label)| **label != IGNORE).collect();
        assert_eq!((first[0].0.starts_with("##"), first[1].0.starts_with("##")), (false, false), "{tokens:?}");
        assert_eq!(first.len(), 2);
    }

    #[test]
    fn by_hand() {
        let frame = Frame { begin: vec![1], between: vec![], end: vec![2] };
        let sentences =
            [(frame.one(&[5, 6]), vec![IGNORE, 3, IGNORE, IGNORE]), (frame.one(&[7]), vec![IGNORE, 4, IGNORE])];
        let batch = Tagged::new(sentences, 0, 8, 2, 0).unwrap().evaluation_at(0);
        assert_eq!(batch.inputs.to_rows(), [[1, 5, 6, 2], [1, 7, 2, 0]]);
        assert_eq!(batch.targets.to_rows(), [[IGNORE, 3, IGNORE, IGNORE], [IGNORE, 4, IGNORE, IGNORE]]);
        assert_eq!(batch.padding.as_ref().unwrap().row(1), [false, false, false, true]);
        assert_eq!(batch.counted(), 2);
    }

    #[test]
    fn no_words_are_a_frame() {
        let tokenizer = Tokenizer::words(["a"], &crate::Special::ALL);
        let (sentence, labels) = tag(&tokenizer, &Frame::new(&tokenizer).unwrap(), &[]).unwrap();
        assert_eq!((sentence.ids, labels), (vec![2, 3], vec![IGNORE, IGNORE]));
        assert!(Frame::new(&Tokenizer::bytes(&[])).is_err());
    }
}
