//! The trials of a study: made here one after another, or several at once by other processes.

use std::{
    fmt::{self, Display, Formatter},
    sync::{Mutex, PoisonError, mpsc},
    thread,
};

use salamander_experiment::Part;

use super::{Entry, Heard, Study, Surroundings, Trial};
use crate::Error;

/// A trial that is to be made. Its text is who learns from which seed.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Who learns.
    pub(super) entry: Entry,
    /// What that is called on the way.
    pub(super) contender: String,
    /// Where randomness begins.
    pub(super) seed: u64,
    /// What is judged on; absent, what the study says of a part that is not asked for.
    pub(super) part: Option<Part>,
    /// Which one, counted from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
}

/// Who makes the trials of a study.
#[derive(Clone, Copy)]
pub enum Makers<'a> {
    /// This process, one after another.
    Own,
    /// Others. They must be processes: one has one random state for all that trains in it.
    Others {
        /// How many trials at once, at least 1.
        at_once: usize,
        /// Comes back when [`Study::make`] has made the trial in another process. It is called from several threads; where
        /// it stops because the study is stopped, that is [`Error::Stopped`].
        make: &'a (dyn Fn(&Planned) -> Result<(), Error> + Sync),
    },
}

impl Planned {
    /// What no other trial of the study is called: its folder within that of the study.
    pub fn name(&self) -> String {
        self.entry.run(self.seed).display().to_string()
    }
}

impl Display for Planned {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}, seed {}", self.contender, self.seed)
    }
}

impl Study {
    /// Every contender with every seed. Seed by seed: what is there early is a whole comparison with few seeds.
    pub(super) fn planned(&self, entries: &[Entry]) -> Vec<Planned> {
        let of = entries.len() * self.seeds.len();
        let all = self.seeds.iter().flat_map(|&seed| entries.iter().map(move |entry| (seed, entry)));
        let plan = |(at, (seed, entry)): (usize, (u64, &Entry))| {
            let (entry, contender) = (entry.clone(), entry.name.clone());
            Planned { entry, contender, seed, part: self.part, number: at + 1, of }
        };
        all.enumerate().map(plan).collect()
    }

    /// What comes of each, in their order.
    pub(super) fn grid(&self, planned: &[Planned], around: &mut Surroundings) -> Result<Vec<Trial>, Error> {
        match around.makers {
            Makers::Own => planned.iter().map(|planned| self.here(planned, around)).collect(),
            Makers::Others { at_once, make } => self.elsewhere(planned, at_once, make, around),
        }
    }

    fn here(&self, planned: &Planned, around: &mut Surroundings) -> Result<Trial, Error> {
        let (trial, known) = self.trial(planned, around)?;
        around.done(planned, &trial, known, planned.number);
        Ok(trial)
    }

    /// One that fails does not keep the others from being made.
    fn elsewhere(
        &self,
        planned: &[Planned],
        at_once: usize,
        make: &(dyn Fn(&Planned) -> Result<(), Error> + Sync),
        around: &mut Surroundings,
    ) -> Result<Vec<Trial>, Error> {
        let mut trials = planned.iter().map(|planned| self.known(planned)).collect::<Result<Vec<_>, _>>()?;
        let mut over = 0;
        for (planned, trial) in planned.iter().zip(&trials) {
            let Some(trial) = trial else { continue };
            over += 1;
            around.done(planned, trial, true, over);
        }
        let missing: Vec<_> = (0..planned.len()).filter(|&at| trials[at].is_none()).collect();
        let workers = at_once.min(missing.len());
        let (queue, stop, mut failed) = (Mutex::new(missing.into_iter()), around.interrupter.clone(), Vec::new());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next().filter(|_| !stop.should_stop());
        thread::scope(|scope| {
            let (tell, told) = mpsc::channel();
            for _ in 0..workers {
                let (tell, next) = (tell.clone(), &next);
                scope.spawn(move || {
                    while let Some(at) = next() {
                        let _ = tell.send((at, make(&planned[at])));
                    }
                });
            }
            drop(tell);
            for (at, made) in told {
                let planned = &planned[at];
                match made.and_then(|()| self.known(planned)?.ok_or_else(Error::no_result)) {
                    Ok(trial) => {
                        over += 1;
                        around.done(planned, &trial, false, over);
                        trials[at] = Some(trial);
                    }
                    // One is stopped: so are all.
                    Err(Error::Stopped) => stop.stop(None),
                    Err(error) => failed.push(format!("{planned}: {error}")),
                }
            }
        });
        match trials.into_iter().collect() {
            Some(trials) => Ok(trials),
            None if stop.should_stop() => Err(Error::Stopped),
            None => Err(Error::Trials { failed }),
        }
    }
}

impl Surroundings<'_> {
    /// Says that a trial is over, and that so many are.
    fn done(&mut self, planned: &Planned, trial: &Trial, known: bool, number: usize) {
        (self.hear)(Heard::Done { contender: &planned.contender, trial, known, number, of: planned.of });
    }
}
