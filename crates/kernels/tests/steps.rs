//! The optimiser against burn's own, and clipping.

use burn::{
    module::{Module, ModuleVisitor, Param},
    nn::{Linear, LinearConfig},
    optim::{AdamWConfig as Reference, GradientsParams},
    tensor::{Device, Distribution, Int, Tensor},
};
use salamander_kernels::*;

#[derive(Module, Debug)]
struct Model {
    first: Linear,
    second: Linear,
}

impl Model {
    fn new(device: &Device) -> Self {
        device.seed(3);
        let model =
            Self { first: LinearConfig::new(7, 300).init(device), second: LinearConfig::new(300, 5).init(device) };
        // Parameters begin when they are first looked at: now, in order.
        model.loss(&Tensor::zeros([1, 7], device));
        model
    }

    fn loss(&self, x: &Tensor<2>) -> Tensor<1> {
        let inner = linear(x.clone(), self.first.weight.val(), self.first.bias.as_ref().map(Param::val));
        let inner = activation(inner, Activation::GeluTanh);
        let y = linear(inner, self.second.weight.val(), self.second.bias.as_ref().map(Param::val));
        let [n, _] = y.dims();
        let targets = Tensor::<1, Int>::arange(0..n as i64, &y.device()).remainder_scalar(5);
        cross_entropy(y, targets, &CrossEntropyOptions::default())
    }

    fn gradients(&self, x: &Tensor<2>) -> GradientsParams {
        GradientsParams::from_grads(self.loss(x).backward(), self)
    }

    fn values(&self) -> Vec<f32> {
        struct All(Vec<f32>);
        impl ModuleVisitor for All {
            fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
                self.0.extend(param.val().into_data().try_to_vec::<f32>().expect("f32"));
            }
        }
        let mut all = All(Vec::new());
        self.visit(&mut all);
        all.0
    }
}

fn input(device: &Device) -> Tensor<2> {
    device.seed(4);
    Tensor::random([40, 7], Distribution::Normal(0.0, 1.0), device)
}

#[test]
fn adamw_is_adamw() {
    let device = Device::flex().autodiff();
    let x = input(&device);
    let mut ours = Model::new(&device);
    let mut theirs = ours.clone();
    let config = AdamWConfig { beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weight_decay: 0.0 };
    let mut optimizer = config.init();
    let reference = Reference::new().with_beta_1(0.8).with_beta_2(0.95).with_epsilon(1e-6).with_weight_decay(0.0);
    let mut reference = reference.init();
    for step in 0..20 {
        let rate = 1e-2 / (1.0 + step as f64);
        let gradients = ours.gradients(&x);
        ours = optimizer.step(rate, ours, gradients);
        let gradients = theirs.gradients(&x);
        theirs = reference.step(rate, theirs, gradients);
    }
    for (ours, theirs) in ours.values().iter().zip(theirs.values()) {
        assert!((ours - theirs).abs() < 1e-5, "{ours} instead of {theirs}");
    }
}

#[test]
fn only_matrices_decay() {
    let device = Device::flex().autodiff();
    let model = Model::new(&device);
    let before = model.clone();
    let config = AdamWConfig { weight_decay: 0.5, ..AdamWConfig::default() };
    // With a learning rate too small to matter but for the decay's factor 1 - 1e-1 * 0.5 ... the step is at most 1e-1.
    let gradients = model.gradients(&input(&device));
    let after = config.init().step(1e-1, model, gradients);
    let change = |before: &Linear, after: &Linear| {
        let bias = |linear: &Linear| linear.bias.as_ref().expect("with a bias").val().inner();
        let matrix = after.weight.val().inner() - before.weight.val().inner() * 0.95;
        ((bias(after) - bias(before)).abs().max().into_scalar::<f32>(), matrix.abs().max().into_scalar::<f32>())
    };
    let (bias, matrix) = change(&before.second, &after.second);
    // The first step of Adam is the learning rate in each direction.
    assert!((bias - 1e-1).abs() < 1e-3 && (matrix - 1e-1).abs() < 1e-3, "{bias} {matrix}");
}

#[test]
fn gradients_still_flow_after_a_step() {
    let device = Device::flex().autodiff();
    let x = input(&device);
    let mut model = Model::new(&device);
    let mut optimizer = AdamWConfig::default().init();
    let first = model.loss(&x).into_scalar::<f32>();
    for _ in 0..30 {
        let gradients = model.gradients(&x);
        assert_eq!(gradients.len(), 4);
        model = optimizer.step(1e-2, model, gradients);
    }
    let last = model.loss(&x).into_scalar::<f32>();
    assert!(last < 0.7 * first, "{first} to {last}");
}

#[test]
fn clipping_by_the_length_of_all_gradients() {
    let device = Device::flex().autodiff();
    let model = Model::new(&device);
    let x = input(&device);
    let norm = global_norm(&model, &model.gradients(&x));
    let (gradients, before) = clip_global_norm(&model, model.gradients(&x), norm / 4.0);
    assert!((before - norm).abs() < 1e-6 * norm);
    assert!((global_norm(&model, &gradients) - norm / 4.0).abs() < 1e-5 * norm);
    let (gradients, _) = clip_global_norm(&model, model.gradients(&x), norm * 4.0);
    assert!((global_norm(&model, &gradients) - norm).abs() < 1e-6 * norm);
    assert_eq!(global_norm(&model, &GradientsParams::new()), 0.0);
}
