//! Every task on every kind of data, from the recipe to the scores; and what cannot be, refused in a sentence.

use burn::tensor::Device;
use salamander_attention::describe::Per;
use salamander_baselines::{Chain, Smoothing};
use salamander_experiment::{Baseline, Error, Experiment, Judging, Part, Place, Score};
use salamander_models::{Recipe, recipe};

/// A recipe too small to learn anything, on another data set or task.
fn tiny(name: &str, changes: &[(&str, &str)]) -> Recipe {
    let small = [
        ("size.n_layers", "1"),
        ("size.d_model", "16"),
        ("size.n_heads", "2"),
        ("plan.batch_size", "4"),
        ("plan.steps", "2"),
        ("plan.evaluate.batches", "1"),
    ];
    let set = |recipe: Recipe, (key, value): &(&str, &str)| recipe.set(key, value).expect("a setting");
    let small = small.iter().fold(recipe(name).expect("a recipe"), set);
    changes.iter().fold(small, set)
}

fn prepared(recipe: Recipe) -> Result<Experiment, Error> {
    Experiment::prepare(recipe, &mut |_| {})
}

/// Trains and judges; the names of the scores, each with a number that is one.
fn judged(name: &str, changes: &[(&str, &str)]) -> (Experiment, Vec<Score>) {
    let experiment = prepared(tiny(name, changes)).expect("an experiment");
    let (model, outcome) = experiment.train(Place::silent(Device::flex())).expect("training");
    assert_eq!(outcome.steps, 2);
    let judging = Judging { most: Some(4), beams: 2, ..Judging::default() };
    let scores = experiment.judge(&model, Part::Validation, &judging, &mut |_| {}).expect("a verdict");
    assert!(scores.iter().all(|score| score.value.is_finite()), "{scores:?}");
    (experiment, scores)
}

#[track_caller]
fn scored(name: &str, changes: &[(&str, &str)], wanted: &[&str]) {
    let (experiment, scores) = judged(name, changes);
    let names: Vec<_> = scores.iter().map(|score| score.name).collect();
    assert_eq!(names, wanted, "{name}");
    assert_eq!(experiment.measures(), wanted, "{name}, said beforehand");
}

const CLASSES: [&str; 3] = ["accuracy", "f1", "mcc"];

const WRITTEN: [&str; 8] = ["loss", "accuracy", "exact", "bleu", "uncased bleu", "tokenised bleu", "chrf", "rougeL"];

#[test]
fn a_model_that_writes() {
    scored("gpt", &[], &["loss", "accuracy"]);
    scored("gpt", &[("data.task", "{ kind = 'causal', packing = 'whole' }")], &["loss", "accuracy"]);
    scored("gpt", &[("data.task", "{ kind = 'prefix' }")], &["loss", "accuracy"]);
    scored("gpt", &[("data.set", "dialect")], &WRITTEN);
    scored("gpt", &[("data.set", "topics")], &["loss", "accuracy"]);
    scored("gpt", &[("data.set", "dialect"), ("data.task", "{ kind = 'prefix' }")], &WRITTEN);
}

#[test]
fn bits_per_byte_do_not_depend_on_where_rows_are_cut() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("text.txt");
    // Each character has three bytes, and no row whole ones alone.
    std::fs::write(&path, "語言模型讀字".repeat(100)).expect("writable");
    let file = [("data.set", "text"), ("data.path", path.to_str().expect("a name")), ("data.tokenizer", "bytes")];
    for (name, length) in [("gpt", "8"), ("gpt", "7"), ("lstm-recall", "16")] {
        let (_, scores) = judged(name, &[&file[..], &[("plan.seq_len", length)]].concat());
        let (bits, text) = (scores[0].value / std::f64::consts::LN_2, &scores[0].text);
        assert!(text.contains(&format!("{bits:.4} bits per byte")), "{name}, {length}: {bits} {text}");
        let per_character: f64 =
            text.rsplit(", ").next().and_then(|it| it.split(' ').next()?.parse().ok()).expect("bits");
        assert!((per_character / bits - 3.0).abs() < 0.1, "{name}, {length}: {text}");
    }
}

#[test]
fn spans_are_filled_by_every_family_that_writes() {
    let likelihood = ["loss", "accuracy"];
    let spans = ("data.task", "{ kind = 'spans' }");
    let prefix = ("data.task", "{ kind = 'spans', reading = 'prefix' }");
    let stories = ("data.set", "stories");
    scored("gpt", &[spans], &likelihood);
    scored("gpt", &[prefix], &likelihood);
    scored("gpt", &[("data.task", "{ kind = 'denoise', reading = 'prefix' }"), ("plan.seq_len", "64")], &likelihood);
    scored("lstm-recall", &[stories, spans], &likelihood);
    scored("gru-dialect", &[stories, spans], &likelihood);

    // Rows of one family have the holes that those of another have: as many targets in every step.
    let targets = |name: &str, task| {
        let same = [stories, task, ("plan.seq_len", "48"), ("plan.batch_size", "6"), ("plan.seed", "3")];
        let room = [("size.max_seq_len", "64")];
        let experiment = prepared(tiny(name, &[&room[..], &same].concat())).expect("an experiment");
        experiment.costs().expect("it trains").take(40).map(|cost| cost.targets).collect::<Vec<_>>()
    };
    let of_two_stacks = targets("transformer-nano", spans);
    assert_eq!(of_two_stacks, targets("gpt", spans));
    assert_eq!(of_two_stacks, targets("gpt", prefix));
    assert_ne!(of_two_stacks, targets("gpt", ("data.task", "{ kind = 'spans', rate = 0.3 }")));
}

#[test]
fn words_that_no_one_asks_for_cost_nothing() {
    let first = |name: &str, task: &str| {
        let experiment = prepared(tiny(name, &[("data.task", task)])).expect("an experiment");
        (experiment.costs().expect("it trains").next().expect("a step"), experiment.config.page())
    };
    let difference = |few: u64, more: u64| more.checked_sub(few).expect("more gaps, more work");
    let (few, page) = first("bert-nano", "{ kind = 'masked', rate = 0.15 }");
    let (more, _) = first("bert-nano", "{ kind = 'masked', rate = 0.45 }");
    let guesses = difference(few.targets, more.targets);
    assert!(guesses > 0);
    assert_eq!(difference(few.flops, more.flops), guesses * page.training_flops_per(Per::Guess));

    // Every token is judged, however many were replaced.
    let (few, _) = first("electra-nano", "{ kind = 'replaced', rate = 0.15 }");
    let (more, _) = first("electra-nano", "{ kind = 'replaced', rate = 0.45 }");
    assert_eq!(few.targets, more.targets);
    assert!(few.flops < more.flops);
}

#[test]
fn a_head_without_a_task() {
    let error = prepared(tiny("gpt", &[("head.pooling", "mean")])).expect_err("no head").to_string();
    assert_eq!(error, "head has settings, and `causal` puts no head on a model; leave them out");
}

#[test]
fn a_model_with_a_state() {
    scored("lstm-recall", &[], &WRITTEN);
    scored("gru-dialect", &[], &WRITTEN);
    scored("gru-dialect", &[("data.set", "topics"), ("model.context", "last")], &["loss", "accuracy"]);
    scored("lstm-recall", &[("data.set", "topics")], &["loss", "accuracy"]);
    scored("lstm-recall", &[("data.set", "stories"), ("model.cell", "gru")], &["loss", "accuracy"]);
}

#[test]
fn with_less_memory() {
    let recipes = [
        "gpt",
        "llama-nano",
        "bert-nano",
        "electra-nano",
        "t5-nano",
        "bart-nano",
        "transformer-nano",
        "lstm-recall",
        "gru-dialect",
    ];
    let less = [("plan.recompute", "blocks"), ("plan.precision", "bf16"), ("plan.seq_len", "24")];
    for name in recipes {
        judged(name, &less);
    }
    // With what the layers ask of the loss.
    let relu = ("model.encoder.block.attention.weights", "{ kind = 'relu', gamma = 1.0 }");
    let penalty = ("model.encoder.block.attention.regulariser", "0.1");
    judged("transformer-nano", &[&less[..], &[relu, penalty]].concat());
}

#[test]
fn a_model_that_reads() {
    scored("bert-nano", &[], &["loss", "accuracy", "bigram accuracy"]);
    scored("electra-nano", &[], &["loss", "accuracy"]);
    scored("bert-nano", &[("data.set", "topics")], &CLASSES);
    scored("electra-nano", &[("data.set", "topics")], &CLASSES);
    scored("bert-nano", &[("data.set", "tags")], &CLASSES);
    scored("bert-nano", &[("data.set", "questions")], &["exact", "f1"]);
    scored("bert-nano", &[("data.set", "topics"), ("data.variant", "pairs")], &["mean reciprocal rank"]);
}

#[test]
fn a_model_that_reads_and_writes() {
    scored("t5-nano", &[], &["loss", "accuracy"]);
    scored("bart-nano", &[], &["loss", "accuracy"]);
    scored("transformer-nano", &[], &WRITTEN);
    scored("transformer-nano", &[("data.set", "topics")], &["loss", "accuracy"]);
    scored("transformer-nano", &[("plan.batch_tokens", "64")], &WRITTEN);
    let shared = [("model.sharing", "blocks"), ("plan.optimizer", "{ kind = 'muon' }")];
    scored("transformer-nano", &shared, &WRITTEN);
    scored("t5-nano", &shared, &["loss", "accuracy"]);
}

#[test]
fn what_was_there_before() {
    let (experiment, _) = judged("bert-nano", &[("data.set", "topics")]);
    let reached = |experiment: &Experiment, baseline: &Baseline, part| {
        let reached = experiment.reach(baseline, part, &mut |_| {}).expect("learnt");
        let score = |name| reached.scores.iter().find(|score| score.name == name).map(|score| score.value);
        (score("loss"), score("accuracy").expect("all have it"), reached.numbers)
    };
    assert_eq!(experiment.baselines(), [Baseline::BagOfWords {}]);
    // No single word gives a topic away, but their sum nearly does.
    let (_, accuracy, numbers) = reached(&experiment, &Baseline::BagOfWords {}, Part::Test);
    assert!(accuracy > 0.6, "{accuracy}");
    assert_eq!(numbers as usize % (experiment.tokenizer.vocab_size() + 1), 0, "a row for each word, and the bias");
    let chain = Baseline::Markov { chain: Chain::First };
    let refused = experiment.reach(&chain, Part::Test, &mut |_| {}).unwrap_err().to_string();
    assert!(refused.starts_with("markov cannot do `classify`"), "{refused}");

    let (experiment, scores) = judged("gpt", &[]);
    let usual: Vec<_> =
        experiment.baselines().iter().map(|baseline| reached(&experiment, baseline, Part::Validation)).collect();
    let longer = usual.windows(2).all(|pair| pair[1].0 < pair[0].0 && pair[1].1 > pair[0].1);
    assert!(usual.len() == 3 && longer && usual[0].0 < Some(scores[0].value), "{usual:?}");
    // A chain of first order and counts over one token are the same table, and say the same where they know anything.
    let bigram = Baseline::Ngram { order: 1, smoothing: Smoothing::None };
    let [chain, bigram] = [chain, bigram].map(|baseline| reached(&experiment, &baseline, Part::Train));
    assert!((chain.0.unwrap() - bigram.0.unwrap()).abs() < 1e-9 && chain.1 == bigram.1, "{chain:?} {bigram:?}");
}

#[test]
fn what_moves_the_matrices_of_blocks_needs_some() {
    let muon = ("plan.optimizer", "{ kind = 'muon' }");
    let experiment = prepared(tiny("lstm-recall", &[muon])).expect("an experiment");
    let said = experiment.train(Place::silent(Device::flex())).expect_err("no blocks").to_string();
    assert!(said.contains("plan.optimizer.kind is muon") && said.contains("no blocks"), "{said}");
}

#[test]
fn one_batch_alone() {
    let mut experiment = prepared(tiny("transformer-nano", &[("plan.steps", "120"), ("size.d_model", "64")])).unwrap();
    experiment.overfit();
    let (_, outcome) = experiment.train(Place::silent(Device::flex())).expect("training");
    assert!(outcome.last.is_some_and(|last| last.loss < 0.5), "{outcome:?}");
}

#[test]
fn an_answer_may_end_where_the_model_does() {
    // Eleven positions for six letters and six more, of which the last is never read.
    let larger = [("plan.steps", "200"), ("size.d_model", "32"), ("size.dropout", "0")];
    let mut experiment = prepared(tiny("sorter", &larger)).unwrap();
    experiment.overfit();
    let (model, _) = experiment.train(Place::silent(Device::flex())).expect("training");
    let judging = Judging { most: Some(4), ..Judging::default() };
    let scores = experiment.judge(&model, Part::Train, &judging, &mut |_| {}).expect("a verdict");
    let exact = scores.iter().find(|score| score.name == "exact").map(|score| score.value);
    assert_eq!(exact, Some(1.0), "{scores:?}");
}

#[test]
fn a_state_answers_and_translates() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pairs.tsv");
    std::fs::write(&path, (0..30).map(|i| format!("a {i} b\tb {i} a\n")).collect::<String>()).expect("writable");
    let data = [("data.set", "pairs"), ("data.path", path.to_str().expect("a name"))];
    let quick =
        [("plan.steps", "200"), ("plan.batch_size", "32"), ("plan.schedule", "{ kind = 'constant', rate = 1e-2 }")];
    let changes = [&data[..], &quick, &[("size.d_model", "32"), ("size.d_ff", "32")]].concat();
    for (name, beams) in [("lstm-recall", 1), ("gru-dialect", 3)] {
        let experiment = prepared(tiny(name, &changes)).unwrap();
        let (model, _) = experiment.train(Place::silent(Device::flex())).expect("training");
        let judging = Judging { beams, ..Judging::default() };
        let scores = experiment.judge(&model, Part::Train, &judging, &mut |_| {}).expect("a verdict");
        let score = |name| scores.iter().find(|score| score.name == name).map(|score| score.value);
        assert_eq!(score("exact"), Some(1.0), "{name}: {scores:?}");
    }
}

#[test]
fn tokens_of_a_batch_are_counted_where_all_rows_are_alike() {
    let targets = |changes: &[(&str, &str)]| {
        let experiment = prepared(tiny("gpt", changes)).expect("an experiment");
        experiment.costs().expect("batches").next().expect("a batch").targets
    };
    let packed = ("data.task", "{ kind = 'causal', packing = 'whole' }");
    let length = ("plan.seq_len", "16");
    assert_eq!(targets(&[packed, length, ("plan.batch_tokens", "50")]), 3 * 16);
    assert_eq!(targets(&[packed, length, ("plan.batch_tokens", "5")]), 16, "a row at least");
}

#[test]
fn what_cannot_be_is_said() {
    let refused =
        |name: &str, changes: &[(&str, &str)]| prepared(tiny(name, changes)).expect_err("refused").to_string();
    let said = refused("gpt", &[("data.set", "questions")]);
    assert!(said.contains("decoder-only") && said.contains("learns nothing"), "{said}");
    let said = refused("bert-nano", &[("data.task", "{ kind = 'spans' }")]);
    assert!(said.contains("cannot do `spans`") && said.contains("masked"), "{said}");
    let both = ("data.task", "{ kind = 'spans', reading = 'prefix' }");
    let said = refused("t5-nano", &[both]);
    assert!(said.contains("encoder-decoder") && said.contains("reading is prefix") && said.contains("spans"), "{said}");
    let said = refused("lstm-recall", &[("data.set", "stories"), both]);
    assert!(said.contains("from the left alone") && said.contains("leave it out"), "{said}");
    let said = refused("gpt", &[("data.set", "dialect"), both]);
    assert!(said.contains("cannot do `spans`") && said.contains("causal, prefix"), "{said}");
    let said = refused("bert-nano", &[("data.task", "{ kind = 'masked', rate = 15 }")]);
    assert!(said.contains("data.task.rate is 15; a share"), "{said}");
    let said = refused("t5-nano", &[("data.task", "{ kind = 'spans', mean = 0.5 }")]);
    assert!(said.contains("data.task.mean is 0.5; at least 1"), "{said}");
    let said = refused("bert-nano", &[("data.set", "dialect"), ("plan.batch_tokens", "64")]);
    assert!(said.contains("batch_tokens is 64") && said.contains("batch_size"), "{said}");
    for (key, value, part) in [
        ("model.stack.block.attention.weights", "{ kind = 'relu', gamma = -1.0 }", "attention.weights.gamma: is -1"),
        ("model.stack.block.attention.scale", "nan", "attention.scale: is NaN"),
        ("model.init", "{ kind = 'normal', std = 0.02, output_std = inf }", "init.output_std: is inf"),
        ("model.embedding.scale", "0.0", "embedding.scale: is 0"),
    ] {
        let changed = recipe("gpt").expect("a recipe").set(key, value);
        let said = changed.expect_err(key).to_string();
        assert!(said.contains(part), "{said}");
    }
    let said = refused("gpt", &[both, ("plan.seq_len", "120")]);
    assert!(said.contains("plan.seq_len = 120") && said.contains("a row of 132") && said.contains("128"), "{said}");
    let said = refused("gpt", &[("plan.seq_len", "4000")]);
    assert!(said.contains("4000") && said.contains("128"), "{said}");
    let said = refused("transformer-nano", &[("data.special", "['pad']")]);
    assert!(said.contains("no token for"), "{said}");
    let said = refused("gpt", &[("data.set", "sort"), ("data.sizes", "{ length = 0 }")]);
    assert!(said.contains("length"), "{said}");
}
