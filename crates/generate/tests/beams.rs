//! What holds for every beam search, whatever the model is made of.

#[path = "../../attention/tests/support/mod.rs"]
mod support;

mod models;

use burn::tensor::Device;
use models::*;
use proptest::prelude::*;
use salamander_generate::{BeamSearch, Completer, Error, Longest, Translator};
use support::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_score_is_the_sum_of_what_is_read_anew(
        choice in choices(),
        lengths in prop::collection::vec(1..7usize, 1..4),
        width in 1..6usize,
        alpha in -0.5..1.5f64,
        end in 0..13u32,
    ) {
        let model = encoder_decoder(&choice, &Device::flex());
        let sources: Vec<_> = lengths.iter().zip(1..).map(|(&length, salt)| words(&choice, length, salt)).collect();
        let search = BeamSearch { width, results: width, alpha, longest: Longest::BeyondInput(3), ..BeamSearch::default() };
        for (source, found) in sources.iter().zip(find(&model, end, &sources, &search)) {
            prop_assert_eq!(found.len(), width);
            prop_assert!(found.is_sorted_by(|a, b| a.score >= b.score));
            for text in &found {
                let tokens = text.ids.len() + usize::from(text.end.is_some());
                prop_assert!(close(text.log_probability, recomputed(log_probabilities(alone(&model, source), &[START]), text)), "{:?}", text);
                prop_assert!(close(text.score, search.score(text.log_probability, tokens)));
                prop_assert!(!text.ids.contains(&end) && tokens <= source.len() + 3);
                prop_assert!(text.end == Some(end) || tokens == source.len() + 3);
            }
            for (i, text) in found.iter().enumerate() {
                prop_assert!(found[..i].iter().all(|other| other.ids != text.ids), "twice the same");
            }
        }
    }

    #[test]
    fn a_beam_of_one_is_greedy(choice in choices(), length in 1..6usize, alpha in -0.5..1.5f64, end in 0..13u32) {
        let model = encoder_decoder(&choice, &Device::flex());
        let source = words(&choice, length, 1);
        let search = BeamSearch { width: 1, alpha, longest: Longest::Tokens(10), ..BeamSearch::default() };
        let found = find(&model, end, std::slice::from_ref(&source), &search);
        prop_assert_eq!(&found[0][0].ids, &greedy(&model, end, &source, 10));
        prop_assert_eq!(found[0].len(), 1);
    }

    #[test]
    fn no_beam_scores_less_than_greedy(
        choice in choices(),
        length in 1..6usize,
        width in 2..5usize,
        alpha in -0.5..1.5f64,
        end in 0..13u32,
    ) {
        let model = encoder_decoder(&choice, &Device::flex());
        let sources = [words(&choice, length, 1)];
        let search = BeamSearch { width, alpha, longest: Longest::Tokens(10), ..BeamSearch::default() };
        let best = |search: &BeamSearch| find(&model, end, &sources, search)[0][0].score;
        let (wide, narrow) = (best(&search), best(&BeamSearch { width: 1, ..search.clone() }));
        prop_assert!(wide >= narrow - 1e-4, "{} is less than {}", wide, narrow);
    }

    #[test]
    fn a_beam_that_holds_all_finds_the_best_there_are(
        choice in choices(),
        alpha in -0.5..1.5f64,
        end in 0..4u32,
        results in 1..12usize,
    ) {
        let model = translator_of(4, &choice, &Device::flex());
        let source = vec![3, 0, 2];
        // 1 + 3 + 9 + 27 end, 81 are cut off
        let search = BeamSearch { width: 121, results, alpha, longest: Longest::Tokens(4), ..BeamSearch::default() };
        let found = find(&model, end, std::slice::from_ref(&source), &search);
        let all = exhaustive(log_probabilities(alone(&model, &source), &[START]), end, 4, &search);
        prop_assert_eq!(found[0].len(), results);
        for (text, best) in found[0].iter().zip(&all) {
            prop_assert!(close(text.score, *best), "{} instead of {}", text.score, best);
        }
        let every = BeamSearch { results: 121, ..search };
        prop_assert_eq!(find(&model, end, &[source], &every)[0].len(), all.len());
    }

    #[test]
    fn a_batch_of_sources_finds_what_each_finds_alone(
        choice in choices(),
        lengths in prop::collection::vec(1..8usize, 2..5),
        width in 1..5usize,
        end in 0..13u32,
    ) {
        let model = encoder_decoder(&choice, &Device::flex());
        let sources: Vec<_> = lengths.iter().zip(1..).map(|(&length, salt)| words(&choice, length, salt)).collect();
        let search = BeamSearch { width, results: 1, longest: Longest::BeyondInput(4), ..BeamSearch::default() };
        let together = find(&model, end, &sources, &search);
        for (source, found) in sources.iter().zip(together) {
            let single = find(&model, end, std::slice::from_ref(source), &search);
            prop_assert!(close(found[0].score, single[0][0].score), "{:?} instead of {:?}", found, single);
        }
    }

    #[test]
    fn a_decoder_finds_the_best_there_are(
        choice in choices(),
        alpha in -0.5..1.5f64,
        end in 0..4u32,
        length in 1..5usize,
    ) {
        let model = decoder_of(4, &choice, &Device::flex());
        let prompt: Vec<u32> = words(&choice, length, 1).into_iter().map(|word| word % 4).collect();
        let search = BeamSearch {
            width: 121,
            results: 121,
            alpha,
            longest: Longest::Tokens(4),
            stop: vec![end],
        };
        let found = Completer::new(&model, LONGEST).search(std::slice::from_ref(&prompt), &search).expect("legal");
        let mut next = log_probabilities(anew(&model), &prompt);
        let all = exhaustive(&mut next, end, 4, &search);
        prop_assert_eq!(found[0].len(), all.len());
        for (text, best) in found[0].iter().zip(&all) {
            prop_assert!(close(text.score, *best), "{} instead of {}", text.score, best);
            prop_assert!(close(text.log_probability, recomputed(&mut next, text)));
        }
    }

    #[test]
    fn a_batch_of_prompts_finds_what_each_finds_alone(
        choice in choices(),
        lengths in prop::collection::vec(1..4usize, 1..6),
        width in 1..4usize,
        end in 0..13u32,
    ) {
        let model = decoder(&choice, &Device::flex());
        let completer = Completer::new(&model, LONGEST);
        let prompts: Vec<_> = lengths.iter().zip(1..).map(|(&length, salt)| words(&choice, length, salt)).collect();
        let search = BeamSearch { width, longest: Longest::BeyondInput(4), stop: vec![end], ..BeamSearch::default() };
        let together = completer.search(&prompts, &search).expect("a legal search");
        prop_assert_eq!(together.len(), prompts.len());
        for (prompt, found) in prompts.iter().zip(together) {
            let single = completer.search(std::slice::from_ref(prompt), &search).expect("a legal search");
            prop_assert!(close(found[0].score, single[0][0].score), "{:?} instead of {:?}", found, single);
            let recomputed = recomputed(log_probabilities(anew(&model), prompt), &found[0]);
            prop_assert!(close(found[0].log_probability, recomputed));
        }
    }
}

#[test]
fn several_ends_are_told_apart() {
    let choice = &some_choices(1)[0];
    let model = encoder_decoder(choice, &Device::flex());
    let all =
        BeamSearch { width: 13, results: 13, longest: Longest::Tokens(1), stop: vec![4, 5], ..BeamSearch::default() };
    let found = find(&model, END, &[vec![3, 1]], &all);
    let mut ends: Vec<_> = found[0].iter().filter_map(|text| text.end).collect();
    ends.sort_unstable();
    assert_eq!(ends, [END, 4, 5]);
    assert_eq!(found[0].iter().filter(|text| text.end.is_none() && text.ids.len() == 1).count(), 10);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let model = encoder_decoder(&some_choices(1)[0], &Device::flex());
    let translator = Translator::new(&model, LONGEST, START, END).expect("legal ids");
    let refused = |sources: &[Vec<u32>], search: BeamSearch| translator.search(sources, &search).expect_err("refused");
    let (sources, fine) = ([vec![3, 1]], BeamSearch::default);
    assert!(matches!(refused(&sources, BeamSearch { width: 0, ..fine() }), Error::Search { setting: "width", .. }));
    assert!(matches!(
        refused(&sources, BeamSearch { alpha: f64::NAN, ..fine() }),
        Error::Search { setting: "alpha", .. }
    ));
    assert!(matches!(
        refused(&sources, BeamSearch { longest: Longest::Tokens(LONGEST), ..fine() }),
        Error::TooLong { what: "target", length: 1, new_tokens: LONGEST, max_seq_len: LONGEST }
    ));
    assert!(matches!(refused(&[vec![3], vec![]], fine()), Error::Empty { what: "source" }));
    assert!(matches!(refused(&[vec![3, 99]], fine()), Error::UnknownToken { id: 99, position: 1, .. }));
    assert!(matches!(refused(&[vec![3; 17]], fine()), Error::SourceTooLong { length: 17, .. }));
    assert!(translator.search(&[], &fine()).expect("nothing to do").is_empty());

    let completer = Completer::new(&decoder(&some_choices(1)[0], &Device::flex()), LONGEST);
    let refused = |prompts: &[Vec<u32>], search: BeamSearch| completer.search(prompts, &search).expect_err("refused");
    assert!(matches!(refused(&sources, BeamSearch { width: 0, ..fine() }), Error::Search { setting: "width", .. }));
    assert!(matches!(refused(&[vec![3], vec![]], fine()), Error::Empty { what: "prompt" }));
    assert!(matches!(refused(&[vec![3; 16]], fine()), Error::TooLong { length: 16, new_tokens: 1, .. }));
    assert!(completer.search(&[], &fine()).expect("nothing to do").is_empty());
}
