//! What holds for models that read a source and write a target with states, with attention and without.

#[path = "../../attention/tests/support/mod.rs"]
mod support;

use burn::{
    module::Module,
    tensor::{Bool, Device, Int, Tensor, TensorData},
};
use salamander_attention::Init;
use salamander_baselines::{Context, RecurrentSeq2Seq, RecurrentSeq2SeqConfig};
use support::*;

const CONTEXTS: [Context; 2] = [Context::Last, Context::Attention];

fn config(context: Context) -> RecurrentSeq2SeqConfig {
    RecurrentSeq2SeqConfig {
        source_vocab_size: VOCAB + 2,
        target_vocab_size: VOCAB,
        d_model: 3,
        d_hidden: 4,
        context,
        dropout: 0.0,
        init: Init::Normal { std: 0.6, output_std: 0.6 },
    }
}

fn made(context: Context, device: &Device) -> RecurrentSeq2Seq {
    device.seed(3);
    config(context).init(device)
}

fn tokens(b: usize, t: usize, salt: usize, device: &Device) -> Tensor<2, Int> {
    let values: Vec<_> = (0..b * t).map(|i| ((i * i + 3 * i + salt) % VOCAB) as i64).collect();
    Tensor::from_data(TensorData::new(values, [b, t]), device)
}

fn logits(model: &RecurrentSeq2Seq, source: Tensor<2, Int>, target: Tensor<2, Int>) -> Tensor<3> {
    model.decode(target, &model.encode(source, None))
}

/// The counts of bentrevett/pytorch-seq2seq's second and third notebook, with its vocabularies of Multi30k.
#[test]
fn parameters_are_those_of_the_published_models() {
    let device = Device::flex();
    for (context, parameters) in [(Context::Last, 14_219_781), (Context::Attention, 20_518_405)] {
        let config = RecurrentSeq2SeqConfig {
            source_vocab_size: 7853,
            target_vocab_size: 5893,
            d_model: 256,
            d_hidden: 512,
            context,
            dropout: 0.5,
            init: Init::Normal { std: 0.01, output_std: 0.01 },
        };
        assert_eq!(config.validate(), Ok(()));
        assert_eq!(config.init(&device).num_params(), parameters, "{context:?}");
    }
}

#[test]
fn the_future_changes_nothing_and_the_source_does() {
    let device = Device::flex();
    for context in CONTEXTS {
        let model = made(context, &device);
        let (source, target) = (tokens(2, 5, 1, &device), tokens(2, 6, 4, &device));
        let whole = logits(&model, source.clone(), target.clone());
        let later = logits(&model, source.clone(), changed(target.clone(), 3));
        assert_eq!(distance(whole.clone().narrow(1, 0, 3), later.clone().narrow(1, 0, 3)), 0.0);
        assert!(distance(whole.clone().narrow(1, 5, 1), later.narrow(1, 5, 1)) > 0.0);
        for at in 0..5 {
            let other = logits(&model, changed(source.clone(), at), target.clone());
            assert!(distance(whole.clone().narrow(1, 0, 1), other.narrow(1, 0, 1)) > 0.0, "{context:?}, {at}");
        }
    }
}

#[test]
fn padding_changes_nothing_on_either_side() {
    let device = Device::flex();
    for context in CONTEXTS {
        let model = made(context, &device);
        let (source, target) = (tokens(1, 4, 1, &device), tokens(1, 3, 4, &device));
        let plain = logits(&model, source.clone(), target.clone());
        let padded = Tensor::cat(vec![tokens(1, 2, 7, &device), source, tokens(1, 3, 8, &device)], 1);
        let padding = [true, true, false, false, false, false, true, true, true];
        let padding = Tensor::<1, Bool>::from_data(padding, &device).unsqueeze::<2>();
        let got = model.decode(target, &model.encode(padded, Some(padding)));
        assert!(distance(got, plain) < 1e-5, "{context:?}");
    }
}

#[test]
fn a_batch_is_its_rows_and_step_by_step_is_the_whole() {
    let device = Device::flex();
    for context in CONTEXTS {
        let model = made(context, &device);
        let (source, target) = (tokens(3, 5, 1, &device), tokens(3, 6, 4, &device));
        let batch = logits(&model, source.clone(), target.clone());
        for row in 0..3 {
            let single = logits(&model, source.clone().narrow(0, row, 1), target.clone().narrow(0, row, 1));
            assert!(distance(batch.clone().narrow(0, row, 1), single) < 1e-5, "{context:?}");
        }
        let source = model.encode(source, None);
        let mut state = source.begin.clone();
        let mut steps = Vec::new();
        for token in target.split(1, 1) {
            let (logits, next) = model.read(token, &source, state);
            steps.push(logits);
            state = next;
        }
        assert!(distance(Tensor::cat(steps, 1), batch) < 1e-5, "{context:?}");
    }
}

#[test]
fn gradients_reach_every_parameter_and_are_slopes() {
    let device = Device::flex().autodiff();
    for context in CONTEXTS {
        let model = made(context, &device);
        let (source, target) = (tokens(2, 4, 1, &device), tokens(2, 4, 4, &device));
        let padding = Tensor::<2, Bool>::from_data([[false, false, false, true], [false; 4]], &device);
        let loss = |model: &RecurrentSeq2Seq| {
            let source = model.encode(source.clone(), Some(padding.clone()));
            model.decode(target.clone(), &source).tanh().powi_scalar(2).mean()
        };
        let missed = unreached(&model, &loss(&model).backward());
        assert!(missed.is_empty(), "{context:?}: no gradient reaches {missed:?}");
        check_gradients(&model, loss);
    }
}

#[test]
#[should_panic(expected = "read by a model with attention")]
fn a_source_of_another_model_is_refused() {
    let device = Device::flex();
    let source = made(Context::Attention, &device).encode(tokens(1, 3, 1, &device), None);
    made(Context::Last, &device).decode(tokens(1, 2, 1, &device), &source);
}

#[test]
fn the_config_is_checked_and_counts_operations() {
    let last = config(Context::Last);
    let said = RecurrentSeq2SeqConfig { target_vocab_size: 0, ..last.clone() }.validate().expect_err("no words");
    assert_eq!(said.to_string(), "target_vocab_size: is 0; at least 1 is needed");
    assert!(RecurrentSeq2SeqConfig { dropout: -0.1, ..last.clone() }.validate().is_err());
    let json = serde_json::to_string(&last).expect("json");
    assert_eq!(serde_json::from_str::<RecurrentSeq2SeqConfig>(&json).expect("config"), last);

    // D = 3, H = 4, V = 13: 6 H (D + H), and 6 H (D + 2 H) + 2 (D + 2 H) V; half of both together.
    assert_eq!(last.flops_per_token(10), (168 + 264 + 286) / 2);
    // Twice 168 and 4 H² for a source token; 6 H (D + 3 H) + 2 (D + 3 H) V + 2 H² + 6 H S for one of the target.
    let (source, target) = (336 + 64, 360 + 390 + 32 + 24 * 10);
    assert_eq!(config(Context::Attention).flops_per_token(10), (10 * (source + target) + 64) / 20);
}
