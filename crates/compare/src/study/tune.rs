//! The same number of tries at a learning rate for everybody.

use salamander_experiment::Part;

use super::{Entry, Heard, Study, Surroundings};
use crate::{Error, RunSummary};

impl Study {
    /// The contenders with the learning rates that did best on the validation part, with the first seed. They are trained
    /// as long as for the comparison itself: a rate that is good for a short run is too high for a long one.
    pub(super) fn tuned(&self, entries: Vec<Entry>, around: &mut Surroundings) -> Result<Vec<Entry>, Error> {
        if self.tune.is_empty() {
            return Ok(entries);
        }
        let of = entries.len() * self.tune.len();
        let mut tuned = Vec::with_capacity(entries.len());
        for (index, entry) in entries.into_iter().enumerate() {
            let mut best: Option<(f64, Entry)> = None;
            for (turn, &factor) in self.tune.iter().enumerate() {
                let mut tried = entry.clone();
                tried.recipe.plan.schedule = entry.recipe.plan.schedule.clone().scaled(factor);
                tried.folder = entry.folder.join(format!("rate-{factor}"));
                tried.rate_factor = factor;
                let number = index * self.tune.len() + turn + 1;
                let judged = (self.seeds[0], Some(Part::Validation));
                let (trial, known) = self.trial(&tried, judged, (number, of), around)?;
                let name = format!("{}, learning rate × {factor}", entry.name);
                (around.hear)(Heard::Done { contender: &name, trial: &trial, known, number, of });
                // Every task reports it, also where models are judged by something else.
                let last = RunSummary::read(self.run_folder(&tried, self.seeds[0]))?.last;
                let whole = last.filter(|loss| loss.is_finite() && trial.diverged.is_none());
                let loss = whole.unwrap_or(f64::INFINITY);
                if best.as_ref().is_none_or(|(least, _)| loss < *least) {
                    best = Some((loss, tried));
                }
            }
            tuned.extend(best.map(|(_, entry)| Entry { folder: entry.folder.join("judged"), ..entry }));
        }
        Ok(tuned)
    }
}
