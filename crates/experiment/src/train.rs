//! Training an experiment's model.

use std::{path::PathBuf, sync::Arc};

use burn::tensor::Device;
use salamander_models::Model;
use salamander_text::Batches;
use salamander_train::{Data, Display, Interrupter, Kind, Objective, Outcome, Run, Sample, Session, Work, train};

use crate::{Error, Experiment, sample, set::Set};

/// Where a model is trained.
pub struct Place {
    /// Where it runs, without autodiff.
    pub device: Device,
    /// Where it is kept, if anywhere.
    pub run: Option<Run>,
    /// The checkpoint it goes on from, if it is not from the beginning.
    pub from: Option<PathBuf>,
    /// Where it is seen.
    pub display: Display,
    /// Stops it after the current step, from anywhere.
    pub interrupter: Interrupter,
}

impl Place {
    /// On `device`, neither kept nor seen.
    pub fn silent(device: Device) -> Self {
        Self { device, run: None, from: None, display: Display::None, interrupter: Interrupter::new() }
    }
}

impl Experiment {
    /// Trains the model from the beginning, or from where a checkpoint left it.
    ///
    /// # Errors
    /// Those of [`train`].
    pub fn train(&self, place: Place) -> Result<(Model, Outcome), Error> {
        place.device.seed(self.recipe.plan.seed);
        let model = self.begin(&place.device.clone().autodiff());
        let (Some(train), Some(validation)) = (&self.train, &self.validation) else {
            return Err(Error::NoPart { part: "train" });
        };
        match (model, train, validation) {
            (Model::DecoderOnly(model), Set::Windows(train), Set::Windows(validation)) => {
                self.go(model, (train, validation), place, Some(sample::text(self)), Model::DecoderOnly)
            }
            (Model::DecoderOnly(model), Set::Documents(train), Set::Documents(validation)) => {
                self.go(model, (train, validation), place, Some(sample::text(self)), Model::DecoderOnly)
            }
            (Model::DecoderOnly(model), Set::Packed(train), Set::Packed(validation)) => {
                self.go(model, (train, validation), place, Some(sample::text(self)), Model::DecoderOnly)
            }
            (Model::DecoderOnly(model), Set::Continued(train), Set::Continued(validation)) => {
                let sample = sample::behind(self, self.task.reading(), || validation.evaluation_at(0));
                self.go(model, (train, validation), place, sample, Model::DecoderOnly)
            }
            (Model::DecoderOnly(model), Set::Prefixed(train), Set::Prefixed(validation)) => {
                let sample = sample::behind(self, self.task.reading(), || validation.evaluation_at(0).language);
                self.go(model, (train, validation), place, sample, Model::DecoderOnly)
            }
            (Model::MaskedLm(model), Set::Masked(train), Set::Masked(validation)) => self.go(
                model,
                (train, validation),
                place,
                Some(sample::gaps(&self.tokenizer, validation)),
                Model::MaskedLm,
            ),
            (Model::ReplacedTokens(model), Set::Masked(train), Set::Masked(validation)) => {
                self.go(model, (train, validation), place, None, Model::ReplacedTokens)
            }
            (Model::Classifier(model), Set::Classified(train), Set::Classified(validation)) => {
                self.go(model, (train, validation), place, None, Model::Classifier)
            }
            (Model::TokenClassifier(model), Set::Tagged(train), Set::Tagged(validation)) => {
                self.go(model, (train, validation), place, None, Model::TokenClassifier)
            }
            (Model::QuestionAnswerer(model), Set::Questions(train), Set::Questions(validation)) => {
                self.go(model, (train, validation), place, None, Model::QuestionAnswerer)
            }
            (Model::SentenceEncoder(model), Set::Contrastive(train), Set::Contrastive(validation)) => {
                self.go(model, (train, validation), place, None, Model::SentenceEncoder)
            }
            (Model::Recurrent(model), Set::Windows(train), Set::Windows(validation)) => {
                self.go(model, (train, validation), place, Some(sample::text(self)), Model::Recurrent)
            }
            (Model::Recurrent(model), Set::Documents(train), Set::Documents(validation)) => {
                self.go(model, (train, validation), place, Some(sample::text(self)), Model::Recurrent)
            }
            (Model::Recurrent(model), Set::Continued(train), Set::Continued(validation)) => {
                let sample = sample::behind(self, (), || validation.evaluation_at(0));
                self.go(model, (train, validation), place, sample, Model::Recurrent)
            }
            (Model::RecurrentSeq2Seq(model), Set::Pairs(train), Set::Pairs(validation)) => {
                self.go(model, (train, validation), place, sample::target(self), Model::RecurrentSeq2Seq)
            }
            (Model::RecurrentSeq2Seq(model), Set::Denoised(train), Set::Denoised(validation)) => {
                let sample = sample::restored(self, validation);
                self.go(model, (train, validation), place, sample, Model::RecurrentSeq2Seq)
            }
            (Model::EncoderDecoder(model), Set::Pairs(train), Set::Pairs(validation)) => {
                self.go(model, (train, validation), place, sample::target(self), Model::EncoderDecoder)
            }
            (Model::EncoderDecoder(model), Set::Denoised(train), Set::Denoised(validation)) => {
                self.go(model, (train, validation), place, sample::restored(self, validation), Model::EncoderDecoder)
            }
            _ => Err(self.other_model()),
        }
    }

    fn go<M: Objective<B::Batch>, B: Batches<Batch: Kind> + Send + Sync + 'static>(
        &self,
        model: M,
        (train_set, validation): (&Arc<B>, &Arc<B>),
        place: Place,
        sample: Option<Sample<M>>,
        whole: fn(M) -> Model,
    ) -> Result<(Model, Outcome), Error> {
        let Place { device, run, from, display, interrupter } = place;
        // Only for those who look.
        let work = match display {
            Display::None => None,
            _ => Some(Work::measure(self.flops_per_target()?, &device)),
        };
        let session = Session { device, run, from, display, interrupter, sample, work };
        let all = |set: &Arc<B>| Arc::new(Repeated { set: Arc::clone(set), one: self.one_batch });
        // Learnt by heart is what was learnt from.
        let validation = if self.one_batch { train_set } else { validation };
        let data = Data { train: all(train_set), validation: all(validation) };
        let (model, outcome) = train(model, data, &self.recipe.plan, session)?;
        Ok((whole(model), outcome))
    }

    pub(crate) fn other_model(&self) -> Error {
        Error::OtherModel { family: self.config.family(), task: self.task.name() }
    }
}

/// All batches of a set, or the first of them again and again.
#[derive(Debug)]
struct Repeated<B> {
    set: Arc<B>,
    one: bool,
}

impl<B: Batches> Batches for Repeated<B> {
    type Batch = B::Batch;

    fn batch_at(&self, step: u64) -> B::Batch {
        // What is checked is what is learnt, noise and all.
        if self.one { self.set.evaluation_at(0) } else { self.set.batch_at(step) }
    }

    fn len(&self) -> usize {
        if self.one { 1 } else { self.set.len() }
    }

    fn evaluation_at(&self, index: usize) -> B::Batch {
        self.set.evaluation_at(index)
    }
}
