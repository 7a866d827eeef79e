//! How often each token stood behind each context, in little room.

/// Counts by context and token, as sorted lists: 16 bytes for a context and 8 for a token behind it, and found by halving.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Counts {
    /// The contexts' keys, ascending. A context's place in this list is its number.
    contexts: Vec<u64>,
    /// Where the followers of each context begin, and at last where they end.
    starts: Vec<u32>,
    /// How often each context was seen.
    totals: Vec<u32>,
    /// The tokens behind a context, ascending.
    tokens: Vec<u32>,
    /// How often each of them stood there.
    times: Vec<u32>,
}

/// What was seen behind one context.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Followers<'a> {
    /// The tokens, ascending.
    pub(crate) tokens: &'a [u32],
    /// How often each.
    pub(crate) times: &'a [u32],
    /// How often any.
    pub(crate) total: u32,
}

/// One key of two numbers.
pub(crate) fn pair(first: u32, second: u32) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}

impl Counts {
    /// Counts what was seen: the key of a context and the token behind it, in any order, fewer than 2³² of them.
    pub(crate) fn of(mut seen: Vec<(u64, u32)>) -> Self {
        seen.sort_unstable();
        let mut counts = Self::default();
        for same in seen.chunk_by(|a, b| a == b) {
            let ((context, token), times) = (same[0], same.len() as u32);
            if counts.contexts.last() != Some(&context) {
                counts.contexts.push(context);
                counts.starts.push(counts.tokens.len() as u32);
                counts.totals.push(0);
            }
            counts.tokens.push(token);
            counts.times.push(times);
            if let Some(total) = counts.totals.last_mut() {
                *total += times;
            }
        }
        counts.starts.push(counts.tokens.len() as u32);
        counts
    }

    /// The number of a context, if it was seen.
    pub(crate) fn number(&self, context: u64) -> Option<u32> {
        self.contexts.binary_search(&context).ok().map(|number| number as u32)
    }

    /// What was seen behind the context of this number.
    pub(crate) fn followers(&self, number: u32) -> Followers<'_> {
        let number = number as usize;
        let range = self.starts[number] as usize..self.starts[number + 1] as usize;
        Followers { tokens: &self.tokens[range.clone()], times: &self.times[range], total: self.totals[number] }
    }

    /// How many different contexts were seen.
    pub(crate) fn contexts(&self) -> usize {
        self.contexts.len()
    }

    /// How many different pairs of a context and a token were seen.
    pub(crate) fn pairs(&self) -> usize {
        self.tokens.len()
    }
}

impl<'a> Followers<'a> {
    /// How often `token` was seen.
    pub(crate) fn times(&self, token: u32) -> u32 {
        self.tokens.binary_search(&token).map_or(0, |at| self.times[at])
    }

    /// Each token that was seen, and how often.
    pub(crate) fn each(self) -> impl Iterator<Item = (u32, u32)> + 'a {
        self.tokens.iter().copied().zip(self.times.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_found_again_and_nothing_else() {
        let counts = Counts::of(vec![(7, 1), (3, 9), (7, 4), (7, 1), (pair(1, 0), 2)]);
        assert_eq!((counts.contexts(), counts.pairs()), (3, 4));
        let number = |context| counts.number(context);
        assert_eq!([number(3), number(7), number(pair(1, 0))], [Some(0), Some(1), Some(2)]);
        assert_eq!([number(0), number(5), number(pair(0, 1))], [None; 3]);

        let followers = counts.followers(1);
        assert_eq!(followers.total, 3);
        assert_eq!([0, 1, 4, 9].map(|token| followers.times(token)), [0, 2, 1, 0]);
        assert_eq!(followers.each().collect::<Vec<_>>(), [(1, 2), (4, 1)]);
        assert_eq!(Counts::of(Vec::new()).contexts(), 0);
    }
}
