//! Runs of `n` items, and how many of them two sequences share.

use std::{collections::HashMap, hash::Hash};

/// How often each run occurs.
pub(crate) type Counts<'a, T> = HashMap<&'a [T], u64>;

/// Counts the runs of `n` items.
pub(crate) fn count<T: Eq + Hash>(items: &[T], n: usize) -> Counts<'_, T> {
    let mut counts = Counts::with_capacity(items.len());
    items.windows(n).for_each(|run| *counts.entry(run).or_default() += 1);
    counts
}

/// How many runs are in both, each as often as in the one that has it less often.
pub(crate) fn shared<T: Eq + Hash>(one: &Counts<'_, T>, other: &Counts<'_, T>) -> u64 {
    one.iter().map(|(run, &count)| count.min(other.get(run).copied().unwrap_or(0))).sum()
}

/// How many runs of `n` items there are among `items`.
pub(crate) fn total(items: usize, n: usize) -> u64 {
    (items + 1).saturating_sub(n) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_by_hand() {
        let [one, other] = ["aabaab", "abab"].map(|text| text.chars().collect::<Vec<_>>());
        // aa ab ba aa ab, and ab ba ab.
        let counts = count(&one, 2);
        assert_eq!((counts[&['a', 'a'][..]], counts[&['a', 'b'][..]], counts[&['b', 'a'][..]]), (2, 2, 1));
        assert_eq!((shared(&counts, &count(&other, 2)), shared(&count(&other, 2), &counts)), (3, 3));
        assert_eq!([1, 2, 6, 7].map(|n| total(one.len(), n)), [6, 5, 1, 0]);
        assert!(count(&one, 7).is_empty() && shared(&count(&one, 7), &counts) == 0);
    }
}
