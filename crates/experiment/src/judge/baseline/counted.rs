//! The next token, foretold by having counted.

use salamander_baselines::{Chain, MarkovConfig, NGramConfig, Smoothing};
use salamander_datasets::Corpus;

use super::Reached;
use crate::{Error, Experiment, Part, Progress, judge::Score, set::continuous};

/// Tokens between two reports of progress.
const REPORTED: usize = 1 << 14;

impl Experiment {
    pub(super) fn ngram(
        &self,
        order: usize,
        smoothing: Smoothing,
        part: Part,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Reached, Error> {
        let config = NGramConfig { vocab_size: self.tokenizer.vocab_size(), order, smoothing };
        let model = config.fit(&self.sequences(Part::Train)?)?;
        let scores = foretold(&self.sequences(part)?, |context| model.distribution(context), progress);
        Ok(Reached { scores, numbers: model.num_counts() as u64, flops_per_token: config.flops_per_token() })
    }

    pub(super) fn markov(
        &self,
        chain: Chain,
        part: Part,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Reached, Error> {
        let config = MarkovConfig { vocab_size: self.tokenizer.vocab_size(), chain };
        let model = config.fit(&self.sequences(Part::Train)?)?;
        let scores = foretold(&self.sequences(part)?, |context| model.probabilities(context), progress);
        Ok(Reached { scores, numbers: model.num_counts() as u64, flops_per_token: config.flops_per_token() })
    }

    /// The texts of a part as a model reads them: one without end, or each between its marks.
    fn sequences(&self, part: Part) -> Result<Vec<Vec<u32>>, Error> {
        let Corpus::Text(splits) = &self.corpus else { return Ok(Vec::new()) };
        let cutter = self.cutter();
        let ids = part.of(splits).into_iter().map(|text| match continuous(&self.corpus) {
            true => Ok(self.tokenizer.encode(text)?),
            false => cutter.framed(text),
        });
        ids.collect()
    }
}

/// How surprising the tokens are, and how often the likeliest one is right. The first of a text has nothing before it and
/// does not count. A loss without end, of a chain that holds possible what it has seen and nothing else, is left out.
fn foretold(
    judged: &[Vec<u32>],
    distribution: impl Fn(&[u32]) -> Vec<f64>,
    progress: &mut dyn FnMut(Progress),
) -> Vec<Score> {
    let of: usize = judged.iter().map(|ids| ids.len().saturating_sub(1)).sum();
    let (mut nats, mut right, mut done) = (0.0, 0, 0);
    for ids in judged {
        for at in 1..ids.len() {
            let (distribution, token) = (distribution(&ids[..at]), ids[at] as usize);
            nats -= distribution[token].ln();
            let likeliest = distribution.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
            right += usize::from(likeliest.is_some_and(|(likeliest, _)| likeliest == token));
            done += 1;
            if done % REPORTED == 0 {
                progress(Progress::Judged { done, of });
            }
        }
    }
    let (loss, accuracy) = (nats / of.max(1) as f64, right as f64 / of.max(1) as f64);
    let loss = Score { name: "loss", value: loss, text: format!("{loss:.4} nats per token") };
    let text = format!("accuracy {:.2} % of {of} tokens", 100.0 * accuracy);
    let accuracy = Score { name: "accuracy", value: accuracy, text };
    [loss, accuracy].into_iter().filter(|score| score.value.is_finite()).collect()
}
