//! What holds for the writing of recurrent networks: the state is all that is kept, and it is enough.

#[path = "../../attention/tests/support/mod.rs"]
mod support;

mod models;

use burn::{
    module::Param,
    tensor::{Device, Tensor},
};
use models::*;
use proptest::prelude::*;
use salamander_attention::{Init, Unembedding, UnembeddingConfig};
use salamander_baselines::{
    Cell, Context, RecurrentLm, RecurrentLmConfig, RecurrentSeq2Seq, RecurrentSeq2SeqConfig, Source,
};
use salamander_generate::{
    BeamSearch, Completer, Error, LanguageModel, Longest, Request, Sampling, Seq2Seq, Translator, Writer,
};
use support::*;

const INIT: Init = Init::Normal { std: 0.8, output_std: 0.8 };

fn language(cell: Cell, n_layers: usize, vocab_size: usize) -> RecurrentLm {
    let device = Device::flex();
    device.seed(3);
    let unembedding = UnembeddingConfig::Untied { bias: true };
    RecurrentLmConfig { vocab_size, d_model: 4, d_hidden: 5, n_layers, cell, dropout: 0.3, unembedding, init: INIT }
        .init(&device)
}

/// One whose source has more words than its target.
fn translator(context: Context, vocab_size: usize) -> RecurrentSeq2Seq {
    let device = Device::flex();
    device.seed(3);
    RecurrentSeq2SeqConfig {
        source_vocab_size: VOCAB + 2,
        target_vocab_size: vocab_size,
        d_model: 4,
        d_hidden: 5,
        context,
        dropout: 0.3,
        init: INIT,
    }
    .init(&device)
}

/// The logits behind a text, all of it read anew.
fn whole(model: &RecurrentLm) -> impl FnMut(&[u32]) -> Vec<f32> {
    move |all| last(model.forward(row(all, &Device::flex())))
}

/// The logits behind a target, all of it read anew.
fn whole_target(model: &RecurrentSeq2Seq, source: &[u32]) -> impl FnMut(&[u32]) -> Vec<f32> {
    let device = Device::flex();
    let source: Source = model.encode(row(source, &device), None);
    move |target| last(model.decode(row(target, &device), &source))
}

fn cells() -> impl Strategy<Value = Cell> {
    prop::sample::select(vec![Cell::Elman, Cell::Lstm, Cell::Gru])
}

fn contexts() -> impl Strategy<Value = Context> {
    prop::sample::select(vec![Context::Last, Context::Attention])
}

fn texts() -> impl Strategy<Value = Vec<Vec<u32>>> {
    prop::collection::vec(prop::collection::vec(0..VOCAB as u32, 1..7), 1..5)
}

/// Whether all texts of `writer`, of which `unread` is what it has not read, give the logits of each alone, also after
/// they have changed places and one of them has split in two.
fn reads_each(
    writer: &mut impl Writer,
    unread: Vec<Vec<u32>>,
    alone: impl Fn(usize, &[u32]) -> Vec<f32>,
    mut texts: Vec<Vec<u32>>,
) {
    let device = Device::flex();
    let mut of: Vec<usize> = (0..texts.len()).collect();
    let mut unread = Tensor::cat(unread.iter().map(|text| row(text, &device)).collect(), 0);
    for step in 0..3 {
        let together = values(writer.read(unread));
        for ((&of, text), logits) in of.iter().zip(&texts).zip(together.chunks(VOCAB)) {
            for (a, b) in alone(of, text).into_iter().zip(logits) {
                assert!((a - b).abs() < 1e-5 * a.abs().max(1.0), "{b} instead of {a} at step {step}");
            }
        }
        let rows: Vec<usize> = (0..texts.len()).rev().chain([0]).collect();
        writer.choose(&rows);
        (of, texts) = rows.iter().map(|&row| (of[row], texts[row].clone())).unzip();
        texts.iter_mut().zip(3..).for_each(|(text, word)| text.push(word));
        unread = Tensor::cat(texts.iter().map(|text| row(&text[text.len() - 1..], &device)).collect(), 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn a_state_is_as_good_as_the_text(cell in cells(), n_layers in 1..3usize, texts in texts()) {
        let model = language(cell, n_layers, VOCAB);
        let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
        let padding: Vec<_> = texts.iter().map(|text| longest - text.len()).collect();
        let padded = texts.iter().zip(&padding).map(|(text, &before)| [&vec![5; before], &text[..]].concat()).collect();
        reads_each(&mut model.writer(padding, 0, ()), padded, |_, text| whole(&model)(text), texts);
    }

    #[test]
    fn of_a_target_too(context in contexts(), sources in texts()) {
        let model = translator(context, VOCAB);
        let start = vec![vec![START]; sources.len()];
        let alone = |of: usize, target: &[u32]| whole_target(&model, &sources[of])(target);
        reads_each(&mut model.writer(&sources, 0), start.clone(), alone, start);
    }

    #[test]
    fn a_batch_of_prompts_is_each_alone(cell in cells(), prompts in texts()) {
        let model = language(cell, 2, VOCAB);
        let completer = Completer::new(&model, usize::MAX);
        // the end that some row reaches soon, so that others go on without it
        let probe = completer.complete_all(&prompts, &Request::greedy(4)).expect("legal prompts");
        let request = Request { stop: vec![probe.concat()[2]], ..Request::greedy(20) };
        let together = completer.complete_all(&prompts, &request).expect("legal prompts");
        for (prompt, text) in prompts.iter().zip(&together) {
            let end = (text.len() < 20).then_some(request.stop[0]);
            prop_assert!(is_greedy(whole(&model), prompt, text, end));
        }
        let search = BeamSearch { stop: request.stop.clone(), ..BeamSearch::greedy(20) };
        let found = completer.search(&prompts, &search).expect("a legal search");
        let found: Vec<_> = found.into_iter().flatten().map(|text| text.ids).collect();
        prop_assert_eq!(found, together, "a beam of one is greedy");
    }

    #[test]
    fn a_batch_of_sources_is_each_alone(context in contexts(), sources in texts(), end in 0..13u32) {
        let model = translator(context, VOCAB);
        let translator = Translator::new(&model, usize::MAX, START, end).expect("legal ids");
        let together = translator.translate(&sources, 10).expect("legal sources");
        for (source, target) in sources.iter().zip(together) {
            let end = (target.len() < 10).then_some(end);
            prop_assert!(is_greedy(whole_target(&model, source), &[START], &target, end));
        }
        let first = translator.translate(&sources[..1], 10).expect("a legal source");
        prop_assert_eq!(&greedy(&model, end, &sources[0], 10), &first[0], "a beam of one is greedy");
    }

    #[test]
    fn beams_find_what_each_source_finds_alone(
        context in contexts(),
        sources in texts(),
        width in 1..5usize,
        end in 0..13u32,
    ) {
        let model = translator(context, VOCAB);
        let search = BeamSearch { width, results: width, longest: Longest::BeyondInput(4), ..BeamSearch::default() };
        for (source, found) in sources.iter().zip(find(&model, end, &sources, &search)) {
            let single = find(&model, end, std::slice::from_ref(source), &search);
            prop_assert_eq!(found.len(), width);
            prop_assert!(close(found[0].score, single[0][0].score), "{:?} instead of {:?}", found, single);
            for text in &found {
                let next = log_probabilities(whole_target(&model, source), &[START]);
                prop_assert!(close(text.log_probability, recomputed(next, text)), "{:?}", text);
            }
        }
    }
}

#[test]
fn beams_that_hold_all_find_the_best_there_are() {
    // 1 + 3 + 9 + 27 end, 81 are cut off
    let all =
        BeamSearch { width: 121, results: 121, longest: Longest::Tokens(4), stop: vec![2], ..BeamSearch::default() };
    for cell in [Cell::Elman, Cell::Lstm, Cell::Gru] {
        let model = language(cell, 2, 4);
        let prompt = vec![3, 0, 1];
        let found = Completer::new(&model, usize::MAX).search(std::slice::from_ref(&prompt), &all).expect("legal");
        let best = exhaustive(log_probabilities(whole(&model), &prompt), 2, 4, &all);
        assert_eq!(found[0].len(), best.len());
        assert!(found[0].iter().zip(&best).all(|(text, best)| close(text.score, *best)), "{cell:?}: {found:?}");
    }
    let all = BeamSearch { stop: Vec::new(), ..all };
    for context in [Context::Last, Context::Attention] {
        let model = translator(context, 4);
        let source = vec![14, 0, 9];
        let found = find(&model, 2, std::slice::from_ref(&source), &all);
        let best = exhaustive(log_probabilities(whole_target(&model, &source), &[START]), 2, 4, &all);
        assert!(found[0].iter().zip(&best).all(|(text, best)| close(text.score, *best)), "{context:?}: {found:?}");
    }
}

#[test]
fn two_tokens_by_hand() {
    // h' = tanh(x + 2 h), logits = [h, -h, 1/2].
    let device = Device::flex();
    let unembedding = UnembeddingConfig::Untied { bias: true };
    let mut model = RecurrentLmConfig {
        vocab_size: 3,
        d_model: 1,
        d_hidden: 1,
        n_layers: 1,
        cell: Cell::Elman,
        dropout: 0.0,
        unembedding,
        init: Init::Xavier,
    }
    .init(&device);
    let row = |values: &[f32]| Tensor::<1>::from_floats(values, &device);
    model.tokens.weight = Param::from_tensor(row(&[-1.0, 1.0, 0.5]).unsqueeze_dim(1));
    model.layers[0].input.weight = Param::from_tensor(row(&[1.0]).unsqueeze());
    model.layers[0].state.weight = Param::from_tensor(row(&[2.0]).unsqueeze());
    let Unembedding::Untied(linear) = &mut model.unembedding else { panic!("it was asked to be untied") };
    linear.weight = Param::from_tensor(row(&[1.0, -1.0, 0.0]).unsqueeze());
    linear.bias = Some(Param::from_tensor(row(&[0.0, 0.0, 0.5])));

    // Behind token 1: h = tanh 1 = 0.76, and token 0 is the likeliest. Behind both: h = tanh(-1 + 2 · 0.76) = 0.48, and it
    // is token 2. A model that had forgotten token 1 would have h = tanh -1 and say 1.
    let (first, second) = (1f64.tanh(), (2.0 * 1f64.tanh() - 1.0).tanh());
    let share = |said: f64, h: f64| said - (h.exp() + (-h).exp() + 0.5f64.exp()).ln();
    let found = Completer::new(&model, usize::MAX).search(&[vec![1], vec![0]], &BeamSearch::greedy(2)).expect("legal");
    assert_eq!(found[0][0].ids, [0, 2]);
    assert!((found[0][0].log_probability - share(first, first) - share(0.5, second)).abs() < 1e-5, "{found:?}");
    assert_eq!(found[1][0].ids[0], 1);
}

#[test]
fn a_text_may_be_of_any_length_and_the_same_seed_writes_the_same() {
    let model = language(Cell::Gru, 1, VOCAB);
    let completer = Completer::new(&model, usize::MAX);
    let write = |seed| {
        let request = Request { new_tokens: 70, stop: Vec::new(), sampling: Sampling { seed, ..Sampling::default() } };
        completer.complete(&[3, 1], &request).expect("legal").collect::<Result<Vec<_>, _>>().expect("finite logits")
    };
    assert_eq!(write(1).len(), 70);
    assert_eq!(write(1), write(1));
    assert_ne!(write(1), write(2));
}

#[test]
fn wrong_ids_and_empty_texts_are_refused() {
    let completer = Completer::new(&language(Cell::Lstm, 1, VOCAB), usize::MAX);
    let refused = |prompt: &[u32]| completer.complete(prompt, &Request::greedy(3)).expect_err("refused");
    assert!(matches!(refused(&[]), Error::Empty { what: "prompt" }));
    assert!(matches!(refused(&[13]), Error::UnknownToken { vocab_size: VOCAB, .. }));

    let model = translator(Context::Attention, 4);
    assert!(Translator::new(&model, usize::MAX, START, 4).is_err(), "the target has four words");
    let translator = Translator::new(&model, usize::MAX, START, END).expect("legal ids");
    assert!(translator.translate(&[vec![14, 3]], 2).is_ok(), "the source has fifteen");
    let error = translator.translate(&[vec![15]], 2).expect_err("no sixteenth");
    assert_eq!(error.to_string(), "token 15 (at position 0 of the source) is beyond the model's vocabulary of 15");
    assert!(matches!(translator.translate(&[vec![]], 2), Err(Error::Empty { what: "source" })));
}
