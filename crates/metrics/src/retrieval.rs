//! Retrieval: how far up the right candidate stands.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{Error, error::check_enough};

/// Recall at `k` and mean reciprocal rank (Voorhees 1999, TREC-8) of queries that have one right candidate each, as pairs
/// of a contrastive model do:
///
/// ```text
/// recall@k = share of queries whose right candidate is among the first k    MRR = mean of 1 / rank
/// ```
///
/// A candidate whose score equals that of the right one stands before it: a model that gives all the same score finds
/// nothing.
///
/// ```
/// use salamander_metrics::Retrieval;
///
/// let mut retrieval = Retrieval::default();
/// // The right candidate is the first of three, of which one scores better: rank 2. In the second query it is the best.
/// retrieval.add_scores(&[0.5, 0.9, 0.1], 0)?;
/// retrieval.add_scores(&[0.5, 0.9, 0.1], 1)?;
/// let score = retrieval.finish(&[1, 2])?;
/// assert_eq!(score.to_string(), "recall@1 0.5000, recall@2 1.0000, MRR 0.7500 (2 queries)");
/// # Ok::<(), salamander_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retrieval {
    /// How many queries have their right candidate at each rank.
    ranks: BTreeMap<u64, u64>,
}

impl Retrieval {
    /// Counts a query from the scores of all candidates, of which `right` should have the highest, and gives its rank.
    ///
    /// # Errors
    /// If there is no such candidate, or a score is not a number.
    pub fn add_scores(&mut self, scores: &[f64], right: usize) -> Result<u64, Error> {
        let best = *scores.get(right).ok_or(Error::Candidate { index: right, candidates: scores.len() })?;
        if let Some(at) = scores.iter().position(|score| score.is_nan()) {
            return Err(Error::NotFinite { what: format!("score {at}"), value: scores[at] });
        }
        // Itself among them, which is why the first rank is 1.
        let rank = scores.iter().filter(|&&score| score >= best).count() as u64;
        *self.ranks.entry(rank).or_default() += 1;
        Ok(rank)
    }

    /// Counts what `other` has counted too.
    pub fn merge(&mut self, other: &Self) {
        other.ranks.iter().for_each(|(rank, queries)| *self.ranks.entry(*rank).or_default() += queries);
    }

    /// The scores of all queries, with recall at each of `cutoffs`.
    ///
    /// # Errors
    /// If there are no queries.
    pub fn finish(&self, cutoffs: &[u64]) -> Result<RetrievalScore, Error> {
        let queries: u64 = self.ranks.values().sum();
        check_enough(queries, 1, "queries")?;
        let found = |cutoff: u64| self.ranks.range(..=cutoff).map(|(_, queries)| queries).sum::<u64>();
        let reciprocals = self.ranks.iter().map(|(&rank, &queries)| queries as f64 / rank as f64);
        Ok(RetrievalScore {
            recalls: cutoffs.iter().map(|&cutoff| (cutoff, found(cutoff) as f64 / queries as f64)).collect(),
            mean_reciprocal_rank: reciprocals.sum::<f64>() / queries as f64,
            queries,
        })
    }
}

/// How far up the right candidates stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetrievalScore {
    /// For each `k` asked for, the share of queries whose right candidate is among the first `k`.
    pub recalls: Vec<(u64, f64)>,
    /// The mean of 1 over the rank of the right candidate.
    pub mean_reciprocal_rank: f64,
    /// How many queries there are.
    pub queries: u64,
}

impl fmt::Display for RetrievalScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(4);
        self.recalls.iter().try_for_each(|(cutoff, recall)| write!(f, "recall@{cutoff} {recall:.digits$}, "))?;
        write!(f, "MRR {:.digits$} ({} queries)", self.mean_reciprocal_rank, self.queries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_gives_all_the_same_score_finds_nothing() {
        let mut retrieval = Retrieval::default();
        assert_eq!(retrieval.add_scores(&[0.25; 10], 3), Ok(10));
        let score = retrieval.finish(&[1, 9, 10]).unwrap();
        assert_eq!(score.recalls, [(1, 0.0), (9, 0.0), (10, 1.0)]);
        assert_eq!(score.mean_reciprocal_rank, 0.1);
    }

    #[test]
    fn parts_merge_to_the_whole() {
        let mut whole = Retrieval::default();
        let mut parts = [whole.clone(), whole.clone()];
        // The first two have one rank, each in a part of its own.
        for (at, right) in [0, 0, 2, 1].into_iter().enumerate() {
            for retrieval in [&mut whole, &mut parts[at % 2]] {
                retrieval.add_scores(&[0.1, 0.2, f64::NEG_INFINITY], right).unwrap();
            }
        }
        let [mut merged, other] = parts;
        merged.merge(&other);
        assert_eq!(merged, whole);
    }

    #[test]
    fn bad_input_is_an_error() {
        let mut retrieval = Retrieval::default();
        assert_eq!(retrieval.finish(&[1]).unwrap_err().to_string(), "there are 0 queries: it takes at least 1");
        let message = retrieval.add_scores(&[0.0, 1.0], 2).unwrap_err().to_string();
        assert_eq!(message, "candidate 2 is not among the 2 that have a score, which are counted from 0");
        let message = retrieval.add_scores(&[0.0, f64::NAN], 0).unwrap_err().to_string();
        assert_eq!(message, "score 1 is NaN, which is no finite number");
    }
}
