//! Which words are there, and nothing about their order.

use burn::{
    module::{Module, Param},
    nn::Initializer,
    tensor::{Bool, Device, Int, Tensor},
};
use salamander_attention::ConfigError;
use salamander_kernels as kernels;
use serde::{Deserialize, Serialize};

/// What a word adds that stands in a text more than once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// As much as if it stood there once. What a text is about, or what it thinks of it, is seldom said better by saying it
    /// twice (Pang, Lee and Vaithyanathan 2002, arXiv:cs/0205070).
    #[default]
    Presence,
    /// Its weight each time.
    Count,
}

/// What a bag of words is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BagOfWordsConfig {
    /// Words, `V`.
    pub vocab_size: usize,
    /// How many answers there are, `C`.
    pub n_classes: usize,
    /// What a word adds that stands there more than once.
    #[serde(default)]
    pub counting: Counting,
}

/// Logistic regression on the words of a text (Cox 1958).
///
/// ```text
/// logits = b + Σ_{w in the text} W_w,    p = softmax(logits)
/// ```
///
/// The sum goes over the different words of the text or over all of them, as [`Counting`] says. The weights begin at zero,
/// so that nothing is left to chance: the loss has no valleys but one.
#[derive(Module, Debug)]
pub struct BagOfWords {
    /// `W`, `[V, C]`: what each word says for each class.
    pub weight: Param<Tensor<2>>,
    /// `b`, `[C]`: what is said before a word is read.
    pub bias: Param<Tensor<1>>,
    #[module(skip)]
    counting: Counting,
}

impl BagOfWordsConfig {
    /// Makes the model, all zero.
    ///
    /// ```
    /// use burn::tensor::{Device, Int, Tensor};
    /// use salamander_baselines::{BagOfWordsConfig, Counting};
    ///
    /// let device = Device::flex();
    /// let config = BagOfWordsConfig { vocab_size: 9, n_classes: 2, counting: Counting::Presence };
    /// let tokens = Tensor::<2, Int>::from_ints([[3, 1, 4], [1, 5, 0]], &device);
    /// assert_eq!(config.init(&device).forward(tokens, None).dims(), [2, 2]);
    /// ```
    pub fn init(&self, device: &Device) -> BagOfWords {
        BagOfWords {
            weight: Initializer::Zeros.init([self.vocab_size, self.n_classes], device),
            bias: Initializer::Zeros.init([self.n_classes], device),
            counting: self.counting,
        }
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// If there is no word, or there are no two answers to choose from.
    pub fn validate(&self) -> Result<(), ConfigError> {
        ConfigError::positive(self.vocab_size, "vocab_size")?;
        ConfigError::unless(self.n_classes >= 2, "n_classes", || {
            format!("is {}; at least 2 are needed to choose from", self.n_classes)
        })
    }

    /// Multiplications and additions of a forward for one token: `2 C`, its weights times 0 or 1, added up.
    pub fn flops_per_token(&self) -> u64 {
        2 * self.n_classes as u64
    }
}

impl BagOfWords {
    /// The logits of each class.
    ///
    /// # Shapes
    /// `tokens`: `[B, T]` ids below `V`, those of the padding too; `padding`: `[B, T]`, `true` where there is no word;
    /// result: `[B, C]`.
    ///
    /// # Panics
    /// If `padding` is not shaped like `tokens`.
    pub fn forward(&self, tokens: Tensor<2, Int>, padding: Option<Tensor<2, Bool>>) -> Tensor<2> {
        let words = self.words(tokens.clone(), padding); // [B, T]
        let weights = kernels::embedding(self.weight.val(), tokens); // [B, T, C]
        let said = weights * words.unsqueeze_dim(2); // [B, T, C]
        said.sum_dim(1).squeeze_dim::<2>(1) + self.bias.val().unsqueeze() // [B, C]
    }

    /// How much the word at each position counts, `[B, T]`: 0 or 1.
    fn words(&self, tokens: Tensor<2, Int>, padding: Option<Tensor<2, Bool>>) -> Tensor<2> {
        let shape = tokens.dims();
        let real = match padding {
            Some(padding) => {
                assert_eq!(padding.dims(), shape, "each token is padding or not");
                padding.bool_not()
            }
            None => Tensor::zeros(shape, &tokens.device()).bool_not(), // [B, T]
        };
        match self.counting {
            Counting::Count => real.float(),
            Counting::Presence => (real.clone().int() * first(tokens, real)).float(),
        }
    }
}

/// 1 where a token of `tokens`, `[B, T]`, stands for the first time among the `real` ones of its row.
fn first(tokens: Tensor<2, Int>, real: Tensor<2, Bool>) -> Tensor<2, Int> {
    let [_, t] = tokens.dims();
    let device = tokens.device();
    let alike = tokens.clone().unsqueeze_dim::<3>(2).equal(tokens.unsqueeze_dim::<3>(1)); // [B, T, T]
    let before = Tensor::<2, Bool>::tril_mask([t, t], -1, &device).bool_not().unsqueeze::<3>(); // [1, T, T]
    let earlier = alike.int() * before.int() * real.int().unsqueeze_dim::<3>(1); // [B, T, T]
    earlier.sum_dim(2).squeeze_dim::<2>(2).equal_elem(0).int() // [B, T]
}
