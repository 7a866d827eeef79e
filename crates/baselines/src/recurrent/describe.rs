//! A recurrent language model on a page.

use salamander_attention::describe::{Describe, Equation, Group, Page, Per, Place};

use super::{Cell, RecurrentLmConfig};

impl Describe for RecurrentLmConfig {
    fn page_at(&self, context: usize) -> Page {
        let mut page = Page::new("recurrent", context);
        let (d_model, d_hidden) = (self.d_model, self.d_hidden);
        let place = Place::new(d_hidden, Per::Token);
        page.size("V", "words", self.vocab_size);
        page.size("D", "width of a word's vector", d_model);
        page.size("H", "width of a state", d_hidden);
        page.size("N", "layers", self.n_layers);
        place.within("tokens").parameter("weight", &[self.vocab_size, d_model], Group::Embedding, &mut page);
        let x = page.dropped("table[token]".into(), self.dropout);
        page.step("words", format!("x = {x}"), "[B, T, D]");
        // Only the first layer reads vectors of another width.
        let mut alike = self.n_layers;
        if d_model != d_hidden {
            self.cell.describe(d_model, d_hidden, &place.within("layers").within("0"), &mut page);
            alike -= 1;
        }
        if alike > 0 {
            self.cell.describe(d_hidden, d_hidden, &place.layers("layers", alike, None), &mut page);
        }
        let title = format!("each of {} layers", self.n_layers);
        let x = page.dropped(format!("{}(x)", self.cell.name()), self.dropout);
        page.step(&title, format!("x <- {x}"), "[B, T, H]");
        let logits = self.unembedding.describe("x", self.vocab_size, &place.within("unembedding"), &mut page);
        page.step("unembedding", format!("logits = {logits}"), "[B, T, V]");
        page.step("unembedding", "p(next token) = softmax(logits)", "[B, T, V]");
        page
    }

    /// What it costs is the same at any length.
    fn page(&self) -> Page {
        self.page_at(1)
    }
}

impl Cell {
    /// Lists the matrices and defines the function.
    fn describe(self, d_input: usize, d_hidden: usize, place: &Place, page: &mut Page) {
        let columns = self.gates() * d_hidden;
        place.linear("x", "input", [d_input, columns], true, Group::Recurrence, page);
        place.linear("h", "state", [d_hidden, columns], true, Group::Recurrence, page);
        let lines: &[&str] = match self {
            Self::Elman => &["h <- tanh(W x + U h)"],
            Self::Lstm => &[
                "i, f, o = σ(W x + U h), each with its own matrices",
                "g = tanh(W x + U h)",
                "c <- f · c + i · g",
                "h <- o · tanh(c)",
            ],
            Self::Gru => &[
                "r, z = σ(W x + U h), each with its own matrices",
                "n = tanh(W x + r · (U h))",
                "h <- (1 - z) · n + z · h",
            ],
        };
        let mut lines: Vec<_> = lines.iter().map(|line| Equation::new(*line, "[B, H]")).collect();
        lines.push(Equation::new("y = h, token after token; W and U with a bias each", "[B, T, H]"));
        page.define(page.functions.len(), self.name(), "x", lines);
    }

    fn name(self) -> &'static str {
        match self {
            Self::Elman => "elman",
            Self::Lstm => "lstm",
            Self::Gru => "gru",
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::{module::Module, tensor::Device};
    use salamander_attention::{Init, UnembeddingConfig};

    use super::*;

    #[test]
    fn what_stands_on_the_page_is_what_there_is() {
        for cell in [Cell::Elman, Cell::Lstm, Cell::Gru] {
            for (d_model, d_hidden, n_layers) in [(4, 4, 2), (3, 5, 3), (3, 5, 1)] {
                let unembedding = UnembeddingConfig::Untied { bias: true };
                let (dropout, init) = (0.1, Init::Xavier);
                let config =
                    RecurrentLmConfig { vocab_size: 7, d_model, d_hidden, n_layers, cell, dropout, unembedding, init };
                let page = config.page();
                assert_eq!(page.parameters(), config.init(&Device::flex()).num_params(), "{config:?}");
                assert_eq!(page.flops_per_token(), config.flops_per_token(), "{config:?}");
                assert!(page.to_string().contains(cell.name()));
            }
        }
    }
}
