//! What holds for the writing of every model, whatever it is made of.

#[path = "../../attention/tests/support/mod.rs"]
mod support;

mod models;

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use models::*;
use proptest::prelude::*;
use salamander_decoder_only::Decoder;
use salamander_generate::{Completer, Error, LanguageModel, Reading, Request, Sampling, Translator, Writer};
use salamander_text::Tokenizer;
use support::*;

fn complete(model: &Decoder, prompt: &[u32], request: &Request) -> Result<Vec<u32>, Error> {
    Completer::new(model, LONGEST).complete(prompt, request)?.collect()
}

fn sampled(new_tokens: usize, sampling: Sampling) -> Request {
    Request { new_tokens, stop: Vec::new(), sampling }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn with_a_cache_as_if_all_were_read_anew(choice in choices(), length in 1..6usize) {
        let device = Device::flex();
        let model = decoder(&choice, &device);
        let prompt = words(&choice, length, 1);
        let written = complete(&model, &prompt, &Request::greedy(8)).expect("a legal request");
        prop_assert_eq!(written.len(), 8);
        prop_assert!(is_greedy(anew(&model), &prompt, &written, None));
    }

    #[test]
    fn a_target_with_a_cache_as_if_all_were_read_anew(choice in choices(), length in 1..6usize) {
        let device = Device::flex();
        let model = encoder_decoder(&choice, &device);
        let source = words(&choice, length, 1);
        let translator = Translator::new(&model, LONGEST, START, END).expect("legal ids");
        let written: Vec<u32> = translator
            .write(&source, &Request::greedy(8))
            .expect("a legal request")
            .collect::<Result<_, _>>()
            .expect("finite logits");
        let end = (written.len() < 8).then_some(END);
        prop_assert!(is_greedy(alone(&model, &source), &[START], &written, end));
    }

    #[test]
    fn a_batch_of_sources_is_each_alone(choice in choices(), lengths in prop::collection::vec(1..9usize, 1..5)) {
        let device = Device::flex();
        let model = encoder_decoder(&choice, &device);
        let sources: Vec<_> = lengths.iter().zip(1..).map(|(&length, salt)| words(&choice, length, salt)).collect();
        // the end that some row reaches soon, so that others go on without it
        let probe = Translator::new(&model, LONGEST, START, END).expect("legal ids");
        let end = probe.translate(&sources, 6).expect("legal sources").concat().first().copied().unwrap_or(END);
        let translator = Translator::new(&model, LONGEST, START, end).expect("legal ids");
        let together = translator.translate(&sources, 10).expect("legal sources");
        for (source, target) in sources.iter().zip(together) {
            prop_assert!(!target.contains(&end));
            let end = (target.len() < 10).then_some(end);
            prop_assert!(is_greedy(alone(&model, source), &[START], &target, end));
        }
    }

    #[test]
    fn a_batch_of_prompts_is_each_alone(choice in choices(), lengths in prop::collection::vec(1..5usize, 1..7)) {
        let device = Device::flex();
        let model = decoder(&choice, &device);
        let completer = Completer::new(&model, LONGEST);
        let prompts: Vec<_> = lengths.iter().zip(1..).map(|(&length, salt)| words(&choice, length, salt)).collect();
        // the end that some row reaches soon, so that others go on without it
        let probe = completer.complete_all(&prompts, &Request::greedy(4)).expect("legal prompts");
        let end = probe.concat()[2];
        let request = Request { stop: vec![end], ..Request::greedy(9) };
        let together = completer.complete_all(&prompts, &request).expect("legal prompts");
        prop_assert_eq!(together.len(), prompts.len());
        for (prompt, text) in prompts.iter().zip(together) {
            prop_assert!(!text.contains(&end));
            let end = (text.len() < 9).then_some(end);
            prop_assert!(is_greedy(anew(&model), prompt, &text, end));
        }
        // two texts of one prompt are drawn alike, whatever stands beside them
        let request = sampled(9, Sampling { repetition_penalty: 1.3, seed: 4, ..Sampling::default() });
        let twice = [prompts[0].clone(), prompts[0].clone()];
        let written = completer.complete_all(&twice, &request).expect("legal prompts");
        prop_assert_eq!(&written[0], &written[1]);
    }

    #[test]
    fn behind_padding_the_logits_are_those_without(choice in choices(), lengths in prop::collection::vec(1..7usize, 2..5)) {
        let device = Device::flex();
        let model = decoder(&choice, &device);
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let mut texts: Vec<_> = lengths.iter().zip(1..).map(|(&length, salt)| words(&choice, length, salt)).collect();
        let padding: Vec<_> = lengths.iter().map(|length| longest - length).collect();
        let mut writer = model.writer(padding.clone(), longest + 2, Reading::Causal);
        let padded = texts.iter().zip(&padding).map(|(text, &before)| row(&[&vec![5; before], &text[..]].concat(), &device));
        let mut unread = Tensor::cat(padded.collect(), 0);
        for step in 0..3 {
            let together = values(writer.read(unread));
            for (text, logits) in texts.iter().zip(together.chunks(VOCAB)) {
                for (a, b) in anew(&model)(text).into_iter().zip(logits) {
                    prop_assert!((a - b).abs() < 1e-5 * a.abs().max(1.0), "{} instead of {} at step {}", b, a, step);
                }
            }
            // backwards, so that rows with other padding change places
            let rows: Vec<usize> = (0..texts.len()).rev().collect();
            writer.choose(&rows);
            texts.reverse();
            texts.iter_mut().zip(3..).for_each(|(text, word)| text.push(word));
            unread = Tensor::cat(texts.iter().map(|text| row(&text[text.len() - 1..], &device)).collect(), 0);
        }
    }

    #[test]
    fn prompts_read_from_both_sides(choice in choices(), lengths in prop::collection::vec(1..6usize, 1..5)) {
        let model = decoder(&choice, &Device::flex());
        let completer = Completer::new(&model, LONGEST).reading(Reading::Prefix);
        let prompts: Vec<_> = lengths.iter().zip(1..).map(|(&length, salt)| words(&choice, length, salt)).collect();
        let together = completer.complete_all(&prompts, &Request::greedy(6)).expect("legal prompts");
        for (prompt, text) in prompts.iter().zip(&together) {
            prop_assert!(is_greedy(behind_prefix(&model, prompt.len()), prompt, text, None));
        }
        let alone = completer.complete(&prompts[0], &Request::greedy(6)).expect("a legal prompt");
        let alone = alone.collect::<Result<Vec<_>, _>>().expect("finite logits");
        prop_assert!(is_greedy(behind_prefix(&model, prompts[0].len()), &prompts[0], &alone, None));
    }

    #[test]
    fn the_same_seed_writes_the_same(choice in choices()) {
        let device = Device::flex();
        let model = decoder(&choice, &device);
        let prompt = words(&choice, 3, 1);
        let write = |sampling| complete(&model, &prompt, &sampled(12, sampling)).expect("a legal request");
        let seeded = |seed| write(Sampling { temperature: 1.5, seed, ..Sampling::default() });
        prop_assert_eq!(seeded(4), seeded(4));
        prop_assert!((0..20).any(|seed| seeded(seed) != seeded(4)), "the seed must matter");
        let greedy = write(Sampling::GREEDY);
        prop_assert_eq!(write(Sampling { top_k: Some(1), seed: 9, ..Sampling::default() }), &greedy[..]);
        prop_assert_eq!(write(Sampling { top_p: Some(1e-9), seed: 9, ..Sampling::default() }), &greedy[..]);
        prop_assert_eq!(write(Sampling { temperature: 1e-30, seed: 9, ..Sampling::default() }), &greedy[..]);
    }

    #[test]
    fn a_stop_ends_the_text_before_it(choice in choices()) {
        let model = decoder(&choice, &Device::flex());
        let prompt = words(&choice, 2, 1);
        let whole = complete(&model, &prompt, &Request::greedy(10)).expect("a legal request");
        for &stop in &whole {
            let request = Request { stop: vec![99, stop], ..Request::greedy(10) };
            let first = whole.iter().position(|&id| id == stop).expect("it occurs");
            prop_assert_eq!(complete(&model, &prompt, &request).expect("a legal request"), &whole[..first]);
        }
    }
}

fn some_decoder() -> Decoder {
    decoder(&some_choices(1)[0], &Device::flex())
}

#[test]
fn the_longest_that_fits_is_written() {
    for choice in some_choices(6) {
        let model = decoder(&choice, &Device::flex());
        for length in [1, LONGEST - 1, LONGEST] {
            let new = LONGEST - length;
            let written = complete(&model, &words(&choice, length, 1), &Request::greedy(new)).expect("it fits");
            assert_eq!(written.len(), new);
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_with_both_numbers() {
    let model = some_decoder();
    let error = complete(&model, &[1; 10], &Request::greedy(7)).expect_err("too long");
    let want = "10 tokens of prompt and 7 new ones make 17, and the model reads at most 16; ask for at most 6 new ones";
    assert_eq!(error.to_string(), want);
    let huge = complete(&model, &[1; 10], &Request::greedy(usize::MAX - 3)).expect_err("too long").to_string();
    assert!(huge.ends_with("ask for at most 6 new ones"), "{huge}");

    let model = encoder_decoder(&some_choices(1)[0], &Device::flex());
    let translator = Translator::new(&model, LONGEST, START, END).expect("legal ids");
    let error = translator.translate(&[vec![1; 3], vec![1; LONGEST + 1]], 3).expect_err("too long");
    assert!(matches!(error, Error::SourceTooLong { length: 17, max_seq_len: LONGEST }), "{error}");
    let error = translator.translate(&[vec![1; 3]], LONGEST).expect_err("too long");
    assert!(matches!(error, Error::TooLong { what: "target", length: 1, .. }), "{error}");
}

#[test]
fn wrong_ids_and_empty_texts_are_refused() {
    let model = some_decoder();
    let error = complete(&model, &[], &Request::greedy(3)).expect_err("empty");
    assert!(matches!(error, Error::Empty { what: "prompt" }));
    let error = complete(&model, &[3, 13], &Request::greedy(3)).expect_err("beyond the vocabulary");
    assert_eq!(error.to_string(), "token 13 (at position 1 of the prompt) is beyond the model's vocabulary of 13");
    let wrong = Sampling { temperature: -1.0, ..Sampling::default() };
    assert!(matches!(complete(&model, &[3], &sampled(3, wrong)), Err(Error::Sampling { setting: "temperature", .. })));

    let model = encoder_decoder(&some_choices(1)[0], &Device::flex());
    let completer = Completer::new(&some_decoder(), LONGEST);
    let refused = |prompts: &[Vec<u32>], request| completer.complete_all(prompts, &request).expect_err("refused");
    assert!(matches!(refused(&[vec![3], vec![]], Request::greedy(3)), Error::Empty { what: "prompt" }));
    assert!(matches!(refused(&[vec![3], vec![1, 99]], Request::greedy(3)), Error::UnknownToken { position: 1, .. }));
    assert!(matches!(refused(&[vec![3; 15]], Request::greedy(3)), Error::TooLong { length: 15, .. }));
    assert!(matches!(refused(&[], sampled(3, wrong)), Error::Sampling { .. }));
    assert_eq!(completer.complete_all(&[], &Request::greedy(3)).expect("nothing to do"), Vec::<Vec<u32>>::new());

    assert!(Translator::new(&model, LONGEST, 13, END).is_err());
    assert!(Translator::new(&model, LONGEST, START, 13).is_err());
    let translator = Translator::new(&model, LONGEST, START, END).expect("legal ids");
    let error = translator.translate(&[vec![1], vec![]], 3).expect_err("empty");
    assert!(matches!(error, Error::Empty { what: "source" }));
    assert_eq!(translator.translate(&[], 3).expect("nothing to do"), Vec::<Vec<u32>>::new());
    assert_eq!(translator.translate(&[vec![1]], 0).expect("nothing asked for"), [Vec::<u32>::new()]);
}

#[test]
fn what_stands_in_the_prompt_counts_as_seen() {
    // A penalty so large that nothing comes twice, as long as there is something else.
    let model = some_decoder();
    let request = sampled(10, Sampling { repetition_penalty: 1e9, ..Sampling::GREEDY });
    let prompt = [3, 5];
    let written = complete(&model, &prompt, &request).expect("a legal request");
    let mut next = anew(&model);
    for at in 0..written.len() {
        let before = [&prompt[..], &written[..at]].concat();
        let logits = next(&before);
        let penalised = |id: usize| match before.contains(&(id as u32)) {
            true if logits[id] > 0.0 => logits[id] / 1e9,
            true => logits[id] * 1e9,
            false => logits[id],
        };
        let best = (0..VOCAB).map(penalised).fold(f32::MIN, f32::max);
        assert!(penalised(written[at] as usize) > best - 1e-4, "{written:?}");
    }
    assert_ne!(written, complete(&model, &prompt, &Request::greedy(10)).expect("a legal request"));
}

#[test]
fn nothing_is_dropped_while_writing() {
    for mut choice in some_choices(4) {
        choice.residual.dropout = 0.5;
        let model = decoder(&choice, &Device::flex());
        let written = complete(&model, &[1, 2], &Request::greedy(12)).expect("a legal request");
        let training = complete(&model.train(), &[1, 2], &Request::greedy(12)).expect("a legal request");
        assert_eq!(training, written);
    }
}

#[test]
fn a_diverged_model_is_named() {
    let mut model = some_decoder();
    model.tokens.weight = model.tokens.weight.map(|weight| weight.mul_scalar(f32::NAN));
    let completer = Completer::new(&model, LONGEST);
    let mut tokens = completer.complete(&[1, 2], &Request::greedy(4)).expect("a legal request");
    assert!(matches!(tokens.next(), Some(Err(Error::NotFinite { position: 0 }))));
    assert!(tokens.next().is_none());
}

#[test]
fn a_text_is_its_ids_decoded() {
    let tokenizer = Tokenizer::characters("abcdefghijklm", &[]);
    let choice = &some_choices(1)[0];
    let completer = Completer::new(&decoder(choice, &Device::flex()), LONGEST);
    let request = sampled(9, Sampling { seed: 3, ..Sampling::default() });
    let ids: Vec<u32> = completer.complete(&[4], &request).expect("legal").collect::<Result<_, _>>().expect("finite");
    let pieces = completer.complete(&[4], &request).expect("legal").text(&tokenizer);
    let text: String = pieces.collect::<Result<_, _>>().expect("text");
    assert_eq!(text, tokenizer.decode(&ids).expect("known ids"));
    assert_eq!(text.chars().count(), 9);
}
