//! Question answering: whether an answer is one of those that people gave.

use std::{fmt, sync::LazyLock};

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::{
    Error, Hits,
    error::check_enough,
    ngrams::{count, shared},
    whitespace::words,
};

/// Exact match and F1 of SQuAD (Rajpurkar et al. 2016, arXiv:1606.05250; with questions that have no answer, Rajpurkar
/// et al. 2018, arXiv:1806.03822).
///
/// Answers are compared in lower case, without ASCII punctuation, without `a`, `an` and `the`, and whatever white space is
/// between words. They match if they are the same then; F1 is that of the words they share, in any order:
///
/// ```text
/// F1 = 2 shared / (words in the answer + words in the reference)
/// ```
///
/// Of several references the best counts, for each of the two. A question without references has no answer, and an empty
/// one is right; if either text is left without words, F1 is 1 if both are and 0 if not.
///
/// ```
/// use salamander_metrics::Answers;
///
/// let mut answers = Answers::default();
/// answers.add("The Norman conquest!", &["Norman conquest", "1066"]);
/// // Shares "in" and "1066" of 3 and 2 words: 2·2 / (3 + 2) = 0.8.
/// answers.add("in October 1066", &["in 1066"]);
/// answers.add("perhaps", &[""; 0]);
/// assert_eq!(answers.finish()?.to_string(), "exact match 33.33, F1 60.00 (3 questions)");
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    exact: u64,
    f1: f64,
    questions: u64,
}

impl Answers {
    /// Counts an answer, and gives whether it matches and its F1.
    pub fn add(&mut self, answer: &str, references: &[impl AsRef<str>]) -> (bool, f64) {
        let answer = normalize(answer);
        let references = references.iter().map(|reference| normalize(reference.as_ref()));
        let mut references: Vec<_> = references.filter(|reference| !reference.is_empty()).collect();
        if references.is_empty() {
            references.push(String::new());
        }
        let exact = references.contains(&answer);
        let f1 = references.iter().map(|reference| f1(&answer, reference)).fold(0.0, f64::max);
        self.exact += u64::from(exact);
        self.f1 += f1;
        self.questions += 1;
        (exact, f1)
    }

    /// Counts what `other` has counted too.
    pub fn merge(&mut self, other: &Self) {
        self.exact += other.exact;
        self.f1 += other.f1;
        self.questions += other.questions;
    }

    /// The means over all questions.
    ///
    /// # Errors
    /// If there are none.
    pub fn finish(&self) -> Result<AnswerScore, Error> {
        check_enough(self.questions, 1, "questions")?;
        let questions = self.questions as f64;
        Ok(AnswerScore {
            exact_match: self.exact as f64 / questions,
            f1: self.f1 / questions,
            questions: self.questions,
        })
    }
}

/// How good the answers to some questions are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AnswerScore {
    /// The share that matches, from 0 to 1.
    pub exact_match: f64,
    /// The mean F1, from 0 to 1.
    pub f1: f64,
    /// How many questions there are.
    pub questions: u64,
}

impl fmt::Display for AnswerScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        let (exact, f1) = (100.0 * self.exact_match, 100.0 * self.f1);
        write!(f, "exact match {exact:.digits$}, F1 {f1:.digits$} ({} questions)", self.questions)
    }
}

/// What a word is made of, as Python sees it: accents that stand by themselves are not part of it.
static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\p{L}\p{N}_]+").expect("a constant, and tested"));

/// An answer as it is compared.
fn normalize(answer: &str) -> String {
    let plain: String = answer.to_lowercase().chars().filter(|character| !character.is_ascii_punctuation()).collect();
    let without_articles = WORD.replace_all(&plain, |word: &regex::Captures<'_>| match &word[0] {
        "a" | "an" | "the" => " ".to_owned(),
        word => word.to_owned(),
    });
    words(&without_articles).collect::<Vec<_>>().join(" ")
}

fn f1(answer: &str, reference: &str) -> f64 {
    let [answer, reference]: [Vec<_>; 2] = [answer, reference].map(|text| words(text).collect());
    if answer.is_empty() || reference.is_empty() {
        return f64::from(u8::from(answer == reference));
    }
    let shared = shared(&count(&answer, 1), &count(&reference, 1));
    Hits { shared, predicted: answer.len() as u64, wanted: reference.len() as u64 }.score().f1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_forms_by_hand() {
        for (answer, want) in [
            ("The  End.", "end"),
            ("an apple-a day", "applea day"),
            ("U.S.A.", "usa"),
            ("a", ""),
            ("theory of a-the an_d", "theory of athe and"),
            ("“the” – the’s", "“ ” – ’s"),
            ("ÄÉ \u{a0}the\tß", "äé ß"),
        ] {
            assert_eq!(normalize(answer), want, "{answer:?}");
        }
    }

    #[test]
    fn the_best_reference_counts_for_each() {
        let mut answers = Answers::default();
        assert_eq!(answers.add("b c", &["a b", "d e b c"]), (false, 1.0 / 1.5));
        assert_eq!(answers.add("b b b", &["b c b"]), (false, 2.0 / 3.0));
    }

    #[test]
    fn no_answer_is_an_answer() {
        let mut answers = Answers::default();
        for (answer, references, want) in [
            ("", vec![], (true, 1.0)),
            ("x", vec![], (false, 0.0)),
            ("the", vec!["."], (true, 1.0)),
            ("", vec!["x"], (false, 0.0)),
        ] {
            assert_eq!(answers.add(answer, &references), want, "{answer:?} {references:?}");
        }
    }

    #[test]
    fn parts_merge_to_the_whole_and_nothing_is_an_error() {
        let mut whole = Answers::default();
        assert_eq!(whole.finish().unwrap_err().to_string(), "there are 0 questions: it takes at least 1");
        let (mut part, mut other) = (whole.clone(), whole.clone());
        for answers in [&mut whole, &mut part] {
            answers.add("x y", &["x"]);
        }
        for answers in [&mut whole, &mut other] {
            answers.add("x", &["x"]);
        }
        part.merge(&other);
        assert_eq!(part, whole);
    }
}
