//! The equations of [`EmbeddingConfig`].

use super::{Group, Page, Place, place::number};
use crate::EmbeddingConfig;

impl EmbeddingConfig {
    /// Puts the table of `vocab_size` tokens on the page.
    pub fn describe_tokens(&self, vocab_size: usize, place: &Place, page: &mut Page) {
        page.size("V", "words", vocab_size);
        page.size("D", "width of the stream", place.d_model);
        if let Some(width) = self.d_embedding {
            page.size("M", "width of the embedding", width);
        }
        let width = self.width(place.d_model);
        place.parameter("weight", &[vocab_size, width], Group::Embedding, page);
    }

    /// Puts the beginning of the stream of `tokens` on the page, under `title`.
    pub fn describe(&self, title: &str, tokens: &str, place: &Place, page: &mut Page) {
        let narrow = place.clone().narrow(self.d_embedding);
        let root = (narrow.d_model as f64).sqrt();
        let mut x = match self.scale {
            1.0 => format!("table[{tokens}]"),
            scale if (scale / root - 1.0).abs() < 1e-6 => format!("√{} table[{tokens}]", narrow.letter),
            scale => format!("{} table[{tokens}]", number(scale)),
        };
        if let Some(position) = self.positions.describe(&narrow.within("positions"), page) {
            x = format!("{x} + {position}");
        }
        if self.segments > 0 {
            place.parameter("segments", &[self.segments, narrow.d_model], Group::Embedding, page);
            x += " + segment[kind]";
        }
        let x = self.norm.describe(&x, Group::Norm, &narrow.within("norm"), page);
        let x = page.dropped(x, self.dropout);
        page.step(title, format!("x = {x}"), narrow.stream());
        if self.d_embedding.is_some() {
            let sizes = [narrow.d_model, place.d_model];
            let x = place.linear("x", "project", sizes, true, Group::Embedding, page);
            page.step(title, format!("x <- {x}"), "[B, T, D]");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NormConfig, PositionsConfig, SinusoidLayout, describe::Per};

    #[test]
    fn each_term_stands_only_where_it_is_added() {
        let check = |config: EmbeddingConfig, want: &str| {
            let mut page = Page::new("test", 6);
            config.describe("embedding", "token", &Place::new(9, Per::Token), &mut page);
            assert_eq!(page.flow[0].equations[0].text, want);
        };
        let none = EmbeddingConfig::default();
        check(none.clone(), "x = table[token]");
        check(EmbeddingConfig { scale: 3.0, ..none.clone() }, "x = √D table[token]");
        check(EmbeddingConfig { scale: 2.0, dropout: 0.1, ..none }, "x = dropout(2 table[token], 0.1)");
        let all = EmbeddingConfig {
            scale: 1.0,
            d_embedding: None,
            positions: PositionsConfig::Learned { max_seq_len: 4, offset: 2 },
            segments: 2,
            norm: NormConfig::Layer { epsilon: 1e-5, bias: true },
            dropout: 0.0,
        };
        check(all, "x = layer_norm(table[token] + position[p + 2] + segment[kind])");
    }

    #[test]
    fn a_narrow_embedding_has_its_own_letter() {
        let config = EmbeddingConfig {
            scale: 2.0,
            d_embedding: Some(4),
            positions: PositionsConfig::Sinusoidal { layout: SinusoidLayout::Concatenated },
            ..EmbeddingConfig::default()
        };
        let (mut page, place) = (Page::new("test", 6), Place::new(9, Per::Token));
        config.describe_tokens(7, &place.within("tokens"), &mut page);
        config.describe("embedding", "token", &place.within("embedding"), &mut page);
        let lines: Vec<_> = page.flow[0].equations.iter().map(|line| (line.text.as_str(), line.shape)).collect();
        assert_eq!(
            lines,
            [("x = √M table[token] + wave(p)", "[B, T, M]"), ("x <- x W_project + b_project", "[B, T, D]")]
        );
        assert_eq!(page.functions[0].equations[1].text, "y[M/2+i] = cos(p / 10000^(2i/M))");
        assert_eq!((page.parameters(), page.flops_per(Per::Token)), (7 * 4 + 4 * 9 + 9, 2 * 4 * 9));
    }
}
