//! All ways to make a word of pieces.

use std::collections::HashMap;

use super::seeds::LONGEST;

/// The pieces, letter by letter: where a letter leads to from a place, and which piece ends there.
#[derive(Debug)]
pub(super) struct Pieces {
    places: HashMap<(u32, char), u32>,
    ends: Vec<Option<usize>>,
    scores: Vec<f64>,
}

/// A piece of a word: from one character to before another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) piece: usize,
    /// The logarithm of its probability.
    pub(super) score: f64,
}

impl Pieces {
    pub(super) fn new(pieces: &[(String, f64)]) -> Self {
        let (mut places, mut ends) = (HashMap::new(), vec![None]);
        for (index, (piece, _)) in pieces.iter().enumerate() {
            let mut at = 0;
            for letter in piece.chars() {
                at = *places.entry((at, letter)).or_insert_with(|| {
                    ends.push(None);
                    ends.len() as u32 - 1
                });
            }
            ends[at as usize] = Some(index);
        }
        Self { places, ends, scores: pieces.iter().map(|(_, score)| *score).collect() }
    }

    /// Every piece in a word, by where it begins.
    pub(super) fn edges(&self, word: &[char]) -> Vec<Edge> {
        let mut edges = Vec::new();
        for start in 0..word.len() {
            let mut at = 0;
            for (end, &letter) in word.iter().enumerate().skip(start).take(LONGEST) {
                let Some(&next) = self.places.get(&(at, letter)) else { break };
                at = next;
                if let Some(piece) = self.ends[at as usize] {
                    edges.push(Edge { start, end: end + 1, piece, score: self.scores[piece] });
                }
            }
        }
        edges
    }
}

/// Adds to each piece how often it is expected in a word of `length` characters, times `count`; every way to make the word
/// counts by its probability: the forward and backward sums of a hidden Markov model (Baum 1972).
pub(super) fn expect(edges: &[Edge], length: usize, count: f64, expected: &mut [f64]) {
    let mut before = vec![f64::NEG_INFINITY; length + 1];
    let mut after = before.clone();
    (before[0], after[length]) = (0.0, 0.0);
    for edge in edges {
        before[edge.end] = log_sum(before[edge.end], before[edge.start] + edge.score);
    }
    for edge in edges.iter().rev() {
        after[edge.start] = log_sum(after[edge.start], after[edge.end] + edge.score);
    }
    for edge in edges {
        expected[edge.piece] += count * (before[edge.start] + edge.score + after[edge.end] - before[length]).exp();
    }
}

/// `ln(e^a + e^b)`
fn log_sum(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

/// The likeliest way to make a word of `length` characters (Viterbi 1967), of the pieces that are `allowed`: their numbers,
/// the last first.
pub(super) fn best(edges: &[Edge], length: usize, allowed: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut paths: Vec<Option<(f64, usize, usize)>> = vec![None; length + 1];
    paths[0] = Some((0.0, 0, 0));
    for edge in edges.iter().filter(|edge| allowed(edge.piece)) {
        let Some((score, ..)) = paths[edge.start] else { continue };
        let score = score + edge.score;
        if paths[edge.end].is_none_or(|(other, ..)| score > other) {
            paths[edge.end] = Some((score, edge.start, edge.piece));
        }
    }
    let (mut pieces, mut at) = (Vec::new(), length);
    while let Some((_, start, piece)) = paths[at].filter(|_| at > 0) {
        pieces.push(piece);
        at = start;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces() -> Pieces {
        let pieces = [("a", 0.2), ("b", 0.3), ("ab", 0.1), ("ba", 0.4)];
        Pieces::new(&pieces.map(|(piece, probability): (&str, f64)| (piece.to_owned(), probability.ln())))
    }

    #[test]
    fn every_way_counts_by_its_probability() {
        let word: Vec<_> = "aba".chars().collect();
        let edges = pieces().edges(&word);
        assert_eq!(edges.iter().map(|edge| edge.piece).collect::<Vec<_>>(), [0, 2, 1, 3, 0]);
        let mut expected = [0.0; 4];
        expect(&edges, 3, 10.0, &mut expected);
        // a b a: 0.012, ab a: 0.02, a ba: 0.08.
        let all = 0.112;
        let by_hand = [(2.0 * 0.012 + 0.02 + 0.08) / all, 0.012 / all, 0.02 / all, 0.08 / all];
        assert!(expected.iter().zip(by_hand).all(|(a, b)| (a - 10.0 * b).abs() < 1e-9), "{expected:?}");
        assert_eq!(best(&edges, 3, |_| true), [3, 0]);
        assert_eq!(best(&edges, 3, |piece| piece != 3), [0, 2]);
    }
}
