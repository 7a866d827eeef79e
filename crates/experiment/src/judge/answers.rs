//! How good the answers are that a model points at.

use salamander_datasets::Corpus;
use salamander_metrics::Answers;
use salamander_text::{QuestionBatch, QuestionWindow, Questions};
use salamander_train::Objective;

use super::{
    Score,
    labels::{Answered, each},
};
use crate::{Error, Experiment, Part, Progress};

/// The most tokens of an answer, as in BERT's code for SQuAD.
const LONGEST: usize = 30;

/// An answer, and how sure the model is of it.
#[derive(Debug, Clone, Default)]
struct Best {
    score: Option<f32>,
    bytes: std::ops::Range<usize>,
}

impl Experiment {
    /// Exact match and F1 of the answers to questions: of each, the surest in any of its windows.
    pub(super) fn pointed_at<M: Objective<QuestionBatch>>(
        &self,
        model: &M,
        set: &Questions,
        part: Part,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Score>, Error> {
        let Corpus::Questions(splits) = &self.corpus else { return Err(self.other_model()) };
        let questions = part.of(splits);
        let mut best = vec![Best::default(); questions.len()];
        each(model, set, progress, |batch: QuestionBatch, answered| {
            let Answered { logits, width, .. } = answered;
            for (&window, both) in batch.windows.iter().zip(logits.chunks(2 * width)) {
                let window = &set.windows()[window];
                let (starts, ends) = both.split_at(width);
                surest(window, starts, ends, &mut best[window.question]);
            }
            Ok(())
        })?;
        let mut answers = Answers::default();
        for (question, best) in questions.iter().zip(&best) {
            let said = question.context.get(best.bytes.clone()).unwrap_or_default();
            answers.add(said, &[&question.context[question.answer.clone()]]);
        }
        let score = answers.finish()?;
        Ok(vec![
            Score { name: "exact", value: score.exact_match, text: score.to_string() },
            Score { name: "f1", value: score.f1, text: String::new() },
        ])
    }
}

/// Keeps the answer of a window if it is surer than what there is.
fn surest(window: &QuestionWindow, starts: &[f32], ends: &[f32], best: &mut Best) {
    for (start, &begins) in starts.iter().enumerate() {
        for (end, &stops) in ends.iter().enumerate().skip(start).take(LONGEST) {
            let score = begins + stops;
            if best.score.is_some_and(|known| known >= score) {
                continue;
            }
            if let Some(bytes) = window.bytes(start, end) {
                *best = Best { score: Some(score), bytes };
            }
        }
    }
}
