//! What holds for a bag of words.

#[path = "../../attention/tests/support/mod.rs"]
mod support;

use burn::{
    module::{Module, Param},
    optim::{GradientsParams, SgdConfig},
    tensor::{Bool, Device, Int, Tensor, TensorData},
};
use proptest::prelude::*;
use salamander_baselines::{BagOfWords, BagOfWordsConfig, Counting};
use support::*;

const WORDS: usize = 4;

/// Word `w` says `10^w` for the first class and `-w` for the second; before any word, 0.5 and 0.25.
fn telling(counting: Counting, device: &Device) -> BagOfWords {
    let mut model = BagOfWordsConfig { vocab_size: WORDS, n_classes: 2, counting }.init(device);
    let weight = [[1.0, 0.0], [10.0, -1.0], [100.0, -2.0], [1000.0, -3.0]];
    model.weight = Param::from_tensor(Tensor::from_floats(weight, device));
    model.bias = Param::from_tensor(Tensor::from_floats([0.5, 0.25], device));
    model
}

fn ids(rows: &[Vec<i64>], device: &Device) -> Tensor<2, Int> {
    Tensor::from_data(TensorData::new(rows.concat(), [rows.len(), rows[0].len()]), device)
}

fn hidden(rows: &[Vec<bool>], device: &Device) -> Tensor<2, Bool> {
    Tensor::from_data(TensorData::new(rows.concat(), [rows.len(), rows[0].len()]), device)
}

#[test]
fn by_hand() {
    let device = Device::flex();
    let tokens = || ids(&[vec![1, 3, 1, 0], vec![2, 2, 2, 2]], &device);
    let presence = telling(Counting::Presence, &device).forward(tokens(), None);
    assert_eq!(values(presence), [1011.5, -3.75, 100.5, -1.75]);
    let count = telling(Counting::Count, &device).forward(tokens(), None);
    assert_eq!(values(count), [1021.5, -4.75, 400.5, -7.75]);
    let padding = || hidden(&[vec![true, false, false, true], vec![false, false, false, true]], &device);
    let presence = telling(Counting::Presence, &device).forward(tokens(), Some(padding()));
    assert_eq!(
        values(presence),
        [1010.5, -3.75, 100.5, -1.75],
        "a word behind its own like in the padding still counts"
    );
    let count = telling(Counting::Count, &device).forward(tokens(), Some(padding()));
    assert_eq!(values(count), [1010.5, -3.75, 300.5, -5.75]);
}

fn countings() -> impl Strategy<Value = Counting> {
    prop_oneof![Just(Counting::Presence), Just(Counting::Count)]
}

fn sentences() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(0..WORDS as i64, 1..9)
}

proptest! {
    #[test]
    fn order_and_padding_change_nothing(
        text in sentences(), pad in 0..WORDS as i64, before in 0..3usize, after in 0..3usize, counting in countings(),
    ) {
        let device = Device::flex();
        let model = telling(counting, &device);
        let plain = values(model.forward(ids(std::slice::from_ref(&text), &device), None));
        let mut reversed = text.clone();
        reversed.reverse();
        prop_assert_eq!(&plain, &values(model.forward(ids(&[reversed], &device), None)));

        let padded = [vec![pad; before], text.clone(), vec![pad; after]].concat();
        let padding = (0..padded.len()).map(|at| at < before || at >= before + text.len()).collect();
        let padded = model.forward(ids(&[padded], &device), Some(hidden(&[padding], &device)));
        prop_assert_eq!(&plain, &values(padded));
    }

    #[test]
    fn a_batch_is_its_rows(texts in prop::collection::vec(prop::collection::vec(0..WORDS as i64, 5), 1..4), counting in countings()) {
        let device = Device::flex();
        let model = telling(counting, &device);
        let rows = texts.iter().flat_map(|text| values(model.forward(ids(std::slice::from_ref(text), &device), None)));
        prop_assert_eq!(rows.collect::<Vec<_>>(), values(model.forward(ids(&texts, &device), None)));
    }
}

#[test]
fn a_gradient_reaches_what_was_read_and_says_how_often() {
    let device = Device::flex().autodiff();
    for (counting, times) in [(Counting::Presence, 1.0), (Counting::Count, 2.0)] {
        let model = telling(counting, &device);
        let gradients = model.forward(ids(&[vec![1, 2, 1]], &device), None).sum().backward();
        assert!(unreached(&model, &gradients).is_empty());
        let weight = values(model.weight.val().grad(&gradients).expect("a gradient"));
        assert_eq!(weight, [0.0, 0.0, times, times, 1.0, 1.0, 0.0, 0.0]);
    }
}

#[test]
fn it_learns_which_word_tells() {
    let device = Device::flex().autodiff();
    let mut model = BagOfWordsConfig { vocab_size: WORDS, n_classes: 2, counting: Counting::Presence }.init(&device);
    // The word 3 is in all texts of the second class and in none of the first.
    let texts = ids(&[vec![0, 1, 2], vec![1, 1, 0], vec![3, 1, 2], vec![0, 3, 0]], &device);
    let labels = Tensor::<1, Int>::from_ints([0, 0, 1, 1], &device);
    let mut optimizer = SgdConfig::new().init();
    let loss = |model: &BagOfWords| {
        let logits = model.forward(texts.clone(), None);
        burn::nn::loss::CrossEntropyLossConfig::new().init(&logits.device()).forward(logits, labels.clone())
    };
    let first = loss(&model).into_scalar::<f32>();
    assert!((first - std::f32::consts::LN_2).abs() < 1e-6, "all zero at first: {first}");
    for _ in 0..200 {
        let gradients = GradientsParams::from_grads(loss(&model).backward(), &model);
        model = optimizer.step(0.5, model, gradients);
    }
    let last = loss(&model).into_scalar::<f32>();
    assert!(last < 0.05, "{last}");
    assert_eq!(model.num_params(), WORDS * 2 + 2);
}

#[test]
fn the_config_is_checked() {
    let config = BagOfWordsConfig { vocab_size: 10, n_classes: 3, counting: Counting::Count };
    assert_eq!(config.validate(), Ok(()));
    assert_eq!(config.flops_per_token(), 6);
    let said = BagOfWordsConfig { n_classes: 1, ..config }.validate().expect_err("one class").to_string();
    assert_eq!(said, "n_classes: is 1; at least 2 are needed to choose from");
    assert!(BagOfWordsConfig { vocab_size: 0, ..config }.validate().is_err());
    let json = r#"{ "vocab_size": 10, "n_classes": 3 }"#;
    let read = serde_json::from_str::<BagOfWordsConfig>(json).expect("the counting has a default");
    assert_eq!(read.counting, Counting::Presence);
}
