//! Counting which token follows which: what a model with attention must beat.

use std::collections::HashMap;

use crate::{IGNORE, LanguageBatch};

/// How often each token follows each other one (Shannon 1948).
#[derive(Debug, Clone, Default)]
pub struct Bigram {
    /// For each token, those seen behind it and how often.
    after: HashMap<i64, HashMap<i64, f64>>,
    /// For each token, those seen before it and how often.
    before: HashMap<i64, HashMap<i64, f64>>,
    /// How often each was seen.
    seen: HashMap<i64, f64>,
}

impl Bigram {
    /// Counts one more sequence.
    pub fn count(&mut self, ids: &[u32]) {
        let ids = || ids.iter().map(|&id| i64::from(id));
        for id in ids() {
            *self.seen.entry(id).or_default() += 1.0;
        }
        for (left, right) in ids().zip(ids().skip(1)) {
            *self.after.entry(left).or_default().entry(right).or_default() += 1.0;
            *self.before.entry(right).or_default().entry(left).or_default() += 1.0;
        }
    }

    /// The likeliest token between two others: `argmax p(w | left) p(right | w)`, the smallest id of equals.
    ///
    /// A side that was never seen says nothing.
    pub fn between(&self, left: i64, right: i64) -> Option<i64> {
        let nothing = HashMap::new();
        let after = self.after.get(&left).unwrap_or(&nothing);
        let before = self.before.get(&right).unwrap_or(&nothing);
        let score = |word: &i64| {
            let behind = after.get(word).copied().unwrap_or(0.0) + 1e-3;
            // p(right | w) = n(w, right) / n(w)
            let ahead = (before.get(word).copied().unwrap_or(0.0) + 1e-3) / self.seen.get(word).copied().unwrap_or(1.0);
            behind * ahead
        };
        let words = self.seen.keys();
        words.map(|word| (score(word), *word)).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))).map(|best| best.1)
    }

    /// How many gaps of a batch it fills rightly, of how many. It sees what a model sees: the row with its gaps.
    pub fn fill(&self, batch: &LanguageBatch) -> (usize, usize) {
        let (mut right, mut gaps) = (0, 0);
        for row in 0..batch.inputs.rows {
            let (inputs, targets) = (batch.inputs.row(row), batch.targets.row(row));
            for (at, &target) in targets.iter().enumerate().filter(|(_, target)| **target != IGNORE) {
                let side = |at: Option<usize>| at.and_then(|at| inputs.get(at)).copied().unwrap_or(IGNORE);
                gaps += 1;
                right += usize::from(self.between(side(at.checked_sub(1)), side(Some(at + 1))) == Some(target));
            }
        }
        (right, gaps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Matrix;

    #[test]
    fn both_neighbours_count() {
        let mut bigram = Bigram::default();
        for ids in [[1, 2, 3], [1, 2, 3], [1, 4, 5], [6, 4, 5]] {
            bigram.count(&ids);
        }
        assert_eq!(bigram.between(1, 3), Some(2));
        assert_eq!(bigram.between(1, 5), Some(4), "2 follows 1 more often, but 5 never follows 2");
        assert_eq!(bigram.between(6, 99), Some(4), "a side never seen says nothing");
    }

    #[test]
    fn gaps_are_counted() {
        let mut bigram = Bigram::default();
        bigram.count(&[1, 2, 3, 1, 2, 3]);
        let batch = LanguageBatch {
            inputs: Matrix { values: vec![1, 9, 3, 9, 2, 3], rows: 2, columns: 3 },
            targets: Matrix { values: vec![-100, 2, -100, 3, -100, -100], rows: 2, columns: 3 },
            padding: None,
        };
        // Before the 2 stands a 1, not a 3.
        assert_eq!(bigram.fill(&batch), (1, 2));
    }
}
