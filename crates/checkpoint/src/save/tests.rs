//! Tests of saving, and of saving and loading together.

use std::{collections::BTreeMap, fs};

use burn::{
    module::Param,
    nn::{Embedding, EmbeddingConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig},
    tensor::{Device, Distribution, Int, Tensor},
};
use safetensors::SafeTensors;

use super::*;
use crate::{Name, copy, load, load_plain, split, split_transpose, transpose};

#[derive(Module, Debug)]
enum Slot {
    Plain(Linear),
    Normed(LayerNorm),
}

#[derive(Module, Debug)]
struct Model {
    table: Embedding,
    slots: Vec<Slot>,
    three: Vec<Linear>,
    cube: Param<Tensor<3>>,
}

fn random(device: &Device) -> Model {
    let linear = |a, b| LinearConfig::new(a, b).init(device);
    let mut norm = LayerNormConfig::new(3).init(device);
    norm.gamma = norm.gamma.map(|x| x.random_like(Distribution::Default));
    Model {
        table: EmbeddingConfig::new(5, 3).init(device),
        slots: vec![Slot::Plain(linear(3, 40)), Slot::Normed(norm)],
        three: vec![linear(3, 4), linear(3, 2), linear(3, 1)],
        cube: Param::from_tensor(Tensor::random([2, 3, 4], Distribution::Default, device)),
    }
}

const COMMON: &[Name] = &[
    copy("emb", "table.weight"),
    transpose("s.{}.w", "slots.{}.weight"),
    copy("s.{}.b", "slots.{}.bias"),
    copy("s.{}.gamma", "slots.{}.gamma"),
    copy("s.{}.beta", "slots.{}.beta"),
    copy("cube", "cube"),
    split("qkv.b", &["three.0.bias", "three.1.bias", "three.2.bias"]),
];
const WEIGHTS: &[&str] = &["three.0.weight", "three.1.weight", "three.2.weight"];

fn tables() -> [Names; 4] {
    [
        Names::plain(),
        Names::new(COMMON).and(&[split("qkv.w", WEIGHTS)]),
        Names::new(COMMON).and(&[split_transpose("qkv.w", WEIGHTS)]),
        Names::new(COMMON).and(&[transpose("t.{}", "three.{}.weight")]),
    ]
}

/// All values by path.
fn contents(model: &Model) -> BTreeMap<String, Vec<f32>> {
    parameters(model).iter().map(|p| (p.path().to_owned(), p.values().unwrap())).collect()
}

#[test]
fn saving_and_loading_are_inverse_under_every_rule() {
    let device = Device::flex();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    for names in tables() {
        let (before, other) = (random(&device), random(&device));
        assert_ne!(contents(&before), contents(&other));
        save(&before, &path, &names).unwrap();
        let after = load(other, std::slice::from_ref(&path), &names).unwrap();
        assert_eq!(contents(&before), contents(&after));
    }
}

#[test]
fn loading_and_saving_give_back_the_file() {
    let device = Device::flex();
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["1.safetensors", "2.safetensors"].map(|name| folder.path().join(name));
    for names in tables() {
        save(&random(&device), &one, &names).unwrap();
        save(&load(random(&device), std::slice::from_ref(&one), &names).unwrap(), &two, &names).unwrap();
        assert!(fs::read(&one).unwrap() == fs::read(&two).unwrap());
    }
}

#[test]
fn the_file_is_laid_out_as_the_table_says() {
    let device = Device::flex();
    let model = random(&device);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    save(&model, &path, &tables()[2]).unwrap();
    let bytes = fs::read(&path).unwrap();
    let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
    assert_eq!(metadata.metadata().as_ref().unwrap()["format"], "pt");

    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut names = tensors.names();
    names.sort_unstable();
    assert_eq!(names, ["cube", "emb", "qkv.b", "qkv.w", "s.0.b", "s.0.w", "s.1.beta", "s.1.gamma"]);
    let qkv = tensors.tensor("qkv.w").unwrap();
    assert_eq!(qkv.shape(), [7, 3]);
    let weights: Vec<_> = model.three.iter().map(|linear| linear.weight.val()).collect();
    let want = Tensor::cat(weights, 1).transpose().into_data().try_to_vec::<f32>().unwrap();
    assert_eq!(qkv.data(), bytes_of(&want));
    assert_eq!(tensors.tensor("s.0.w").unwrap().shape(), [40, 3]);
}

#[test]
fn a_file_being_read_may_be_replaced() {
    let device = Device::flex();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let (first, second) = (random(&device), random(&device));
    save_plain(&first, &path).unwrap();
    let mapped = crate::tensors::Mapped::open(&path).unwrap();
    save_plain(&second, &path).unwrap();
    let cube = mapped.tensors().unwrap()["cube"].data().to_vec();
    assert_eq!(cube, bytes_of(&contents(&first)["cube"]));
    assert_eq!(contents(&load_plain(first, &[path]).unwrap()), contents(&second));
}

#[test]
fn what_cannot_be_written_leaves_no_file() {
    #[derive(Module, Debug)]
    struct Counting {
        counts: Param<Tensor<1, Int>>,
    }
    let counting =
        Counting { counts: Param::initialized(burn::module::ParamId::new(), Tensor::zeros([4], &Device::flex())) };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let error = save_plain(&counting, &path).unwrap_err();
    assert!(error.to_string().ends_with("counts holds no floating-point numbers: skip it in the module"), "{error}");
    let error = save(&random(&Device::flex()), &path, &Names::new(&COMMON[1..])).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Table(problems) if problems.len() == 4), "{error}");
    assert!(!path.exists());
    assert!(save_plain(&random(&Device::flex()), &folder.path().join("none/model.safetensors")).is_err());
}
