//! What holds for models with a state, whatever the cell; numbers by hand, and those of PyTorch.

#[path = "../../attention/tests/support/mod.rs"]
mod support;

use burn::{
    module::{Module, Param},
    optim::{AdamConfig, GradientsParams},
    tensor::{Device, Distribution, Int, Tensor, TensorData},
};
use proptest::prelude::*;
use salamander_attention::{ConfigError, Init, UnembeddingConfig};
use salamander_baselines::{Cell, RecurrentLayer, RecurrentLm, RecurrentLmConfig, RecurrentState};
use support::*;

const CELLS: [Cell; 3] = [Cell::Elman, Cell::Lstm, Cell::Gru];

fn configs() -> impl Strategy<Value = RecurrentLmConfig> {
    (prop::sample::select(CELLS.to_vec()), any::<bool>(), 1..4usize, any::<bool>()).prop_map(
        |(cell, tied, n_layers, bias)| RecurrentLmConfig {
            vocab_size: VOCAB,
            d_model: 4,
            d_hidden: if tied { 4 } else { 5 },
            n_layers,
            cell,
            dropout: 0.0,
            unembedding: if tied {
                UnembeddingConfig::Tied { scale: 0.5, bias }
            } else {
                UnembeddingConfig::Untied { bias }
            },
            init: Init::Normal { std: 0.5, output_std: 0.5 },
        },
    )
}

fn made(config: &RecurrentLmConfig, device: &Device) -> RecurrentLm {
    config.validate().expect("legal");
    device.seed(3);
    config.init(device)
}

fn tokens(b: usize, t: usize, device: &Device) -> Tensor<2, Int> {
    let values: Vec<_> = (0..b * t).map(|i| ((i * i + 3 * i + 1) % VOCAB) as i64).collect();
    Tensor::from_data(TensorData::new(values, [b, t]), device)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn the_future_changes_nothing(config in configs(), at in 1..7usize) {
        let device = Device::flex();
        let model = made(&config, &device);
        let tokens = tokens(2, 7, &device);
        let (a, b) = (model.forward(tokens.clone()), model.forward(changed(tokens, at)));
        prop_assert_eq!(distance(a.clone().narrow(1, 0, at), b.clone().narrow(1, 0, at)), 0.0);
        for later in at..7 {
            prop_assert!(distance(a.clone().narrow(1, later, 1), b.clone().narrow(1, later, 1)) > 0.0);
        }
    }

    #[test]
    fn step_by_step_is_the_whole(config in configs(), first in 1..8usize) {
        let device = Device::flex();
        let model = made(&config, &device);
        let tokens = tokens(2, 8, &device);
        let (logits, mut state) = model.read(tokens.clone().narrow(1, 0, first), model.begin(2));
        let mut steps = vec![logits];
        for at in first..8 {
            let (logits, next) = model.read(tokens.clone().narrow(1, at, 1), state);
            steps.push(logits);
            state = next;
        }
        let (whole, last) = model.read(tokens, model.begin(2));
        prop_assert!(distance(Tensor::cat(steps, 1), whole) < 1e-5);
        for (a, b) in state.layers.into_iter().zip(last.layers) {
            prop_assert!(distance(a.hidden, b.hidden) < 1e-5);
            prop_assert_eq!(a.memory.is_some(), config.cell == Cell::Lstm);
            if let (Some(a), Some(b)) = (a.memory, b.memory) {
                prop_assert!(distance(a, b) < 1e-5);
            }
        }
    }

    #[test]
    fn a_batch_is_its_rows(config in configs()) {
        let device = Device::flex();
        let model = made(&config, &device);
        let tokens = tokens(3, 5, &device);
        let batch = model.forward(tokens.clone());
        for row in 0..3 {
            let single = model.forward(tokens.clone().narrow(0, row, 1));
            prop_assert!(distance(batch.clone().narrow(0, row, 1), single) < 1e-5);
        }
    }

    #[test]
    fn a_gradient_reaches_every_parameter(config in configs()) {
        let device = Device::flex().autodiff();
        let model = made(&config, &device);
        let gradients = model.forward(tokens(3, 6, &device)).powi_scalar(2).sum().backward();
        let missed = unreached(&model, &gradients);
        prop_assert!(missed.is_empty(), "no gradient reaches {:?}", missed);
    }

    #[test]
    fn numbers_are_those_of_the_formulas(config in configs()) {
        let device = Device::flex();
        let model = made(&config, &device);
        let (d, h, g) = (config.d_model, config.d_hidden, config.cell.gates());
        let layer = |d: usize| g * h * (d + h) + 2 * g * h;
        let layers = layer(d) + (config.n_layers - 1) * layer(h);
        let (own, bias) = match config.unembedding {
            UnembeddingConfig::Tied { bias, .. } => (0, bias),
            UnembeddingConfig::Untied { bias } => (h * VOCAB, bias),
        };
        let biases = usize::from(bias) * VOCAB;
        prop_assert_eq!(model.num_params(), VOCAB * d + layers + own + biases);
        let matrices = layers - config.n_layers * 2 * g * h + h * VOCAB;
        prop_assert_eq!(config.flops_per_token(), 2 * matrices as u64);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5, ..ProptestConfig::default() })]

    #[test]
    fn gradients_are_slopes(config in configs()) {
        let device = Device::flex().autodiff();
        let model = made(&config, &device);
        let tokens = tokens(2, 5, &device);
        check_gradients(&model, |model| model.forward(tokens.clone()).tanh().powi_scalar(2).mean());
    }
}

/// A layer of one number, with `W = w`, `U = u` and the biases of `W`, one entry for each gate.
fn scalar(cell: Cell, w: &[f32], u: &[f32], b: &[f32]) -> RecurrentLayer {
    let device = Device::flex();
    let mut layer = RecurrentLayer::new(cell, 1, 1, &Init::Xavier, &device);
    let row = |values: &[f32]| Tensor::<1>::from_floats(values, &device);
    layer.input.weight = Param::from_tensor(row(w).unsqueeze());
    layer.input.bias = Some(Param::from_tensor(row(b)));
    layer.state.weight = Param::from_tensor(row(u).unsqueeze());
    layer
}

#[test]
fn by_hand() {
    let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
    let read = |layer: RecurrentLayer, x: [f32; 2]| {
        let x = Tensor::<1>::from_floats(x, &Device::flex()).reshape([2, 1, 1]);
        values(layer.forward(x, layer.begin(1)).0)
    };
    let check = |cell: Cell, got: Vec<f32>, want: [f32; 2]| {
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() < 1e-6, "{cell:?}: {got}, not {want}");
        }
    };
    let first = (0.5f32 * 2.0 + 0.1).tanh();
    let elman = read(scalar(Cell::Elman, &[0.5], &[-1.5], &[0.1]), [2.0, 1.0]);
    check(Cell::Elman, elman, [first, (0.5 + 0.1 - 1.5 * first).tanh()]);

    // The input opens the gate that writes; the state closes the one that forgets.
    let lstm =
        read(scalar(Cell::Lstm, &[1.0, 0.0, 1.0, 0.0], &[0.0, -2.0, 0.0, 0.0], &[0.0, 1.0, 0.0, 3.0]), [1.0, 2.0]);
    let c = sigmoid(1.0) * 1f32.tanh();
    let h = sigmoid(3.0) * c.tanh();
    let c = sigmoid(1.0 - 2.0 * h) * c + sigmoid(2.0) * 2f32.tanh();
    check(Cell::Lstm, lstm, [h, sigmoid(3.0) * c.tanh()]);

    let gru = read(scalar(Cell::Gru, &[1.0, 0.0, 2.0], &[0.0, 0.5, 1.5], &[0.0, -1.0, 0.0]), [1.0, -1.0]);
    let h = (1.0 - sigmoid(-1.0)) * 2f32.tanh();
    let z = sigmoid(0.5 * h - 1.0);
    let n = (-2.0 + sigmoid(-1.0) * 1.5 * h).tanh();
    check(Cell::Gru, gru, [h, (1.0 - z) * n + z * h]);
}

#[test]
fn dropout_is_for_training_only_and_never_between_steps() {
    let plain = Device::flex();
    let config = RecurrentLmConfig {
        vocab_size: VOCAB,
        d_model: 4,
        d_hidden: 6,
        n_layers: 1,
        cell: Cell::Gru,
        dropout: 0.5,
        unembedding: UnembeddingConfig::Untied { bias: false },
        init: Init::Normal { std: 0.5, output_std: 0.5 },
    };
    let model = made(&config, &plain.clone().autodiff());
    let words = |device: &Device| tokens(2, 6, device);
    let training = model.forward(words(&plain.clone().autodiff())).inner();
    let mut still = made(&RecurrentLmConfig { dropout: 0.0, ..config }, &plain);
    (still.tokens, still.layers) = (model.tokens.clone().valid(), model.layers.clone().valid());
    still.unembedding = model.unembedding.clone().valid();
    assert!(distance(training, still.forward(words(&plain))) > 0.0);
    assert_eq!(distance(model.valid().forward(words(&plain)), still.forward(words(&plain))), 0.0);

    // The state that is carried is whole; what is said of it has gaps.
    let (said, state) = model.hidden(words(&plain.autodiff()), model.begin(2));
    let zeros = |values: Vec<f32>| values.iter().filter(|&&value| value == 0.0).count();
    assert_eq!(zeros(values(state.layers[0].hidden.clone().inner())), 0);
    assert!(zeros(values(said.inner())) > 15);
}

#[test]
fn every_cell_learns_to_remember() {
    // The first token comes back after four others that say nothing: no bigram knows it.
    let device = Device::flex().autodiff();
    let inputs = Tensor::<2, Int>::from_ints([[0, 2, 2, 2, 2], [1, 2, 2, 2, 2]], &device);
    let wanted = Tensor::<1, Int>::from_ints([0, 1], &device);
    for cell in CELLS {
        let config = RecurrentLmConfig {
            vocab_size: 3,
            d_model: 4,
            d_hidden: 8,
            n_layers: 1,
            cell,
            dropout: 0.0,
            unembedding: UnembeddingConfig::Untied { bias: true },
            init: Init::Xavier,
        };
        let mut model = made(&config, &device);
        let mut optimizer = AdamConfig::new().init();
        let loss = |model: &RecurrentLm| {
            let last = model.forward(inputs.clone()).narrow(1, 4, 1).squeeze_dim::<2>(1);
            salamander_kernels::cross_entropy(last, wanted.clone(), &Default::default())
        };
        for _ in 0..80 {
            let gradients = GradientsParams::from_grads(loss(&model).backward(), &model);
            model = optimizer.step(0.03, model, gradients);
        }
        let last = loss(&model).into_scalar::<f32>();
        assert!(last < 0.05, "{cell:?}: {last}");
    }
}

#[test]
#[should_panic(expected = "as many sequences")]
fn a_state_of_another_batch_is_refused() {
    let device = Device::flex();
    let layer = RecurrentLayer::new(Cell::Gru, 2, 3, &Init::Xavier, &device);
    layer.forward(Tensor::random([4, 2, 2], Distribution::Default, &device), layer.begin(3));
}

#[test]
fn the_config_is_checked() {
    let config = RecurrentLmConfig {
        vocab_size: 9,
        d_model: 4,
        d_hidden: 6,
        n_layers: 2,
        cell: Cell::Lstm,
        dropout: 0.1,
        unembedding: UnembeddingConfig::Untied { bias: true },
        init: Init::Xavier,
    };
    assert_eq!(config.validate(), Ok(()));
    let tied = UnembeddingConfig::Tied { scale: 1.0, bias: false };
    let said =
        |config: RecurrentLmConfig| config.validate().map_err(|ConfigError { what, rule }| format!("{what}: {rule}"));
    let wide = said(RecurrentLmConfig { unembedding: tied, ..config.clone() }).expect_err("4 is not 6");
    assert!(wide.starts_with("d_hidden: is 6 and d_model is 4"), "{wide}");
    assert!(said(RecurrentLmConfig { n_layers: 0, ..config.clone() }).expect_err("none").starts_with("n_layers"));
    assert!(said(RecurrentLmConfig { dropout: 1.0, ..config.clone() }).expect_err("all").starts_with("dropout"));
    let json = serde_json::to_string(&config).expect("json");
    assert_eq!(serde_json::from_str::<RecurrentLmConfig>(&json).expect("config"), config);
}

/// What `fixtures/record.py` has recorded, for one kind of layer.
struct Recorded(serde_json::Value);

impl Recorded {
    fn tensor<const R: usize>(&self, what: &[&str], shape: [usize; R], device: &Device) -> Tensor<R> {
        let value = what.iter().fold(&self.0, |value, key| &value[key]);
        let values: Vec<f32> = serde_json::from_value(value.clone()).unwrap_or_else(|e| panic!("{what:?}: {e}"));
        Tensor::from_data(TensorData::new(values, shape), device)
    }
}

/// The sizes in `fixtures/record.py`.
const INPUT: usize = 3;
const HIDDEN: usize = 4;

#[test]
fn pytorch_computes_the_same() {
    let recorded: serde_json::Value = serde_json::from_str(include_str!("fixtures/recurrent.json")).expect("json");
    let device = Device::flex().autodiff();
    for (cell, name) in [(Cell::Elman, "elman"), (Cell::Lstm, "lstm"), (Cell::Gru, "gru")] {
        let recorded = Recorded(recorded[name].clone());
        let layers: Vec<_> = (0..2).map(|layer| recorded_layer(cell, layer, &recorded, &device)).collect();
        let mut x = recorded.tensor(&["input"], [5, 2, INPUT], &device);
        let mut state = RecurrentState { layers: Vec::new() };
        for layer in &layers {
            let (states, last) = layer.forward(x, layer.begin(2));
            x = states;
            state.layers.push(last);
        }
        let near = |a: Tensor<3>, b: Tensor<3>| assert!(distance(a, b) < 1e-5, "{name}");
        near(x.clone(), recorded.tensor(&["output"], [5, 2, HIDDEN], &device));
        let stacked = |parts: Vec<Tensor<2>>| Tensor::stack::<3>(parts, 0);
        let hidden = state.layers.iter().map(|state| state.hidden.clone()).collect();
        near(stacked(hidden), recorded.tensor(&["hidden"], [2, 2, HIDDEN], &device));
        if cell == Cell::Lstm {
            let memory = state.layers.iter().filter_map(|state| state.memory.clone()).collect();
            near(stacked(memory), recorded.tensor(&["memory"], [2, 2, HIDDEN], &device));
        }
        let gradients = x.powi_scalar(2).sum().backward();
        for (number, layer) in layers.iter().enumerate() {
            let want = recorded_layer(
                cell,
                number,
                &Recorded(serde_json::json!({ "parameters": recorded.0["gradients"] })),
                &device,
            );
            for (linear, want) in [(&layer.input, want.input), (&layer.state, want.state)] {
                let got = linear.weight.val().grad(&gradients).expect("a gradient");
                assert!(distance(got, want.weight.val().inner()) < 1e-4, "{name}, layer {number}");
                let (got, want) = (linear.bias.as_ref().expect("bias"), want.bias.expect("bias"));
                let got = got.val().grad(&gradients).expect("a gradient");
                assert!(distance(got, want.val().inner()) < 1e-4, "{name}, layer {number}");
            }
        }
    }
}

/// PyTorch keeps each matrix the other way round.
fn recorded_layer(cell: Cell, number: usize, recorded: &Recorded, device: &Device) -> RecurrentLayer {
    let (d, columns) = (if number == 0 { INPUT } else { HIDDEN }, cell.gates() * HIDDEN);
    let mut layer = RecurrentLayer::new(cell, d, HIDDEN, &Init::Xavier, device);
    for (linear, which, rows) in [(&mut layer.input, "ih", d), (&mut layer.state, "hh", HIDDEN)] {
        let weight = recorded.tensor(&["parameters", &format!("weight_{which}_l{number}")], [columns, rows], device);
        let bias = recorded.tensor(&["parameters", &format!("bias_{which}_l{number}")], [columns], device);
        linear.weight = Param::from_tensor(weight.transpose());
        linear.bias = Some(Param::from_tensor(bias));
    }
    layer
}
