//! What training costs, counted before it is done.

use std::iter::Sum;

use salamander_attention::describe::{Extent, Page, Per};
use salamander_encoder_only::ReplacedTokens;
use salamander_models::ModelConfig;
use salamander_text::{Batches, LanguageBatch, Matrix, PairBatch, Rows};
use salamander_train::Objective;

use crate::{Error, Experiment, set::Set};

/// Steps after which the mean cost is known well enough to say how busy a device is.
const FIRST: usize = 8;

/// What steps cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Targets learnt from.
    pub targets: u64,
    /// Multiplications and additions of all matrix products, padding and what masks hide included: three times those of a
    /// forward, whose gradients are two products of the same size for each.
    pub flops: u64,
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        let add = |sum: Self, cost: Self| Self { targets: sum.targets + cost.targets, flops: sum.flops + cost.flops };
        costs.fold(Self::default(), add)
    }
}

impl Experiment {
    /// What learning from a target costs, on average over the first steps.
    ///
    /// # Errors
    /// If there is nothing to learn from.
    pub(crate) fn flops_per_target(&self) -> Result<f64, Error> {
        let first: Cost = self.costs()?.take(FIRST).sum();
        Ok(first.flops as f64 / first.targets.max(1) as f64)
    }

    /// What each step costs, from the first on, without end. Nothing is computed: the batches are cut and counted.
    ///
    /// # Errors
    /// If there is nothing to learn from.
    pub fn costs(&self) -> Result<impl Iterator<Item = Cost> + '_, Error> {
        let Some(set) = &self.train else { return Err(Error::NoPart { part: "train" }) };
        let (page, batches) = (self.config.page(), self.recipe.plan.accumulate as u64);
        let batch = move |at| set.cost(at, &self.config, &page);
        Ok((0u64..).map(move |step| (step * batches..(step + 1) * batches).map(&batch).sum()))
    }
}

impl Set {
    fn cost(&self, at: u64, config: &ModelConfig, page: &Page) -> Cost {
        let one = |ids: &Matrix<i64>, targets: usize| cost(page, ids.rows, 0, ids.columns, targets);
        let rows = |rows: &Rows, targets: usize| one(&rows.ids, targets);
        match self {
            Self::Windows(set) => language(set.batch_at(at), one),
            Self::Documents(set) => language(set.batch_at(at), one),
            Self::Masked(set) => masked(&set.batch_at(at), config, page),
            Self::Tagged(set) => language(set.batch_at(at), one),
            Self::Packed(set) => language(set.batch_at(at).language, one),
            Self::Continued(set) => language(set.batch_at(at), one),
            Self::Prefixed(set) => language(set.batch_at(at).language, one),
            Self::Classified(set) => {
                let batch = set.batch_at(at);
                rows(&batch.inputs, batch.labels.len())
            }
            Self::Questions(set) => {
                let batch = set.batch_at(at);
                rows(&batch.inputs, batch.starts.len() + batch.ends.len())
            }
            Self::Contrastive(set) => {
                let batch = set.batch_at(at);
                let (first, second) = (rows(&batch.first, batch.alike.rows), rows(&batch.second, 0));
                Cost { flops: first.flops + second.flops, ..first }
            }
            Self::Pairs(set) => pair(&set.batch_at(at), page),
            Self::Denoised(set) => pair(&set.batch_at(at), page),
        }
    }
}

fn language(batch: LanguageBatch, one: impl Fn(&Matrix<i64>, usize) -> Cost) -> Cost {
    one(&batch.inputs, batch.counted())
}

/// Words are named behind the gaps alone.
fn masked(batch: &LanguageBatch, config: &ModelConfig, page: &Page) -> Cost {
    let targets = match config {
        ModelConfig::ReplacedTokens(_) => ReplacedTokens::targets(batch),
        _ => batch.counted(),
    };
    let all = cost(page, batch.inputs.rows, 0, batch.inputs.columns, targets);
    let unnamed = (batch.inputs.values.len() - batch.counted()) as u64;
    Cost { flops: all.flops - unnamed * page.training_flops_per(Per::Guess), ..all }
}

fn pair(batch: &PairBatch, page: &Page) -> Cost {
    let (source, target) = (batch.source.columns, batch.decoder_inputs.columns);
    cost(page, batch.source.rows, source, target, batch.counted())
}

fn cost(page: &Page, rows: usize, source: usize, target: usize, targets: usize) -> Cost {
    Cost { targets: targets as u64, flops: rows as u64 * page.training_flops_of(Extent { source, target }) }
}
