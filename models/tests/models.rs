//! What holds for every architecture and every recipe.

mod support;

use std::path::{Path, PathBuf};

use salamander_attention::describe::Extent;
use salamander_checkpoint::{Directory, Reference};
use salamander_models::*;
use support::{device, logits};

/// The fixtures of every architecture: directories with a `config.json` and a `reference.safetensors`.
fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for architecture in ALL.iter().filter(|architecture| !architecture.hugging_face.is_empty()) {
        let parity = root.join(architecture.name).join("parity");
        let inner =
            parity.read_dir().expect("every architecture has fixtures").map(|entry| entry.expect("readable").path());
        found.extend(inner.chain([parity.clone()]).filter(|path| path.join("config.json").is_file()));
    }
    found
}

#[test]
fn every_fixture_is_reproduced_layer_by_layer() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 14, "{fixtures:?}");
    for fixture in fixtures {
        let differences = parity::check(&fixture, &fixture.join("reference.safetensors"), &device());
        let differences = differences.unwrap_or_else(|error| panic!("{}: {error}", fixture.display()));
        assert!(differences.len() > 3, "{}: too little is compared", fixture.display());
        for parity::Difference { name, largest } in differences {
            assert!(largest <= parity::TOLERANCE, "{}: {name} differs by {largest}", fixture.display());
        }
    }
}

/// What PyTorch counted while it computed them.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Operations {
    forward: u64,
    forward_and_backward: u64,
}

#[test]
fn every_fixture_costs_what_was_counted_while_it_was_computed() {
    for fixture in fixtures() {
        let name = fixture.display();
        let config =
            from_hugging_face(&Directory::open(&fixture).expect("a directory"), &device()).expect("a model").config;
        let inputs = Reference::open(fixture.join("reference.safetensors")).expect("a reference");
        let [rows, read] = inputs.input_ids.shape[..] else { panic!("{name}: ids have two axes") };
        let extent = match &inputs.decoder_input_ids {
            Some(written) => Extent { source: read, target: written.shape[1] },
            None => Extent { source: 0, target: read },
        };
        let text = std::fs::read_to_string(fixture.join("operations.json")).expect("counts");
        let Operations { forward, forward_and_backward } = serde_json::from_str(&text).expect("two counts");
        let page = config.page();
        assert_eq!(rows as u64 * page.flops_of(extent), forward, "{name}");
        assert_eq!(rows as u64 * page.training_flops_of(extent), forward_and_backward, "{name}");
    }
}

#[test]
fn what_is_saved_loads_as_the_same() {
    for fixture in fixtures() {
        let loaded = open(&fixture, &device()).expect("the fixture opens");
        let directory = Directory::open(&fixture).expect("the fixture opens");
        let model_type = directory.model_type().expect("it has a type");
        let architecture = ALL.iter().find(|known| known.hugging_face.contains(&model_type)).expect("it is known");
        let names = (architecture.names)(&loaded.config);
        let json = (architecture.write)(&loaded.config).expect("what was read can be written");

        let folder = tempfile::tempdir().expect("a folder");
        loaded.model.export(folder.path(), &json, &names).expect("it can be written");
        let again = open(folder.path(), &device()).expect("what was written opens");
        assert_eq!(again.config, loaded.config, "{}", fixture.display());
        assert_eq!(logits(&again.model), logits(&loaded.model), "{}", fixture.display());
    }
}

#[test]
fn shared_weights_are_kept_once_and_not_in_files_with_a_tensor_for_each_stack() {
    for name in ["transformer-nano", "t5-nano", "bart-nano"] {
        let own = recipe(name).expect("a recipe");
        let shared = own.set("model.sharing", "blocks").expect("a setting").config(Some(9)).expect("a model");
        let own = own.config(Some(9)).expect("a model");
        assert!(shared.num_params() < own.num_params(), "{name}");
        for architecture in ALL {
            assert!((architecture.write)(&shared).is_none(), "{name} is written as {}", architecture.name);
        }

        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("model.safetensors");
        let (Model::EncoderDecoder(model), Model::EncoderDecoder(fresh)) =
            (shared.init(&device()), shared.init(&device()))
        else {
            panic!("{name} is an encoder-decoder")
        };
        salamander_checkpoint::save_plain(&model, &file).expect("it can be written");
        let again = salamander_checkpoint::load_plain(fresh, &[file]).expect("what was written loads");
        assert_eq!(logits(&Model::EncoderDecoder(again)), logits(&Model::EncoderDecoder(model)), "{name}");
    }
}

#[test]
fn an_unknown_key_is_refused() {
    for fixture in fixtures() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = std::fs::read_to_string(fixture.join("config.json")).expect("readable");
        let text = text.replacen('{', "{ \"attention_is_turned\": true,", 1);
        std::fs::write(folder.path().join("config.json"), text).expect("writable");
        std::fs::copy(fixture.join("model.safetensors"), folder.path().join("model.safetensors")).expect("copied");
        let message = open(folder.path(), &device()).expect_err("an unknown key").to_string();
        assert!(message.contains("attention_is_turned"), "{message}");
    }
}

#[test]
fn counts() {
    let check = |name: &str, want: usize| {
        let config = recipe(name).expect("a recipe").config(None).expect("it says its vocabulary");
        assert_eq!(config.num_params(), want, "{name}");
    };
    check("gpt2-small", 124_439_808);
    check("transformer-base", 63_045_632);
    check("transformer-big", 214_171_648);
}

#[test]
fn every_recipe_describes_a_model() {
    for (architecture, name) in recipes() {
        let found = recipe(name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(found.architecture, architecture.name, "{name} lies in another folder");
        found.plan.validate().unwrap_or_else(|error| panic!("{name}: {error}"));
        let config = found.config(Some(50)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(config.max_seq_len() >= found.plan.seq_len, "{name} trains on longer inputs than it takes");
        // Written down and read again, recipe and model are the same.
        let text = found.to_toml().expect("text");
        assert_eq!(Recipe::parse(name, &text).expect("read again"), found);
        let text = toml::to_string(&config).expect("text");
        assert_eq!(toml::from_str::<ModelConfig>(&text).expect("read again"), config);
    }
}

#[test]
fn every_name_table_covers_its_module() {
    for architecture in ALL {
        let size = Size {
            vocab_size: Some(11),
            n_layers: 2,
            d_model: 8,
            n_heads: 2,
            n_kv_heads: None,
            d_head: None,
            d_ff: None,
            max_seq_len: 16,
            dropout: 0.0,
        };
        let config = (architecture.preset)(&size);
        let names = (architecture.names)(&config);
        config.init(&device()).check_names(&names).unwrap_or_else(|error| panic!("{}: {error}", architecture.name));
    }
}

#[test]
fn settings_can_be_changed_and_slips_are_named() {
    let gpt = recipe("gpt").expect("a recipe");
    let changed = gpt.set("plan.steps", "7").and_then(|r| r.set("size.n_heads", "2")).expect("both are settings");
    assert_eq!((changed.plan.steps, changed.size.n_heads), (7, 2));
    let changed = gpt.set("model.stack.block.feed_forward.activation", "silu").expect("a setting");
    assert_ne!(changed.config(Some(9)).expect("a model"), gpt.config(Some(9)).expect("a model"));
    for (key, value, want) in [
        ("plan.stepz", "7", "stepz"),
        ("plan.steps", "many", "plan.steps"),
        ("model.stack.blocks", "1", "blocks"),
        ("size.n_layers.deep", "1", "n_layers"),
    ] {
        let message = gpt.set(key, value).expect_err(key).to_string();
        assert!(message.contains(want) && message.starts_with("recipe `gpt`"), "{message}");
    }
    let message = gpt.set("size.n_heads", "3").and_then(|r| r.config(Some(9))).expect_err("128 / 3").to_string();
    assert!(!message.is_empty());
    let message = recipe("gtp2-small").expect_err("a slip").to_string();
    assert!(message.contains("did you mean `gpt2-small`?"), "{message}");
}

#[test]
fn a_path_can_be_followed_from_elsewhere() {
    let changed = recipe("gpt").unwrap().set("data.path", "text.txt").and_then(|recipe| recipe.set("start", "run"));
    let recipe = changed.and_then(Recipe::from_the_root).unwrap();
    let here = std::env::current_dir().unwrap();
    assert_eq!((recipe.data.path, recipe.start), (Some(here.join("text.txt")), Some(here.join("run"))));
}

#[test]
fn a_folder_that_is_no_model_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let message = open(folder.path(), &device()).expect_err("empty").to_string();
    assert!(message.contains("no config.toml") && message.contains("no config.json"), "{message}");
    std::fs::write(folder.path().join("config.json"), r#"{ "model_type": "mamba" }"#).expect("writable");
    std::fs::copy(fixtures()[0].join("model.safetensors"), folder.path().join("model.safetensors")).expect("copied");
    let message = open(folder.path(), &device()).expect_err("unknown").to_string();
    assert!(message.contains("`mamba`"), "{message}");
}
