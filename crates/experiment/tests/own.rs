//! Data of the user's own: what is odd about it must not make scores odd.

use std::path::Path;

use burn::tensor::Device;
use salamander_experiment::{Experiment, Judging, Part, Place, Score};
use salamander_models::recipe;

/// The scores of a small decoder on a file, after so many steps.
fn scores(file: &Path, steps: usize, changes: &[(&str, &str)]) -> Vec<Score> {
    let small = [
        ("size.n_layers", "1"),
        ("size.d_model", "32"),
        ("size.n_heads", "2"),
        ("plan.batch_size", "16"),
        ("plan.evaluate.batches", "1"),
        ("plan.schedule", "{ kind = 'constant', rate = 3e-3 }"),
        ("data.path", file.to_str().expect("a name")),
    ];
    let set = |recipe: salamander_models::Recipe, (key, value): &(&str, &str)| recipe.set(key, value).expect(key);
    let mut recipe = small.iter().chain(changes).fold(recipe("gpt").expect("a recipe"), set);
    recipe.plan.steps = steps;
    let experiment = Experiment::prepare(recipe, &mut |_| {}).expect("an experiment");
    let (model, _) = experiment.train(Place::silent(Device::flex())).expect("training");
    experiment.judge(&model, Part::Validation, &Judging::default(), &mut |_| {}).expect("a verdict")
}

const LABELLED: [(&str, &str); 2] = [("data.set", "labelled"), ("data.columns", "['text', 'label']")];

#[test]
fn a_class_is_right_however_its_tokens_spell_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("news.csv");
    let row = |n: usize| match n % 2 {
        0 => format!("house vote {n},U.S. news\n"),
        _ => format!("goal match {n},sci/tech\n"),
    };
    std::fs::write(&file, format!("text,label\n{}", (0..200).map(row).collect::<String>())).expect("writable");
    let scores = scores(&file, 200, &[&LABELLED[..], &[("plan.seq_len", "16")]].concat());
    let accuracy = scores.iter().find(|score| score.name == "accuracy").expect("classes");
    assert!(accuracy.value > 0.9, "{accuracy:?}");
}

#[test]
fn a_source_that_is_too_long_loses_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("long.csv");
    let words = |n: usize| "word ".repeat(if n.is_multiple_of(5) { 300 } else { 3 });
    let row = |n: usize| format!("text {n} {},class {}\n", words(n), n % 2);
    std::fs::write(&file, format!("text,label\n{}", (0..60).map(row).collect::<String>())).expect("writable");
    let scores = scores(&file, 1, &[&LABELLED[..], &[("plan.seq_len", "16")]].concat());
    assert!(scores.iter().any(|score| score.name == "accuracy"));
}

#[test]
fn where_words_are_unknown_there_are_no_bits_per_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let of = |rare: bool| {
        let file = folder.path().join("text.txt");
        let line = |n: usize| match rare {
            true => format!("the word{n} stands alone.\n"),
            false => "the word stands alone.\n".into(),
        };
        std::fs::write(&file, (0..100).map(line).collect::<String>()).expect("writable");
        let words = ("data.tokenizer", "{ kind = 'words', min_frequency = 2 }");
        scores(&file, 1, &[("data.set", "text"), words, ("plan.seq_len", "8")])[0].text.clone()
    };
    let (known, unknown) = (of(false), of(true));
    assert!(known.contains("bits per byte") && !unknown.contains("bits per byte"), "{known} {unknown}");
    assert!(unknown.starts_with("perplexity "), "{unknown}");
}
