//! Tests of walking a module.

use burn::{
    nn::{Embedding, EmbeddingConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig},
    tensor::Device,
};

use super::*;

#[derive(Module, Debug)]
enum Slot {
    Plain(Linear),
    Normed(LayerNorm),
    Nested(Inner),
}

#[derive(Module, Debug)]
enum Inner {
    Matrix(Param<Tensor<2>>),
}

#[derive(Module, Debug)]
struct Zoo {
    table: Embedding,
    slots: Vec<Slot>,
    pair: (Linear, LayerNorm),
    maybe: Option<Linear>,
    absent: Option<Linear>,
    counts: Param<Tensor<1, Int>>,
    width: usize,
}

fn zoo(device: &Device) -> Zoo {
    let linear = |a, b| LinearConfig::new(a, b).init(device);
    let norm = || LayerNormConfig::new(2).init(device);
    let matrix = Param::from_tensor(Tensor::zeros([1, 2], device));
    Zoo {
        table: EmbeddingConfig::new(5, 2).init(device),
        slots: vec![Slot::Plain(linear(2, 3)), Slot::Normed(norm()), Slot::Nested(Inner::Matrix(matrix))],
        pair: (linear(2, 2), norm()),
        maybe: Some(LinearConfig::new(3, 2).with_bias(false).init(device)),
        absent: None,
        counts: Param::initialized(burn::module::ParamId::new(), Tensor::zeros([4], device)),
        width: 2,
    }
}

#[test]
fn paths_leave_variants_out() {
    let found = parameters(&zoo(&Device::flex()));
    let got: Vec<_> = found.iter().map(|parameter| format!("{parameter:?}")).collect();
    let want = [
        "table.weight [5, 2]",
        "slots.0.weight [2, 3]",
        "slots.0.bias [3]",
        "slots.1.gamma [2]",
        "slots.1.beta [2]",
        "slots.2 [1, 2]",
        "pair.0.weight [2, 2]",
        "pair.0.bias [2]",
        "pair.1.gamma [2]",
        "pair.1.beta [2]",
        "maybe.weight [3, 2]",
        "counts [4]",
    ];
    assert_eq!(got, want);
    let numbers: Vec<_> = found.iter().filter(|p| !p.is_float()).map(Parameter::path).collect();
    assert_eq!(numbers, ["counts"]);
}

#[test]
fn walking_initialises_nothing() {
    let zoo = zoo(&Device::flex());
    assert!(!zoo.table.weight.is_initialized());
    let found = parameters(&zoo);
    assert!(!zoo.table.weight.is_initialized());
    assert_eq!(found[0].values().unwrap(), zoo.table.weight.val().into_data().try_to_vec::<f32>().unwrap());
}

fn values(path: &str) -> Option<Vec<f32>> {
    (path == "slots.0.weight").then(|| vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
}

#[test]
fn replacing_changes_only_what_is_given() {
    let before = zoo(&Device::flex());
    let kept = before.table.weight.val().into_data();
    let after = replace(before.clone(), values);
    kept.assert_eq(&after.table.weight.val().into_data(), true);
    let (Slot::Plain(old), Slot::Plain(new)) = (&before.slots[0], &after.slots[0]) else { panic!("not plain") };
    assert_eq!(new.weight.val().into_data().try_to_vec::<f32>().unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(new.weight.id, old.weight.id);
}

#[test]
fn a_gradient_reaches_what_was_replaced() {
    let device = Device::flex().autodiff();
    for touched in [false, true] {
        let before = zoo(&device);
        if touched {
            parameters(&before).iter().for_each(|parameter| drop(parameter.values())); // all initialised
        }
        let after = replace(before, values);
        let Slot::Plain(layer) = &after.slots[0] else { panic!("not plain") };
        let y = layer.forward(Tensor::<2>::ones([1, 2], &device)).sum();
        let grads = y.backward();
        let grad = layer.weight.val().grad(&grads).expect("it still learns");
        assert_eq!(grad.into_data().try_to_vec::<f32>().unwrap(), [1.0; 6]);
    }
}

#[test]
fn what_did_not_learn_still_does_not() {
    let device = Device::flex().autodiff();
    let after = replace(zoo(&device).no_grad(), values);
    let Slot::Plain(layer) = &after.slots[0] else { panic!("not plain") };
    assert!(!layer.weight.is_require_grad());
    let Slot::Plain(layer) = &replace(zoo(&Device::flex()), values).train().slots[0] else { panic!("not plain") };
    assert!(layer.weight.is_require_grad());
}

#[test]
fn what_is_alike_is_adopted_and_the_rest_is_named() {
    let device = Device::flex();
    let linear = |input, output, value| {
        LinearConfig::new(input, output).with_initializer(burn::nn::Initializer::Constant { value }).init(&device)
    };
    let source = (linear(2, 3, 1.0), linear(3, 2, 2.0));
    // The second has another shape: its bias alone is alike.
    let target: (Linear, Linear) = (linear(2, 3, 0.0), linear(4, 2, 0.0));
    assert_eq!(without_other(&target, &parameters(&source)), ["1.weight"]);
    let begun = adopt(target, &parameters(&source));
    let values = parameters(&begun).iter().map(|found| found.values().expect("numbers")[0]).collect::<Vec<_>>();
    assert_eq!(values, [1.0, 1.0, 0.0, 2.0]);
}
