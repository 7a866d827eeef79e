//! Tests of name tables against modules.

use burn::{
    module::{Module, Param},
    nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use super::*;

#[derive(Module, Debug)]
struct Block {
    norm: LayerNorm,
    query: Linear,
    key: Linear,
    gain: Param<Tensor<3>>,
}

#[derive(Module, Debug)]
struct Model {
    blocks: Vec<Block>,
}

fn model(n: usize) -> Model {
    let device = Device::flex();
    let block = || Block {
        norm: LayerNormConfig::new(4).init(&device),
        query: LinearConfig::new(4, 6).init(&device),
        key: LinearConfig::new(4, 2).init(&device),
        gain: Param::from_tensor(Tensor::zeros([2, 1, 3], &device)),
    };
    Model { blocks: (0..n).map(|_| block()).collect() }
}

const COMMON: &[Name] = &[
    copy("h.{}.ln.w", "blocks.{}.norm.gamma"),
    copy("h.{}.ln.b", "blocks.{}.norm.beta"),
    copy("h.{}.gain", "blocks.{}.gain"),
];
const QK: &[Name] = &[
    split_transpose("h.{}.qk.w", &["blocks.{}.query.weight", "blocks.{}.key.weight"]),
    split("h.{}.qk.b", &["blocks.{}.query.bias", "blocks.{}.key.bias"]),
];
const OTHER: &[Name] = &[transpose("extra.w", "extra.weight"), copy("extra.b", "extra.bias")];

fn check(names: &Names, want: &[&str]) {
    let text = names.check(&model(1)).unwrap_err().to_string();
    let mut got: Vec<_> = text.lines().skip(1).map(str::trim).collect();
    got.sort_unstable();
    assert_eq!(got, want, "{text}");
}

#[test]
fn a_table_is_resolved_against_a_module() {
    let names = Names::new(COMMON).and(QK).and(OTHER); // the lines of OTHER say nothing here
    let lines = names.lines_of(&model(2)).unwrap();
    let got: Vec<_> =
        lines.iter().map(|line| (line.tensor.as_str(), line.shape.as_slice(), line.modules.len())).collect();
    let want: [(&str, &[usize], usize); 10] = [
        ("h.0.gain", &[2, 1, 3], 1),
        ("h.0.ln.b", &[4], 1),
        ("h.0.ln.w", &[4], 1),
        ("h.0.qk.b", &[8], 2),
        ("h.0.qk.w", &[8, 4], 2),
        ("h.1.gain", &[2, 1, 3], 1),
        ("h.1.ln.b", &[4], 1),
        ("h.1.ln.w", &[4], 1),
        ("h.1.qk.b", &[8], 2),
        ("h.1.qk.w", &[8, 4], 2),
    ];
    assert_eq!(got, want);
    assert_eq!(lines[4].modules, ["blocks.0.query.weight", "blocks.0.key.weight"]);
}

#[test]
fn the_plain_table_fits_everything() {
    let lines = Names::plain().lines_of(&model(1)).unwrap();
    assert!(lines.iter().all(|line| line.modules == [line.tensor.clone()]) && lines.len() == 7);
}

#[test]
fn parameters_in_no_line_are_named() {
    check(
        &Names::new(COMMON),
        &[
            "blocks.0.key.bias is in no line",
            "blocks.0.key.weight is in no line",
            "blocks.0.query.bias is in no line",
            "blocks.0.query.weight is in no line",
        ],
    );
}

#[test]
fn parameters_in_two_lines_are_named() {
    let names = Names::new(COMMON).and(QK).and(&[copy("w.{}", "blocks.{}.norm.gamma")]);
    check(&names, &["blocks.0.norm.gamma is in two lines: h.0.ln.w and w.0"]);
}

#[test]
fn tensors_made_twice_are_named() {
    let lines = [copy("h.{}.ln.w", "blocks.{}.norm.gamma"), copy("h.{}.ln.w", "blocks.{}.norm.beta"), COMMON[2]];
    check(&Names::new(&lines).and(QK), &["h.0.ln.w is made twice, the second time from blocks.0.norm.beta"]);
}

#[test]
fn a_split_without_one_of_its_parts_is_named() {
    let lines = [QK[0], split("h.{}.qkv.b", &["blocks.{}.query.bias", "blocks.{}.key.bias", "blocks.{}.value.bias"])];
    check(&Names::new(COMMON).and(&lines), &["h.0.qkv.b also holds blocks.0.value.bias, which the module has not"]);
}

#[test]
fn parts_that_make_no_tensor_are_named() {
    let lines = [
        copy("h.{}.ln.w", "blocks.{}.norm.gamma"),
        transpose("h.{}.ln.b", "blocks.{}.norm.beta"),
        transpose("h.{}.gain", "blocks.{}.gain"),
        QK[1],
        row("h.{}.k", "blocks.{}.key.weight"),
        copy("q", "blocks.{}.query.weight"),
    ];
    check(
        &Names::new(&lines),
        &[
            "h.0.gain is to be transposed, but blocks.0.gain is [2, 1, 3]",
            "h.0.k is to be a row, but blocks.0.key.weight is [4, 2]",
            "h.0.ln.b is to be transposed, but blocks.0.norm.beta is [4]",
            "q and blocks.{}.query.weight differ in the number of {}",
        ],
    );
    let lines = [split("h.{}.all", &["blocks.{}.query.weight", "blocks.{}.norm.gamma"]), COMMON[1], COMMON[2]];
    let rest = [QK[1], transpose("h.{}.k", "blocks.{}.key.weight")];
    check(
        &Names::new(&lines).and(&rest),
        &[
            "h.0.all joins blocks.0.query.weight [4, 6] and blocks.0.norm.gamma [4], which differ in more than the last \
             axis",
        ],
    );
}

#[test]
fn a_name_is_read_in_several_ways() {
    let names = Names::new(COMMON).optional_prefix("model.").alias("ln.gamma", "ln.w");
    let check = |name: &str, want: &[&str]| assert_eq!(names.readings(name), want);
    check("h.0.ln.b", &["h.0.ln.b", "model.h.0.ln.b"]);
    check("model.h.0.ln.b", &["model.h.0.ln.b", "h.0.ln.b"]);
    check("model.h.0.ln.gamma", &["model.h.0.ln.gamma", "model.h.0.ln.w", "h.0.ln.gamma", "h.0.ln.w"]);
    check("h.0.xln.gamma", &["h.0.xln.gamma", "model.h.0.xln.gamma"]);
}

#[test]
fn ignored_tensors_have_reasons() {
    let lines = [ignored("h.{}.attn.bias", "the causal mask, which is computed"), same("head", "table")];
    assert_eq!(
        lines.map(|line| (line.tensor(), line.reason())),
        [
            ("h.{}.attn.bias", "the causal mask, which is computed".to_owned()),
            ("head", "the same tensor as table".to_owned()),
        ]
    );
    let names = Names::new(&[]).ignore(&lines);
    assert!(names.is_ignored("h.3.attn.bias") && !names.is_ignored("head") && !names.is_ignored("h.attn.bias"));
    assert_eq!(names.second_name_of("head").as_deref(), Some("table"));
    assert_eq!(names.second_name_of("h.3.attn.bias"), None);
}
