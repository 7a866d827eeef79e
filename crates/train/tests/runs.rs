//! What a run leaves behind, and how it goes on from there.

mod support;

use std::{fs, path::Path};

use burn::{module::Module, tensor::Device};
use salamander_decoder_only::Decoder;
use salamander_encoder_decoder::EncoderDecoder;
use salamander_encoder_only::MaskedLm;
use salamander_train::*;
use support::*;

fn kept<M: Family>(folder: &Path) -> Session<M> {
    let run = Run::create(folder, "name = 'a run'\n", &serde_json::json!({})).expect("a folder");
    Session { run: Some(run), ..Session::silent(Device::flex()) }
}

fn resumed<M: Family>(folder: &Path, step: usize) -> Session<M> {
    let found = Checkpoints::of(folder).find(Which::Step(step)).expect("a checkpoint");
    let run = Run::resume(folder, step).expect("a folder");
    Session { run: Some(run), from: Some(found.path), ..Session::silent(Device::flex()) }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("a file").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

/// A plan that stops after `steps` of its steps.
fn stopping(mut plan: Plan, steps: usize) -> Plan {
    plan.keep.every = Some(steps);
    plan.evaluate.every = steps;
    plan.steps = steps;
    plan
}

fn goes_on<M: Family>(optimizer: &str) {
    let optimizer = toml::from_str(optimizer).expect("an optimiser");
    goes_on_with::<M>(Plan { optimizer, ..plan(9) });
}

fn goes_on_with<M: Family>(mut plan: Plan) {
    let _alone = alone();
    plan.keep.average = Some(Average::Ema { decay: 0.8 });
    plan.keep.every = Some(5);
    plan.keep.last = 10;
    let whole = tempfile::tempdir().expect("a folder");
    let (model, outcome) = train(begin::<M>(7), data::<M>(), &plan, kept(whole.path())).expect("it learns");
    // Everything behind step 5 is forgotten, and done again by a model that began elsewhere.
    let again = tempfile::tempdir().expect("a folder");
    train(begin::<M>(7), data::<M>(), &plan, kept(again.path())).expect("it learns");
    let (other, resumed) = train(begin::<M>(8), data::<M>(), &plan, resumed(again.path(), 5)).expect("it goes on");
    assert_eq!(bits(&other), bits(&model), "{plan:?}");
    assert_eq!(
        (resumed.steps, resumed.best, resumed.last, resumed.averaged),
        (9, outcome.best, outcome.last, outcome.averaged)
    );
    let read = |folder: &Path| fs::read_to_string(folder.join("metrics.jsonl")).expect("metrics");
    let without_time = |text: String| {
        let line = |line: &str| {
            let mut value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let object = value.as_object_mut().expect("an object");
            object.remove("tokens_per_second");
            object.remove("elapsed_seconds");
            value.to_string()
        };
        text.lines().map(line).collect::<Vec<_>>()
    };
    // Two reports cover both sides of step 5 in the one and one side in the other.
    let differ = |lines: Vec<String>| lines.into_iter().filter(|line| !line.contains("\"step\":6")).collect::<Vec<_>>();
    assert_eq!(differ(without_time(read(again.path()))), differ(without_time(read(whole.path()))));
}

#[test]
fn a_run_that_goes_on_is_the_run_that_never_stopped() {
    goes_on::<Decoder>("kind = 'adamw'");
    goes_on::<MaskedLm>("kind = 'adamw'");
    goes_on::<EncoderDecoder>("kind = 'adamw'");
    goes_on::<Decoder>("kind = 'muon'");
    goes_on::<Decoder>("kind = 'adafactor'");
    goes_on::<Decoder>("kind = 'lion'");
    let small = || Plan { recompute: Recompute::Blocks, precision: Precision::Bf16, ..plan(9) };
    goes_on_with::<Decoder>(small());
    goes_on_with::<EncoderDecoder>(small());
}

#[test]
fn the_folder_tells_it_all() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run");
    let session = Session { sample: Some(Box::new(|_: &Decoder| "counting".into())), ..kept(&path) };
    train(begin::<Decoder>(1), data::<Decoder>(), &plan(12), session).expect("it learns");
    let files = names(&path);
    let plain: Vec<_> = files.iter().filter(|name| !name.starts_with("events.out.tfevents.")).collect();
    assert_eq!(plain, ["checkpoints", "config.toml", "env.json", "metrics.jsonl", "samples.txt"]);
    assert_eq!(files.len(), 6);
    assert_eq!(fs::read_to_string(path.join("samples.txt")).expect("samples").matches("counting").count(), 3);
    let metrics = fs::read_to_string(path.join("metrics.jsonl")).expect("metrics");
    assert_eq!(metrics.matches("\"train\"").count(), 6, "a report every two steps");
    assert_eq!(metrics.matches("\"validation\"").count(), 3);
    // The two last stay, and the best, which was the last.
    assert_eq!(names(&path.join("checkpoints")), ["best", "latest", "step-00000008", "step-00000012"]);
    let again = Run::create(&path, "", &serde_json::json!({})).unwrap_err().to_string();
    assert!(again.contains("holds a run already") && again.contains("--resume latest"), "{again}");
}

#[test]
fn a_damaged_checkpoint_is_passed_over_and_said() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let mut plan = plan(12);
    plan.keep.last = 3;
    train(begin::<Decoder>(1), data::<Decoder>(), &plan, kept(folder.path())).expect("it learns");
    let checkpoints = Checkpoints::of(folder.path());
    let at = |step: usize| folder.path().join(format!("checkpoints/step-{step:08}"));
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).expect("a file");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        fs::write(path, bytes).expect("written");
    };
    flip(&at(12).join("model.safetensors"));
    let found = checkpoints.find(Which::Latest).expect("an older one");
    assert_eq!((found.path, found.skipped.len()), (at(8), 1));
    assert!(found.skipped[0].contains("step-00000012/model.safetensors") && found.skipped[0].contains("changed"));
    let bytes = fs::read(at(8).join("optimizer.bpk")).expect("a file");
    fs::write(at(8).join("optimizer.bpk"), &bytes[..bytes.len() - 10]).expect("written");
    let found = checkpoints.find(Which::Latest).expect("the oldest");
    assert_eq!((found.path, found.skipped.len()), (at(4), 2));
    assert!(found.skipped[1].contains("cut off"), "{:?}", found.skipped);
    fs::remove_file(at(4).join("state.json")).expect("removed");
    let none = checkpoints.find(Which::Latest).unwrap_err().to_string();
    assert!(none.contains("there is no checkpoint that is whole") && none.contains("4, 8, 12"), "{none}");
    let missing = checkpoints.find(Which::Step(5)).unwrap_err().to_string();
    assert!(missing.contains("no checkpoint of step 5; there are those of the steps 4, 8, 12"), "{missing}");
}

#[test]
fn what_stops_it_leaves_a_checkpoint() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let session = kept::<Decoder>(folder.path());
    let interrupter = session.interrupter.clone();
    // It is stopped while it writes its first sample, after step 4.
    let sample: Sample<Decoder> = Box::new(move |_| {
        interrupter.stop(Some("enough"));
        String::new()
    });
    let session = Session { sample: Some(sample), ..session };
    let (_, outcome) = train(begin::<Decoder>(1), data::<Decoder>(), &plan(100), session).expect("it stops");
    assert!(outcome.interrupted && outcome.steps == 4, "{outcome:?}");
    let found = Checkpoints::of(folder.path()).find(Which::Latest).expect("a checkpoint");
    assert!(found.path.ends_with("step-00000004"));
}

#[test]
fn the_average_of_the_last_checkpoints() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let mut plan = plan(12);
    plan.keep = Keep { every: Some(4), last: 2, average: Some(Average::Last { checkpoints: 2 }) };
    let (model, outcome) =
        train(begin::<Decoder>(1), data::<Decoder>(), &plan, kept(folder.path())).expect("it learns");
    assert!(outcome.averaged.is_some());
    let checkpoints = Checkpoints::of(folder.path());
    let load = |which| {
        let found = checkpoints.find(which).expect("a checkpoint");
        let model = Decoder::new(&Device::flex());
        bits(&salamander_checkpoint::load_plain(model, &[weights(&found.path)]).expect("it loads"))
    };
    let (a, b, mean) = (load(Which::Step(8)), load(Which::Step(12)), load(Which::Averaged));
    for ((a, b), mean) in a.iter().zip(&b).zip(&mean) {
        let [a, b, mean] = [a, b, mean].map(|bits| f32::from_bits(*bits));
        assert!(((a + b) / 2.0 - mean).abs() < 1e-6);
    }
    assert_eq!(bits(&model.valid()), mean, "the average is what comes back");
    assert!(checkpoints.find_for_use().expect("one").path.ends_with("averaged"));
}

#[test]
fn what_came_after_the_step_it_goes_on_from_is_forgotten() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let mut long = stopping(plan(12), 3);
    (long.steps, long.keep.last) = (12, 10);
    long.keep.average = Some(Average::Last { checkpoints: 2 });
    train(begin::<Decoder>(1), data::<Decoder>(), &long, kept(folder.path())).expect("it learns");
    let checkpoints = Checkpoints::of(folder.path());
    let steps = || checkpoints.steps().into_iter().map(|(step, _)| step).collect::<Vec<_>>();
    assert_eq!(steps(), [12, 9, 6, 3]);
    let first = fs::read(weights(&checkpoints.find(Which::Step(6)).expect("one").path)).expect("weights");

    // Another way from step 3 on: with another rate.
    let schedule = Schedule::Constant { rate: 1e-4, warmup: 0 };
    let other = Plan { steps: 6, schedule, ..long };
    let session = resumed::<Decoder>(folder.path(), 3);
    assert_eq!(steps(), [3]);
    assert!(checkpoints.find(Which::Averaged).is_err() && checkpoints.find(Which::Best).expect("one").step == Some(3));
    train(begin::<Decoder>(1), data::<Decoder>(), &other, session).expect("it goes on");
    assert_eq!(steps(), [6, 3]);
    let second = fs::read(weights(&checkpoints.find(Which::Step(6)).expect("one").path)).expect("weights");
    assert!(first != second, "the checkpoint is that of the steps that were made");
    let lines = fs::read_to_string(folder.path().join("metrics.jsonl")).expect("metrics");
    assert_eq!(lines.matches("averaged").count(), 1, "{lines}");
}

#[test]
fn a_spoilt_model_is_not_kept() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    // The only step leads beyond all numbers.
    let schedule = Schedule::Constant { rate: 1e38, warmup: 0 };
    let plan = Plan { steps: 1, schedule, ..stopping(plan(4), 1) };
    let failed = train(begin::<Decoder>(1), data::<Decoder>(), &plan, kept(folder.path())).expect_err("it is spoilt");
    assert!(matches!(failed, Error::Spoilt { step: 1, .. }), "{failed}");
    assert!(Checkpoints::of(folder.path()).steps().is_empty());
}

#[test]
fn a_run_that_failed_keeps_its_last_good_checkpoint() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let plan = stopping(plan(4), 4);
    train(begin::<Decoder>(1), data::<Decoder>(), &plan, kept(folder.path())).expect("it learns");
    let schedule = Schedule::Constant { rate: 1e9, warmup: 0 };
    let plan = Plan { steps: 20, schedule, ..plan };
    let failed = train(begin::<Decoder>(1), data::<Decoder>(), &plan, resumed(folder.path(), 4));
    assert!(matches!(failed, Err(Error::NotFinite { .. } | Error::Diverged { .. })));
    let found = Checkpoints::of(folder.path()).find(Which::Latest).expect("a checkpoint");
    assert!(found.path.ends_with("step-00000004"));
}
