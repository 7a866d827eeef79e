//! Questions with the texts that answer them.

use std::{ops::Range, sync::Arc};

use super::{
    BatchSize, Batches, Frame, Framed, Rows, check_size,
    groups::{Groups, grouped},
};
use crate::{Error, Random, Tokenizer};

const UNIT: &str = "questions";

/// A question, and the text that may answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is asked.
    pub question: String,
    /// What is read.
    pub context: String,
    /// Which bytes of the context are the answer; `None` if it has none.
    pub answer: Option<Range<usize>>,
}

/// How questions become rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionOptions {
    /// The special tokens around question and context.
    pub frame: Frame,
    /// Fills up rows shorter than the longest of their batch.
    pub pad: u32,
    /// The most tokens of a row, special ones included: 384 for SQuAD.
    pub longest: usize,
    /// How many tokens later the next window on a long context begins: 128 for SQuAD.
    pub stride: usize,
    /// The most tokens of a question, which loses the others: 64 for SQuAD.
    pub longest_question: usize,
    /// How many rows are in a batch, `B`.
    pub rows: usize,
}

/// A window on a context, behind its question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionWindow {
    /// Which question, counted from 0.
    pub question: usize,
    /// The row.
    pub framed: Framed,
    /// Where in the row the answer's first token stands, and its last: 0 and 0, the first special token, if the answer is
    /// not wholly in this window, or there is none.
    pub answer: (usize, usize),
    /// Where the context's first token stands in the row.
    first: usize,
    /// The bytes of the context that each token of the window stands for.
    ranges: Vec<Range<usize>>,
}

impl QuestionWindow {
    /// The bytes of the context from one token of the row to another: what a model answers. `None` if they are not of the
    /// context, or in the wrong order.
    pub fn bytes(&self, start: usize, end: usize) -> Option<Range<usize>> {
        let range = |position: usize| self.ranges.get(position.checked_sub(self.first)?);
        let (start, end) = (range(start)?.start, range(end)?.end);
        (start <= end).then_some(start..end)
    }
}

/// A batch for a model that points at the first and the last token of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionBatch {
    /// Questions and windows on their contexts.
    pub inputs: Rows,
    /// Where the answers begin, `[B]`.
    pub starts: Vec<i64>,
    /// Where their last tokens stand, `[B]`.
    pub ends: Vec<i64>,
    /// Which of the [`windows`](Questions::windows) each row is, `[B]`.
    pub windows: Vec<usize>,
}

/// Questions with the texts that answer them, long texts in windows that overlap (Devlin et al. 2018, arXiv:1810.04805,
/// section 4.2, and its code for SQuAD; Rajpurkar et al. 2016, arXiv:1606.05250).
///
/// To learn from, each epoch takes the windows in an order of its own; to evaluate, in their own order.
#[derive(Debug, Clone)]
pub struct Questions {
    windows: Arc<[QuestionWindow]>,
    groups: Groups,
    pad: u32,
}

impl Questions {
    /// Batches of questions.
    ///
    /// # Errors
    /// If there is no question, a question leaves no room for its context, an answer is not in its context, and those of
    /// [`encode`](Tokenizer::encode).
    ///
    /// # Panics
    /// If `rows`, `longest` or `stride` is 0.
    pub fn new(
        questions: impl IntoIterator<Item = Question>,
        tokenizer: &Tokenizer,
        options: &QuestionOptions,
        seed: u64,
    ) -> Result<Self, Error> {
        check_size(options.rows, options.longest.min(options.stride));
        let mut windows = Vec::new();
        for (index, question) in questions.into_iter().enumerate() {
            windows.extend(windows_on(index, &question, tokenizer, options)?);
        }
        let lengths = windows.iter().map(|window: &QuestionWindow| (window.framed.ids.len(), 0)).collect();
        let groups = Groups::new(lengths, BatchSize::Rows(options.rows), UNIT, seed)?;
        Ok(Self { windows: windows.into(), groups, pad: options.pad })
    }

    /// All windows, those of a question one after the other.
    pub fn windows(&self) -> &[QuestionWindow] {
        &self.windows
    }

    fn batch(&self, windows: Vec<usize>, _: Random) -> QuestionBatch {
        let of = |window: &usize| &self.windows[*window];
        QuestionBatch {
            inputs: Rows::new(windows.iter().map(|window| &of(window).framed), self.pad),
            starts: windows.iter().map(|window| of(window).answer.0 as i64).collect(),
            ends: windows.iter().map(|window| of(window).answer.1 as i64).collect(),
            windows,
        }
    }
}

fn windows_on(
    index: usize,
    question: &Question,
    tokenizer: &Tokenizer,
    options: &QuestionOptions,
) -> Result<Vec<QuestionWindow>, Error> {
    let Question { question, context, answer } = question;
    let outside = answer.as_ref().filter(|answer| answer.is_empty() || context.get((*answer).clone()).is_none());
    if let Some(answer) = outside {
        return Err(Error::NoAnswer { index, start: answer.start, end: answer.end, length: context.len() });
    }
    let mut asked = tokenizer.encode(question)?;
    asked.truncate(options.longest_question);
    let (ids, ranges): (Vec<_>, Vec<_>) = tokenizer.encode_ranges(context)?.into_iter().unzip();
    let first = options.frame.second(asked.len());
    let taken = first + options.frame.end.len();
    let Some(room) = options.longest.checked_sub(taken).filter(|&room| room > 0) else {
        return Err(Error::LongRow { index, found: taken + 1, most: options.longest });
    };
    let tokens = answer.as_ref().and_then(|answer| tokens_of(answer, &ranges));
    let window = |start: usize| {
        let end = (start + room).min(ids.len());
        let inside = tokens.filter(|&(from, to)| from >= start && to < end);
        QuestionWindow {
            question: index,
            framed: options.frame.two(&asked, &ids[start..end]),
            answer: inside.map_or((0, 0), |(from, to)| (first + from - start, first + to - start)),
            first,
            ranges: ranges[start..end].to_vec(),
        }
    };
    // The last window is the first that reaches the end.
    let step = options.stride.min(room);
    let further = ids.len().saturating_sub(room).div_ceil(step);
    Ok((0..=further).map(|number| window(number * step)).collect())
}

/// The first and the last token that have a part in an answer.
fn tokens_of(answer: &Range<usize>, ranges: &[Range<usize>]) -> Option<(usize, usize)> {
    let touches = |range: &Range<usize>| range.start < answer.end && range.end > answer.start;
    Some((ranges.iter().position(touches)?, ranges.iter().rposition(touches)?))
}

grouped!(Questions => QuestionBatch);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Special, tokenizer::trained};

    fn options(tokenizer: &Tokenizer, longest: usize, stride: usize) -> QuestionOptions {
        let frame = Frame::new(tokenizer).unwrap();
        QuestionOptions { frame, pad: 0, longest, stride, longest_question: 3, rows: 2 }
    }

    fn question(context: &str, answer: &str) -> Question {
        let start = context.find(answer).unwrap();
        let answer = (!answer.is_empty()).then_some(start..start + answer.len());
        Question { question: "who counts".into(), context: context.into(), answer }
    }

    #[test]
    fn by_hand() {
        let tokenizer = Tokenizer::words(["who counts a b c d e"], &Special::ALL);
        let options = options(&tokenizer, 8, 2);
        // Two tokens of question and three special ones leave room for three: a b c, c d e.
        let questions =
            Questions::new([question("a b c d e", "d e"), question("b", "")], &tokenizer, &options, 0).unwrap();
        let batch = questions.evaluation_at(0);
        let [bos, eos, who, counts] =
            ["<bos>", "<eos>", "who", "counts"].map(|word| i64::from(tokenizer.id(word).unwrap()));
        let letter = |letter: &str| i64::from(tokenizer.id(letter).unwrap());
        let [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(letter);
        assert_eq!(
            batch.inputs.ids.to_rows(),
            [[bos, who, counts, eos, a, b, c, eos], [bos, who, counts, eos, c, d, e, eos]]
        );
        assert_eq!(batch.inputs.segments.to_rows(), [[0, 0, 0, 0, 1, 1, 1, 1]; 2]);
        assert_eq!((batch.starts, batch.ends, batch.windows), (vec![0, 5], vec![0, 6], vec![0, 1]));
        let window = &questions.windows()[1];
        assert_eq!(window.bytes(5, 6), Some(6..9));
        assert_eq!((window.bytes(0, 0), window.bytes(6, 5), window.bytes(4, 7)), (None, None, None));
        let last = questions.evaluation_at(1);
        assert_eq!((last.inputs.ids.row(0), last.starts), (&[bos, who, counts, eos, b, eos][..], vec![0]));
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        let tokenizer = Tokenizer::bytes(&Special::ALL);
        let ask = |answer: Range<usize>, longest| {
            let question = Question { question: "abcdef".into(), context: "aé".into(), answer: Some(answer) };
            Questions::new([question], &tokenizer, &options(&tokenizer, longest, 2), 0).unwrap_err().to_string()
        };
        let refused = |start, end| {
            format!(
                "the answer of question 0, bytes {start} to {end}, is not in its context of 3 bytes: correct or drop it"
            )
        };
        assert_eq!(ask(1..4, 20), refused(1, 4));
        assert_eq!(ask(1..2, 20), refused(1, 2));
        assert_eq!(ask(1..1, 20), refused(1, 1));
        assert_eq!(
            ask(0..1, 6),
            "row 0 has 7 tokens, more than the 6 it may have: raise the limit, cut it or leave it out"
        );
        assert!(Questions::new([], &tokenizer, &options(&tokenizer, 20, 2), 0).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn windows_cover_the_context_and_answers_come_back(
            words in prop::collection::vec("[a-e]{1,3}|the|waves|größe", 1..30), pick: (prop::sample::Index, prop::sample::Index),
            longest in 15usize..40, stride in 1usize..20
        ) {
            let context = words.join(" ");
            let (a, b) = (pick.0.index(words.len()), pick.1.index(words.len()));
            let start = words[..a.min(b)].iter().map(|word| word.len() + 1).sum::<usize>();
            let answer = start..start + words[a.min(b)..=a.max(b)].join(" ").len();
            let question = Question { question: "the".into(), context: context.clone(), answer: Some(answer.clone()) };
            for tokenizer in trained() {
                let options = options(&tokenizer, longest, stride);
                let questions = Questions::new([question.clone()], &tokenizer, &options, 0).unwrap();
                let all = tokenizer.encode_ranges(&context).unwrap();
                let mut covered = vec![false; all.len()];
                for (number, window) in questions.windows().iter().enumerate() {
                    prop_assert!(window.framed.ids.len() <= longest);
                    let offset = number * stride.min(longest - window.first - 1);
                    prop_assert!(all[offset..].iter().zip(&window.ranges).all(|((_, range), other)| range == other));
                    covered[offset..offset + window.ranges.len()].fill(true);
                    if window.answer != (0, 0) {
                        let bytes = window.bytes(window.answer.0, window.answer.1).unwrap();
                        prop_assert!(bytes.start <= answer.start && bytes.end >= answer.end);
                        prop_assert_eq!(context[bytes].trim(), &context[answer.clone()]);
                    }
                }
                prop_assert!(covered.iter().all(|&covered| covered));
                let whole = questions.windows().len() == 1;
                prop_assert!(!whole || questions.windows()[0].answer != (0, 0));
            }
        }
    }
}
