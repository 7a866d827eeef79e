//! The equations of positions: vectors that are added, components that turn, biases by distance.

use salamander_kernels::Pairing;

use super::{Equation, Group, Page, Place, place::number};
use crate::{BucketDirection, PositionsConfig, RelativeBiasConfig, RotaryConfig, RotaryScaling, SinusoidLayout};

impl PositionsConfig {
    /// Puts the vectors on the page and says how that of position `p` is written, if there are any.
    pub fn describe(&self, place: &Place, page: &mut Page) -> Option<String> {
        match *self {
            Self::None => None,
            Self::Learned { max_seq_len, offset } => {
                place.parameter("weight", &[max_seq_len + offset, place.d_model], Group::Embedding, page);
                Some(if offset == 0 { "position[p]".into() } else { format!("position[p + {offset}]") })
            }
            Self::Sinusoidal { layout } => {
                let d = place.letter;
                let (sine, cosine) = match layout {
                    SinusoidLayout::Interleaved => ("2i".into(), "2i+1".into()),
                    SinusoidLayout::Concatenated => ("i".into(), format!("{d}/2+i")),
                };
                let line = |index: String, wave| Equation::new(format!("y[{index}] = {wave}(p / 10000^(2i/{d}))"), "");
                let at = page.functions.len();
                let name = page.define(at, "wave", "p", vec![line(sine, "sin"), line(cosine, "cos")]);
                Some(format!("{name}(p)"))
            }
        }
    }
}

impl RotaryConfig {
    /// Puts the turn of heads of width `d_head` on the page and says its name.
    pub(super) fn describe(&self, d_head: usize, page: &mut Page) -> String {
        let (a, b) = match self.pairing {
            Pairing::HalfSplit => ("x[i]", "x[i+R/2]"),
            Pairing::Interleaved => ("x[2i]", "x[2i+1]"),
        };
        page.size("R", "components of a head that turn", self.d_rotary);
        let mut lines = vec![
            Equation::new(format!("{a} <- {a} cos α - {b} sin α"), ""),
            Equation::new(format!("{b} <- {b} cos α + {a} sin α"), ""),
        ];
        let wave = format!("{}^(-2i/R)", number(self.theta));
        lines.extend(self.scaling.lines(&wave).into_iter().map(|line| Equation::new(line, "")));
        if self.d_rotary < d_head {
            lines.push(Equation::new("x[R ..] stay", ""));
        }
        let at = page.functions.len();
        page.define(at, "turn", "x", lines)
    }
}

impl RotaryScaling {
    /// The angle at position `p` of a wave of frequency `wave`.
    fn lines(&self, wave: &str) -> Vec<String> {
        match *self {
            Self::None => vec![format!("α = p · {wave}")],
            Self::Linear { factor } => vec![format!("α = p · {wave} / {}", number(factor))],
            Self::ByWavelength { factor, low_frequency, high_frequency, original_max_seq_len } => {
                let (low, high) = (number(low_frequency), number(high_frequency));
                vec![
                    format!("ω = {wave}"),
                    format!("κ = ({original_max_seq_len} ω / 2π - {low}) / ({high} - {low}), between 0 and 1"),
                    format!("α = p · ω (κ + (1 - κ) / {})", number(factor)),
                ]
            }
        }
    }
}

impl RelativeBiasConfig {
    /// Puts the table for `n_heads` heads on the page and says how the bias is written.
    pub(super) fn describe(&self, n_heads: usize, place: &Place, page: &mut Page) -> String {
        place.parameter("weight", &[self.n_buckets, n_heads], Group::Attention, page);
        let (name, buckets) = match self.direction {
            BucketDirection::Both => ("bucket", self.n_buckets / 2),
            BucketDirection::Back => ("bucket_back", self.n_buckets),
        };
        let (exact, last) = (buckets / 2, buckets - 1);
        let wide = buckets - exact;
        let far = format!("{exact} + ⌊{wide} ln(n/{exact}) / ln({}/{exact})⌋, at most {last}", self.max_distance);
        let distance = match self.direction {
            BucketDirection::Both => format!("n = |d|; + {buckets} where d < 0"),
            BucketDirection::Back => "n = max(d, 0)".into(),
        };
        let lines = [format!("y = n < {exact}: n, else {far}"), distance];
        let at = page.functions.len();
        let name = page.define(at, name, "d", lines.into_iter().map(|line| Equation::new(line, "")).collect());
        format!("bias[{name}(i - j), head]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::describe::Per;

    fn functions(describe: impl FnOnce(&Place, &mut Page)) -> Vec<String> {
        let mut page = Page::new("test", 6);
        describe(&Place::new(8, Per::Token), &mut page);
        page.functions.iter().flat_map(|f| f.equations.iter().map(|equation| equation.text.clone())).collect()
    }

    #[test]
    fn waves() {
        let of = |layout| {
            functions(|place, page| {
                PositionsConfig::Sinusoidal { layout }.describe(place, page);
            })
        };
        let interleaved = ["y[2i] = sin(p / 10000^(2i/D))", "y[2i+1] = cos(p / 10000^(2i/D))"];
        assert_eq!(of(SinusoidLayout::Interleaved), interleaved);
        assert_eq!(of(SinusoidLayout::Concatenated)[1], "y[D/2+i] = cos(p / 10000^(2i/D))");
    }

    #[test]
    fn turns() {
        let scaling = RotaryScaling::ByWavelength {
            factor: 8.0,
            low_frequency: 1.0,
            high_frequency: 4.0,
            original_max_seq_len: 8192,
        };
        let config = RotaryConfig { theta: 500_000.0, d_rotary: 4, pairing: Pairing::Interleaved, scaling };
        let want = [
            "x[2i] <- x[2i] cos α - x[2i+1] sin α",
            "x[2i+1] <- x[2i+1] cos α + x[2i] sin α",
            "ω = 500000^(-2i/R)",
            "κ = (8192 ω / 2π - 1) / (4 - 1), between 0 and 1",
            "α = p · ω (κ + (1 - κ) / 8)",
            "x[R ..] stay",
        ];
        assert_eq!(functions(|_, page| drop(config.describe(8, page))), want);
        assert_eq!(functions(|_, page| drop(config.describe(4, page))), want[..5]);
    }

    #[test]
    fn buckets() {
        let of = |direction| {
            let config = RelativeBiasConfig { n_buckets: 32, max_distance: 128, direction };
            functions(|place, page| drop(config.describe(2, place, page)))
        };
        let back = ["y = n < 16: n, else 16 + ⌊16 ln(n/16) / ln(128/16)⌋, at most 31", "n = max(d, 0)"];
        assert_eq!(of(BucketDirection::Back), back);
        let both = ["y = n < 8: n, else 8 + ⌊8 ln(n/8) / ln(128/8)⌋, at most 15", "n = |d|; + 16 where d < 0"];
        assert_eq!(of(BucketDirection::Both), both);
    }
}
