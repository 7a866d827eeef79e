//! What a model must beat to be worth its trouble, learnt from the same rows and judged on the same.

use std::sync::Arc;

use burn::tensor::Device;
use salamander_baselines::{BagOfWords, BagOfWordsConfig, Counting, NGramConfig, Smoothing};
use salamander_datasets::Corpus;
use salamander_kernels::AdamWConfig;
use salamander_metrics::Confusion;
use salamander_models::Task;
use salamander_text::{Batches, Classified};
use salamander_train::{Data, Evaluate, Keep, Limit, Optimizer, Plan, Schedule, Session, evaluate, train};

use super::{Score, labels::each};
use crate::{
    Error, Experiment, Part, Progress,
    set::{Set, continuous},
};

/// How long a bag of words learns: more does not change what it says.
const EPOCHS: usize = 10;
/// How strongly its weights are pulled towards zero: validation chooses.
const DECAYS: [f64; 3] = [0.0, 0.03, 0.3];
/// Tokens of context, and what such a model is called.
const ORDERS: [(usize, &str); 3] = [(1, "bigram"), (2, "trigram"), (4, "5-gram")];

impl Experiment {
    /// The scores of a bag of words on texts with classes, and of n-grams on running text. Other tasks have none yet.
    ///
    /// # Errors
    /// If the part is empty, or the baseline cannot be trained.
    pub fn baseline(&self, part: Part, progress: &mut dyn FnMut(Progress)) -> Result<Vec<Score>, Error> {
        match (&self.corpus, self.task) {
            (Corpus::Labelled { classes, .. }, Task::Classify) => self.bag_of_words(classes, part, progress),
            (Corpus::Text(_), Task::Causal { .. }) => self.counted(part),
            _ => Ok(Vec::new()),
        }
    }

    fn bag_of_words(
        &self,
        classes: &[String],
        part: Part,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Score>, Error> {
        let mut sets = Vec::new();
        for part in [Part::Train, Part::Validation, part] {
            let (Set::Classified(set), _) = self.cut(part, progress)? else { return Err(self.other_model()) };
            sets.push(set);
        }
        let [learnt, watched, judged] = [&sets[0], &sets[1], &sets[2]];
        let mut best: Option<(f64, BagOfWords)> = None;
        for decay in DECAYS {
            let model = self.logistic(classes.len(), decay, learnt, watched)?;
            let accuracy = evaluate(model.clone(), &**watched, &mut |_, _| {}).accuracy;
            if best.as_ref().is_none_or(|(least, _)| accuracy > *least) {
                best = Some((accuracy, model));
            }
        }
        let Some((_, model)) = best else { return Ok(Vec::new()) };
        let mut confusion = Confusion::named(classes.to_vec());
        each(&model, &**judged, progress, |_, answered| {
            Ok(answered.said().try_for_each(|(said, truth)| confusion.add(truth, said))?)
        })?;
        let score = confusion.finish()?;
        let text = format!("a bag of words on the same rows: {score}");
        Ok(vec![Score { name: "bag of words accuracy", value: score.accuracy, text }])
    }

    /// Logistic regression on which words there are.
    fn logistic(
        &self,
        n_classes: usize,
        weight_decay: f64,
        learnt: &Arc<Classified>,
        watched: &Arc<Classified>,
    ) -> Result<BagOfWords, Error> {
        let config =
            BagOfWordsConfig { vocab_size: self.tokenizer.vocab_size(), n_classes, counting: Counting::Presence };
        let steps = EPOCHS * learnt.len();
        let plan = Plan {
            steps,
            schedule: Schedule::Linear { peak: 1e-2, floor: 0.0, warmup: 0 },
            optimizer: Optimizer::AdamW(AdamWConfig { weight_decay, ..AdamWConfig::default() }),
            evaluate: Evaluate { every: steps, batches: 1, sample_every: 1, patience: None },
            keep: Keep::default(),
            limit: Limit::default(),
            accumulate: 1,
            clip: None,
            smoothing: 0.0,
            log_every: steps,
            ..self.recipe.plan.clone()
        };
        let device = Device::default();
        let data = Data { train: Arc::clone(learnt), validation: Arc::clone(watched) };
        Ok(train(config.init(&device.clone().autodiff()), data, &plan, Session::silent(device))?.0)
    }

    /// How well tokens are foretold by having counted what follows the last few.
    fn counted(&self, part: Part) -> Result<Vec<Score>, Error> {
        let sequences = |part: Part| -> Result<Vec<Vec<u32>>, Error> {
            let Corpus::Text(splits) = &self.corpus else { return Ok(Vec::new()) };
            let cutter = self.cutter();
            let ids = part.of(splits).into_iter().map(|text| match continuous(&self.corpus) {
                true => Ok(self.tokenizer.encode(text)?),
                false => cutter.framed(text),
            });
            ids.collect()
        };
        let (learnt, judged) = (sequences(Part::Train)?, sequences(part)?);
        // The first token of a text has nothing before it.
        let mean = |nats: Vec<f64>| nats.iter().sum::<f64>() / nats.len().max(1) as f64;
        let mut scores = Vec::new();
        for (order, name) in ORDERS {
            let smoothing = Smoothing::WittenBell;
            let config = NGramConfig { vocab_size: self.tokenizer.vocab_size(), order, smoothing };
            let model = config.fit(&learnt)?;
            let nats = judged.iter().flat_map(|ids| model.nats(ids).into_iter().skip(1)).collect();
            let value = mean(nats);
            let text = format!("{}-gram (Witten-Bell) on the same text: {value:.4} nats per token", order + 1);
            scores.push(Score { name, value, text });
        }
        Ok(scores)
    }
}
