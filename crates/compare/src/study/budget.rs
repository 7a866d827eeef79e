//! What is the same for all.

use std::{fmt, str::FromStr};

use salamander_models::Recipe;

use crate::{Error, numbers::value};

/// More parameters than a model can be given: training keeps 16 bytes of each.
const MOST: f64 = 1e12;

/// What is made the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matched {
    /// Trained numbers: models are made wider or narrower, and all learn for the same steps.
    Parameters,
    /// Operations of training: models stay as they are, and each learns for as many steps as they pay for.
    Flops,
    /// Targets learnt from: models stay as they are.
    Tokens,
    /// Seconds of training on this machine: each learns for as many steps as it was measured to make.
    Time,
}

impl Matched {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Parameters, Self::Flops, Self::Tokens, Self::Time];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Parameters => "parameters",
            Self::Flops => "flops",
            Self::Tokens => "tokens",
            Self::Time => "time",
        }
    }

    /// What an amount of it is counted in.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Parameters => "parameters",
            Self::Flops => "FLOPs",
            Self::Tokens => "targets",
            Self::Time => "seconds",
        }
    }
}

impl FromStr for Matched {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|matched| matched.name() == text);
        found.ok_or_else(|| "it is none of parameters, flops, tokens, time".into())
    }
}

/// How much there is for each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// Of what.
    pub matched: Matched,
    /// How much, in its [`unit`](Matched::unit); absent, as much as the first contender's recipe takes.
    pub amount: Option<f64>,
}

impl Budget {
    /// Checks the number.
    ///
    /// # Errors
    /// If it is not positive, it is of more parameters than a model can have, or time is matched and there is none.
    pub(super) fn validate(&self) -> Result<(), Error> {
        match (self.matched, self.amount) {
            (_, Some(amount)) if !(amount > 0.0 && amount.is_finite()) => {
                Err(Error::Budget { reason: format!("is {amount}; a positive number is needed") })
            }
            (Matched::Parameters, Some(amount)) if amount > MOST => {
                let [asked, most] = [amount, MOST].map(value);
                let reason = format!("is {asked} parameters; a model here has at most {most}");
                Err(Error::Budget { reason })
            }
            (Matched::Time, None) => Err(Error::Budget { reason: "of seconds is needed to match time".into() }),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.amount {
            Some(amount) => write!(f, "{} {}", value(amount), self.matched.unit()),
            None => write!(f, "the same {}", self.matched.unit()),
        }
    }
}

/// The recipe with the width that comes nearest to so many parameters; its other widths keep their share of it.
pub(super) fn sized(recipe: &Recipe, words: usize, wanted: f64) -> Result<Recipe, Error> {
    // Heads of an even width: some positions turn pairs.
    let unit = if recipe.size.d_head.is_some() { 2 } else { 2 * recipe.size.n_heads.max(1) };
    let counted = |units: usize| -> Result<(Recipe, f64), Error> {
        let recipe = widened(recipe, units * unit);
        let parameters = recipe.config(Some(words))?.num_params();
        Ok((recipe, parameters as f64))
    };
    // The first width at which it is enough lies in `few + 1 ..= many`.
    let (mut few, mut many) = (0usize, 1);
    while counted(many)?.1 < wanted {
        (few, many) = (many, 2 * many);
    }
    while many - few > 1 {
        let middle = few.midpoint(many);
        if counted(middle)?.1 < wanted { few = middle } else { many = middle }
    }
    let (above, more) = counted(many)?;
    if few == 0 {
        return Ok(above);
    }
    let (below, less) = counted(few)?;
    Ok(if wanted - less < more - wanted { below } else { above })
}

fn widened(recipe: &Recipe, d_model: usize) -> Recipe {
    let mut recipe = recipe.clone();
    let share = d_model as f64 / recipe.size.d_model as f64;
    recipe.size.d_model = d_model;
    recipe.size.d_ff = recipe.size.d_ff.map(|d_ff| ((d_ff as f64 * share).round() as usize).max(1));
    recipe
}

#[cfg(test)]
mod tests {
    use salamander_models::recipe;

    use super::*;

    #[test]
    fn the_width_that_comes_nearest() {
        let gpt = recipe("gpt").unwrap();
        let wanted = 300_000.0;
        let fitted = sized(&gpt, 100, wanted).unwrap();
        let parameters = |recipe: &Recipe| recipe.config(Some(100)).unwrap().num_params() as f64;
        let off = |recipe: &Recipe| (parameters(recipe) - wanted).abs();
        let unit = 2 * gpt.size.n_heads;
        for other in [fitted.size.d_model - unit, fitted.size.d_model + unit] {
            assert!(off(&fitted) <= off(&widened(&gpt, other)), "{other}");
        }
        assert_eq!(fitted.size.d_model % unit, 0);
        // Fewer than the least there can be.
        assert_eq!(sized(&gpt, 100, 1.0).unwrap().size.d_model, unit);
        // What has its own width is found again.
        assert_eq!(sized(&gpt, 100, parameters(&gpt)).unwrap().size, gpt.size);
    }

    #[test]
    fn budgets_that_are_none() {
        let said = |matched, amount| Budget { matched, amount }.validate().unwrap_err().to_string();
        assert_eq!(said(Matched::Flops, Some(-1.0)), "--budget is -1; a positive number is needed");
        assert_eq!(said(Matched::Time, None), "--budget of seconds is needed to match time");
        assert!("speed".parse::<Matched>().unwrap_err().contains("flops"));
        assert_eq!("flops".parse(), Ok(Matched::Flops));
    }
}
