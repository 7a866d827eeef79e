//! The equations of [`AttentionConfig`].

use salamander_kernels::{Reach, Weights};

use super::{Equation, Group, Page, Per, Place, place::number};
use crate::AttentionConfig;

impl AttentionConfig {
    /// Puts attention of a sequence to itself on the page and says its name.
    pub fn describe(&self, place: &Place, page: &mut Page) -> String {
        let at = page.functions.len();
        self.sizes(page);
        let mut lines = self.projections("x", place, place, page);
        if let Some(rotary) = &self.rotary {
            let turn = rotary.describe(self.d_head, page);
            lines.push(Equation::new(format!("q, k <- {turn}(q), {turn}(k)"), ""));
        }
        self.gather(&mut lines, place.per, place.bias.as_deref(), place, page);
        let name = if place.reach.right == Some(0) { "causal_attention" } else { "attention" };
        page.define(at, name, "x", lines)
    }

    /// Puts attention to the encoder's output on the page and says its name.
    pub fn describe_cross(&self, place: &Place, page: &mut Page) -> String {
        let at = page.functions.len();
        self.sizes(page);
        let place = &place.clone().seeing(Reach { left: None, right: None });
        let source = place.clone().per(Per::SourceToken);
        let mut lines = self.projections("memory", place, &source, page);
        self.gather(&mut lines, Per::SourceToken, None, place, page);
        page.define(at, "cross_attention", "x, memory", lines)
    }

    fn sizes(&self, page: &mut Page) {
        page.size("H", "heads", self.n_heads);
        if self.n_kv_heads != self.n_heads {
            page.size("K", "heads of keys and values", self.n_kv_heads);
        }
        page.size("E", "width of a head", self.d_head);
    }

    fn projections(&self, asked: &str, place: &Place, source: &Place, page: &mut Page) -> Vec<Equation> {
        let (queries, keys) = (self.n_heads * self.d_head, self.n_kv_heads * self.d_head);
        let d = place.d_model;
        let query = place.linear("x", "query", [d, queries], self.bias.query, Group::Attention, page);
        let key = source.linear(asked, "key", [d, keys], self.bias.key, Group::Attention, page);
        let value = source.linear(asked, "value", [d, keys], self.bias.value, Group::Attention, page);
        let shape = if self.n_kv_heads == self.n_heads { "[B, H, S, E]" } else { "[B, K, S, E]" };
        let mut lines = vec![
            Equation::new(format!("q = {query}"), "[B, H, T, E]"),
            Equation::new(format!("k = {key}"), shape),
            Equation::new(format!("v = {value}"), shape),
        ];
        if self.n_kv_heads != self.n_heads {
            let text = format!("each head of k and v serves {} of q", self.n_heads / self.n_kv_heads);
            lines.push(Equation::new(text, "[B, H, S, E]"));
        }
        lines
    }

    /// From queries, keys and values to what is added to the stream.
    fn gather(&self, lines: &mut Vec<Equation>, keys: Per, bias: Option<&str>, place: &Place, page: &mut Page) {
        let reach = place.reach;
        let width = self.n_heads * self.d_head;
        place.attended(width, keys, page);
        let bias = bias.map_or(String::new(), |bias| format!(" + {bias}"));
        lines.push(Equation::new(format!("s = {}{bias}", self.scores()), "[B, H, T, S]"));
        lines.push(Equation::new(format!("w = {}{}", self.weights(reach), over(reach)), "[B, H, T, S]"));
        if self.regulariser > 0.0 {
            let excess = "max(entropy(w / Σ w) - 0.7 ln n, 0)";
            let count = counted(reach);
            let text = format!("loss <- loss + {} mean(|ln Σ w| + {excess}), n = {count}", number(self.regulariser));
            lines.push(Equation::new(text, ""));
        }
        let weights = page.dropped("w".into(), self.dropout);
        lines.push(Equation::new(format!("a = {weights} v"), "[B, H, T, E]"));
        let output = [width, place.d_model];
        let output = place.linear("a", "output", output, self.bias.output, Group::Attention, page);
        lines.push(Equation::new(format!("y = {output}, heads side by side"), "[B, T, D]"));
    }

    fn scores(&self) -> String {
        let product = match self.scale {
            None | Some(1.0) => "q kᵀ".into(),
            Some(scale) => format!("{} q kᵀ", number(scale)),
        };
        let divisor = match (self.scale, self.temperature) {
            (Some(_), 1.0) => return product,
            (Some(_), temperature) => number(temperature),
            (None, 1.0) => "√E".into(),
            (None, temperature) => format!("({} √E)", number(temperature)),
        };
        format!("{product} / {divisor}")
    }

    fn weights(&self, reach: Reach) -> String {
        let count = counted(reach);
        match self.weights {
            Weights::Softmax => "softmax(s)".into(),
            Weights::Relu { gamma: 1.0 } => format!("max(s, 0) / √(n/2), n = {count}"),
            Weights::Relu { gamma } => format!("max(s, 0) / ({} √(n/2)), n = {count}", number(gamma)),
        }
    }
}

/// How many keys query `i` sees.
fn counted(reach: Reach) -> &'static str {
    if reach.right == Some(0) && reach.left.is_none() { "i + 1" } else { "keys seen" }
}

/// The keys `j` that query `i` sees.
fn over(reach: Reach) -> String {
    let left = reach.left.map(|left| format!("i - {left} <= "));
    let right = match reach.right {
        None => None,
        Some(0) => Some(" <= i".into()),
        Some(right) => Some(format!(" <= i + {right}")),
    };
    if left.is_none() && right.is_none() {
        return String::new();
    }
    format!(", over {}j{}", left.unwrap_or_default(), right.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{super::Extent, *};
    use crate::{Pairing, RotaryConfig, RotaryScaling};

    fn lines(config: &AttentionConfig, place: &Place) -> Vec<String> {
        let mut page = Page::new("test", 6);
        config.describe(place, &mut page);
        page.functions[0].equations.iter().map(|equation| equation.text.clone()).collect()
    }

    fn place() -> Place {
        Place::new(8, Per::Token)
    }

    #[test]
    fn only_what_is_chosen_is_said() {
        let plain = lines(&AttentionConfig::multi_head(2, 4), &place());
        let want = [
            "q = x W_query + b_query",
            "k = x W_key + b_key",
            "v = x W_value + b_value",
            "s = q kᵀ / √E",
            "w = softmax(s)",
            "a = w v",
            "y = a W_output + b_output, heads side by side",
        ];
        assert_eq!(plain, want);
    }

    #[test]
    fn all_that_is_chosen_is_said() {
        let rotary =
            RotaryConfig { theta: 10_000.0, d_rotary: 4, pairing: Pairing::HalfSplit, scaling: RotaryScaling::None };
        let config = AttentionConfig {
            n_kv_heads: 1,
            bias: crate::ProjectionBias { value: true, ..crate::ProjectionBias::NONE },
            scale: Some(1.0),
            temperature: 2.0,
            weights: Weights::Relu { gamma: 0.5 },
            regulariser: 0.1,
            rotary: Some(rotary),
            dropout: 0.2,
            ..AttentionConfig::multi_head(2, 4)
        };
        let mut place = place().seeing(Reach { left: Some(3), right: Some(0) });
        place.bias = Some("near(i - j)".into());
        let want = [
            "q = x W_query",
            "k = x W_key",
            "v = x W_value + b_value",
            "each head of k and v serves 2 of q",
            "q, k <- turn(q), turn(k)",
            "s = q kᵀ / 2 + near(i - j)",
            "w = max(s, 0) / (0.5 √(n/2)), n = keys seen, over i - 3 <= j <= i",
            "loss <- loss + 0.1 mean(|ln Σ w| + max(entropy(w / Σ w) - 0.7 ln n, 0)), n = keys seen",
            "a = dropout(w, 0.2) v",
            "y = a W_output, heads side by side",
        ];
        assert_eq!(lines(&config, &place), want);
    }

    #[test]
    fn scales() {
        let check = |scale, temperature, want: &str| {
            let config = AttentionConfig { scale, temperature, ..AttentionConfig::multi_head(2, 4) };
            assert_eq!(lines(&config, &place())[3], want);
        };
        check(None, 2.0, "s = q kᵀ / (2 √E)");
        check(Some(1.0), 1.0, "s = q kᵀ");
        check(Some(0.25), 1.0, "s = 0.25 q kᵀ");
        check(Some(0.25), 2.0, "s = 0.25 q kᵀ / 2");
    }

    #[test]
    fn products_of_a_memory_are_computed_for_the_source() {
        let mut page = Page::new("test", 6);
        let place = Place::new(8, Per::TargetToken);
        AttentionConfig { n_kv_heads: 1, ..AttentionConfig::multi_head(2, 3) }.describe_cross(&place, &mut page);
        assert_eq!(page.flops_per(Per::SourceToken), 2 * (8 * 3 + 8 * 3)); // key, value
        // query, scores, values, output
        assert_eq!(page.flops_per(Per::TargetToken), 2 * (8 * 6 + 6 * 6 + 6 * 6 + 6 * 8));
        // The same for three tokens that look at five.
        let forward = 5 * (8 * 3 + 8 * 3) + 3 * (8 * 6 + 5 * 6 + 5 * 6 + 6 * 8);
        assert_eq!(page.flops_of(Extent { source: 5, target: 3 }), 2 * forward);
    }
}
