//! The equations of [`FeedForwardConfig`].

use super::{Equation, Group, Page, Place, apply_activation};
use crate::{FeedForwardConfig, FeedForwardKind};

impl FeedForwardConfig {
    /// Puts the layer on the page and says its name.
    pub fn describe(&self, place: &Place, page: &mut Page) -> String {
        let at = page.functions.len();
        page.size("F", "width inside the feed-forward", self.d_ff);
        let inward = [place.d_model, self.d_ff];
        let inner = |name, page: &mut Page| place.linear("x", name, inward, self.bias, Group::FeedForward, page);
        let bent = match self.kind {
            FeedForwardKind::Plain => {
                let up = inner("up", page);
                apply_activation(self.activation, &up, page)
            }
            FeedForwardKind::Gated => {
                let gate = inner("gate", page);
                let gate = apply_activation(self.activation, &gate, page);
                let up = inner("up", page);
                let up = if self.bias { format!("({up})") } else { up };
                format!("{gate} · {up}")
            }
        };
        let hidden = Equation::new(format!("h = {}", page.dropped(bent, self.dropout)), "[B, T, F]");
        let down = place.linear("h", "down", [self.d_ff, place.d_model], self.bias, Group::FeedForward, page);
        page.define(at, "feed_forward", "x", vec![hidden, Equation::new(format!("y = {down}"), "[B, T, D]")])
    }
}
