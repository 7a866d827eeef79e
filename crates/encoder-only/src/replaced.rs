//! Learning from replaced tokens: one model puts likely words into gaps, another finds them.

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor},
};
use salamander_attention::{
    Activation, Block, BlockConfig, ConfigError, Init, Linear, Pass, Stack, StackConfig,
    describe::{Describe, Group, Page, Per, Place, apply_activation},
};
use serde::{Deserialize, Serialize};

use crate::{Encoder, EncoderConfig, MaskedLm, MaskedLmConfig, MaskedLmHead, MaskedLmHeadConfig, heads::linear};

/// An encoder that finds words which do not belong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscriminatorConfig {
    /// What reads.
    pub encoder: EncoderConfig,
    /// What judges each word.
    pub head: ReplacementHeadConfig,
}

/// What judges whether a word was replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplacementHeadConfig {
    /// What bends between the two matrices. Hugging Face: `hidden_act`.
    pub activation: Activation,
}

/// What guesses hidden words beside a discriminator, whose embedding it shares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratorConfig {
    /// Width of its stream, best a quarter to a half of the discriminator's.
    pub d_model: usize,
    /// Its layers.
    pub stack: StackConfig<BlockConfig>,
    /// What names the hidden word.
    pub head: MaskedLmHeadConfig,
}

/// A generator and a discriminator that learn together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplacedTokensConfig {
    /// What is kept after training.
    pub discriminator: DiscriminatorConfig,
    /// What makes it difficult.
    pub generator: GeneratorConfig,
}

/// An encoder that finds words which do not belong.
#[derive(Module, Debug)]
pub struct Discriminator {
    /// What reads.
    pub encoder: Encoder,
    /// What judges each word.
    pub head: ReplacementHead,
}

/// `logit = act(x W₁ + b₁) w₂ + b₂`, `p(replaced) = sigmoid(logit)` (Clark et al. 2020, arXiv:2003.10555).
#[derive(Module, Debug)]
pub struct ReplacementHead {
    /// `D` to `D`.
    pub dense: Linear,
    /// `D` to 1.
    pub judge: Linear,
    #[module(skip)]
    activation: Activation,
}

/// A small masked language model without an embedding of its own.
#[derive(Module, Debug)]
pub struct Generator {
    /// From the embedding's width to its own.
    pub project: Linear,
    /// Its layers.
    pub stack: Stack<Block>,
    /// What names the hidden word.
    pub head: MaskedLmHead,
}

/// A generator guesses hidden words; its guesses are put in their place, and a discriminator says of each word of the text
/// whether it is one of them (Clark et al. 2020, arXiv:2003.10555).
///
/// ```text
/// the chef [gap] the meal  -> guess ->  the chef ate the meal  -> judge ->  0 0 1 0 0
/// ```
///
/// Every position teaches something, not only the few that were hidden. Tokens, positions, segments and their norm are
/// there once and learn from both: the loss is the generator's cross-entropy and a multiple of the discriminator's. What
/// the generator is told is only its own cross-entropy: nothing flows back through the guesses.
#[derive(Module, Debug)]
pub struct ReplacedTokens {
    /// What is kept after training.
    pub discriminator: Discriminator,
    /// What makes it difficult.
    pub generator: Generator,
}

impl DiscriminatorConfig {
    /// Makes the model.
    pub fn init(&self, device: &Device) -> Discriminator {
        let EncoderConfig { d_model, ref init, .. } = self.encoder;
        Discriminator { encoder: self.encoder.init(device), head: self.head.init(d_model, init, device) }
    }

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.encoder.validate().map_err(|e| e.within("encoder"))
    }

    fn describe(&self, place: &Place, page: &mut Page) {
        self.encoder.describe(&place.within("encoder"), page);
        let (head, d_model) = (place.within("head"), self.encoder.d_model);
        let dense = head.linear("x", "dense", [d_model, d_model], true, Group::Head, page);
        let bent = apply_activation(self.head.activation, &dense, page);
        page.step("head", format!("x <- {bent}"), "[B, T, D]");
        let logit = head.linear("x", "judge", [d_model, 1], true, Group::Head, page);
        page.step("head", format!("logit = {logit}"), "[B, T]");
        page.step("head", "p(replaced) = sigmoid(logit)", "[B, T]");
    }
}

impl ReplacementHeadConfig {
    /// Makes the head.
    pub fn init(&self, d_model: usize, init: &Init, device: &Device) -> ReplacementHead {
        ReplacementHead {
            dense: linear(d_model, d_model, init, device),
            judge: linear(d_model, 1, init, device),
            activation: self.activation,
        }
    }
}

impl ReplacedTokensConfig {
    /// Makes the model.
    pub fn init(&self, device: &Device) -> ReplacedTokens {
        let EncoderConfig { vocab_size, d_model, ref embedding, ref init, .. } = self.discriminator.encoder;
        let (width, own) = (embedding.width(d_model), self.generator.d_model);
        let generator = Generator {
            project: linear(width, own, init, device),
            stack: self.generator.stack.init(own, init, device),
            head: self.generator.head.init(vocab_size, [own, width], init, device),
        };
        ReplacedTokens { discriminator: self.discriminator.init(device), generator }
    }

    /// The generator as a model of its own.
    pub fn generator(&self) -> MaskedLmConfig {
        let GeneratorConfig { d_model, ref stack, ref head } = self.generator;
        let shared = &self.discriminator.encoder;
        let mut encoder = EncoderConfig { d_model, stack: stack.clone(), ..shared.clone() };
        encoder.embedding.d_embedding = Some(shared.embedding.width(shared.d_model));
        MaskedLmConfig { encoder, head: head.clone() }
    }

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.discriminator.validate().map_err(|e| e.within("discriminator"))?;
        self.generator().validate().map_err(|e| e.within("generator"))
    }
}

impl Discriminator {
    /// The logit, at each position, that its word was replaced.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T]`.
    pub fn forward(&self, tokens: Tensor<2, Int>, pass: &mut Pass) -> Tensor<2> {
        let x = self.encoder.forward(tokens, pass); // [B, T, D]
        self.head.forward(x) // [B, T]
    }
}

impl ReplacementHead {
    /// The logit, at each position, that its word was replaced.
    ///
    /// # Shapes
    /// `[B, T, D]` to `[B, T]`.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<2> {
        let x = salamander_kernels::activation(self.dense.forward(x), self.activation); // [B, T, D]
        self.judge.forward(x).squeeze_dim(2) // [B, T]
    }
}

impl ReplacedTokens {
    /// The logits of the word that belongs at each position: the generator's.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T, V]`.
    pub fn guess(&self, tokens: Tensor<2, Int>, pass: &mut Pass) -> Tensor<3> {
        let x = self.generate(tokens, pass); // [B, T, D]
        self.generator.head.forward(x, &self.discriminator.encoder.tokens) // [B, T, V]
    }

    /// The logits of the words that belong at some positions, the rows laid end to end: the generator's.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V` and `N` positions below `B T`, to `[N, V]`.
    pub fn guess_at(&self, tokens: Tensor<2, Int>, positions: Tensor<1, Int>, pass: &mut Pass) -> Tensor<2> {
        let x = self.generate(tokens, pass); // [B, T, D]
        self.generator.head.at(x, positions, &self.discriminator.encoder.tokens) // [N, V]
    }

    /// What the generator makes of a text: `[B, T]` to `[B, T, D]`.
    fn generate(&self, tokens: Tensor<2, Int>, pass: &mut Pass) -> Tensor<3> {
        let Encoder { tokens: table, embedding, .. } = &self.discriminator.encoder;
        let x = embedding.sum(table.forward(tokens), pass); // [B, T, M]
        let x = self.generator.project.forward(x); // [B, T, D]
        pass.record("embedding", &x);
        self.generator.stack.forward(x, pass) // [B, T, D]
    }

    /// The logit, at each position, that its word was replaced: the discriminator's.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V`, to `[B, T]`.
    pub fn judge(&self, tokens: Tensor<2, Int>, pass: &mut Pass) -> Tensor<2> {
        self.discriminator.forward(tokens, pass)
    }

    /// The generator as a model of its own, with a copy of what it shares: see [`ReplacedTokensConfig::generator`].
    pub fn generator(&self) -> MaskedLm {
        let shared = &self.discriminator.encoder;
        let Generator { project, stack, head } = self.generator.clone();
        let mut embedding = shared.embedding.clone();
        embedding.project = Some(project);
        MaskedLm { encoder: Encoder { tokens: shared.tokens.clone(), embedding, stack }, head }
    }
}

impl Describe for DiscriminatorConfig {
    fn page_at(&self, context: usize) -> Page {
        let mut page = Page::new("encoder-only, finding replaced tokens", context);
        self.describe(&Place::new(self.encoder.d_model, Per::Token), &mut page);
        page
    }

    fn page(&self) -> Page {
        self.page_at(self.encoder.max_seq_len)
    }
}

impl Describe for ReplacedTokensConfig {
    fn page_at(&self, context: usize) -> Page {
        let mut page = Page::new("encoder-only, learning from replaced tokens", context);
        let place = Place::new(self.discriminator.encoder.d_model, Per::Token);
        self.discriminator.describe(&place.within("discriminator"), &mut page);
        let generator = self.generator();
        let EncoderConfig { d_model, ref embedding, ref stack, .. } = generator.encoder;
        let place = Place::new(d_model, Per::Token).within("generator");
        page.size("D", "width of the generator's stream", d_model);
        let x = place.linear("e", "project", [embedding.width(d_model), d_model], true, Group::Embedding, &mut page);
        page.step("generator", format!("x = {x}, e the embedding before it has the stream's width"), "[B, T, D]");
        stack.describe("generator ", &place.within("stack"), &mut page);
        generator.head.describe("generator's head", &generator.encoder, &place.within("head"), &mut page);
        page
    }

    fn page(&self) -> Page {
        self.page_at(self.discriminator.encoder.max_seq_len)
    }
}
