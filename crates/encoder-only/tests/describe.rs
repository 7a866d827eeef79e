//! The page of an encoder says what the module is.

#[path = "../../attention/tests/support/paths.rs"]
mod paths;
#[path = "../../attention/tests/support/mod.rs"]
mod support;

use burn::tensor::Device;
use paths::check_parts;
use salamander_attention::{
    describe::{Describe, Extent, Group, Per},
    *,
};
use salamander_encoder_only::*;
use support::*;

fn encoder(choice: &Choice) -> EncoderConfig {
    EncoderConfig {
        vocab_size: VOCAB,
        d_model: choice.d_model(),
        max_seq_len: LONGEST,
        embedding: EmbeddingConfig {
            segments: 2,
            norm: choice.residual.after.clone(),
            d_embedding: choice.seed.is_multiple_of(2).then_some(3),
            ..choice.embedding()
        },
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
    let head =
        ClassificationHeadConfig { n_classes: 3, pooling: Pooling::First, activation: Activation::Tanh, dropout: 0.1 };
    ClassifierConfig { encoder: encoder(choice), head }
}

fn replaced(choice: &Choice) -> ReplacedTokensConfig {
    let head = ReplacementHeadConfig { activation: Activation::Gelu };
    let MaskedLmConfig { encoder, head: guesses } = masked_lm(choice);
    let generator = GeneratorConfig { d_model: 5, stack: encoder.stack.clone(), head: guesses };
    ReplacedTokensConfig { discriminator: DiscriminatorConfig { encoder, head }, generator }
}

fn tagger(choice: &Choice) -> TokenClassifierConfig {
    let head = TokenClassificationHeadConfig { n_tags: 5, dropout: 0.1 };
    TokenClassifierConfig { encoder: encoder(choice), head }
}

fn answerer(choice: &Choice) -> QuestionAnswererConfig {
    QuestionAnswererConfig { encoder: encoder(choice), head: AnswerHeadConfig {} }
}

fn sentences(choice: &Choice, pooling: Pooling) -> SentenceEncoderConfig {
    SentenceEncoderConfig { encoder: encoder(choice), head: SentenceHeadConfig { pooling } }
}

#[test]
fn parts_are_the_modules_parameters() {
    let device = Device::flex();
    for choice in some_choices(40) {
        check_parts(&masked_lm(&choice).page(), &masked_lm(&choice).init(&device));
        check_parts(&classifier(&choice).page(), &classifier(&choice).init(&device));
        check_parts(&tagger(&choice).page(), &tagger(&choice).init(&device));
        check_parts(&answerer(&choice).page(), &answerer(&choice).init(&device));
        let sentences = sentences(&choice, Pooling::Mean);
        check_parts(&sentences.page(), &sentences.init(&device));
        let replaced = replaced(&choice);
        check_parts(&replaced.page(), &replaced.init(&device));
        check_parts(&replaced.discriminator.page(), &replaced.discriminator.init(&device));
        check_parts(&replaced.generator().page(), &replaced.generator().init(&device));
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
fn replaced_tokens_cost_both_models() {
    let extent = Extent { source: 0, target: 7 };
    for choice in some_choices(10) {
        let both = replaced(&choice);
        let (judged, guessed) = (both.discriminator.page(), both.generator().page());
        // The tokens pass the map behind a narrow embedding on the way to the discriminator, that of the generator on the
        // way to it.
        assert_eq!(both.page().flops_of(extent), judged.flops_of(extent) + guessed.flops_of(extent), "{choice:?}");
    }
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
    for present in ["y = x[0]", "pooled = dropout(tanh(y W_pooler + b_pooler), 0.1)", "per sequence", "C = 3"] {
        assert!(text.contains(present), "{present} is missing in\n{text}");
    }
}

#[test]
fn each_head_says_its_equation() {
    let choice = &some_choices(1)[0];
    let check = |page: &dyn Describe, present: &[&str]| {
        let text = page.page().to_string();
        for present in present {
            assert!(text.contains(present), "{present} is missing in\n{text}");
        }
    };
    check(&tagger(choice), &["logits = dropout(x, 0.1) W_classifier + b_classifier", "C = 5"]);
    check(&answerer(choice), &["start, end = x W_span + b_span", "softmax(start)[i] · softmax(end)[j]"]);
    check(&sentences(choice, Pooling::Mean), &["y = mean of x over the tokens that are no padding"]);
    check(&sentences(choice, Pooling::First), &["y = x[0]"]);
    let discriminator = ["x <- gelu(x W_dense + b_dense)", "logit = x W_judge + b_judge", "sigmoid(logit)"];
    check(&replaced(choice).discriminator, &discriminator);
    let generator =
        ["x = e W_project + b_project", "each of 2 generator layers", "generator's head", "p(hidden token)"];
    check(&replaced(choice), &[&discriminator[..], &generator].concat());
}
