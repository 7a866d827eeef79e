//! What a model learns from, and what ends it.

mod support;

use std::sync::Arc;

use burn::{module::Module, tensor::Device};
use salamander_decoder_only::Decoder;
use salamander_encoder_decoder::EncoderDecoder;
use salamander_encoder_only::MaskedLm;
use salamander_text::{Batches, LanguageBatch, Matrix};
use salamander_train::*;
use support::*;

/// The same batch again and again.
struct Same<B: Batches>(B);

impl<B: Batches> Batches for Same<B> {
    type Batch = B::Batch;

    fn batch_at(&self, _: u64) -> B::Batch {
        self.0.evaluation_at(0)
    }

    fn len(&self) -> usize {
        1
    }

    fn evaluation_at(&self, _: usize) -> B::Batch {
        self.0.evaluation_at(0)
    }
}

fn overfits<M: Family>() {
    let _alone = alone();
    let set = Arc::new(Same(M::set(1)));
    let before = evaluate(begin::<M>(1).valid(), &*set, &mut |_, _| {}).loss;
    let even = (V as f64).ln();
    assert!((before - even).abs() < 0.02 * even, "an untrained model's loss is {before}, not ln {V} = {even}");
    let data = Data { train: Arc::clone(&set), validation: set };
    let mut plan = plan(400);
    plan.evaluate.every = 400;
    let (_, outcome) = train(begin::<M>(1), data, &plan, Session::silent(Device::flex())).expect("it learns");
    let after = outcome.last.expect("an evaluation").loss;
    assert!(after < 0.05, "{after}");
}

#[test]
fn one_batch_is_learnt_by_heart() {
    overfits::<Decoder>();
    overfits::<MaskedLm>();
    overfits::<EncoderDecoder>();
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    let _alone = alone();
    let run = |seed| {
        let plan = Plan { seed, ..plan(8) };
        let (model, outcome) = train(begin::<Decoder>(seed), data::<Decoder>(), &plan, Session::silent(Device::flex()))
            .expect("it learns");
        (bits(&model), outcome.last.expect("an evaluation").loss)
    };
    let first = run(1);
    assert_eq!(run(1), first);
    assert_ne!(run(2), first);
}

#[test]
fn parts_of_an_update_weigh_by_their_targets() {
    let _alone = alone();
    /// Batches cut in two after the first row.
    struct Halves<B>(B);
    impl<B: Batches<Batch = LanguageBatch>> Batches for Halves<B> {
        type Batch = B::Batch;
        fn batch_at(&self, step: u64) -> B::Batch {
            let batch = self.0.batch_at(step / 2);
            let rows = if step.is_multiple_of(2) { 0..1 } else { 1..batch.inputs.rows };
            let cut = |matrix: &Matrix<i64>| Matrix {
                values: matrix.values[rows.start * matrix.columns..rows.end * matrix.columns].to_vec(),
                rows: rows.len(),
                columns: matrix.columns,
            };
            B::Batch { inputs: cut(&batch.inputs), targets: cut(&batch.targets), padding: None }
        }
        fn len(&self) -> usize {
            self.0.len()
        }
        fn evaluation_at(&self, index: usize) -> B::Batch {
            self.0.evaluation_at(index)
        }
    }
    // Without dropout the cut makes no difference but for rounding.
    fn run<B: Batches<Batch = LanguageBatch> + Send + Sync + 'static>(set: B, accumulate: usize) -> f64 {
        let plan = Plan { accumulate, ..plan(6) };
        let device = Device::flex();
        device.seed(1);
        let model = decoder(0.0, &device.clone().autodiff());
        let set = Arc::new(set);
        let data = Data { train: Arc::clone(&set), validation: set };
        let (_, outcome) = train(model, data, &plan, Session::silent(device)).expect("it learns");
        outcome.last.expect("an evaluation").loss
    }
    let (whole, halves) = (run(Decoder::set(1), 1), run(Halves(Decoder::set(1)), 2));
    assert!((whole - halves).abs() < 1e-5, "{whole} and {halves}");
}

#[test]
fn a_number_that_is_none_is_named_with_its_step() {
    let _alone = alone();
    let mut model = begin::<Decoder>(1);
    let weight = &mut model.stack.blocks[1].feed_forward;
    let salamander_attention::FeedForward::Plain(layer) = weight else { panic!("a plain layer") };
    layer.up.weight = layer.up.weight.clone().map(|weight| weight * f32::NAN);
    let error = train(model, data::<Decoder>(), &plan(8), Session::silent(Device::flex())).unwrap_err().to_string();
    let want = "step 1: the loss is NaN and the gradients' length NaN, first in `";
    assert!(error.starts_with(want), "{error}");
}

#[test]
fn a_learning_rate_of_a_thousand_million_ends_at_once() {
    let _alone = alone();
    fn check<M: Family>() {
        let schedule = Schedule::Constant { rate: 1e9, warmup: 0 };
        let plan = Plan { schedule, ..plan(8) };
        let error = train(begin::<M>(1), data::<M>(), &plan, Session::silent(Device::flex())).unwrap_err();
        match error {
            Error::NotFinite { step, .. } | Error::Diverged { step, .. } => assert_eq!(step, 2, "{error}"),
            other => panic!("{other}"),
        }
    }
    check::<Decoder>();
    check::<MaskedLm>();
    check::<EncoderDecoder>();
}

#[test]
fn limits_and_patience_end_a_run() {
    let _alone = alone();
    let run = |plan: Plan| {
        train(begin::<Decoder>(1), data::<Decoder>(), &plan, Session::silent(Device::flex())).expect("it learns").1
    };
    let tokens = run(Plan { limit: Limit { tokens: Some(50), minutes: None }, ..plan(40) });
    assert!(tokens.enough && (2..4).contains(&tokens.steps), "{tokens:?}");
    assert!(tokens.last.is_some(), "what there is is judged");
    let minutes = run(Plan { limit: Limit { tokens: None, minutes: Some(1e-9) }, ..plan(40) });
    assert!(minutes.enough && minutes.steps == 0, "{minutes:?}");
    // A rate so small that nothing changes: the first evaluation stays the best.
    let mut still = plan(40);
    still.schedule = Schedule::Constant { rate: 1e-30, warmup: 0 };
    still.evaluate.patience = Some(2);
    let still = run(still);
    assert_eq!((still.steps, still.enough, still.best.map(|(_, step)| step)), (12, true, Some(4)), "{still:?}");
}

#[test]
fn every_optimiser_learns() {
    let _alone = alone();
    for (kind, rate) in [("adamw", 1e-2), ("adam", 1e-2), ("lion", 3e-3), ("adafactor", 5e-2), ("muon", 1e-2)] {
        let mut plan = plan(60);
        plan.optimizer = toml::from_str(&format!("kind = '{kind}'")).expect("an optimiser");
        plan.schedule = Schedule::Constant { rate, warmup: 3 };
        plan.evaluate.every = 60;
        let before = evaluate(begin::<Decoder>(1).valid(), &Decoder::set(2), &mut |_, _| {}).loss;
        let (_, outcome) =
            train(begin::<Decoder>(1), data::<Decoder>(), &plan, Session::silent(Device::flex())).expect("it learns");
        let after = outcome.last.expect("an evaluation").loss;
        assert!(after < 0.8 * before, "{kind}: {before} to {after}");
    }
}

fn learns_in<M: Family>(precision: Precision) -> f64 {
    let _alone = alone();
    let plan = Plan { precision, ..plan(120) };
    let (_, outcome) =
        train(begin::<M>(1), data::<M>(), &plan, Session::silent(Device::flex())).expect("the CPU has both");
    outcome.last.expect("an evaluation").loss
}

#[test]
fn parameters_of_16_bits_learn_as_well() {
    fn check<M: Family>() {
        let (wide, narrow) = (learns_in::<M>(Precision::F32), learns_in::<M>(Precision::Bf16));
        let even = (V as f64).ln();
        assert!(wide < 0.98 * even, "nothing was learnt: {wide}");
        assert!((wide - narrow).abs() < 0.05 * even && wide != narrow, "{wide} and {narrow}");
    }
    check::<Decoder>();
    check::<MaskedLm>();
    check::<EncoderDecoder>();
}
