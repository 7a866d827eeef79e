//! How surprised a model is by what it has not seen.

use std::sync::Arc;

use salamander_datasets::Corpus;
use salamander_metrics::Likelihood;
use salamander_text::{Batches, Bigram, IGNORE, LanguageBatch, Masked, TextLength, Tokenizer};
use salamander_train::{Evaluation, Kind, Objective, evaluate};

use super::Score;
use crate::{Error, Experiment, Part, Progress};

fn evaluated<M: Objective<S::Batch>, S: Batches<Batch: Kind>>(
    model: &M,
    set: &S,
    progress: &mut dyn FnMut(Progress),
) -> Evaluation {
    evaluate(model.valid(), set, &mut |done, of| progress(Progress::Judged { done, of }))
}

fn share(name: &'static str, value: f64, of: usize, what: &str) -> Score {
    Score { name, value, text: format!("{name} {:.2} % of {of} {what}", 100.0 * value) }
}

fn surprise(likelihood: &Likelihood) -> Result<Score, Error> {
    let score = likelihood.finish()?;
    Ok(Score { name: "loss", value: score.nats_per_token, text: score.to_string() })
}

/// Perplexity and bits per byte of running text.
pub(super) fn text<M, S>(
    model: &M,
    set: &S,
    tokenizer: &Arc<Tokenizer>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<Score>, Error>
where
    S: Batches<Batch = LanguageBatch>,
    M: Objective<LanguageBatch>,
{
    let Evaluation { loss, accuracy, tokens } = evaluated(model, set, progress);
    let mut likelihood = Likelihood::default();
    let unknown = tokenizer.unk();
    let mut is_known = true;
    let targets = set.evaluation().flat_map(|batch| batch.targets.values).filter(|&id| id != IGNORE);
    let targets = targets.filter_map(|id| u32::try_from(id).ok()).inspect(|&id| is_known &= Some(id) != unknown);
    let TextLength { bytes, characters } = tokenizer.length(targets)?;
    match is_known {
        true => likelihood.add_counted(loss * tokens as f64, tokens as u64, bytes, characters),
        // Of a word that is unknown nothing says how long it is.
        false => likelihood.add_tokens(loss * tokens as f64, tokens as u64),
    }
    Ok(vec![surprise(&likelihood)?, share("accuracy", accuracy, tokens, "tokens")])
}

/// Perplexity of targets.
pub(super) fn tokens<M, S>(model: &M, set: &S, progress: &mut dyn FnMut(Progress)) -> Result<Vec<Score>, Error>
where
    S: Batches<Batch: Kind>,
    M: Objective<S::Batch>,
{
    let Evaluation { loss, accuracy, tokens } = evaluated(model, set, progress);
    let mut likelihood = Likelihood::default();
    likelihood.add_tokens(loss * tokens as f64, tokens as u64);
    Ok(vec![surprise(&likelihood)?, share("accuracy", accuracy, tokens, "target tokens")])
}

/// How many gaps are filled right.
pub(super) fn gaps<M, S>(model: &M, set: &S, progress: &mut dyn FnMut(Progress)) -> Result<Vec<Score>, Error>
where
    S: Batches<Batch: Kind>,
    M: Objective<S::Batch>,
{
    let Evaluation { loss, accuracy, tokens } = evaluated(model, set, progress);
    let loss = Score { name: "loss", value: loss, text: format!("loss {loss:.4} nats per gap") };
    Ok(vec![loss, share("accuracy", accuracy, tokens, "gaps")])
}

impl Experiment {
    /// How many of the same gaps a model fills that knows only which words stand side by side in what trains.
    pub(super) fn bigram(&self, set: &Masked) -> Result<Score, Error> {
        let mut bigram = Bigram::default();
        if let Corpus::Text(splits) = &self.corpus {
            for text in Part::Train.of(splits) {
                bigram.count(&self.cutter().framed(text)?);
            }
        }
        let filled = set.evaluation().map(|batch| bigram.fill(&batch));
        let (right, gaps) = filled.fold((0, 0), |(right, gaps), (more, all)| (right + more, gaps + all));
        let value = right as f64 / gaps.max(1) as f64;
        Ok(share("bigram accuracy", value, gaps, "gaps"))
    }
}
