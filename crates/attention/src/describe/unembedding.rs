//! The equations of [`UnembeddingConfig`].

use super::{Group, Page, Place, place::number};
use crate::UnembeddingConfig;

impl UnembeddingConfig {
    /// Puts the head for `vocab_size` words on the page and says how the logits of `x` are written.
    pub fn describe(&self, x: &str, vocab_size: usize, place: &Place, page: &mut Page) -> String {
        let d = place.d_model;
        match *self {
            Self::Tied { scale, bias } => {
                place.product(d, vocab_size, page);
                let x = match scale {
                    1.0 => x.into(),
                    scale if (scale * (d as f64).sqrt() - 1.0).abs() < 1e-6 => format!("{x} / √{}", place.letter),
                    scale => format!("{} {x}", number(scale)),
                };
                if !bias {
                    return format!("{x} tableᵀ");
                }
                place.parameter("bias", &[vocab_size], Group::Head, page);
                format!("{x} tableᵀ + b")
            }
            Self::Untied { bias } => {
                place.parameter("weight", &[d, vocab_size], Group::Head, page);
                place.product(d, vocab_size, page);
                if !bias {
                    return format!("{x} W");
                }
                place.parameter("bias", &[vocab_size], Group::Head, page);
                format!("{x} W + b")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::describe::Per;

    #[test]
    fn tied_or_its_own() {
        let check = |config: UnembeddingConfig, want: &str, parameters: usize| {
            let mut page = Page::new("test", 6);
            assert_eq!(config.describe("x", 5, &Place::new(4, Per::Token), &mut page), want);
            assert_eq!(page.parameters(), parameters);
            assert_eq!(page.flops_per_token(), 40);
        };
        check(UnembeddingConfig::Tied { scale: 1.0, bias: false }, "x tableᵀ", 0);
        check(UnembeddingConfig::Tied { scale: 0.5, bias: true }, "x / √D tableᵀ + b", 5);
        check(UnembeddingConfig::Tied { scale: 0.25, bias: false }, "0.25 x tableᵀ", 0);
        check(UnembeddingConfig::Untied { bias: false }, "x W", 20);
        check(UnembeddingConfig::Untied { bias: true }, "x W + b", 25);
    }
}
