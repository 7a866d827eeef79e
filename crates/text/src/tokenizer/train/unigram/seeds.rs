//! Which pieces may be worth having.

use std::cmp::Reverse;

/// The longest piece, in characters, and the most pieces to begin with; both as in SentencePiece.
pub(super) const LONGEST: usize = 16;
const MOST: usize = 1_000_000;

/// All stretches of characters that occur at least twice in the words and cannot be made longer without occurring less
/// often, with how many characters of text they cover together; the largest of them. Sorted by that, then by themselves.
pub(super) fn seeds(words: &[(Vec<char>, u64)]) -> Vec<(String, f64)> {
    let stretch = |word: usize, start: usize| {
        let word = &words[word].0[start..];
        &word[..word.len().min(LONGEST)]
    };
    let every = words.iter().enumerate().flat_map(|(word, (text, _))| (0..text.len()).map(move |start| (word, start)));
    let mut starts: Vec<_> = every.collect();
    starts.sort_unstable_by(|&a, &b| stretch(a.0, a.1).cmp(stretch(b.0, b.1)).then(a.cmp(&b)));
    let stretches: Vec<_> = starts.iter().map(|&(word, start)| (stretch(word, start), words[word].1)).collect();
    let mut seeds = Vec::new();
    for length in 2..=LONGEST {
        // Those with the same beginning stand side by side.
        for same in stretches.chunk_by(|(a, _), (b, _)| a.len() >= length && a.get(..length) == b.get(..length)) {
            let ([(first, _), ..], [.., (last, _)]) = (same, same) else { continue };
            let goes_on = length < LONGEST && first.len() > length && first.get(..=length) == last.get(..=length);
            let count: u64 = same.iter().map(|(_, count)| *count).sum();
            if first.len() >= length && count > 1 && !goes_on {
                seeds.push((count * length as u64, first[..length].iter().collect::<String>()));
            }
        }
    }
    seeds.sort_unstable_by(|a, b| (Reverse(a.0), &a.1).cmp(&(Reverse(b.0), &b.1)));
    seeds.truncate(MOST);
    seeds.into_iter().map(|(covered, seed)| (seed, covered as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let words =
            [("abab", 1), ("ab", 2), ("xyz", 1), ("xyz!", 1)].map(|(word, count)| (word.chars().collect(), count));
        let of = |seed: &str, covered: f64| (seed.to_owned(), covered);
        // `ab` four times; `xyz` twice, but `xy` never without `z`.
        assert_eq!(seeds(&words), [of("ab", 8.0), of("xyz", 6.0), of("yz", 4.0)]);
        assert!(seeds(&[]).is_empty());
    }

    #[test]
    fn none_is_longer_than_it_may_be() {
        let words = [("a".repeat(40).chars().collect(), 1)];
        let seeds = seeds(&words);
        assert_eq!(seeds.iter().map(|(seed, _)| seed.len()).max(), Some(LONGEST));
    }
}
