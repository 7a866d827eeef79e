//! What cannot be compared, said before anyone is trained.

use std::collections::{BTreeSet, HashSet};

use salamander_train::Plan;

use super::{Entry, Study, results::decides};
use crate::Error;

impl Study {
    /// Checks who takes part, and what is asked.
    pub(super) fn validate(&self) -> Result<(), Error> {
        if self.contenders.is_empty() {
            return Err(refused("", "nobody takes part"));
        }
        let counted = self.yardsticks.iter().map(|yardstick| &yardstick.name);
        let mut names = self.contenders.iter().map(|contender| &contender.name).chain(counted);
        let mut known = HashSet::new();
        if let Some(twin) = names.find(|name| !known.insert(*name)) {
            return Err(refused(twin, "it takes part twice"));
        }
        for contender in &self.contenders {
            if contender.recipe.start.is_some() {
                let why = "it begins as another model, with tokens and a size of its own; those that are compared begin alike";
                return Err(refused(&contender.name, why));
            }
            to_the_end(&contender.name, &contender.recipe.plan)?;
            seedless(&contender.name, &contender.changes)?;
        }
        seedless("--set", &self.settings)?;
        let mut seeds = HashSet::new();
        if self.seeds.is_empty() || self.seeds.iter().any(|seed| !seeds.insert(seed)) {
            return Err(Error::Seeds(self.seeds.clone()));
        }
        if let Some(twice) = self.tune.iter().enumerate().find(|(at, rate)| self.tune[..*at].contains(rate)) {
            return Err(refused("--tune-rate", &format!("{} is tried twice; leave one out", twice.1)));
        }
        self.validate_sizes()?;
        self.budget.validate()
    }

    /// Checks that all will be measured by what is to decide, as far as that is known before they are judged.
    pub(super) fn validate_metric(&self, entries: &[Entry]) -> Result<(), Error> {
        let Some(wanted) = &self.metric else { return Ok(()) };
        if entries.iter().any(|entry| entry.measures.is_empty()) {
            return Ok(());
        }
        let everybodys = |name: &&String| entries.iter().all(|entry| entry.measures.contains(name));
        let have: BTreeSet<_> = entries.iter().flat_map(|entry| &entry.measures).filter(everybodys).collect();
        decides(wanted, have.into_iter().map(String::as_str))
    }
}

/// All learn for as long as the budget says: what ends a run before its last step has no place here.
pub(super) fn to_the_end(who: &str, plan: &Plan) -> Result<(), Error> {
    let Some(setting) = plan.ends_early() else { return Ok(()) };
    let why = "may end training before its last step, and the budget decides how long all learn";
    Err(refused(who, &format!("`{setting}` {why}; leave it out and say how long with --budget")))
}

fn seedless(who: &str, settings: &[(String, String)]) -> Result<(), Error> {
    match settings.iter().find(|(key, _)| key == "plan.seed") {
        Some((key, value)) => {
            let why =
                "all begin from the same seeds; say how many with --seeds, and where data begin with --set data.seed";
            Err(refused(who, &format!("`{key}={value}`: {why}")))
        }
        None => Ok(()),
    }
}

fn refused(who: &str, why: &str) -> Error {
    Error::Contender { text: who.into(), reason: why.into() }
}
