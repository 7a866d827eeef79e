//! One vector for a whole text.

use burn::{
    module::Module,
    tensor::{Bool, Device, Int, Tensor},
};
use salamander_attention::{
    ConfigError, Pass,
    describe::{Describe, Page, Per, Place},
};
use serde::{Deserialize, Serialize};

use crate::{Encoder, EncoderConfig};

/// How the vectors of a text's tokens become one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// `y = Σ xᵢ / n` over the `n` tokens that are no padding (Reimers and Gurevych 2019, arXiv:1908.10084).
    #[default]
    Mean,
    /// `y = x₀`, the first token's (Gao et al. 2021, arXiv:2104.08821).
    First,
}

/// An encoder that makes one vector of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentenceEncoderConfig {
    /// What reads.
    pub encoder: EncoderConfig,
    /// What makes one vector of many.
    #[serde(default)]
    pub head: SentenceHeadConfig,
}

/// What makes one vector of those of a text's tokens.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentenceHeadConfig {
    /// How.
    #[serde(default)]
    pub pooling: Pooling,
}

/// An encoder that makes one vector of a text, so that texts are alike whose vectors point the same way
/// (Reimers and Gurevych 2019, arXiv:1908.10084).
#[derive(Module, Debug)]
pub struct SentenceEncoder {
    /// What reads.
    pub encoder: Encoder,
    #[module(skip)]
    pooling: Pooling,
}

impl SentenceEncoderConfig {
    /// Makes the model.
    pub fn init(&self, device: &Device) -> SentenceEncoder {
        SentenceEncoder { encoder: self.encoder.init(device), pooling: self.head.pooling }
    }

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.encoder.validate().map_err(|e| e.within("encoder"))
    }
}

impl SentenceEncoder {
    /// A vector for each text, of whatever length: dividing by it is left to who compares.
    ///
    /// # Shapes
    /// `[B, T]` ids below `V` and, true at padding, `[B, T]`, which is neither seen nor counted; to `[B, D]`.
    pub fn forward(&self, tokens: Tensor<2, Int>, padding: Option<Tensor<2, Bool>>, pass: &mut Pass) -> Tensor<2> {
        let x = self.encoder.read(tokens, padding.as_ref(), pass); // [B, T, D]
        self.pooling.pool(x, padding) // [B, D]
    }
}

impl Pooling {
    /// One vector for each sequence of the batch; that of a row that is all padding is zero under [`Mean`](Self::Mean).
    ///
    /// # Shapes
    /// `[B, T, D]` and, true at padding, `[B, T]`; to `[B, D]`.
    pub fn pool(self, x: Tensor<3>, padding: Option<Tensor<2, Bool>>) -> Tensor<2> {
        match (self, padding) {
            (Self::First, _) => x.narrow(1, 0, 1).squeeze_dim(1),
            (Self::Mean, None) => x.mean_dim(1).squeeze_dim(1),
            (Self::Mean, Some(padding)) => {
                let real = padding.bool_not().float().cast(x.dtype()).unsqueeze_dim::<3>(2); // [B, T, 1]
                let count = real.clone().sum_dim(1).clamp_min(1.0); // [B, 1, 1]
                ((x * real).sum_dim(1) / count).squeeze_dim(1)
            }
        }
    }

    pub(crate) fn describe(self, title: &str, page: &mut Page) {
        let pooled = match self {
            Self::Mean => "y = mean of x over the tokens that are no padding",
            Self::First => "y = x[0]",
        };
        page.step(title, pooled, "[B, D]");
    }
}

impl Describe for SentenceEncoderConfig {
    fn page_at(&self, context: usize) -> Page {
        let mut page = Page::new("encoder-only, one vector for a text", context);
        let place = Place::new(self.encoder.d_model, Per::Token);
        self.encoder.describe(&place.within("encoder"), &mut page);
        self.head.pooling.describe("pooling", &mut page);
        page
    }

    fn page(&self) -> Page {
        self.page_at(self.encoder.max_seq_len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_not_counted() {
        let device = Device::flex();
        let x = Tensor::<3>::from_floats(
            [[[1.0, 2.0], [3.0, 6.0], [100.0, 7.0]], [[4.0, 5.0], [9.0, 9.0], [9.0, 9.0]]],
            &device,
        );
        let padding = Tensor::from_bool([[false, false, true], [false, true, true]], &device);
        let check = |pooling: Pooling, padding: Option<Tensor<2, Bool>>, want: [f32; 4]| {
            let got = pooling.pool(x.clone(), padding).into_data().try_to_vec::<f32>().expect("f32");
            assert_eq!(got, want, "{pooling:?}");
        };
        check(Pooling::Mean, Some(padding.clone()), [2.0, 4.0, 4.0, 5.0]);
        check(Pooling::First, Some(padding.clone()), [1.0, 2.0, 4.0, 5.0]);
        check(Pooling::First, None, [1.0, 2.0, 4.0, 5.0]);
        let none = Tensor::from_bool([[true; 3]; 2], &device);
        check(Pooling::Mean, Some(none), [0.0; 4]);
        let whole = Pooling::Mean.pool(x.clone().narrow(1, 0, 2), None).into_data().try_to_vec::<f32>().expect("f32");
        assert_eq!(whole, [2.0, 4.0, 6.5, 7.0]);
    }
}
