//! What holds for models that count what follows what, by hand and for any text.

use proptest::prelude::*;
use salamander_baselines::{Error, NGram, NGramConfig, Smoothing};
use salamander_text::Random;

fn fitted(vocab_size: usize, order: usize, smoothing: Smoothing, sequences: &[Vec<u32>]) -> NGram {
    NGramConfig { vocab_size, order, smoothing }.fit(sequences).expect("legal")
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

#[test]
fn by_hand() {
    let text = [vec![0, 1, 0, 2, 0, 1]];
    // Three times 0, twice 1, once 2, never 3: three kinds in six.
    let alone = |times: f64| (times + 3.0 / 4.0) / 9.0;
    // Behind 0: twice 1, once 2: two kinds in three.
    let behind = |times: f64, shorter: f64| (times + 2.0 * shorter) / 5.0;
    let (one, two, three) = (behind(2.0, alone(2.0)), behind(1.0, alone(1.0)), behind(0.0, alone(0.0)));
    let rows: [(Smoothing, usize, &[u32], u32, f64); 16] = [
        (Smoothing::WittenBell, 0, &[], 0, alone(3.0)),
        (Smoothing::WittenBell, 0, &[0], 3, alone(0.0)),
        (Smoothing::WittenBell, 1, &[0], 1, one),
        (Smoothing::WittenBell, 1, &[0], 3, three),
        (Smoothing::WittenBell, 1, &[], 2, alone(1.0)),
        (Smoothing::WittenBell, 1, &[3], 2, alone(1.0)),
        // Behind 1 0 stood only 2, once.
        (Smoothing::WittenBell, 2, &[1, 0], 2, (1.0 + two) / 2.0),
        (Smoothing::WittenBell, 2, &[1, 0], 1, one / 2.0),
        (Smoothing::WittenBell, 2, &[3, 0], 1, one),
        (Smoothing::Additive { amount: 1.0 }, 1, &[0], 1, 3.0 / 7.0),
        (Smoothing::Additive { amount: 0.5 }, 1, &[0], 3, 0.5 / 5.0),
        (Smoothing::Additive { amount: 1.0 }, 1, &[3], 1, 1.0 / 4.0),
        (Smoothing::None, 1, &[0], 1, 2.0 / 3.0),
        (Smoothing::None, 1, &[0], 3, 0.0),
        (Smoothing::None, 1, &[3], 0, 1.0 / 4.0),
        (Smoothing::None, 2, &[0, 2, 0], 1, 1.0),
    ];
    for (smoothing, order, context, token, want) in rows {
        let got = fitted(4, order, smoothing, &text).probability(context, token);
        assert!(near(got, want), "{smoothing:?} of order {order}, {token} behind {context:?}: {got}, not {want}");
    }
    let model = fitted(4, 1, Smoothing::WittenBell, &text);
    assert_eq!(model.probability(&[0], 4), 0.0, "a token beyond the vocabulary");
    let nats = model.nats(&[0, 1]);
    assert!(near(nats[0], -alone(3.0).ln()) && near(nats[1], -one.ln()), "{nats:?}");
    // 0, 1, 2; 01, 02, 10, 20.
    assert_eq!(model.num_counts(), 7);
}

#[test]
fn no_context_reaches_over_the_beginning() {
    let apart = fitted(3, 1, Smoothing::None, &[vec![0, 1], vec![2, 1]]);
    assert!(near(apart.probability(&[1], 2), 1.0 / 3.0), "nothing stood behind 1");
    let together = fitted(3, 1, Smoothing::None, &[vec![0, 1, 2, 1]]);
    assert!(near(together.probability(&[1], 2), 1.0));
}

fn smoothings() -> impl Strategy<Value = Smoothing> {
    prop_oneof![
        Just(Smoothing::None),
        (0.01..3.0).prop_map(|amount| Smoothing::Additive { amount }),
        Just(Smoothing::WittenBell),
    ]
}

fn texts() -> impl Strategy<Value = Vec<Vec<u32>>> {
    let sequence = prop::collection::vec(0..5u32, 0..20);
    prop::collection::vec(sequence, 1..5).prop_filter("some token", |texts| texts.iter().any(|text| !text.is_empty()))
}

proptest! {
    #[test]
    fn probabilities_add_up_and_are_those_one_by_one(
        texts in texts(), smoothing in smoothings(), order in 0..5usize, context in prop::collection::vec(0..6u32, 0..7),
    ) {
        let model = fitted(6, order, smoothing, &texts);
        let all = model.distribution(&context);
        prop_assert!(near(all.iter().sum(), 1.0), "{:?}", all);
        for (token, &p) in all.iter().enumerate() {
            prop_assert!(near(p, model.probability(&context, token as u32)));
        }
        let tail = &context[context.len().saturating_sub(order)..];
        prop_assert_eq!(all, model.distribution(tail), "only the last {} count", order);
    }

    #[test]
    fn without_context_it_is_the_smoothed_share(texts in texts()) {
        let flat = texts.concat();
        let mut counts = [0.0; 6];
        flat.iter().for_each(|&token| counts[token as usize] += 1.0);
        let (total, kinds) = (flat.len() as f64, counts.iter().filter(|&&count| count > 0.0).count() as f64);
        let witten_bell = fitted(6, 0, Smoothing::WittenBell, &texts).distribution(&[]);
        let laplace = fitted(6, 0, Smoothing::Additive { amount: 1.0 }, &texts).distribution(&[]);
        for (token, count) in counts.into_iter().enumerate() {
            prop_assert!(near(witten_bell[token], (count + kinds / 6.0) / (total + kinds)));
            prop_assert!(near(laplace[token], (count + 1.0) / (total + 6.0)));
        }
    }

    #[test]
    fn behind_what_was_never_seen_the_shorter_context_decides(texts in texts(), order in 1..4usize) {
        // The token 5 is in none of the texts.
        let longer = fitted(6, order, Smoothing::WittenBell, &texts);
        let shorter = fitted(6, order - 1, Smoothing::WittenBell, &texts);
        let mut context = vec![5];
        context.extend([0, 1, 2].iter().cycle().take(order - 1));
        prop_assert_eq!(longer.distribution(&context), shorter.distribution(&context));
        let uniform = fitted(6, order, Smoothing::Additive { amount: 1.0 }, &texts).distribution(&context);
        prop_assert!(uniform.iter().all(|&p| near(p, 1.0 / 6.0)));
    }

    #[test]
    fn what_was_counted_is_never_more_surprising_unsmoothed(texts in texts(), order in 0..3usize) {
        // Counts alone are the best there is on the text they were counted on, but for its first tokens.
        let sum = |smoothing| -> f64 {
            let model = fitted(6, order, smoothing, &texts);
            texts.iter().flat_map(|text| model.nats(text).into_iter().skip(order)).sum()
        };
        let best = sum(Smoothing::None);
        for smoothing in [Smoothing::WittenBell, Smoothing::Additive { amount: 1.0 }] {
            let other = sum(smoothing);
            prop_assert!(best <= other + 1e-9, "{} nats, {} with {:?}", best, other, smoothing);
        }
    }
}

#[test]
fn tokens_are_drawn_as_often_as_they_are_likely() {
    let model = fitted(4, 1, Smoothing::WittenBell, &[vec![0, 1, 0, 2, 0, 1]]);
    let mut random = Random::at(3, 0);
    let mut drawn = [0.0; 4];
    (0..40_000).for_each(|_| drawn[model.sample(&[0], &mut random) as usize] += 1.0 / 40_000.0);
    for (drawn, likely) in drawn.iter().zip(model.distribution(&[0])) {
        assert!((drawn - likely).abs() < 0.01, "{drawn} for {likely}");
    }
    let certain = fitted(4, 1, Smoothing::None, &[vec![0, 1, 0, 2, 0, 1]]);
    assert!((0..1000).all(|_| certain.sample(&[1], &mut random) == 0), "the impossible is never drawn");
}

#[test]
fn errors_say_what_is_wrong() {
    let config = NGramConfig { vocab_size: 3, order: 1, smoothing: Smoothing::WittenBell };
    let message = |config: NGramConfig, sequences: &[Vec<u32>]| config.fit(sequences).expect_err("wrong").to_string();
    for (said, part) in [
        (message(config, &[]), "0 tokens in 0 sequences"),
        (message(config, &[vec![], vec![]]), "0 tokens in 2 sequences"),
        (message(config, &[vec![0], vec![1, 3]]), "token 3 (position 1 of sequence 1, both counted from 0)"),
        (message(NGramConfig { vocab_size: 0, ..config }, &[vec![]]), "vocab_size: is 0"),
        (message(NGramConfig { order: 65, ..config }, &[vec![0]]), "order: is 65; contexts have at most 64"),
        (
            message(NGramConfig { smoothing: Smoothing::Additive { amount: 0.0 }, ..config }, &[vec![0]]),
            "smoothing.amount: is 0; a positive number",
        ),
    ] {
        assert!(said.contains(part), "{said:?} does not say {part:?}");
    }
    assert!(matches!(config.fit(&[[7]]), Err(Error::UnknownToken { token: 7, vocab_size: 3, .. })));
}

#[test]
fn a_config_survives_json_and_refuses_what_it_does_not_know() {
    for smoothing in [Smoothing::None, Smoothing::Additive { amount: 0.5 }, Smoothing::WittenBell] {
        let config = NGramConfig { vocab_size: 65, order: 4, smoothing };
        let json = serde_json::to_string(&config).expect("json");
        assert_eq!(serde_json::from_str::<NGramConfig>(&json).expect("config"), config);
    }
    let unknown = r#"{ "vocab_size": 3, "order": 1, "smoothing": { "kind": "none" }, "ordre": 2 }"#;
    assert!(serde_json::from_str::<NGramConfig>(unknown).is_err());
}

#[test]
fn operations_grow_with_the_order() {
    let flops = |order, smoothing| NGramConfig { vocab_size: 65, order, smoothing }.flops_per_token();
    assert_eq!([0, 4].map(|order| flops(order, Smoothing::WittenBell)), [4, 20]);
    assert_eq!(flops(4, Smoothing::Additive { amount: 1.0 }), 4);
    assert_eq!(flops(4, Smoothing::None), 1);
}
