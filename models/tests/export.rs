//! What is written for others is the model that it is written of, or nothing.

mod support;

use std::{fs, path::Path};

use salamander_checkpoint::Directory;
use salamander_models::*;
use salamander_text::{Frame, Special, Tokenizer};
use serde_json::{Value, json};
use support::{device, logits};

/// A small untrained run of a recipe with these settings.
fn run(name: &str, settings: &[(&str, &str)]) -> Loaded {
    let tiny = [("size.n_layers", "1"), ("size.d_model", "16"), ("size.n_heads", "2"), ("plan.seq_len", "8")];
    let mut own = recipe(name).expect("a recipe");
    for (key, value) in tiny.iter().chain(settings) {
        own = own.set(key, value).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let tokenizer = Tokenizer::words(["one day a bird flew"], &Special::ALL);
    of(own.config(Some(tokenizer.vocab_size())).expect("a model"), tokenizer, own)
}

fn of(config: ModelConfig, tokenizer: Tokenizer, recipe: Recipe) -> Loaded {
    let model = config.init(&device());
    let recipe = Some(recipe);
    Loaded { config, model, tokenizer: Some(tokenizer), recipe, delimiters: None, skipped: Vec::new() }
}

fn json_of(folder: &Path, file: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join(file)).expect("readable")).expect("JSON")
}

#[test]
fn what_is_written_is_the_same_model() {
    let scale = 16f64.powf(-0.5).to_string();
    let tied = format!("{{ kind = 'tied', scale = {scale} }}");
    let plain = [
        ("model.encoder.block.feed_forward", "{ kind = 'plain', activation = 'relu', d_ff = 32, bias = false }"),
        ("model.decoder.block.feed_forward", "{ kind = 'plain', activation = 'relu', d_ff = 32, bias = false }"),
    ];
    let with = |more: (&'static str, &str)| -> Vec<(&'static str, String)> {
        plain.iter().map(|&(key, value)| (key, value.to_owned())).chain([(more.0, more.1.to_owned())]).collect()
    };
    let scaled = with(("model.unembedding", &tied));
    let bare = with(("model.unembedding", "{ kind = 'tied' }"));
    for (name, settings) in [
        ("gpt", vec![]),
        ("names", vec![("model.embedding.dropout", "0.3".into()), ("model.init", "{ kind = 'xavier' }".into())]),
        ("gpt", vec![("model.unembedding", "{ kind = 'untied' }".into())]),
        ("llama-nano", vec![]),
        ("llama-nano", vec![("size.n_kv_heads", "1".into()), ("size.d_head", "4".into())]),
        ("t5-nano", vec![]),
        ("t5-nano", vec![("model.unembedding", "{ kind = 'tied' }".into())]),
        ("t5-nano", scaled),
        ("t5-nano", bare),
        ("bart-nano", vec![]),
        ("bert-nano", vec![]),
    ] {
        let settings: Vec<_> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let run = run(name, &settings);
        let folder = tempfile::tempdir().expect("a folder");
        let count = run.export(folder.path(), &Frame::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(count, run.config.num_params(), "{name}");
        let again = open(folder.path(), &device()).expect("it opens");
        assert_eq!(logits(&again.model), logits(&run.model), "{name} {settings:?}");
        let [again, run] = [again, run].map(|loaded| loaded.tokenizer.expect("it has one"));
        assert_eq!(again.encode("a bird").expect("words"), run.encode("a bird").expect("words"));
    }
}

#[test]
fn of_two_that_learnt_from_each_other_one_is_written() {
    let run = run("electra-nano", &[]);
    let Model::ReplacedTokens(both) = &run.model else { panic!("two models in one") };
    let folder = tempfile::tempdir().expect("a folder");
    let count = run.export(folder.path(), &Frame::default()).expect("a discriminator");
    let again = open(folder.path(), &device()).expect("it opens");
    assert_eq!(count, again.model.num_params());
    assert_eq!(logits(&again.model), logits(&Model::Discriminator(both.discriminator.clone())));
    assert_eq!(json_of(folder.path(), "config.json")["architectures"], json!(["ElectraForPreTraining"]));
}

/// A setting that a file has no key for makes another model of it.
#[test]
fn what_no_file_says_is_refused_and_nothing_is_left() {
    let attention = "model.stack.block.attention";
    for (name, setting, value, said) in [
        (
            "gpt",
            format!("{attention}.temperature"),
            "2.0",
            "gpt2` has stack.block.attention.temperature = 1.0, and here",
        ),
        ("gpt", format!("{attention}.weights"), "{ kind = 'relu', gamma = 0.5 }", "attention.weights"),
        ("gpt", format!("{attention}.scale"), "0.5", "attention.scale = nothing, and here it is 0.5"),
        ("gpt", format!("{attention}.bias.key"), "false", "attention.key.bias, which the module has not"),
        ("gpt", "model.embedding.scale".into(), "2.0", "embedding.scale"),
        ("gpt", "model.unembedding".into(), "{ kind = 'tied', scale = 0.5 }", "unembedding.scale"),
        ("gpt", "size.n_kv_heads".into(), "1", "n_kv_heads = 2, and here it is 1"),
        ("gpt", "size.d_head".into(), "4", "d_head = 8, and here it is 4"),
        ("llama-nano", format!("{attention}.rotary.d_rotary"), "4", "d_rotary = 8, and here it is 4"),
        ("llama-nano", format!("{attention}.bias.query"), "true", "attention.bias.key = true, and here it is false"),
        ("bart-nano", "model.source.scale".into(), "2.0", "source.scale"),
        ("t5-nano", "model.target.scale".into(), "2.0", "target.scale"),
        ("t5-nano", "model.unembedding".into(), "{ kind = 'tied', scale = 0.3 }", "unembedding.scale = 0.25"),
        ("t5-nano", "model.sharing".into(), "blocks", "is made like this encoder-decoder model"),
        ("bert-nano", "model.encoder.embedding.scale".into(), "2.0", "encoder.embedding.scale"),
        ("electra-nano", "model.discriminator.encoder.stack.block.attention.temperature".into(), "2.0", "temperature"),
        ("gpt", "data.task.kind".into(), "prefix", "from both sides"),
        ("gpt-shakespeare-cpu", "plan.steps".into(), "1", "attention.bias.query = true, and here it is false"),
        ("transformer-nano", "plan.steps".into(), "1", "`bart` has source.positions.kind = \"learned\""),
    ] {
        let root = tempfile::tempdir().expect("a folder");
        let run = run(name, &[(&setting, value)]);
        let error = run.export(root.path().join("written"), &Frame::default());
        let Err(error @ Error::NoFile { .. }) = error else { panic!("{name} {setting}: {error:?}") };
        assert!(error.to_string().contains(said), "{name} {setting}: {error}");
        assert_eq!(fs::read_dir(root.path()).expect("readable").count(), 0, "{name} {setting}");
    }
}

/// A failure leaves nothing, and the next try finds the place free.
#[test]
fn what_cannot_be_written_leaves_nothing() {
    let root = tempfile::tempdir().expect("a folder");
    let empty = root.path().join("empty");
    fs::create_dir(&empty).expect("a folder");
    let beyond = Frame { begin: vec![999], ..Frame::default() };
    let run = run("gpt", &[]);
    for path in [&empty, &root.path().join("new")] {
        assert!(run.export(path, &beyond).is_err());
        assert_eq!(fs::read_dir(path).map_or(0, Iterator::count), 0);
        run.export(path, &Frame::default()).expect("free");
        assert_eq!(fs::read_dir(path).expect("readable").count(), 4);
        assert!(matches!(run.export(path, &Frame::default()), Err(Error::Occupied(_))));
    }
    assert!(matches!(run.export(empty.join("config.json"), &Frame::default()), Err(Error::Occupied(_))));
    assert_eq!(fs::read_dir(root.path()).expect("readable").count(), 2);
}

/// `transformers` has defaults for ids that are not named: 1 and 2 are letters here.
#[test]
fn tokens_that_are_not_there_are_said_not_to_be() {
    for name in ["names", "llama-nano", "t5-nano", "bart-nano"] {
        let bare = Tokenizer::characters("one day a bird flew", &[]);
        let small = run(name, &[]);
        let recipe = small.recipe.expect("a run");
        let run = of(recipe.config(Some(bare.vocab_size())).expect("a model"), bare, recipe);
        let folder = tempfile::tempdir().expect("a folder");
        run.export(folder.path(), &Frame::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let config = json_of(folder.path(), "config.json");
        let keys = config.as_object().expect("an object");
        for key in ["bos_token_id", "eos_token_id", "pad_token_id"] {
            assert_eq!(keys.get(key), Some(&Value::Null), "{name} {key}");
        }
        assert!(keys.get("decoder_start_token_id").is_none_or(Value::is_null), "{name}");
    }
}

#[test]
fn what_a_directory_says_of_its_tokens_is_read_and_written_again() {
    let folder = tempfile::tempdir().expect("a folder");
    run("bart-nano", &[]).export(folder.path(), &Frame { end: vec![3], ..Frame::default() }).expect("written");
    let read = || open(folder.path(), &device()).map(|loaded| loaded.delimiters.expect("from elsewhere"));
    assert_eq!(
        read().expect("it opens"),
        Delimiters { frame: Frame { end: vec![3], ..Frame::default() }, start: Some(2), ends: vec![3] }
    );
    let generation = folder.path().join("generation_config.json");
    fs::write(&generation, r#"{ "eos_token_id": [3, 7], "do_sample": true }"#).expect("writable");
    let mut config = json_of(folder.path(), "config.json");
    config["decoder_start_token_id"] = json!(4);
    fs::write(folder.path().join("config.json"), config.to_string()).expect("writable");
    let said = read().expect("it opens");
    assert_eq!((said.start, said.ends.as_slice()), (Some(4), &[3, 7][..]));

    let again = tempfile::tempdir().expect("a folder");
    let other = Frame { begin: vec![2], ..Frame::default() };
    let directory = Directory::open(folder.path()).expect("a directory");
    from_hugging_face(&directory, &device()).expect("a model").export(again.path(), &other).expect("written");
    let config = json_of(again.path(), "config.json");
    assert_eq!((&config["eos_token_id"], &config["decoder_start_token_id"]), (&json!([3, 7]), &json!(4)));
    let kept = open(again.path(), &device()).expect("it opens").delimiters.expect("from elsewhere");
    assert_eq!(kept.frame, said.frame, "its tokenizer is its own");

    for (key, value) in [("eos_token_id", "[\"end\"]"), ("decoder_start_token_id", "900")] {
        fs::write(&generation, format!("{{ \"{key}\": {value} }}")).expect("writable");
        let message = read().expect_err("no id").to_string();
        assert!(message.contains(key) && message.contains("generation_config.json"), "{message}");
    }
}
