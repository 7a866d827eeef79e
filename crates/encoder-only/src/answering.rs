//! Where in a text the answer to a question stands.

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor},
};
use salamander_attention::{
    ConfigError, Init, Linear, Pass,
    describe::{Describe, Group, Page, Per, Place},
};
use serde::{Deserialize, Serialize};

use crate::{Encoder, EncoderConfig, heads::linear};

/// An encoder that reads a question and a text, and points at the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionAnswererConfig {
    /// What reads.
    pub encoder: EncoderConfig,
    /// What points.
    #[serde(default)]
    pub head: AnswerHeadConfig,
}

/// What points at an answer: there is nothing to choose.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerHeadConfig {}

/// An encoder that reads a question and a text, and points at the answer.
#[derive(Module, Debug)]
pub struct QuestionAnswerer {
    /// What reads.
    pub encoder: Encoder,
    /// What points.
    pub head: AnswerHead,
}

/// `logits = x W + b`, two for each position: whether the answer starts there and whether it ends there. Over the positions
/// of a text they are two distributions, and the answer from `i` to `j` has the probability
/// `softmax(start)ᵢ · softmax(end)ⱼ` (Devlin et al. 2018, arXiv:1810.04805, section 4.2; Rajpurkar et al. 2016,
/// arXiv:1606.05250).
#[derive(Module, Debug)]
pub struct AnswerHead {
    /// `D` to start and end.
    pub span: Linear,
}

impl QuestionAnswererConfig {
    /// Makes the model.
    pub fn init(&self, device: &Device) -> QuestionAnswerer {
        let EncoderConfig { d_model, ref init, .. } = self.encoder;
        QuestionAnswerer { encoder: self.encoder.init(device), head: self.head.init(d_model, init, device) }
    }

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.encoder.validate().map_err(|e| e.within("encoder"))
    }
}

impl AnswerHeadConfig {
    /// Makes the head.
    pub fn init(&self, d_model: usize, init: &Init, device: &Device) -> AnswerHead {
        AnswerHead { span: linear(d_model, 2, init, device) }
    }
}

impl QuestionAnswerer {
    /// The logits of start and end at each position.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, 2]`.
    pub fn forward(&self, tokens: Tensor<2, Int>, pass: &mut Pass) -> Tensor<3> {
        let x = self.encoder.forward(tokens, pass); // [B, T, D]
        self.head.forward(x) // [B, T, 2]
    }
}

impl AnswerHead {
    /// The logits of start and end at each position.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T, 2]`.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.span.forward(x)
    }
}

impl Describe for QuestionAnswererConfig {
    fn page_at(&self, context: usize) -> Page {
        let mut page = Page::new("encoder-only, answering", context);
        let d_model = self.encoder.d_model;
        let place = Place::new(d_model, Per::Token);
        self.encoder.describe(&place.within("encoder"), &mut page);
        let logits = place.within("head").linear("x", "span", [d_model, 2], true, Group::Head, &mut page);
        page.step("head", format!("start, end = {logits}"), "[B, T, 2]");
        page.step("head", "p(answer from i to j) = softmax(start)[i] · softmax(end)[j]", "");
        page
    }

    fn page(&self) -> Page {
        self.page_at(self.encoder.max_seq_len)
    }
}
