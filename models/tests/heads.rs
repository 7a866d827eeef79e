//! Other heads on an encoder.

use burn::tensor::Device;
use salamander_attention::Activation;
use salamander_checkpoint::Directory;
use salamander_encoder_only::Pooling;
use salamander_models::*;

const HEADS: [Head; 5] = [Head::MaskedLm, Head::Classes(3), Head::Tags(4), Head::Answers, Head::Sentences];

fn nano(name: &str) -> ModelConfig {
    recipe(name).expect("a recipe").set("size.dropout", "0.2").and_then(|r| r.config(Some(50))).expect("a model")
}

#[test]
fn every_encoder_takes_every_head() {
    for name in ["bert-nano", "electra-nano"] {
        let config = nano(name);
        let encoder = config.encoder().expect("an encoder").clone();
        for first in HEADS {
            let with_first = config.clone().with_head(first).expect("a head");
            with_first.validate().expect("legal");
            assert_eq!(with_first.encoder(), Some(&encoder), "{name} with {first}");
            for second in HEADS {
                let both = with_first.clone().with_head(second).expect("a head");
                assert_eq!(both.encoder(), Some(&encoder), "{name} with {first}, then {second}");
                if first == second {
                    assert_eq!(both, with_first);
                }
            }
        }
    }
}

#[test]
fn a_heads_settings_follow_the_encoder() {
    let ModelConfig::Classifier(bert) = nano("bert-nano").with_head(Head::Classes(3)).expect("a head") else {
        panic!("a classifier")
    };
    assert_eq!((bert.head.n_classes, bert.head.activation, bert.head.dropout), (3, Activation::Tanh, 0.2));
    let electra = nano("electra-nano").with_head(Head::Classes(7)).expect("a head");
    let ModelConfig::Classifier(electra) = electra.with_head(Head::Classes(2)).expect("a head") else {
        panic!("a classifier")
    };
    assert_eq!((electra.head.n_classes, electra.head.activation), (2, Activation::Gelu));
    let ModelConfig::TokenClassifier(tags) = nano("bert-nano").with_head(Head::Tags(4)).expect("a head") else {
        panic!("a tagger")
    };
    assert_eq!((tags.head.n_tags, tags.head.dropout), (4, 0.2));
    assert_eq!(nano("bert-nano").with_head(Head::MaskedLm).expect("a head"), nano("bert-nano"));
}

#[test]
fn a_recipe_settles_its_head() {
    let set = |key, value| recipe("bert-nano").and_then(|recipe| recipe.set(key, value)).expect("a setting");
    let config = |recipe: &Recipe| recipe.config(Some(50)).expect("a model");
    let mean = set("head.pooling", "mean");
    let ModelConfig::Classifier(classes) = mean.headed(config(&mean), Head::Classes(3)).expect("a head") else {
        panic!("a classifier")
    };
    assert_eq!((classes.head.n_classes, classes.head.pooling), (3, Pooling::Mean));
    let ModelConfig::SentenceEncoder(first) =
        set("head.pooling", "first").headed(config(&mean), Head::Sentences).expect("a head")
    else {
        panic!("a sentence encoder")
    };
    assert_eq!(first.head.pooling, Pooling::First);
    // How many answers there are is the data's to say.
    let counted = set("head.n_classes", "9");
    let same = counted.headed(config(&counted), Head::Classes(3)).expect("a head");
    assert_eq!(same, config(&counted).with_head(Head::Classes(3)).expect("a head"));

    let refused = |key, value, head| set(key, value).headed(config(&mean), head).expect_err("refused").to_string();
    assert!(refused("head.poling", "mean", Head::Classes(3)).contains("did you mean `pooling`?"));
    assert!(refused("head.pooling", "middle", Head::Classes(3)).contains("expected `mean` or `first`"));
    assert!(refused("head.dropout", "1.5", Head::Classes(3)).contains("head.dropout"));
}

#[test]
fn who_writes_has_no_head() {
    let message = |name, head| nano(name).with_head(head).expect_err("it is no encoder").to_string();
    assert_eq!(
        message("gpt", Head::Classes(3)),
        "decoder-only models have no head for 3 classes; encoder-only models do"
    );
    assert_eq!(
        message("t5-nano", Head::Answers),
        "encoder-decoder models have no head for answers; encoder-only models do"
    );
}

/// Every head of every encoder is written as a directory that opens as the same model.
#[test]
fn every_head_is_published_and_read_again() {
    let device = Device::flex();
    let mut opened = 0;
    for name in ["bert", "electra"] {
        let known = architecture(name).expect("it is known");
        let mut config = nano(&format!("{name}-nano"));
        if let ModelConfig::ReplacedTokens(both) = &config {
            assert_eq!((known.write)(&config), None, "two models in one");
            config = ModelConfig::Discriminator(both.discriminator.clone());
        }
        let configs = HEADS.map(|head| config.clone().with_head(head).expect("a head"));
        for config in configs.into_iter().chain([config]) {
            let json = (known.write)(&config).unwrap_or_else(|| panic!("{config:?} is not written"));
            let folder = tempfile::tempdir().expect("a folder");
            config.init(&device).export(folder.path(), &json, &(known.names)(&config)).expect("writable");
            let directory = Directory::open(folder.path()).expect("a directory");
            let again = from_hugging_face(&directory, &device).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(again.config.family(), "encoder-only");
            assert_eq!(again.config.encoder().map(|e| &e.stack.block), config.encoder().map(|e| &e.stack.block));
            assert_eq!(std::mem::discriminant(&again.config), std::mem::discriminant(&config));
            opened += 1;
        }
    }
    assert_eq!(opened, 12);
}

#[test]
fn what_the_file_cannot_say_is_not_written() {
    let bert = architecture("bert").expect("it is known");
    let ModelConfig::SentenceEncoder(mut config) = nano("bert-nano").with_head(Head::Sentences).expect("a head") else {
        panic!("a sentence encoder")
    };
    config.head.pooling = Pooling::First;
    assert_eq!((bert.write)(&ModelConfig::SentenceEncoder(config)), None);
    let ModelConfig::Classifier(mut config) = nano("bert-nano").with_head(Head::Classes(3)).expect("a head") else {
        panic!("a classifier")
    };
    assert!((bert.write)(&ModelConfig::Classifier(config.clone())).is_some());
    config.head.pooling = Pooling::Mean;
    assert_eq!((bert.write)(&ModelConfig::Classifier(config)), None, "transformers reads the first position");
    let electra = nano("electra-nano").with_head(Head::MaskedLm).expect("a head");
    assert_eq!((bert.write)(&electra), None, "its embedding is narrower than its stream");
    for (name, bends) in [("bert", Activation::Relu), ("electra", Activation::Relu)] {
        let nano = nano(&format!("{name}-nano")).with_head(Head::MaskedLm).expect("a head");
        let ModelConfig::MaskedLm(mut config) = nano else { panic!("a masked LM") };
        config.head.activation = bends;
        let known = architecture(name).expect("it is known");
        assert_eq!((known.write)(&ModelConfig::MaskedLm(config)), None, "{name}'s file has no key for it");
    }
}
