//! The equations of blocks, of the residuals in them and of the stacks they make.

use super::{Equation, Group, Page, Place};
use crate::{BlockConfig, CrossBlockConfig, LayerConfig, ResidualConfig, SharedCrossBlockConfig, StackConfig};

/// A layer that can be put on a page.
pub trait DescribeLayer: LayerConfig {
    /// Puts the functions of the layer on the page and says what it does with the stream.
    fn describe(&self, place: &Place, page: &mut Page) -> Vec<Equation>;

    /// What is said of the layers besides their number.
    fn remark(&self) -> &'static str {
        ""
    }
}

impl DescribeLayer for BlockConfig {
    fn describe(&self, place: &Place, page: &mut Page) -> Vec<Equation> {
        let attention = self.attention.describe(&place.within("attention"), page);
        let feed_forward = self.feed_forward.describe(&place.within("feed_forward"), page);
        let around = |name: &str, sublayer: &str, page: &mut Page| {
            self.residual.describe(|x| format!("{sublayer}({x})"), &place.within(name), page)
        };
        vec![around("around_attention", &attention, page), around("around_feed_forward", &feed_forward, page)]
    }
}

impl DescribeLayer for CrossBlockConfig {
    fn describe(&self, place: &Place, page: &mut Page) -> Vec<Equation> {
        self.describe_in(place, place, page)
    }
}

impl DescribeLayer for SharedCrossBlockConfig {
    fn describe(&self, place: &Place, page: &mut Page) -> Vec<Equation> {
        self.0.describe_in(place, &place.borrowed(), page)
    }

    fn remark(&self) -> &'static str {
        ", all but cross-attention with the weights of the encoder layer of the same depth"
    }
}

impl CrossBlockConfig {
    /// The layer, its cross-attention at `own` and all else at `place`.
    fn describe_in(&self, own: &Place, place: &Place, page: &mut Page) -> Vec<Equation> {
        let attention = self.attention.describe(&place.within("attention"), page);
        let cross = self.cross.describe_cross(&own.within("cross"), page);
        let feed_forward = self.feed_forward.describe(&place.within("feed_forward"), page);
        let around = |sublayer: &dyn Fn(&str) -> String, place: Place, page: &mut Page| {
            self.residual.describe(sublayer, &place, page)
        };
        vec![
            around(&|x| format!("{attention}({x})"), place.within("around_attention"), page),
            around(&|x| format!("{cross}({x}, memory)"), own.within("around_cross"), page),
            around(&|x| format!("{feed_forward}({x})"), place.within("around_feed_forward"), page),
        ]
    }
}

impl ResidualConfig {
    /// Puts the norms on the page and says what is done with the stream around a `sublayer`.
    pub fn describe(&self, sublayer: impl FnOnce(&str) -> String, place: &Place, page: &mut Page) -> Equation {
        let input = self.before.describe("x", Group::Norm, &place.within("before"), page);
        let change = self.inside.describe(&sublayer(&input), Group::Norm, &place.within("inside"), page);
        let sum = format!("x + {}", page.dropped(change, self.dropout));
        let output = self.after.describe(&sum, Group::Norm, &place.within("after"), page);
        Equation::new(format!("x <- {output}"), "[B, T, D]")
    }
}

impl<C: DescribeLayer> StackConfig<C> {
    /// Puts the layers on the page; `whose` tells two stacks apart (`encoder `), and is empty where there is one.
    pub fn describe(&self, whose: &str, place: &Place, page: &mut Page) {
        page.size("N", &format!("{whose}layers"), self.n_layers);
        let relative = self.relative.as_ref();
        let bias = relative.map(|relative| relative.describe(self.block.n_heads(), &place.within("relative"), page));
        let lines = self.block.describe(&place.layers("blocks", self.n_layers, bias), page);
        let title = format!("each of {} {whose}layers{}", self.n_layers, self.block.remark());
        lines.into_iter().for_each(|line| page.step(&title, line.text, line.shape));
        let norm = self.norm.describe("x", Group::Norm, &place.within("norm"), page);
        let end = page.dropped(norm, self.dropout);
        if end != "x" {
            page.step(&format!("behind the last {whose}layer"), format!("x <- {end}"), "[B, T, D]");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NormConfig, describe::Per};

    #[test]
    fn one_residual_equation() {
        let check = |config: ResidualConfig, want: &str| {
            let (place, mut page) = (Place::new(8, Per::Token), Page::new("test", 6));
            let equation = config.describe(|x| format!("f({x})"), &place, &mut page);
            assert_eq!(equation.text, want);
        };
        let (norm, none) = (NormConfig::Rms { epsilon: 1e-6 }, ResidualConfig::default());
        check(none.clone(), "x <- x + f(x)");
        check(ResidualConfig::pre_norm(norm.clone(), 0.0), "x <- x + f(rms_norm(x))");
        check(ResidualConfig::post_norm(norm.clone(), 0.1), "x <- rms_norm(x + dropout(f(x), 0.1))");
        check(ResidualConfig { before: norm.clone(), inside: norm, ..none }, "x <- x + rms_norm(f(rms_norm(x)))");
    }
}
