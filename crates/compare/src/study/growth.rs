//! The same model in several sizes, and the law that its loss follows.

use salamander_metrics::PowerLaw;
use salamander_models::Recipe;
use serde::{Serialize, Serializer};

use super::{Budget, Matched, Results, Study, budget::sized, verdict::LEVEL};
use crate::Error;

/// By how much the parameters of neighbours differ: widths by about two, so that the loss is seen to change.
const STEP: usize = 4;

/// How the loss of a contender falls as it grows.
#[derive(Debug, Clone, Serialize)]
pub struct Growth {
    /// Who grows.
    pub name: String,
    /// Parameters and loss, of each size with each seed that did not diverge.
    pub points: Vec<(f64, f64)>,
    /// `loss = a + b N^-c` over parameters `N`, or why there is no such law.
    #[serde(serialize_with = "said")]
    pub law: Result<PowerLaw, String>,
}

fn said<S: Serializer>(law: &Result<PowerLaw, String>, to: S) -> Result<S::Ok, S::Error> {
    law.as_ref().map_err(|why| format!("none: {why}")).serialize(to)
}

impl Study {
    /// What sizes make no sense with.
    pub(super) fn validate_sizes(&self) -> Result<(), Error> {
        match (self.sizes, self.budget) {
            (0, _) => Err(Error::Budget { reason: "is for no size at all; --scale takes 1 or more".into() }),
            (1, _) | (_, Budget { matched: Matched::Flops | Matched::Tokens | Matched::Time, .. }) => Ok(()),
            (_, Budget { matched: Matched::Parameters, .. }) => {
                let reason = "of parameters makes all sizes one; with --scale match tokens, flops or time".into();
                Err(Error::Budget { reason })
            }
        }
    }

    /// A recipe in so many sizes, its own first, each with a quarter of the parameters of the one before.
    pub(super) fn grown(&self, recipe: Recipe, name: &str, words: usize) -> Result<Vec<(String, Recipe)>, Error> {
        let own = recipe.config(Some(words))?.num_params() as f64;
        let mut sizes = vec![(name.to_owned(), recipe)];
        for smaller in 1..self.sizes {
            let share = STEP.pow(smaller as u32);
            let smaller = sized(&sizes[0].1, words, own / share as f64)?;
            if sizes.iter().any(|(_, known)| known.size == smaller.size) {
                let reason = format!("1/{share} of its parameters is less than the least it can have; lower --scale");
                return Err(Error::Contender { text: name.into(), reason });
            }
            sizes.push((format!("{name}/{share}"), smaller));
        }
        Ok(sizes)
    }
}

impl Results {
    /// The law of each contender that has several sizes, where losses decide.
    pub fn laws(&self) -> Vec<Growth> {
        let sizes = self.study.sizes;
        if sizes < 2 || self.metric.unit() != "nats" {
            return Vec::new();
        }
        let law = |(group, entries): (usize, &[super::Entry])| {
            let trials = self.trials[group * sizes..].iter();
            let losses = entries.iter().zip(trials).flat_map(|(entry, trials)| {
                let losses = trials.iter().filter_map(|trial| trial.scores.get(&self.metric.name));
                losses.map(|loss| (entry.parameters as f64, *loss))
            });
            let points: Vec<_> = losses.filter(|(_, loss)| loss.is_finite()).collect();
            let (parameters, losses): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
            let law = PowerLaw::fit(&parameters, &losses, LEVEL).map_err(|error| error.to_string());
            Growth { name: entries[0].name.clone(), points, law }
        };
        self.entries.chunks(sizes).enumerate().map(law).collect()
    }
}

impl Growth {
    /// In words.
    pub(super) fn sentence(&self) -> String {
        match &self.law {
            Ok(law) => format!("{} over its parameters N: {law}", self.name),
            Err(why) => format!("{} follows no law that could be found: {why}", self.name),
        }
    }
}
