//! The page of an encoder says what the module is.

#[path = "../../attention/tests/support/paths.rs"]
mod paths;
#[path = "../../attention/tests/support/mod.rs"]
mod support;

use burn::tensor::Device;
use paths::check_parts;
use salamander_attention::{
    describe::{Describe, Group, Per},
    *,
};
use salamander_encoder_only::{
    ClassificationHeadConfig, ClassifierConfig, EncoderConfig, MaskedLmConfig, MaskedLmHeadConfig,
};
use support::*;

fn encoder(choice: &Choice) -> EncoderConfig {
    EncoderConfig {
        vocab_size: VOCAB,
        d_model: choice.d_model(),
        max_seq_len: LONGEST,
        embedding: EmbeddingConfig { segments: 2, norm: choice.residual.after.clone(), ..choice.embedding() },
        stack: choice.stack(choice.block(), BucketDirection::Both),
        init: choice.init(),
    }
}

fn masked_lm(choice: &Choice) -> MaskedLmConfig {
    let norm = choice.residual.after.clone();
    let head = MaskedLmHeadConfig { activation: Activation::Gelu, norm, unembedding: choice.unembedding() };
    MaskedLmConfig { encoder: encoder(choice), head }
}

fn classifier(choice: &Choice) -> ClassifierConfig {
    let head = ClassificationHeadConfig { n_classes: 3, activation: Activation::Tanh, dropout: 0.1 };
    ClassifierConfig { encoder: encoder(choice), head }
}

#[test]
fn parts_are_the_modules_parameters() {
    let device = Device::flex();
    for choice in some_choices(40) {
        check_parts(&masked_lm(&choice).page(), &masked_lm(&choice).init(&device));
        check_parts(&classifier(&choice).page(), &classifier(&choice).init(&device));
    }
}

#[test]
fn a_judgement_is_made_once() {
    let choice = &some_choices(1)[0];
    let page = classifier(choice).page_at(10);
    let d = choice.d_model() as u64;
    assert_eq!(page.flops_per(Per::Sequence), 2 * (d * d + 3 * d));
    assert_eq!(page.parameters_of(Group::Head) as u64, d * d + d + 3 * d + 3);
    assert_eq!(page.flops_per_sequence(), 10 * page.flops_per(Per::Token) + page.flops_per(Per::Sequence));
}

#[test]
fn the_page_says_what_is_chosen_and_nothing_else() {
    let choice = Choice { weights: Weights::Softmax, ..some_choices(1)[0].clone() };
    let text = masked_lm(&choice).page().to_string();
    for present in
        ["encoder-only, filling gaps", "W_dense + b_dense", "p(hidden token)", "+ segment[kind]", "softmax(s) "]
    {
        assert!(text.contains(present), "{present} is missing in\n{text}");
    }
    assert!(text.contains("    a b c d\n  a # # # #\n  b # # # #"), "the mask is missing in\n{text}");
    assert!(!text.contains("j <= i"), "nothing is hidden in\n{text}");
    let text = classifier(&choice).page().to_string();
    for present in ["pooled = dropout(tanh(x[0] W_pooler + b_pooler), 0.1)", "per sequence", "C = 3"] {
        assert!(text.contains(present), "{present} is missing in\n{text}");
    }
}
