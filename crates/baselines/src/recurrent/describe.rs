//! A recurrent language model on a page.

use salamander_attention::describe::{Describe, Equation, Group, Page, Per, Place};

use super::{Cell, Context, RecurrentLmConfig, RecurrentSeq2SeqConfig};

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

/// Tokens of a source and of its target for which costs are shown.
const SHOWN: usize = 32;

impl Describe for RecurrentSeq2SeqConfig {
    fn page_at(&self, context: usize) -> Page {
        let mut page = Page::new("recurrent from source to target", context);
        let (d, h, seen) = (self.d_model, self.d_hidden, self.context.width(self.d_hidden));
        let (reads, writes) = (Place::new(h, Per::SourceToken), Place::new(h, Per::TargetToken));
        page.size("V", "words of the target", self.target_vocab_size);
        page.size("D", "width of a word's vector", d);
        page.size("H", "width of a state", h);
        page.size("C", "width of what is known of the source", seen);
        reads.within("source").parameter("weight", &[self.source_vocab_size, d], Group::Embedding, &mut page);
        writes.within("target").parameter("weight", &[self.target_vocab_size, d], Group::Embedding, &mut page);
        let words = page.dropped("table[token]".into(), self.dropout);
        page.step("words", format!("x = {words}, with a table for each language"), "[B, T, D]");
        self.describe_reader(&reads.within("reader"), &mut page);
        Cell::Gru.describe(d + seen, h, &writes.within("writer"), &mut page);
        page.step("target token after token", "s <- gru(s, [x, context])", "[B, H]");
        let width = d + h + seen;
        let logits = writes.linear(
            "[x, s, context]",
            "unembedding",
            [width, self.target_vocab_size],
            true,
            Group::Head,
            &mut page,
        );
        page.step("unembedding", format!("logits = {logits}"), "[B, T, V]");
        page.step("unembedding", "p(next target token) = softmax(logits)", "[B, T, V]");
        page
    }

    fn page(&self) -> Page {
        self.page_at(SHOWN)
    }
}

impl RecurrentSeq2SeqConfig {
    fn describe_reader(&self, place: &Place, page: &mut Page) {
        let (d, h) = (self.d_model, self.d_hidden);
        match self.context {
            Context::Last => {
                Cell::Gru.describe(d, h, place, page);
                page.step("source", "h = gru(x), token after token", "[B, S, H]");
                page.step("source", "context = s = the last h", "[B, H]");
            }
            Context::Attention => {
                let asks = place.clone().per(Per::TargetToken);
                Cell::Gru.describe(d, h, &place.within("forth"), page);
                Cell::Gru.describe(d, h, &place.within("back"), page);
                page.step("source", "h = [gru(x), gru(x) from the end]", "[B, S, 2 H]");
                let once = place.clone().per(Per::Sequence);
                let begin = once.linear("[last, first]", "bridge", [2 * h, h], true, Group::Recurrence, page);
                page.step("source", format!("s = tanh({begin})"), "[B, H]");
                let key = place.linear("h", "key", [2 * h, h], true, Group::Attention, page);
                let query = asks.linear("s", "query", [h, h], false, Group::Attention, page);
                let scores = asks.within("score");
                scores.parameter("weight", &[h, 1], Group::Attention, page);
                scores.product_over(h, Per::SourceToken, page);
                asks.within("context").product_over(2 * h, Per::SourceToken, page);
                let step = "target token after token";
                page.step(step, format!("a = softmax(tanh({query} + {key}) W_score)"), "[B, S]");
                page.step(step, "context = sum of a h", "[B, 2 H]");
            }
        }
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
    use salamander_attention::{Init, UnembeddingConfig, describe::Extent};

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

    #[test]
    fn and_from_source_to_target() {
        for context in [Context::Last, Context::Attention] {
            let (source_vocab_size, target_vocab_size, d_model, d_hidden) = (7, 9, 3, 5);
            let (dropout, init) = (0.1, Init::Xavier);
            let config = RecurrentSeq2SeqConfig {
                source_vocab_size,
                target_vocab_size,
                d_model,
                d_hidden,
                context,
                dropout,
                init,
            };
            for length in [1, 6] {
                let page = config.page_at(length);
                assert_eq!(page.parameters(), config.init(&Device::flex()).num_params(), "{config:?}");
                assert_eq!(page.flops_per_token(), config.flops_per_token(length), "{config:?}");
            }
            // By hand: a source of two words and a target of one.
            let (read, written) = (6 * 5 * (3 + 5), |c: u64| 6 * 5 * (3 + c + 5) + 2 * (3 + 5 + c) * 9);
            let want = match context {
                Context::Last => 2 * read + written(5),
                Context::Attention => 2 * (2 * read + 100) + written(10) + 50 + 2 * 30 + 100,
            };
            assert_eq!(config.page().flops_of(Extent { source: 2, target: 1 }), want, "{context:?}");
        }
    }
}
