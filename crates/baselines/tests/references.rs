//! Counting real text gives the numbers that others, and an independent program, have found.

use std::{collections::BTreeSet, fs, path::PathBuf};

use salamander_baselines::{NGramConfig, Smoothing};

/// A file of the folder with data, or nothing (and a word about it) where there is none.
fn contents(name: &str) -> Option<String> {
    let Some(folder) = std::env::var_os("SALAMANDER_DATA").map(PathBuf::from) else {
        println!("skipped: no data (SALAMANDER_DATA)");
        return None;
    };
    let path = folder.join(name);
    let text = fs::read_to_string(&path);
    text.map_err(|_| println!("skipped: no data ({} is not there)", path.display())).ok()
}

/// Each character's place among all that occur.
fn ids(text: &str) -> (Vec<u32>, usize) {
    let alphabet: Vec<_> = text.chars().collect::<BTreeSet<_>>().into_iter().collect();
    let id = |c| alphabet.binary_search(&c).expect("it occurs") as u32;
    (text.chars().map(id).collect(), alphabet.len())
}

fn mean(nats: &[f64]) -> f64 {
    nats.iter().sum::<f64>() / nats.len() as f64
}

fn check(what: &str, got: f64, want: f64) {
    println!("{what}: {got:.4} nats");
    assert!((got - want).abs() < 0.0005, "{what}: {got} nats, not {want}");
}

#[test]
fn plays_letter_by_letter() {
    let Some(text) = contents("tinyshakespeare/input.txt") else { return };
    let (tokens, vocab_size) = ids(&text);
    assert_eq!((tokens.len(), vocab_size), (1_115_394, 65));
    let (train, held_out) = tokens.split_at(tokens.len() * 9 / 10);
    let nats = |order, smoothing| {
        let model = NGramConfig { vocab_size, order, smoothing }.fit(&[train]).expect("text");
        mean(&model.nats(held_out))
    };
    for (order, want) in [3.3473, 2.4858, 2.0492, 1.7738, 1.6688, 1.6981, 1.7792].into_iter().enumerate() {
        check(&format!("Witten-Bell of order {order}"), nats(order, Smoothing::WittenBell), want);
    }
    check("one more of each pair", nats(1, Smoothing::Additive { amount: 1.0 }), 2.4819);
}

/// The bigram of makemore (Karpathy 2022), on the names it was counted on.
#[test]
fn names_letter_by_letter() {
    let Some(text) = contents("names/names.txt") else { return };
    // A line's end is also the next line's beginning.
    let marked: Vec<_> = text.lines().map(ids_of_name).collect();
    assert_eq!(marked.iter().map(|name| name.len() - 1).sum::<usize>(), 228_146);
    for (smoothing, want) in [(Smoothing::None, 2.4540), (Smoothing::Additive { amount: 1.0 }, 2.4546)] {
        let model = NGramConfig { vocab_size: 27, order: 1, smoothing }.fit(&marked).expect("names");
        // The first mark is given.
        let nats: Vec<_> = marked.iter().flat_map(|name| model.nats(name).split_off(1)).collect();
        check(&format!("names, {smoothing:?}"), mean(&nats), want);
    }
}

/// 0 at both ends, and 1 to 26 between.
fn ids_of_name(name: &str) -> Vec<u32> {
    let letters = name.trim().bytes().map(|letter| u32::from(letter - b'a') + 1);
    [0].into_iter().chain(letters).chain([0]).collect()
}
