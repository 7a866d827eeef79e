//! Run folders as training leaves them, generated.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A folder of runs, gone when it is dropped.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A run that was planned so: `plan` is TOML, `lines` is what it reported.
    pub(crate) fn run(&self, model: &str, name: &str, plan: &str, lines: &str) -> PathBuf {
        let path = self.path().join(model).join(name);
        fs::create_dir_all(path.join("checkpoints/step-00000010")).expect("a folder");
        let config = format!("[recipe]\nname = '{model}'\n[recipe.plan]\n{plan}\n[resolved]\nfamily = 'any'\n");
        fs::write(path.join("config.toml"), config).expect("written");
        fs::write(path.join("env.json"), "{}").expect("written");
        fs::write(path.join("metrics.jsonl"), lines).expect("written");
        fs::write(path.join("checkpoints/step-00000010/model.safetensors"), [0; 1000]).expect("written");
        path
    }
}

pub(crate) fn train(step: u64, loss: f64, seconds: f64) -> String {
    let tokens = step * 100;
    format!(
        "{{\"split\":\"train\",\"step\":{step},\"loss\":{loss},\"learning_rate\":0.001,\"gradient_norm\":1.5,\
         \"tokens\":{tokens},\"tokens_per_second\":5178.1,\"elapsed_seconds\":{seconds}}}\n"
    )
}

pub(crate) fn validation(step: u64, loss: &str) -> String {
    format!("{{\"split\":\"validation\",\"step\":{step},\"loss\":{loss},\"accuracy\":0.5,\"targets\":640}}\n")
}

/// Twenty steps in two beats, the first better than the second.
pub(crate) fn twenty() -> String {
    [
        train(5, 4.0, 1.0),
        train(10, 3.0, 2.0),
        validation(10, "2.5"),
        train(15, 2.0, 3.0),
        train(20, 1.0, 4.0),
        validation(20, "2.75"),
    ]
    .concat()
}

pub(crate) const PLAN: &str = "steps = 20\nseed = 7\nevaluate = { every = 10, batches = 2 }";
