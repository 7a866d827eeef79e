//! Logistic regression on which words there are.

use std::sync::Arc;

use burn::{module::Module, tensor::Device};
use salamander_baselines::{BagOfWords, BagOfWordsConfig, Counting};
use salamander_datasets::Corpus;
use salamander_kernels::AdamWConfig;
use salamander_text::{Batches, Classified};
use salamander_train::{Data, Evaluate, Keep, Limit, Optimizer, Plan, Schedule, Session, evaluate, train};

use super::Reached;
use crate::{Error, Experiment, Part, Progress, set::Set};

/// How long a bag of words learns: more does not change what it says.
const EPOCHS: usize = 10;
/// How strongly its weights are pulled towards zero: validation chooses.
const DECAYS: [f64; 3] = [0.0, 0.03, 0.3];

impl Experiment {
    pub(super) fn bag_of_words(&self, part: Part, progress: &mut dyn FnMut(Progress)) -> Result<Reached, Error> {
        let Corpus::Labelled { classes, .. } = &self.corpus else { return Err(self.other_model()) };
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
        // There is at least one decay.
        let Some((_, model)) = best else { return Err(Error::NoPart { part: "train" }) };
        Ok(Reached {
            scores: self.labelled(&model, &**judged, progress)?,
            numbers: model.num_params() as u64,
            flops_per_token: self.words(classes.len()).flops_per_token(),
        })
    }

    fn words(&self, n_classes: usize) -> BagOfWordsConfig {
        BagOfWordsConfig { vocab_size: self.tokenizer.vocab_size(), n_classes, counting: Counting::Presence }
    }

    /// Logistic regression on which words there are.
    fn logistic(
        &self,
        n_classes: usize,
        weight_decay: f64,
        learnt: &Arc<Classified>,
        watched: &Arc<Classified>,
    ) -> Result<BagOfWords, Error> {
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
        Ok(train(self.words(n_classes).init(&device.clone().autodiff()), data, &plan, Session::silent(device))?.0)
    }
}
