//! How good a model is, in the numbers its task is measured by.

mod answers;
mod baseline;
mod flow;
mod labels;
mod likelihood;
mod written;

pub use baseline::{Baseline, Reached};
use salamander_datasets::{Corpus, Shape};
use salamander_generate::{BeamSearch, Longest};
use salamander_models::{Model, Task};
use serde::{Deserialize, Serialize};

use crate::{Error, Experiment, Part, Progress, set::Set};

/// How a model is judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judging {
    /// How many texts are written at most; absent, as many as there are.
    pub most: Option<usize>,
    /// How many targets are followed at a time; 1 takes the likeliest token each time.
    pub beams: usize,
    /// How much long targets are favoured: `α` of Wu et al. 2016 (arXiv:1609.08144).
    pub length_penalty: f64,
}

impl Default for Judging {
    fn default() -> Self {
        Self { most: None, beams: 1, length_penalty: 1.0 }
    }
}

impl Judging {
    /// How targets are looked for.
    pub(crate) fn search(&self, longest: Longest) -> BeamSearch {
        let alpha = if self.beams == 1 { 0.0 } else { self.length_penalty };
        BeamSearch { width: self.beams, alpha, longest, ..BeamSearch::default() }
    }
}

/// A number, and how it is usually printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// What it is called: `loss`, `accuracy`, `bleu`.
    pub name: &'static str,
    /// The number; shares are from 0 to 1, BLEU and chrF from 0 to 100.
    pub value: f64,
    /// A line with all that belongs beside it.
    pub text: String,
}

impl Experiment {
    /// Judges a model on a part of the data.
    ///
    /// # Errors
    /// If the part is empty, the model is of another kind, or writing fails.
    pub fn judge(
        &self,
        model: &Model,
        part: Part,
        judging: &Judging,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Score>, Error> {
        let mut scores = self.scores(model, part, progress)?;
        scores.extend(self.written(model, part, judging, progress)?);
        Ok(if self.shape == Shape::Labelled && self.config.writes() { of_classes(scores) } else { scores })
    }

    /// The names of what [`judge`](Self::judge) measures.
    pub fn measures(&self) -> Vec<&'static str> {
        let writes = self.config.writes();
        let mut names = match self.task {
            Task::Masked { .. } => vec!["loss", "accuracy", "bigram accuracy"],
            Task::Classify | Task::Tag => vec!["accuracy", "f1", "mcc"],
            Task::Answer => vec!["exact", "f1"],
            Task::Contrast => vec!["mean reciprocal rank"],
            Task::Causal { .. } | Task::Prefix | Task::Replaced { .. } => vec!["loss", "accuracy"],
            Task::Spans { .. } | Task::Denoise { .. } | Task::Translate => vec!["loss", "accuracy"],
        };
        if writes && self.shape != Shape::Labelled && matches!(self.corpus, Corpus::Pairs(_)) {
            names.extend(written::NAMES);
        }
        names
    }

    fn scores(&self, model: &Model, part: Part, progress: &mut dyn FnMut(Progress)) -> Result<Vec<Score>, Error> {
        let (set, _) = self.cut(part, progress)?;
        let tokenizer = &self.tokenizer;
        match (model, &set) {
            (Model::DecoderOnly(model), Set::Windows(set)) => likelihood::text(model, &**set, tokenizer, progress),
            (Model::DecoderOnly(model), Set::Documents(set)) => likelihood::text(model, &**set, tokenizer, progress),
            (Model::DecoderOnly(model), Set::Packed(set)) => likelihood::tokens(model, &**set, progress),
            (Model::DecoderOnly(model), Set::Continued(set)) => likelihood::tokens(model, &**set, progress),
            (Model::DecoderOnly(model), Set::Prefixed(set)) => likelihood::tokens(model, &**set, progress),
            (Model::MaskedLm(model), Set::Masked(set)) => {
                let mut scores = likelihood::gaps(model, &**set, progress)?;
                scores.push(self.bigram(set)?);
                Ok(scores)
            }
            (Model::ReplacedTokens(model), Set::Masked(set)) => likelihood::tokens(model, &**set, progress),
            (Model::Classifier(model), Set::Classified(set)) => self.labelled(model, &**set, progress),
            (Model::TokenClassifier(model), Set::Tagged(set)) => self.labelled(model, &**set, progress),
            (Model::QuestionAnswerer(model), Set::Questions(set)) => self.pointed_at(model, set, part, progress),
            (Model::SentenceEncoder(model), Set::Contrastive(set)) => labels::retrieved(model, &**set, progress),
            (Model::Recurrent(model), Set::Windows(set)) => likelihood::text(model, &**set, tokenizer, progress),
            (Model::Recurrent(model), Set::Documents(set)) => likelihood::text(model, &**set, tokenizer, progress),
            (Model::Recurrent(model), Set::Continued(set)) => likelihood::tokens(model, &**set, progress),
            (Model::RecurrentSeq2Seq(model), Set::Pairs(set)) => likelihood::tokens(model, &**set, progress),
            (Model::RecurrentSeq2Seq(model), Set::Denoised(set)) => likelihood::tokens(model, &**set, progress),
            (Model::EncoderDecoder(model), Set::Pairs(set)) => likelihood::tokens(model, &**set, progress),
            (Model::EncoderDecoder(model), Set::Denoised(set)) => likelihood::tokens(model, &**set, progress),
            _ => Err(self.other_model()),
        }
    }
}

/// The scores of a model that writes the name of a class: whether it is the right one counts, as for a model that chooses
/// among them, and not how many of its tokens are.
fn of_classes(mut scores: Vec<Score>) -> Vec<Score> {
    let exact = scores.iter().position(|score| score.name == "exact").map(|exact| scores.swap_remove(exact));
    scores.retain(|score| score.name == "loss");
    let right = |Score { value, text, .. }: Score| Score {
        name: "accuracy",
        value,
        text: text.replacen("exact", "accuracy", 1),
    };
    scores.extend(exact.map(right));
    scores
}
