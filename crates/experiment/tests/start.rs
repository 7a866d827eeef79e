//! What begins as a model that is there already.

use std::path::Path;

use burn::tensor::Device;
use salamander_experiment::{Error, Experiment, Judging, Part, Place, Score};
use salamander_models::{Recipe, recipe};
use salamander_train::{Display, Interrupter, Run};

const SMALL: [(&str, &str); 6] = [
    ("size.n_layers", "1"),
    ("size.d_model", "16"),
    ("size.n_heads", "2"),
    ("plan.batch_size", "8"),
    ("plan.steps", "30"),
    ("plan.evaluate.batches", "2"),
];

fn small(name: &str) -> Recipe {
    let set = |recipe: Recipe, (key, value): (&str, &str)| recipe.set(key, value).expect("a setting");
    SMALL.into_iter().fold(recipe(name).expect("a recipe"), set)
}

/// Trained in `folder`, and how good it is.
fn trained(recipe: Recipe, folder: &Path) -> Vec<Score> {
    let experiment = Experiment::prepare(recipe, &mut |_| {}).expect("an experiment");
    let config = experiment.recipe.to_toml_with(&experiment.config).expect("text");
    let run = Run::create(folder, &config, &serde_json::json!({})).expect("a folder");
    experiment.tokenizer.save(folder.join("tokenizer.json")).expect("written");
    let place = Place {
        run: Some(run),
        display: Display::None,
        interrupter: Interrupter::new(),
        ..Place::silent(Device::flex())
    };
    let (model, _) = experiment.train(place).expect("training");
    experiment.judge(&model, Part::Validation, &Judging::default(), &mut |_| {}).expect("a verdict")
}

/// One step that moves nothing.
fn standing_still(recipe: Recipe, start: &Path) -> Recipe {
    let mut recipe = recipe;
    recipe.start = Some(start.into());
    recipe.plan.steps = 1;
    recipe.set("plan.schedule", "{ kind = 'constant', rate = 1e-30 }").expect("a setting")
}

#[test]
fn it_begins_as_good_as_the_other_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let ended = trained(small("gpt"), &first);
    // Whatever size the recipe has, the model has the other's.
    let begun = trained(standing_still(recipe("gpt").expect("a recipe"), &first), &second);
    assert_eq!(begun[0].name, "loss");
    assert!((begun[0].value - ended[0].value).abs() < 1e-6, "{begun:?} and {ended:?}");
    assert!(ended[0].value < 6.0, "nothing was learnt: {ended:?}");
}

#[test]
fn another_task_has_another_head() {
    let folder = tempfile::tempdir().expect("a folder");
    let read = folder.path().join("read");
    trained(small("electra-nano"), &read);
    let classes =
        standing_still(recipe("electra-nano").expect("a recipe").set("data.set", "topics").expect("a set"), &read);
    let experiment = Experiment::prepare(classes, &mut |_| {}).expect("an experiment");
    let start = experiment.start.as_ref().expect("a start");
    let head = ["head.pooler.weight", "head.pooler.bias", "head.classifier.weight", "head.classifier.bias"];
    assert_eq!(start.fresh, head);
    experiment.train(Place::silent(Device::flex())).expect("training");
    let writes =
        standing_still(recipe("electra-nano").expect("a recipe").set("data.set", "dialect").expect("a set"), &read);
    let writes = writes.set("data.task.kind", "translate").expect("a task");
    assert!(matches!(Experiment::prepare(writes, &mut |_| {}), Err(Error::Task { .. })));
    let nowhere = standing_still(small("gpt"), &folder.path().join("nowhere"));
    let message = Experiment::prepare(nowhere, &mut |_| {}).unwrap_err().to_string();
    assert!(message.contains("nowhere"), "{message}");
}
