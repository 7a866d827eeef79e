//! A judgement for each token: names in a text, parts of speech.

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor},
};
use salamander_attention::{
    ConfigError, Dropout, Init, Linear, Pass,
    describe::{Describe, Group, Page, Per, Place},
};
use serde::{Deserialize, Serialize};

use crate::{Encoder, EncoderConfig, heads::linear};

/// An encoder that judges each token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenClassifierConfig {
    /// What reads.
    pub encoder: EncoderConfig,
    /// What judges.
    pub head: TokenClassificationHeadConfig,
}

/// What judges each token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenClassificationHeadConfig {
    /// How many answers there are. Hugging Face: `num_labels`.
    pub n_tags: usize,
    /// Chance of dropping an element before them while training. Hugging Face: `classifier_dropout`.
    pub dropout: f64,
}

/// An encoder that judges each token.
#[derive(Module, Debug)]
pub struct TokenClassifier {
    /// What reads.
    pub encoder: Encoder,
    /// What judges.
    pub head: TokenClassificationHead,
}

/// `logits = dropout(x) W + b` at each position (Devlin et al. 2018, arXiv:1810.04805, section 5.3).
#[derive(Module, Debug)]
pub struct TokenClassificationHead {
    /// `D` to the tags.
    pub classifier: Linear,
    dropout: Dropout,
}

impl TokenClassifierConfig {
    /// Makes the model.
    pub fn init(&self, device: &Device) -> TokenClassifier {
        let EncoderConfig { d_model, ref init, .. } = self.encoder;
        TokenClassifier { encoder: self.encoder.init(device), head: self.head.init(d_model, init, device) }
    }

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.encoder.validate().map_err(|e| e.within("encoder"))?;
        ConfigError::positive(self.head.n_tags, "head.n_tags")?;
        ConfigError::probability(self.head.dropout, "head.dropout")
    }
}

impl TokenClassificationHeadConfig {
    /// Makes the head.
    pub fn init(&self, d_model: usize, init: &Init, device: &Device) -> TokenClassificationHead {
        let classifier = linear(d_model, self.n_tags, init, device);
        TokenClassificationHead { classifier, dropout: Dropout::new(self.dropout) }
    }
}

impl TokenClassifier {
    /// The logits of each tag at each position.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, tags]`.
    pub fn forward(&self, tokens: Tensor<2, Int>, pass: &mut Pass) -> Tensor<3> {
        let x = self.encoder.forward(tokens, pass); // [B, T, D]
        self.head.forward(x) // [B, T, tags]
    }
}

impl TokenClassificationHead {
    /// The logits of each tag at each position.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T, tags]`.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.classifier.forward(self.dropout.forward(x))
    }
}

impl Describe for TokenClassifierConfig {
    fn page_at(&self, context: usize) -> Page {
        let mut page = Page::new("encoder-only, tagging", context);
        let d_model = self.encoder.d_model;
        let place = Place::new(d_model, Per::Token);
        self.encoder.describe(&place.within("encoder"), &mut page);
        page.size("C", "tags", self.head.n_tags);
        let x = page.dropped("x".into(), self.head.dropout);
        let sizes = [d_model, self.head.n_tags];
        let logits = place.within("head").linear(&x, "classifier", sizes, true, Group::Head, &mut page);
        page.step("head", format!("logits = {logits}"), "[B, T, C]");
        page.step("head", "p(tag) = softmax(logits)", "[B, T, C]");
        page
    }

    fn page(&self) -> Page {
        self.page_at(self.encoder.max_seq_len)
    }
}
