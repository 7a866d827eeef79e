//! How good texts are that a model writes.

use std::collections::HashSet;

use salamander_datasets::{Corpus, Pair};
use salamander_generate::{LanguageModel, Seq2Seq};
use salamander_metrics::{Bleu, BleuOptions, Case, Chrf, ChrfOptions, Rouge, Stemming};
use salamander_models::Model;
use salamander_text::TokenizerKind;

use super::{Judging, Score};
use crate::{
    Error, Experiment, Part, Progress,
    write::{Answers, Ends, Limits, Targets, stops},
};

/// What texts that are written are measured by.
pub(super) const NAMES: [&str; 6] = ["exact", "bleu", "uncased bleu", "tokenised bleu", "chrf", "rougeL"];
/// How many are written side by side.
const TOGETHER: usize = 64;

impl Experiment {
    /// How good the targets are that a model writes for the sources of pairs; nothing if it writes none.
    pub(super) fn written(
        &self,
        model: &Model,
        part: Part,
        judging: &Judging,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Score>, Error> {
        // Of running text nothing is to be written.
        let Corpus::Pairs(splits) = &self.corpus else { return Ok(Vec::new()) };
        let pairs = judged(part.of(splits), part, judging);
        match model {
            Model::DecoderOnly(model) => self.answered(model, self.task.reading(), pairs, judging, progress),
            Model::Recurrent(model) => self.answered(model, (), pairs, judging, progress),
            Model::EncoderDecoder(model) => self.translated(model, pairs, judging, progress),
            Model::RecurrentSeq2Seq(model) => self.translated(model, pairs, judging, progress),
            _ => Ok(Vec::new()),
        }
    }

    /// What is written behind sources.
    fn answered<M: LanguageModel>(
        &self,
        model: &M,
        reading: M::Reading,
        pairs: Vec<&Pair>,
        judging: &Judging,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Score>, Error> {
        let stop = stops(&self.tokenizer, self.delimiters.as_ref());
        // As where it learnt, a source that is too long loses its end, and its target does not.
        let mut longest = 0;
        for (_, target) in &pairs {
            longest = longest.max(self.tokenizer.encode(target)?.len() + usize::from(!stop.is_empty()));
        }
        let answers = Answers::new(model, reading, &self.tokenizer, self.limits()).until(stop).leaving(longest);
        self.compared(pairs, progress, |sources| answers.write(sources, judging))
    }

    /// Targets that are written for sources.
    fn translated<M: Seq2Seq>(
        &self,
        model: &M,
        pairs: Vec<&Pair>,
        judging: &Judging,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Score>, Error> {
        let ends = Ends::new(&self.tokenizer, self.delimiters.as_ref())?;
        let targets = Targets::new(model, &self.tokenizer, ends, self.config.max_seq_len())?;
        self.compared(pairs, progress, |sources| targets.write(sources, judging))
    }

    fn compared(
        &self,
        mut pairs: Vec<&Pair>,
        progress: &mut dyn FnMut(Progress),
        write: impl Fn(&[&str]) -> Result<Vec<String>, Error>,
    ) -> Result<Vec<Score>, Error> {
        // Those of about the same length end at about the same time.
        pairs.sort_by_key(|(source, _)| source.len());
        let mut written = Vec::with_capacity(pairs.len());
        for some in pairs.chunks(TOGETHER) {
            let sources: Vec<_> = some.iter().map(|(source, _)| source.as_str()).collect();
            written.extend(write(&sources)?);
            progress(Progress::Judged { done: written.len(), of: pairs.len() });
        }
        let references = pairs.iter().map(|(_, target)| self.reference(target)).collect::<Result<Vec<_>, _>>()?;
        scores(&written, &references)
    }

    fn reference(&self, target: &str) -> Result<Reference, Error> {
        let ids = self.tokenizer.encode(target)?;
        // What is unknown is not spelled at all.
        let known = !self.tokenizer.unk().is_some_and(|unknown| ids.contains(&unknown));
        let spelled = known.then(|| self.tokenizer.decode(&ids)).transpose()?;
        Ok(Reference { whole: self.whole(target), spelled })
    }

    /// How long answers may be.
    pub(crate) fn limits(&self) -> Limits {
        Limits { max_seq_len: self.config.max_seq_len(), seq_len: self.recipe.plan.seq_len }
    }

    /// A text as people write it, if it is cut into pieces.
    fn whole(&self, text: &str) -> String {
        match self.recipe.data.tokenizer {
            TokenizerKind::Pieces { .. } => text.replace("@@ ", ""),
            _ => text.into(),
        }
    }

    /// Some pairs to show, from what is watched.
    pub(crate) fn shown(&self, count: usize) -> Option<Vec<Pair>> {
        let Corpus::Pairs(splits) = &self.corpus else { return None };
        Some(splits.validation.iter().take(count).cloned().collect())
    }
}

/// A target.
struct Reference {
    /// As people write it.
    whole: String,
    /// As its tokens spell it, if all of it is known: no model that has learnt them can write it otherwise.
    spelled: Option<String>,
}

/// Those a model is judged on.
fn judged<'p>(mut pairs: Vec<&'p Pair>, part: Part, judging: &Judging) -> Vec<&'p Pair> {
    // What is drawn to train on may come again and again; a test set is judged as it is.
    if matches!(part, Part::Train | Part::All) {
        let mut seen = HashSet::new();
        pairs.retain(|pair| seen.insert(*pair));
    }
    pairs.truncate(judging.most.unwrap_or(usize::MAX));
    pairs
}

fn scores(written: &[String], references: &[Reference]) -> Result<Vec<Score>, Error> {
    let (mut bleu, mut tokenised) = (Bleu::new(BleuOptions::default()), Bleu::new(BleuOptions::multi_bleu()));
    // Of models that write small letters alone.
    let mut uncased = Bleu::new(BleuOptions { case: Case::Lower, ..BleuOptions::default() });
    let (mut chrf, mut rouge) = (Chrf::new(ChrfOptions::default()), Rouge::new(Stemming::default()));
    let mut exact = 0;
    for (written, Reference { whole: reference, spelled }) in written.iter().zip(references) {
        exact += usize::from(written == reference || Some(written) == spelled.as_ref());
        bleu.add(written, &[reference])?;
        uncased.add(written, &[reference])?;
        tokenised.add(written, &[reference])?;
        chrf.add(written, &[reference])?;
        rouge.add(written, &[reference])?;
    }
    let value = exact as f64 / references.len().max(1) as f64;
    let text = format!("exact {exact} of {} ({:.2} %)", references.len(), 100.0 * value);
    let (bleu, uncased, tokenised) = (bleu.finish()?, uncased.finish()?, tokenised.finish()?);
    let (chrf, rouge) = (chrf.finish()?, rouge.finish()?);
    Ok(vec![
        Score { name: "exact", value, text },
        Score { name: "bleu", value: bleu.score, text: format!("{bleu:.2}") },
        Score { name: "uncased bleu", value: uncased.score, text: format!("{uncased:.2}") },
        Score { name: "tokenised bleu", value: tokenised.score, text: format!("{tokenised:.2}") },
        Score { name: "chrf", value: chrf.score, text: format!("{chrf:.2}") },
        Score { name: "rougeL", value: rouge.rouge_l.f1, text: rouge.to_string() },
    ])
}
