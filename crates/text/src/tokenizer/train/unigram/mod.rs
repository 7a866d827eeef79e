//! A probability for each piece.

mod lattice;
mod seeds;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use self::lattice::{Edge, Pieces, best, expect};
use crate::tokenizer::special::Specials;

/// How many pieces stay in each round, of those there are, and how many more than wanted the last round leaves.
const SHRINK: f64 = 0.75;
const SPARE: f64 = 1.1;
/// How often probabilities are estimated anew before pieces go.
const ESTIMATES: usize = 2;
/// Pieces expected less often go.
const LEAST: f64 = 0.5;
/// The words are shared out in so many parts, whatever the number of threads: sums then come in one order.
const PARTS: usize = 16;

type Scored = Vec<(String, f64)>;

/// Pieces with the logarithms of their probabilities, the special tokens first (Kudo 2018, arXiv:1804.10959): from many
/// candidates, those go without which the text is hardly less likely, until `vocab_size` are left. Every character stays.
/// Numbers and order of the steps are SentencePiece's (Kudo and Richardson 2018, arXiv:1808.06226).
///
/// The `tokenizers` library can train such pieces too, but not twice alike: words come in the order of a hash map, and sums
/// in that of its threads.
pub(super) fn learn(
    words: &BTreeMap<String, u64>,
    specials: &Specials,
    vocab_size: usize,
    mut each: impl FnMut(usize),
) -> Scored {
    let words: Vec<_> = words.iter().map(|(word, count)| (word.chars().collect::<Vec<_>>(), *count)).collect();
    let wanted = vocab_size.saturating_sub(specials.len());
    let mut pieces = candidates(&words);
    // In small letters, text may have become that of a special token, whose id it must not take.
    pieces.retain(|(piece, _)| specials.named(piece).is_none());
    loop {
        for _ in 0..ESTIMATES {
            pieces = estimated(&words, &pieces);
        }
        each(specials.len() + pieces.len());
        if pieces.len() as f64 <= SPARE * wanted as f64 {
            break;
        }
        let left = (SPARE * wanted as f64).max(SHRINK * pieces.len() as f64) as usize;
        pieces = pruned(&words, pieces, left);
    }
    [special(specials), likeliest(pieces, wanted)].concat()
}

/// The special tokens as pieces.
pub(super) fn special(specials: &Specials) -> Scored {
    specials.iter().map(|(special, _)| (special.text().to_owned(), 0.0)).collect()
}

/// Every character, and the seeds, as likely as they cover text.
fn candidates(words: &[(Vec<char>, u64)]) -> Scored {
    let mut characters: BTreeMap<char, u64> = BTreeMap::new();
    for (word, count) in words {
        word.iter().for_each(|&character| *characters.entry(character).or_default() += count);
    }
    let characters = characters.into_iter().map(|(character, count)| (character.to_string(), count as f64));
    let mut pieces: Scored = characters.chain(seeds::seeds(words)).collect();
    let all: f64 = pieces.iter().map(|(_, covered)| covered).sum();
    pieces.iter_mut().for_each(|(_, covered)| *covered = (*covered / all).ln());
    pieces
}

fn is_character(piece: &str) -> bool {
    piece.chars().nth(1).is_none()
}

/// A number for each piece from every word, added up in one order.
fn add_up(
    words: &[(Vec<char>, u64)],
    pieces: &Scored,
    add: impl Fn(&[Edge], usize, f64, &mut [f64]) + Sync,
) -> Vec<f64> {
    let lattice = Pieces::new(pieces);
    let part = |words: &[(Vec<char>, u64)]| {
        let mut sums = vec![0.0; pieces.len()];
        words.iter().for_each(|(word, count)| add(&lattice.edges(word), word.len(), *count as f64, &mut sums));
        sums
    };
    let parts: Vec<_> = words.par_chunks(words.len().div_ceil(PARTS).max(1)).map(part).collect();
    let mut sums = vec![0.0; pieces.len()];
    parts.iter().for_each(|part| sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part));
    sums
}

/// One step of expectation and maximization (Dempster et al. 1977), with the sparse prior of Liang and Klein 2007 that
/// SentencePiece takes: `ψ` instead of `ln`.
fn estimated(words: &[(Vec<char>, u64)], pieces: &Scored) -> Scored {
    let expected = add_up(words, pieces, expect);
    let often = pieces.iter().zip(expected);
    let often = often.filter(|((piece, _), expected)| is_character(piece) || *expected >= LEAST);
    let often: Vec<_> = often.map(|((piece, _), expected)| (piece.clone(), expected.max(LEAST))).collect();
    let all = digamma(often.iter().map(|(_, expected)| expected).sum());
    often.into_iter().map(|(piece, expected)| (piece, digamma(expected) - all)).collect()
}

/// The `left` pieces without which the text would lose most of its likelihood, and every character. A piece that is gone
/// is taken to be replaced by the likeliest others that make it up.
fn pruned(words: &[(Vec<char>, u64)], pieces: Scored, left: usize) -> Scored {
    let used = add_up(words, &pieces, |edges, length, count, used| {
        best(edges, length, |_| true).into_iter().for_each(|piece| used[piece] += count);
    });
    let all: f64 = used.iter().sum();
    let lattice = Pieces::new(&pieces);
    let loss = |(index, (piece, _)): (usize, &(String, f64))| {
        if is_character(piece) {
            return f64::INFINITY;
        }
        let letters: Vec<_> = piece.chars().collect();
        let others = best(&lattice.edges(&letters), letters.len(), |other| other != index);
        let all_then = (all + used[index] * (others.len() as f64 - 1.0)).ln();
        let then: f64 = others.iter().map(|&other| (used[other] + used[index]).ln() - all_then).sum();
        if used[index] > 0.0 { used[index] * (used[index].ln() - all.ln() - then) } else { f64::NEG_INFINITY }
    };
    let losses: Vec<_> = pieces.par_iter().enumerate().map(loss).collect();
    let mut order: Vec<_> = (0..pieces.len()).filter(|&index| losses[index] > f64::NEG_INFINITY).collect();
    order.sort_by(|&a, &b| losses[b].total_cmp(&losses[a]));
    let stay: BTreeSet<_> = order
        .into_iter()
        .enumerate()
        .filter(|&(rank, index)| rank < left || losses[index].is_infinite())
        .map(|(_, index)| index)
        .collect();
    pieces.into_iter().enumerate().filter(|(index, _)| stay.contains(index)).map(|(_, piece)| piece).collect()
}

/// The likeliest `wanted` pieces, and every character. Scores keep six digits behind the point, about what SentencePiece's
/// own files keep.
fn likeliest(mut pieces: Scored, wanted: usize) -> Scored {
    pieces.iter_mut().for_each(|(_, score)| *score = (*score * 1e6).round() / 1e6);
    pieces.sort_by(|(a, x), (b, y)| y.total_cmp(x).then_with(|| a.cmp(b)));
    let characters = pieces.iter().filter(|(piece, _)| is_character(piece)).count();
    let mut room = wanted.saturating_sub(characters);
    pieces.retain(|(piece, _)| {
        let stays = is_character(piece) || room > 0;
        room -= usize::from(stays && !is_character(piece));
        stays
    });
    pieces
}

/// `ψ(x)`, the derivative of `ln Γ(x)`, for positive `x`: shifted up by `ψ(x) = ψ(x + 1) - 1 / x`, then its asymptotic
/// series.
fn digamma(mut x: f64) -> f64 {
    let mut below = 0.0;
    while x < 10.0 {
        below += 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    x.ln() - 0.5 / x - square * (1.0 / 12.0 - square * (1.0 / 120.0 - square / 252.0)) - below
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Special;

    #[test]
    fn digammas_from_the_tables() {
        // Abramowitz and Stegun 1964, table 6.1; ψ(1/2) = -γ - 2 ln 2.
        for (x, expected) in [(1.0, -0.577_215_664_9), (2.0, 0.422_784_335_1), (0.5, -1.963_510_026_0)] {
            assert!((digamma(x) - expected).abs() < 1e-9, "{x}: {}", digamma(x));
        }
    }

    #[test]
    fn frequent_stretches_become_pieces_and_every_character_stays() {
        let words = [("thecat", 40), ("thedog", 40), ("cat", 30), ("dog", 30), ("the", 50), ("q", 1)];
        let words = words.map(|(word, count)| (word.to_owned(), count)).into();
        let specials = Specials::numbered(&[Special::Unknown], 0);
        let mut heard = Vec::new();
        let pieces = learn(&words, &specials, 14, |left| heard.push(left));
        assert_eq!(pieces.len(), 14);
        assert_eq!(pieces[0].0, "<unk>");
        let three: BTreeSet<_> = pieces[1..4].iter().map(|(piece, _)| piece.as_str()).collect();
        assert_eq!(three, BTreeSet::from(["the", "cat", "dog"]), "{pieces:?}");
        let characters: String =
            pieces.iter().filter(|(piece, _)| is_character(piece)).map(|(piece, _)| &piece[..]).collect();
        assert_eq!(characters.chars().collect::<BTreeSet<_>>(), "thecatdogq".chars().collect());
        assert!(heard.windows(2).all(|pair| pair[0] >= pair[1]), "{heard:?}");
    }
}
