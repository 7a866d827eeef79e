//! A model of any family.

use burn::{module::Module, tensor::Device};
use salamander_attention::ConfigError;
use salamander_baselines::{RecurrentLm, RecurrentLmConfig, RecurrentSeq2Seq, RecurrentSeq2SeqConfig};
use salamander_checkpoint::{Directory, Names, Outline, Parameter, adopt, parameters, without_other};
use salamander_decoder_only::{Decoder, DecoderConfig};
use salamander_encoder_decoder::{EncoderDecoder, EncoderDecoderConfig};
use salamander_encoder_only::{
    Classifier, ClassifierConfig, Discriminator, DiscriminatorConfig, EncoderConfig, MaskedLm, MaskedLmConfig,
    QuestionAnswerer, QuestionAnswererConfig, ReplacedTokens, ReplacedTokensConfig, SentenceEncoder,
    SentenceEncoderConfig, TokenClassifier, TokenClassifierConfig,
};
use serde::{Deserialize, Serialize};

use crate::Error;

/// What a model of any family is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)] // there is one of them
pub enum ModelConfig {
    /// Writes.
    DecoderOnly(DecoderConfig),
    /// Fills gaps.
    MaskedLm(MaskedLmConfig),
    /// Judges a text.
    Classifier(ClassifierConfig),
    /// Judges each token.
    TokenClassifier(TokenClassifierConfig),
    /// Finds answers.
    QuestionAnswerer(QuestionAnswererConfig),
    /// Makes a vector of a text.
    SentenceEncoder(SentenceEncoderConfig),
    /// Finds replaced tokens.
    Discriminator(DiscriminatorConfig),
    /// Replaces tokens and finds them: how a discriminator learns.
    ReplacedTokens(ReplacedTokensConfig),
    /// Reads and writes.
    EncoderDecoder(EncoderDecoderConfig),
    /// Predicts from a state.
    Recurrent(RecurrentLmConfig),
    /// Reads into states and writes from them.
    RecurrentSeq2Seq(RecurrentSeq2SeqConfig),
}

/// A model of any family.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // there is one of them, and it is mostly pointers
pub enum Model {
    /// Writes.
    DecoderOnly(Decoder),
    /// Fills gaps.
    MaskedLm(MaskedLm),
    /// Judges a text.
    Classifier(Classifier),
    /// Judges each token.
    TokenClassifier(TokenClassifier),
    /// Finds answers.
    QuestionAnswerer(QuestionAnswerer),
    /// Makes a vector of a text.
    SentenceEncoder(SentenceEncoder),
    /// Finds replaced tokens.
    Discriminator(Discriminator),
    /// Replaces tokens and finds them: how a discriminator learns.
    ReplacedTokens(ReplacedTokens),
    /// Reads and writes.
    EncoderDecoder(EncoderDecoder),
    /// Predicts from a state.
    Recurrent(RecurrentLm),
    /// Reads into states and writes from them.
    RecurrentSeq2Seq(RecurrentSeq2Seq),
}

/// The same for every family.
macro_rules! each {
    ($self:expr, $model:ident => $body:expr) => {
        match $self {
            Self::DecoderOnly($model) => $body,
            Self::MaskedLm($model) => $body,
            Self::Classifier($model) => $body,
            Self::TokenClassifier($model) => $body,
            Self::QuestionAnswerer($model) => $body,
            Self::SentenceEncoder($model) => $body,
            Self::Discriminator($model) => $body,
            Self::ReplacedTokens($model) => $body,
            Self::EncoderDecoder($model) => $body,
            Self::Recurrent($model) => $body,
            Self::RecurrentSeq2Seq($model) => $body,
        }
    };
}

/// The same for every family, giving back a model.
macro_rules! map {
    ($self:expr, $model:ident => $body:expr) => {
        match $self {
            Self::DecoderOnly($model) => Model::DecoderOnly($body),
            Self::MaskedLm($model) => Model::MaskedLm($body),
            Self::Classifier($model) => Model::Classifier($body),
            Self::TokenClassifier($model) => Model::TokenClassifier($body),
            Self::QuestionAnswerer($model) => Model::QuestionAnswerer($body),
            Self::SentenceEncoder($model) => Model::SentenceEncoder($body),
            Self::Discriminator($model) => Model::Discriminator($body),
            Self::ReplacedTokens($model) => Model::ReplacedTokens($body),
            Self::EncoderDecoder($model) => Model::EncoderDecoder($body),
            Self::Recurrent($model) => Model::Recurrent($body),
            Self::RecurrentSeq2Seq($model) => Model::RecurrentSeq2Seq($body),
        }
    };
}

impl ModelConfig {
    /// Makes the model.
    pub fn init(&self, device: &Device) -> Model {
        map!(self, config => config.init(device))
    }

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), ConfigError> {
        each!(self, config => config.validate())
    }

    /// The encoder that a head stands on; of two, the one that is kept after training.
    pub fn encoder(&self) -> Option<&EncoderConfig> {
        match self {
            Self::MaskedLm(config) => Some(&config.encoder),
            Self::Classifier(config) => Some(&config.encoder),
            Self::TokenClassifier(config) => Some(&config.encoder),
            Self::QuestionAnswerer(config) => Some(&config.encoder),
            Self::SentenceEncoder(config) => Some(&config.encoder),
            Self::Discriminator(config) => Some(&config.encoder),
            Self::ReplacedTokens(config) => Some(&config.discriminator.encoder),
            Self::DecoderOnly(_) | Self::EncoderDecoder(_) | Self::Recurrent(_) | Self::RecurrentSeq2Seq(_) => None,
        }
    }

    /// What is kept after training: of two that learnt from each other, one.
    pub(crate) fn kept(&self) -> Self {
        match self {
            Self::ReplacedTokens(both) => Self::Discriminator(both.discriminator.clone()),
            one => one.clone(),
        }
    }

    /// Words, `V`.
    pub fn vocab_size(&self) -> usize {
        match self {
            Self::DecoderOnly(config) => config.vocab_size,
            Self::EncoderDecoder(config) => config.vocab_size,
            Self::Recurrent(config) => config.vocab_size,
            Self::RecurrentSeq2Seq(config) => config.target_vocab_size,
            reads => reads.encoder().map_or(0, |encoder| encoder.vocab_size),
        }
    }

    /// Longest input, in tokens.
    pub fn max_seq_len(&self) -> usize {
        match self {
            Self::DecoderOnly(config) => config.max_seq_len,
            Self::EncoderDecoder(config) => config.max_seq_len,
            // A state takes in as many as there are.
            Self::Recurrent(_) | Self::RecurrentSeq2Seq(_) => usize::MAX,
            reads => reads.encoder().map_or(0, |encoder| encoder.max_seq_len),
        }
    }

    /// Trained numbers in all. Nothing is allocated: parameters begin when they are first looked at.
    pub fn num_params(&self) -> usize {
        self.init(&Device::default()).num_params()
    }

    /// Whether it writes; what does not is an encoder with a head.
    pub fn writes(&self) -> bool {
        self.encoder().is_none()
    }

    /// Whether it reads a source and writes its target in one sequence.
    pub fn joins(&self) -> bool {
        matches!(self, Self::DecoderOnly(_) | Self::Recurrent(_))
    }

    /// What the family is called.
    pub fn family(&self) -> &'static str {
        match self {
            Self::DecoderOnly(_) => "decoder-only",
            Self::EncoderDecoder(_) => "encoder-decoder",
            Self::Recurrent(_) | Self::RecurrentSeq2Seq(_) => "recurrent",
            _ => "encoder-only",
        }
    }
}

impl Model {
    /// Trained numbers in all.
    pub fn num_params(&self) -> usize {
        each!(self, model => model.num_params())
    }

    /// The same model with the parameters of `other` wherever it has one of the same name and shape. Of two that learnt from
    /// each other it is the one that is kept.
    #[must_use]
    pub fn begin_as(self, other: &Self) -> Self {
        map!(self, model => adopt(model, &other.parameters()))
    }

    /// The names of the parameters that would not [begin as](Self::begin_as) those of `other`.
    pub fn without(&self, other: &Self) -> Vec<String> {
        each!(self, model => without_other(model, &other.parameters()))
    }

    /// What is kept after training: of two that learnt from each other, one.
    pub(crate) fn kept(&self) -> Self {
        match self {
            Self::ReplacedTokens(both) => Self::Discriminator(both.discriminator.clone()),
            one => one.clone(),
        }
    }

    fn parameters(&self) -> Vec<Parameter> {
        let mut all = each!(self, model => parameters(model));
        if let Self::ReplacedTokens(model) = self {
            all.extend(parameters(&model.discriminator));
        }
        all
    }

    /// What would be written by [`export`](Self::export) with the same arguments.
    pub(crate) fn outline(
        &self,
        path: &std::path::Path,
        config: &serde_json::Value,
        names: &Names,
    ) -> Result<Outline, Error> {
        Ok(each!(self, model => Outline::of(path, config, model, names)?))
    }

    pub(crate) fn load(self, directory: &Directory, names: &Names) -> Result<Self, Error> {
        Ok(map!(self, model => directory.load(model, names)?))
    }

    pub(crate) fn load_plain(self, file: std::path::PathBuf) -> Result<Self, Error> {
        Ok(map!(self, model => salamander_checkpoint::load_plain(model, &[file])?))
    }

    /// Writes a Hugging Face directory: `config.json` and `model.safetensors`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn export(
        &self,
        path: impl AsRef<std::path::Path>,
        config: &serde_json::Value,
        names: &Names,
    ) -> Result<(), Error> {
        each!(self, model => Directory::write(path.as_ref(), config, model, names)?);
        Ok(())
    }

    /// Whether every parameter is called something in the table, and only once.
    ///
    /// # Errors
    /// All that are not.
    pub fn check_names(&self, names: &Names) -> Result<(), Error> {
        each!(self, model => names.check(model)?);
        Ok(())
    }
}
