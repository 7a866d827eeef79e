//! Sources with their targets.

use std::sync::Arc;

use salamander_datasets::Pair;
use salamander_models::Task;
use salamander_text::{Contrastive, Pairs, Prefixed};

use super::{Cutter, Set};
use crate::Error;

impl Cutter<'_> {
    pub(super) fn pairs(&self, pairs: &[&Pair]) -> Result<Set, Error> {
        let plan = self.plan;
        match self.task {
            Task::Translate => {
                // What ends a source is the batch's to add.
                let begin = self.ends()?.source.begin;
                let both = |pair: &&Pair| -> Result<_, Error> {
                    let source = self.ids(&pair.0, (plan.seq_len - 1).saturating_sub(begin.len()))?;
                    Ok(([begin.clone(), source].concat(), self.ids(&pair.1, plan.seq_len - 1)?))
                };
                let ids = pairs.iter().map(both).collect::<Result<_, _>>()?;
                Ok(Set::Pairs(Arc::new(Pairs::new(ids, self.pair_options()?, plan.seed)?.sized(self.size())?)))
            }
            Task::Contrast => {
                if let Some(tokens) = plan.batch_tokens {
                    let rule = format!(
                        "is {tokens}; pairs are told from the others of their batch: say how many in batch_size"
                    );
                    return Err(salamander_train::Error::Plan { setting: "batch_tokens", rule }.into());
                }
                let frame = self.frame()?;
                let room = plan.seq_len.saturating_sub(frame.begin.len() + frame.end.len());
                let one = |text: &str| -> Result<_, Error> { Ok(frame.one(&self.ids(text, room)?)) };
                let both = |pair: &&Pair| -> Result<_, Error> { Ok((one(&pair.0)?, one(&pair.1)?)) };
                let pairs = pairs.iter().map(both).collect::<Result<Vec<_>, _>>()?;
                let contrastive = Contrastive::new(pairs, self.pad()?, plan.seq_len, plan.batch_size, plan.seed)?;
                Ok(Set::Contrastive(Arc::new(contrastive)))
            }
            Task::Prefix => Ok(Set::Prefixed(Arc::new(self.prefixed(pairs)?))),
            _ => Ok(Set::Continued(Arc::new(self.prefixed(pairs)?.causal()))),
        }
    }

    /// The target behind its source; where both are too long together, the source loses its end.
    fn prefixed(&self, pairs: &[&Pair]) -> Result<Prefixed, Error> {
        let plan = self.plan;
        let (separator, end) = (self.tokenizer.bos(), self.tokenizer.eos());
        let between = usize::from(separator.is_some());
        let both = |pair: &&Pair| -> Result<_, Error> {
            // The last token is a target only.
            let target = self.ids(&pair.1, plan.seq_len - between)?;
            let room = plan.seq_len + usize::from(end.is_none()) - between - target.len();
            Ok((self.ids(&pair.0, room)?, target))
        };
        let ids = pairs.iter().map(both).collect::<Result<Vec<_>, _>>()?;
        // What pads is no target, and no real position sees it.
        let pad = self.tokenizer.pad().or(end).unwrap_or(0);
        let prefixed = Prefixed::pairs(ids, separator, end, pad, plan.seq_len, plan.batch_size, plan.seed)?;
        Ok(prefixed.sized(self.size())?)
    }
}
