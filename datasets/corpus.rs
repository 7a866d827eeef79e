//! The common shapes of all data sets.

use std::{fmt, ops::Range};

use crate::TextStream;

/// A source and its target.
pub type Pair = (String, String);

/// What stands between two documents of a text.
pub const SEPARATOR: &str = "\n\n";

/// What a data set is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Documents, in memory or streamed: [`Corpus::Text`] or [`Corpus::Stream`].
    Text,
    /// Sources with their targets: [`Corpus::Pairs`].
    Pairs,
    /// Texts with a class each: [`Corpus::Labelled`].
    Labelled,
    /// Words with a tag each: [`Corpus::Tagged`].
    Tagged,
    /// Questions whose answers stand in a text: [`Corpus::Questions`].
    Questions,
}

/// A data set, loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Corpus {
    /// Documents. A continuous text is one document in each part.
    Text(Splits<String>),
    /// A text too large for memory, read piece by piece.
    Stream(TextStream),
    /// Sources with their targets.
    Pairs(Splits<Pair>),
    /// Texts with a class each, for sequence classification.
    Labelled {
        /// The texts.
        splits: Splits<Labelled>,
        /// What the classes are called, each at its number.
        classes: Vec<String>,
    },
    /// Words with a tag each, for token classification.
    Tagged {
        /// The sentences.
        splits: Splits<Tagged>,
        /// What the tags are called, each at its number.
        tags: Vec<String>,
    },
    /// Questions whose answers stand in a text.
    Questions(Splits<Question>),
}

/// A text and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    /// The text.
    pub text: String,
    /// The number of its class, an index into the classes of the corpus.
    pub label: usize,
}

/// A sentence and what its words are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged {
    /// Its words, in order.
    pub words: Vec<String>,
    /// The number of each word's tag, an index into the tags of the corpus; as many as there are words.
    pub tags: Vec<usize>,
}

/// A question about a text, and where the text answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is asked.
    pub question: String,
    /// The text to look for the answer in.
    pub context: String,
    /// Where in the context the answer stands, in bytes; both ends lie between characters.
    pub answer: Range<usize>,
}

impl Question {
    /// The words of the answer.
    pub fn answer_text(&self) -> &str {
        self.context.get(self.answer.clone()).unwrap_or_default()
    }
}

/// The three parts of a data set. Nothing is in two of them, but for the few items that an official split has in two; their
/// cards count them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splits<T> {
    /// To learn from.
    pub train: Vec<T>,
    /// To watch while learning.
    pub validation: Vec<T>,
    /// To judge once, at the end. Empty where the validation part is all there is.
    pub test: Vec<T>,
}

impl<T> Splits<T> {
    /// The same parts with every item made into another.
    pub fn map<U>(self, mut item: impl FnMut(T) -> U) -> Splits<U> {
        Splits {
            train: self.train.into_iter().map(&mut item).collect(),
            validation: self.validation.into_iter().map(&mut item).collect(),
            test: self.test.into_iter().map(&mut item).collect(),
        }
    }

    /// How many items train, validate and test.
    pub fn counts(&self) -> [usize; 3] {
        [self.train.len(), self.validation.len(), self.test.len()]
    }
}

/// Documents as one text, [`SEPARATOR`] between them.
pub fn join(documents: &[String]) -> String {
    documents.join(SEPARATOR)
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.pad(match self {
            Self::Text => "text",
            Self::Pairs => "pairs",
            Self::Labelled => "labelled texts",
            Self::Tagged => "tagged words",
            Self::Questions => "questions",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_joined_by_an_empty_line() {
        assert_eq!(join(&["a.".into(), "b.".into()]), "a.\n\nb.");
    }

    #[test]
    fn a_shape_fills_its_column_of_a_table() {
        assert_eq!(format!("{:<8}|", Shape::Text), "text    |");
    }

    #[test]
    fn an_answer_outside_of_its_context_is_no_text() {
        let mut question = Question { question: "Who?".into(), context: "Zoë ran.".into(), answer: 0..4 };
        assert_eq!(question.answer_text(), "Zoë");
        question.answer = 0..3;
        assert_eq!(question.answer_text(), "");
    }
}
