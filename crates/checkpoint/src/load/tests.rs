//! Tests of loading.

use std::fs;

use burn::{
    module::Param,
    nn::{Linear, LinearConfig},
    tensor::{Device, Tensor},
};
use safetensors::{Dtype, serialize};

use super::*;
use crate::{Name, copy, ignored, row, same, split, split_transpose, transpose};

#[derive(Module, Debug)]
struct Model {
    table: Param<Tensor<2>>,
    layers: Vec<Linear>,
}

/// A table of 3 by 2, and layers 2 -> 2 and 2 -> 1.
fn model(device: &Device) -> Model {
    let layers = vec![LinearConfig::new(2, 2).init(device), LinearConfig::new(2, 1).init(device)];
    Model { table: Param::from_tensor(Tensor::zeros([3, 2], device)), layers }
}

const TABLE: Name = copy("wte.weight", "table");
const APART: &[Name] = &[TABLE, transpose("fc.{}.weight", "layers.{}.weight"), copy("fc.{}.bias", "layers.{}.bias")];

/// Tensors by name: shape and values.
type Tensors<'a> = &'a [(&'a str, &'a [usize], &'a [f32])];

const GOOD: Tensors<'static> = &[
    ("wte.weight", &[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    ("fc.0.weight", &[2, 2], &[1.0, 2.0, 3.0, 4.0]),
    ("fc.0.bias", &[2], &[5.0, 6.0]),
    ("fc.1.weight", &[1, 2], &[7.0, 8.0]),
    ("fc.1.bias", &[1], &[9.0]),
];

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn write(folder: &Path, name: &str, tensors: Tensors<'_>) -> PathBuf {
    let data: Vec<_> = tensors.iter().map(|(name, shape, values)| (*name, shape.to_vec(), bytes(values))).collect();
    let views =
        data.iter().map(|(name, shape, data)| (*name, TensorView::new(Dtype::F32, shape.clone(), data).unwrap()));
    let path = folder.join(name);
    fs::write(&path, serialize(views, None).unwrap()).unwrap();
    path
}

fn load_one(tensors: Tensors<'_>, names: &Names) -> Result<Model, Error> {
    let folder = tempfile::tempdir().unwrap();
    load(model(&Device::flex()), &[write(folder.path(), "x.safetensors", tensors)], names)
}

fn says(result: Result<Model, Error>, want: &[&str]) {
    let error = result.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Tensors(problems) if problems.len() == want.len()), "{error}");
    let text = error.to_string();
    let got: Vec<_> = text.lines().skip(1).map(str::trim).collect();
    assert_eq!(got, want, "{text}");
}

fn values<const D: usize>(param: &Param<Tensor<D>>) -> Vec<f32> {
    param.val().into_data().try_to_vec().unwrap()
}

fn is_good(model: &Model) {
    assert_eq!(values(&model.table), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(values(&model.layers[0].weight), [1.0, 3.0, 2.0, 4.0]);
    assert_eq!(values(model.layers[0].bias.as_ref().unwrap()), [5.0, 6.0]);
    assert_eq!(values(&model.layers[1].weight), [7.0, 8.0]);
    assert_eq!(values(model.layers[1].bias.as_ref().unwrap()), [9.0]);
}

#[test]
fn copied_and_transposed() {
    is_good(&load_one(GOOD, &Names::new(APART)).unwrap());
}

#[test]
fn a_row_is_a_vector() {
    let names = [TABLE, APART[1], row("fc.{}.bias", "layers.{}.bias")];
    let rows: Tensors<'_> =
        &[GOOD[0], GOOD[1], ("fc.0.bias", &[1, 2], &[5.0, 6.0]), GOOD[3], ("fc.1.bias", &[1, 1], &[9.0])];
    is_good(&load_one(rows, &Names::new(&names)).unwrap());
    assert!(load_one(GOOD, &Names::new(&names)).is_err(), "a vector is no row");
}

#[test]
fn split_into_parts_of_different_widths() {
    let names = [
        TABLE,
        split_transpose("w", &["layers.0.weight", "layers.1.weight"]),
        split("b", &["layers.0.bias", "layers.1.bias"]),
    ];
    let joined: Tensors<'_> =
        &[GOOD[0], ("w", &[3, 2], &[1.0, 2.0, 3.0, 4.0, 7.0, 8.0]), ("b", &[3], &[5.0, 6.0, 9.0])];
    is_good(&load_one(joined, &Names::new(&names)).unwrap());

    let names = [TABLE, split("w", &["layers.0.weight", "layers.1.weight"]), names[2]];
    let beside: Tensors<'_> = &[joined[0], ("w", &[2, 3], &[1.0, 3.0, 7.0, 2.0, 4.0, 8.0]), joined[2]];
    is_good(&load_one(beside, &Names::new(&names)).unwrap());
}

#[test]
fn shards_are_one_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let files = [write(folder.path(), "a", &GOOD[..2]), write(folder.path(), "b", &GOOD[2..])];
    is_good(&load(model(&Device::flex()), &files, &Names::new(APART)).unwrap());
    let error = load(model(&Device::flex()), &files[..1], &Names::new(APART)).unwrap_err();
    assert!(error.to_string().contains("3 problems"), "{error}");

    let files = [files[0].clone(), write(folder.path(), "c", &GOOD[1..])];
    says(
        load(model(&Device::flex()), &files, &Names::new(APART)),
        &["fc.0.weight   is there twice, also as fc.0.weight: remove one"],
    );
}

#[test]
fn all_problems_are_in_one_error() {
    let bad: Tensors<'_> = &[
        ("wte.weight", &[2, 3], &[0.0; 6]),
        ("fc.0.weight", &[2, 2], &[0.0; 4]),
        ("fc.1.weight", &[2, 2], &[0.0; 4]),
        ("fc.1.bias", &[1], &[0.0]),
        ("fc.2.bias", &[1], &[0.0]),
        ("gate", &[1, 1], &[0.0]),
    ];
    says(
        load_one(bad, &Names::new(APART)),
        &[
            "fc.0.bias   is missing; [2] is wanted for layers.0.bias: is it another model's file?",
            "fc.1.weight   is [2, 2]; the model wants [1, 2]: change the sizes in the config",
            "wte.weight   is [2, 3]; the model wants [3, 2]: change the sizes in the config",
            "fc.2.bias   is [1] in the file, but the model has no such part: does the config say otherwise?",
            "gate   is [1, 1] in the file, but in no line of the name table: add a line or ignore it",
        ],
    );
}

#[test]
fn a_misshapen_split_names_its_parts() {
    let names = [
        TABLE,
        split_transpose("w", &["layers.0.weight", "layers.1.weight"]),
        split("b", &["layers.0.bias", "layers.1.bias"]),
    ];
    let bad: Tensors<'_> = &[GOOD[0], ("w", &[4, 1], &[0.0; 4]), ("b", &[4], &[0.0; 4])];
    says(
        load_one(bad, &Names::new(&names)),
        &[
            "b   is [4]; the model wants [3] = [2] + [1]: change the sizes in the config",
            "w   is [4, 1]; the model wants [3, 2] = [2, 2] + [1, 2]: change the sizes in the config",
        ],
    );
}

#[test]
fn old_names_and_prefixes_are_understood() {
    let old: Tensors<'_> = &[
        ("net.wte.gamma", GOOD[0].1, GOOD[0].2),
        ("fc.0.weight", GOOD[1].1, GOOD[1].2),
        ("net.fc.0.bias", GOOD[2].1, GOOD[2].2),
        ("net.fc.1.weight", GOOD[3].1, GOOD[3].2),
        ("fc.1.bias", GOOD[4].1, GOOD[4].2),
        ("net.fc.0.mask", &[1], &[1.0]),
    ];
    let names = Names::new(APART)
        .optional_prefix("net.")
        .alias("gamma", "weight")
        .ignore(&[ignored("fc.{}.mask", "it is computed")]);
    is_good(&load_one(old, &names).unwrap());
    assert!(load_one(old, &Names::new(APART)).is_err());
}

#[test]
fn a_second_name_must_be_equal_and_may_stand_alone() {
    let names = Names::new(APART).ignore(&[same("lm_head.weight", "wte.weight")]);
    let head: Tensors<'_> = &[("lm_head.weight", &[3, 2], GOOD[0].2)];
    is_good(&load_one(&[GOOD, head].concat(), &names).unwrap());
    is_good(&load_one(&[&GOOD[1..], head].concat(), &names).unwrap());
    let other: Tensors<'_> = &[("lm_head.weight", &[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 7.0])];
    says(
        load_one(&[GOOD, other].concat(), &names),
        &["lm_head.weight   should equal wte.weight, whose place it shares, but differs: set the config to untied"],
    );
}

#[test]
fn other_kinds_of_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let of_kind = |dtype, data: &[u8]| {
        let path = folder.path().join("kind");
        let view = TensorView::new(dtype, vec![3, 2], data).unwrap();
        fs::write(&path, serialize([("wte.weight", view)], None).unwrap()).unwrap();
        let rest = write(folder.path(), "rest", &GOOD[1..]);
        load(model(&Device::flex()), &[path, rest], &Names::new(APART))
    };
    let halves: Vec<u8> =
        [0x3c00_u16, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600].iter().flat_map(|h| h.to_le_bytes()).collect();
    is_good(&of_kind(Dtype::F16, &halves).unwrap());
    let brains: Vec<u8> =
        [0x3f80_u16, 0x4000, 0x4040, 0x4080, 0x40a0, 0x40c0].iter().flat_map(|h| h.to_le_bytes()).collect();
    is_good(&of_kind(Dtype::BF16, &brains).unwrap());
    let doubles: Vec<u8> = [1.0_f64, 2.0, 3.0, 4.0, 5.0, 6.0].iter().flat_map(|h| h.to_le_bytes()).collect();
    is_good(&of_kind(Dtype::F64, &doubles).unwrap());
    says(of_kind(Dtype::I64, &[0; 48]), &["wte.weight   holds I64; F64, F32, F16 and BF16 are read: convert it"]);
}

#[test]
fn what_was_loaded_learns_as_before_under_the_same_identity() {
    let device = Device::flex().autodiff();
    let folder = tempfile::tempdir().unwrap();
    let before = model(&device);
    let ids = (before.table.id, before.layers[0].weight.id);
    let after = load(before, &[write(folder.path(), "x", GOOD)], &Names::new(APART)).unwrap();
    is_good(&after);
    assert_eq!((after.table.id, after.layers[0].weight.id), ids);
    let grads = after.layers[0].forward(after.table.val()).sum().backward();
    // the gradient of sum(table W) by table: the sums of W's rows
    let grad = after.table.val().grad(&grads).expect("it learns").into_data();
    assert_eq!(grad.try_to_vec::<f32>().unwrap(), [4.0, 6.0, 4.0, 6.0, 4.0, 6.0]);
}

#[test]
fn no_files_are_no_checkpoint() {
    let error = load(model(&Device::flex()), &[], &Names::new(APART)).unwrap_err();
    assert!(error.to_string().starts_with("checkpoint `no file`: 5 problems"), "{error}");
    let missing = PathBuf::from("/nowhere/model.safetensors");
    let error = load(model(&Device::flex()), std::slice::from_ref(&missing), &Names::new(APART)).unwrap_err();
    assert_eq!(error.path(), Some(missing.as_path()));
}

#[test]
fn a_table_that_does_not_fit_is_the_first_error() {
    let error = load_one(GOOD, &Names::new(&APART[1..])).unwrap_err();
    assert_eq!(error.to_string(), "the name table does not fit the module: 1 problem\n  table is in no line");
}
