//! Every backend compiled in, on every family: a forward and a training step, within 1e-4 of the first backend's.
//!
//! The parameters are the same numbers on each: they are made on the first and copied over.

use salamander::{
    attention::{Mask, Memory, Pass},
    burn::{
        module::{Module, ModuleMapper, ModuleVisitor, Param},
        optim::GradientsParams,
        tensor::{Device, FloatDType, Int, Tensor, TensorData},
    },
    experiment::{Experiment, Place},
    kernels::{AdamWConfig, CrossEntropyOptions, backend, cross_entropy},
    models::{ALL, Head, Model, ModelConfig, Size, recipe},
};

const TOLERANCE: f32 = 1e-4;

/// A small model of every architecture, and of every family and head.
fn configs() -> Vec<(String, ModelConfig)> {
    let size = Size {
        vocab_size: Some(17),
        n_layers: 2,
        d_model: 16,
        n_heads: 4,
        n_kv_heads: None,
        d_head: None,
        d_ff: Some(24),
        max_seq_len: 16,
        dropout: 0.0,
    };
    let mut configs: Vec<_> = ALL.iter().map(|known| (known.name.to_owned(), (known.preset)(&size))).collect();
    let shared = Size { n_kv_heads: Some(2), ..size };
    configs.extend(ALL.iter().map(|known| (format!("{} sharing heads", known.name), (known.preset)(&shared))));
    let heads = [Head::MaskedLm, Head::Classes(3), Head::Tags(4), Head::Answers, Head::Sentences];
    let readers: Vec<_> = configs.iter().filter(|(_, config)| config.encoder().is_some()).cloned().collect();
    for (name, config) in readers {
        let with = |head: Head| Some((format!("{name} asked for {head}"), config.clone().with_head(head).ok()?));
        configs.extend(heads.into_iter().filter_map(with));
    }
    configs
}

fn ids(b: usize, t: usize, salt: usize, device: &Device) -> Tensor<2, Int> {
    let values: Vec<i64> = (0..b * t).map(|i| ((i * 7 + salt * 5 + i * i) % 17) as i64).collect();
    Tensor::from_data(TensorData::new(values, [b, t]), device)
}

/// Logits, flat in all but the last axis.
fn logits(model: &Model, device: &Device) -> Tensor<2> {
    let padding = Mask::padding(vec![vec![false; 7], (0..7).map(|j| j > 4).collect()]);
    let tokens = ids(2, 7, 1, device);
    match model {
        Model::DecoderOnly(model) => model.forward(tokens, &mut Pass::new(padding)).flatten(0, 1),
        Model::MaskedLm(model) => model.forward(tokens, &mut Pass::new(padding)).flatten(0, 1),
        Model::Classifier(model) => model.forward(tokens, None, &mut Pass::new(padding)),
        Model::TokenClassifier(model) => model.forward(tokens, &mut Pass::new(padding)).flatten(0, 1),
        Model::QuestionAnswerer(model) => model.forward(tokens, &mut Pass::new(padding)).flatten(0, 1),
        Model::SentenceEncoder(model) => model.forward(tokens, None, &mut Pass::new(padding)),
        Model::Discriminator(model) => model.forward(tokens, &mut Pass::new(padding)),
        Model::Recurrent(model) => model.forward(tokens).flatten(0, 1),
        Model::RecurrentSeq2Seq(model) => {
            let source = model.encode(tokens, None);
            model.decode(ids(2, 5, 2, device), &source).flatten(0, 1)
        }
        Model::ReplacedTokens(model) => {
            let judged: Tensor<3> = model.judge(tokens.clone(), &mut Pass::new(padding.clone())).unsqueeze_dim(2);
            Tensor::cat(vec![judged, model.guess(tokens, &mut Pass::new(padding))], 2).flatten(0, 1)
        }
        Model::EncoderDecoder(model) => {
            let states = model.encode(tokens, &mut Pass::new(padding.clone()));
            let memory = Memory { states, mask: padding };
            model.decode(ids(2, 5, 2, device), &mut Pass::default().with_memory(memory)).flatten(0, 1)
        }
    }
}

fn loss(model: &Model, device: &Device) -> Tensor<1> {
    let logits = logits(model, device);
    let [n, v] = logits.dims();
    let targets: Vec<i64> = (0..n).map(|i| if i % 5 == 4 { -100 } else { (i % v) as i64 }).collect();
    let targets = Tensor::from_data(TensorData::new(targets, [n]), device);
    cross_entropy(logits, targets, &CrossEntropyOptions { ignore: Some(-100), smoothing: 0.1 })
}

struct Numbers(Vec<TensorData>);

impl ModuleVisitor for Numbers {
    fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
        self.0.push(param.val().into_data().convert::<f32>());
    }
}

struct Put<'a>(std::slice::Iter<'a, TensorData>, Device);

impl ModuleMapper for Put<'_> {
    fn map_float<const R: usize>(&mut self, param: Param<Tensor<R>>) -> Param<Tensor<R>> {
        let data = self.0.next().expect("as many parameters").clone();
        param.map(|_| Tensor::from_data(data, &self.1).require_grad())
    }
}

macro_rules! each {
    ($model:expr, $inner:ident => $body:expr) => {
        match $model {
            Model::DecoderOnly($inner) => Model::DecoderOnly($body),
            Model::MaskedLm($inner) => Model::MaskedLm($body),
            Model::Classifier($inner) => Model::Classifier($body),
            Model::TokenClassifier($inner) => Model::TokenClassifier($body),
            Model::QuestionAnswerer($inner) => Model::QuestionAnswerer($body),
            Model::SentenceEncoder($inner) => Model::SentenceEncoder($body),
            Model::Discriminator($inner) => Model::Discriminator($body),
            Model::ReplacedTokens($inner) => Model::ReplacedTokens($body),
            Model::EncoderDecoder($inner) => Model::EncoderDecoder($body),
            Model::Recurrent($inner) => Model::Recurrent($body),
            Model::RecurrentSeq2Seq($inner) => Model::RecurrentSeq2Seq($body),
        }
    };
}

fn numbers(model: &Model) -> Vec<TensorData> {
    let mut numbers = Numbers(Vec::new());
    let _ = each!(model, inner => {
        inner.visit(&mut numbers);
        inner.clone()
    });
    numbers.0
}

/// The logits, the loss before and after a step, and the parameters after it.
fn run(config: &ModelConfig, start: &[TensorData], device: &Device) -> Vec<f32> {
    let device = device.clone().autodiff();
    let model = each!(config.init(&device), inner => inner.map(&mut Put(start.iter(), device.clone())));
    let mut seen: Vec<f32> = logits(&model, &device).into_data().iter::<f32>().collect();
    let before = loss(&model, &device);
    seen.push(before.clone().into_scalar::<f32>());
    // An epsilon that is not small: where a gradient is nearly nothing, its sign would decide the step.
    let mut optimizer = AdamWConfig { epsilon: 1e-2, ..AdamWConfig::default() }.init();
    let model = each!(model, inner => {
        let gradients = GradientsParams::from_grads(before.backward(), &inner);
        optimizer.step(1e-2, inner, gradients)
    });
    seen.push(loss(&model, &device).into_scalar::<f32>());
    seen.extend(numbers(&model).iter().flat_map(|data| data.iter::<f32>().collect::<Vec<_>>()));
    seen
}

#[test]
fn every_backend_computes_the_same() {
    let backends = backend::compiled();
    let devices: Vec<_> = backends
        .iter()
        .map(|found| (found.name, backend::open(found.name).unwrap_or_else(|error| panic!("{error}"))))
        .collect();
    println!("backends: {:?}", devices.iter().map(|(name, _)| name).collect::<Vec<_>>());
    let (_, first) = &devices[0];
    for (name, config) in configs() {
        first.seed(1);
        let start = numbers(&config.init(first));
        let want = run(&config, &start, first);
        for (backend, device) in &devices {
            let got = run(&config, &start, device);
            assert_eq!(got.len(), want.len());
            for (got, want) in got.iter().zip(&want) {
                assert!(
                    (got - want).abs() <= TOLERANCE * want.abs().max(1.0),
                    "{name} on {backend}: {got}, not {want}"
                );
            }
        }
    }
}

#[test]
fn every_backend_passes_its_self_check() {
    for found in backend::compiled() {
        backend::self_check(found.name).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn numbers_that_a_backend_does_not_have_are_refused() {
    let recipe = recipe("sorter").and_then(|recipe| recipe.set("plan.precision", "bf16")).expect("a recipe");
    let experiment = Experiment::prepare(recipe, &mut |_| {}).expect("an experiment");
    for found in backend::compiled() {
        let device = backend::open(found.name).unwrap_or_else(|error| panic!("{error}"));
        if !device.supports_dtype(FloatDType::BF16) {
            let refused = experiment.train(Place::silent(device)).expect_err(found.name).to_string();
            assert!(refused.starts_with("plan.precision is bf16"), "{refused}");
        }
    }
}
