//! A BLEU score with all that belongs beside it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{BleuCounts, BleuOptions, counts::LONGEST};
use crate::signature::{References, VERSION};

/// What sacreBLEU prints, as numbers and, by `Display`, as its line: with one decimal, or as many as asked for (`{:.2}`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BleuScore {
    /// From 0 to 100.
    pub score: f64,
    /// The share of runs of 1, 2, 3 and 4 words that are in a reference, in percent, smoothed.
    pub precisions: [f64; LONGEST],
    /// What the score was multiplied by for being short: 1 if it is not.
    pub brevity_penalty: f64,
    /// What all this is computed from.
    pub counts: BleuCounts,
    /// How it was computed: sacreBLEU's signature, in which the version names this crate. The same signature from
    /// sacreBLEU means the same number; the version is there to be doubted first if it ever does not.
    pub signature: String,
}

impl BleuScore {
    pub(super) fn new(options: &BleuOptions, counts: BleuCounts, references: &References) -> Self {
        Self {
            score: options.of_counts(&counts),
            precisions: counts.precisions(options).0,
            brevity_penalty: counts.brevity_penalty(),
            counts,
            signature: format!("nrefs:{references}|{options}|version:{VERSION}"),
        }
    }

    /// The hypotheses' length in words over the references': 0 if these have none.
    pub fn length_ratio(&self) -> f64 {
        match self.counts.reference {
            0 => 0.0,
            reference => self.counts.hypothesis as f64 / reference as f64,
        }
    }
}

impl fmt::Display for BleuScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, counts) = (f.precision().unwrap_or(1), &self.counts);
        let precisions = self.precisions.map(|precision| format!("{precision:.1}")).join("/");
        write!(f, "BLEU|{} = {:.digits$} {precisions} ", self.signature, self.score)?;
        let (penalty, ratio) = (self.brevity_penalty, self.length_ratio());
        write!(
            f,
            "(BP = {penalty:.3} ratio = {ratio:.3} hyp_len = {} ref_len = {})",
            counts.hypothesis, counts.reference
        )
    }
}
