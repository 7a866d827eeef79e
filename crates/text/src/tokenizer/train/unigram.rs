//! A probability for each piece.

use std::collections::BTreeMap;

use tokenizers::{
    AddedToken,
    models::unigram::{Unigram, UnigramTrainer},
};

use crate::{Error, Special, tokenizer::special::Specials};

/// What the library adds to the score of each further character that its training has lost.
const STEP: f64 = 0.0001;

/// Pieces with the logarithms of their probabilities, the special tokens first, by the library's training (Kudo 2018,
/// arXiv:1804.10959).
///
/// Left to itself, it gives other results from run to run: the words come in the order of a hash map, sums depend on how
/// many threads share them, and characters that fell out are put back in any order. Here the words are sorted, one thread
/// adds, and [`settle`] orders the rest.
pub(super) fn learn(
    words: BTreeMap<String, u64>,
    specials: &Specials,
    vocab_size: usize,
) -> Result<Vec<(String, f64)>, Error> {
    if words.is_empty() {
        return Ok(special(specials));
    }
    let too_much = |_| Error::TooMuchText { found: words.values().sum(), most: u64::from(u32::MAX) };
    u32::try_from(words.values().sum::<u64>()).map_err(too_much)?;
    let words: Vec<_> = words.into_iter().map(|(word, count)| (word, count as u32)).collect();
    let token = |(special, _): (Special, u32)| AddedToken::from(special.text().to_owned(), true);
    let trainer = UnigramTrainer::builder()
        .show_progress(false)
        .vocab_size(vocab_size as u32)
        .special_tokens(specials.iter().map(token).collect())
        .unk_token(Some(Special::Unknown.text().to_owned()))
        .build()
        .map_err(|error| Error::Library { message: error.to_string() })?;
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let one = one.map_err(|error| Error::Library { message: error.to_string() })?;
    let mut model = Unigram::default();
    one.install(|| trainer.do_train(words, &mut model)).map_err(Error::library)?;
    let pieces: Vec<_> = model.iter().cloned().collect();
    let (special, pieces) = pieces.split_at(specials.len());
    Ok([special.to_vec(), settle(pieces.to_vec())].concat())
}

/// The special tokens as pieces.
pub(super) fn special(specials: &Specials) -> Vec<(String, f64)> {
    specials.iter().map(|(special, _)| (special.text().to_owned(), 0.0)).collect()
}

/// Single characters that fell out of the training come back below all other pieces, each a [`STEP`] above the one before,
/// in an order that differs from run to run; it becomes that of their code points. Scores keep six digits behind the point,
/// about what SentencePiece's own files keep.
fn settle(mut pieces: Vec<(String, f64)>) -> Vec<(String, f64)> {
    let lowest = pieces.iter().map(|(_, score)| *score).fold(f64::INFINITY, f64::min);
    let mut lost: Vec<usize> = Vec::new();
    let mut above = 0.0;
    loop {
        let single = |piece: &str| piece.chars().count() == 1;
        let level = pieces.iter().enumerate().filter(|(_, (piece, score))| single(piece) && *score == lowest + above);
        let level: Vec<_> = level.map(|(index, _)| index).collect();
        if level.is_empty() {
            break;
        }
        lost.extend(level);
        above += STEP;
    }
    let scores: Vec<_> = lost.iter().map(|&index| pieces[index].1).collect();
    lost.sort_by(|&a, &b| pieces[a].0.cmp(&pieces[b].0));
    for (index, score) in lost.into_iter().zip(scores) {
        pieces[index].1 = score;
    }
    for (_, score) in &mut pieces {
        *score = (*score * 1e6).round() / 1e6;
    }
    pieces.sort_by(|(a, x), (b, y)| y.total_cmp(x).then_with(|| a.cmp(b)));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_fell_out_come_in_the_order_of_their_code_points() {
        let of = |pieces: &[(&str, f64)]| pieces.iter().map(|(piece, score)| ((*piece).to_owned(), *score)).collect();
        let settled: Vec<_> = settle(of(&[("ab", -1.0), ("c", -2.0), ("z", -9.0 + STEP), ("x", -9.0), ("yy", -9.0)]));
        assert_eq!(settled, of(&[("ab", -1.0), ("c", -2.0), ("z", -8.9999), ("x", -9.0), ("yy", -9.0)]));
        let other = settle(of(&[("ab", -1.0), ("c", -2.0), ("x", -9.0 + STEP), ("z", -9.0), ("yy", -9.0)]));
        assert_eq!(settled, other);
    }
}
