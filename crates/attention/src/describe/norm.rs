//! The equations of [`NormConfig`].

use super::{Equation, Group, Page, Place, place::number};
use crate::NormConfig;

impl NormConfig {
    /// Puts the norm of `x` on the page and says how it is written: `x` itself where nothing is normalised.
    pub fn describe(&self, x: &str, group: Group, place: &Place, page: &mut Page) -> String {
        let (name, equation) = match *self {
            Self::None => return x.into(),
            Self::Layer { epsilon, bias } => {
                let shift = if bias { " + β" } else { "" };
                ("layer_norm", format!("y = (x - mean x) / √(var x + {}) · γ{shift}", number(epsilon)))
            }
            Self::Rms { epsilon } => ("rms_norm", format!("y = x / √(mean x² + {}) · γ", number(epsilon))),
        };
        place.parameter("gamma", &[place.d_model], group, page);
        if matches!(self, Self::Layer { bias: true, .. }) {
            place.parameter("beta", &[place.d_model], group, page);
        }
        let at = page.functions.len();
        let name = page.define(at, name, "x", vec![Equation::new(equation, "")]);
        format!("{name}({x})")
    }
}
