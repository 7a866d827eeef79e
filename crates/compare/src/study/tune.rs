//! The same number of tries at a learning rate for everybody.

use salamander_experiment::Part;

use super::{Entry, Planned, Study, Surroundings};
use crate::{Error, RunSummary};

impl Study {
    /// Every contender with every factor of its learning rate, judged on the validation part, with the first seed. They are
    /// trained as long as for the comparison itself: a rate that is good for a short run is too high for a long one.
    pub(super) fn tries(&self, entries: &[Entry]) -> Vec<Planned> {
        let of = entries.len() * self.tune.len();
        let all = entries.iter().flat_map(|entry| self.tune.iter().map(move |&factor| (entry, factor)));
        let plan = |(at, (entry, factor)): (usize, (&Entry, f64))| {
            let mut tried = entry.clone();
            tried.recipe.plan.schedule = entry.recipe.plan.schedule.clone().scaled(factor);
            tried.folder = entry.folder.join(format!("rate-{factor}"));
            tried.rate_factor = factor;
            let contender = format!("{}, learning rate × {factor}", entry.name);
            let (seed, part) = (self.seeds[0], Some(Part::Validation));
            Planned { entry: tried, contender, seed, part, number: at + 1, of }
        };
        all.enumerate().map(plan).collect()
    }

    /// The contenders with the learning rates that did best.
    pub(super) fn tuned(&self, entries: Vec<Entry>, around: &mut Surroundings) -> Result<Vec<Entry>, Error> {
        if self.tune.is_empty() {
            return Ok(entries);
        }
        let tries = self.tries(&entries);
        let trials = self.grid(&tries, around)?;
        let each = self.tune.len();
        let mut tuned = Vec::with_capacity(entries.len());
        for (entry, (tries, trials)) in entries.into_iter().zip(tries.chunks(each).zip(trials.chunks(each))) {
            let mut best: Option<(f64, &Entry)> = None;
            for (tried, trial) in tries.iter().zip(trials) {
                // Every task reports it, also where models are judged by something else.
                let last = RunSummary::read(self.run_folder(&tried.entry, tried.seed))?.last;
                let whole = last.filter(|loss| loss.is_finite() && trial.diverged.is_none());
                let loss = whole.unwrap_or(f64::INFINITY);
                if best.is_none_or(|(least, _)| loss < least) {
                    best = Some((loss, &tried.entry));
                }
            }
            // Of another rate it is another model.
            let judged = |best: &Entry| entry.folder.join(format!("judged-{}", best.rate_factor));
            tuned.extend(best.map(|(_, best)| Entry { folder: judged(best), ..best.clone() }));
        }
        Ok(tuned)
    }
}
