//! Texts that are to be judged.

use std::sync::Arc;

use salamander_datasets::{Labelled, Question, Tagged as Sentence};
use salamander_text::{self as text, Classified, QuestionOptions, Questions, Tagged, tag};

use super::{Cutter, Set};
use crate::Error;

/// How many tokens later the next window on a long context begins, as a share of the row: 128 of 384 for SQuAD.
const STRIDE: usize = 3;

impl Cutter<'_> {
    pub(super) fn labelled(&self, items: &[&Labelled]) -> Result<Set, Error> {
        let (plan, frame) = (self.plan, self.frame()?);
        let room = plan.seq_len.saturating_sub(frame.begin.len() + frame.end.len());
        let example =
            |item: &&Labelled| -> Result<_, Error> { Ok((frame.one(&self.ids(&item.text, room)?), item.label as i64)) };
        let examples = items.iter().map(example).collect::<Result<Vec<_>, _>>()?;
        let classified = Classified::new(examples, self.pad()?, plan.seq_len, plan.batch_size, plan.seed)?;
        Ok(Set::Classified(Arc::new(classified.sized(self.size())?)))
    }

    pub(super) fn tagged(&self, sentences: &[&Sentence]) -> Result<Set, Error> {
        let (plan, frame) = (self.plan, self.frame()?);
        let labelled = |sentence: &&Sentence| -> Result<_, Error> {
            let words = sentence.words.iter().zip(&sentence.tags).map(|(word, &tag)| (word.as_str(), tag as i64));
            Ok(tag(self.tokenizer, &frame, &words.collect::<Vec<_>>())?)
        };
        let sentences = sentences.iter().map(labelled).collect::<Result<Vec<_>, _>>()?;
        let tagged = Tagged::new(sentences, self.pad()?, plan.seq_len, plan.batch_size, plan.seed)?;
        Ok(Set::Tagged(Arc::new(tagged.sized(self.size())?)))
    }

    pub(super) fn questions(&self, questions: &[&Question]) -> Result<Set, Error> {
        let plan = self.plan;
        let options = QuestionOptions {
            frame: self.frame()?,
            pad: self.pad()?,
            longest: plan.seq_len,
            stride: (plan.seq_len / STRIDE).max(1),
            longest_question: (plan.seq_len / 2).max(1),
            rows: plan.batch_size,
        };
        let asked = |item: &&Question| text::Question {
            question: item.question.clone(),
            context: item.context.clone(),
            answer: Some(item.answer.clone()),
        };
        let set = Questions::new(questions.iter().map(asked), self.tokenizer, &options, plan.seed)?;
        Ok(Set::Questions(Arc::new(set.sized(self.size())?)))
    }
}
