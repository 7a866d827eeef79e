//! What a checkpoint holds.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use burn::{
    module::Module,
    optim::{ModuleOptimizer, OptimizerRecord},
    tensor::Bytes,
};
use salamander_checkpoint::{self as checkpoint, Bundle, identify, load_plain, parameters, save_plain};
use serde::{Deserialize, Serialize};

use crate::Error;

const MODEL: &str = "model.safetensors";
const AVERAGE: &str = "average.safetensors";
const OPTIMIZER: &str = "optimizer.bpk";
const STATE: &str = "state.json";

/// Where a run stands, beside its parameters and its optimiser. What is drawn at random follows from the plan's seed and
/// the step, so no random state is kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    /// Steps done.
    pub(crate) step: usize,
    /// Targets learnt from.
    pub(crate) tokens: u64,
    /// The loss of the first step, in nats per token.
    pub(crate) first_loss: Option<f64>,
    /// The lowest validation loss so far, and at which step.
    pub(crate) best: Option<(f64, usize)>,
    /// Evaluations since then.
    pub(crate) since_best: usize,
}

/// What is written of it: its place, and which identity each parameter had, under which the optimiser knows it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(flatten)]
    state: State,
    identities: BTreeMap<String, u64>,
}

/// Where the parameters of a checkpoint are.
pub fn weights(checkpoint: &Path) -> PathBuf {
    checkpoint.join(MODEL)
}

/// Where the run stood at a checkpoint.
pub(super) fn state(checkpoint: &Path) -> Result<State, Error> {
    Ok(written(checkpoint)?.state)
}

fn written(checkpoint: &Path) -> Result<Written, Error> {
    let file = checkpoint.join(STATE);
    let text = fs::read(&file).map_err(|error| unreadable(&file, &error))?;
    serde_json::from_slice(&text).map_err(|error| unreadable(&file, &error))
}

/// Writes a model alone, whole or not at all.
pub(super) fn write_model<M: Module>(path: &Path, model: &M) -> Result<(), Error> {
    let mut bundle = Bundle::begin(path)?;
    bundle.add(MODEL, |path| save_plain(model, path))?;
    Ok(bundle.finish()?)
}

/// Writes a checkpoint, whole or not at all.
pub(super) fn write<M: Module>(
    path: &Path,
    (model, average): (&M, Option<&M>),
    optimizer: &ModuleOptimizer,
    state: &State,
) -> Result<(), Error> {
    let identities = parameters(model).iter().map(|found| (found.path().into(), found.id().val())).collect();
    let written = Written { state: state.clone(), identities };
    let mut bundle = Bundle::begin(path)?;
    bundle.add(MODEL, |path| save_plain(model, path))?;
    if let Some(average) = average {
        bundle.add(AVERAGE, |path| save_plain(average, path))?;
    }
    bundle.add(OPTIMIZER, |path| {
        let bytes = optimizer.to_record().into_bytes().map_err(|error| unreadable(path, &error))?;
        Ok::<(), Error>(checkpoint::write(path, &bytes)?)
    })?;
    bundle.add(STATE, |path| {
        let value = serde_json::to_value(&written).map_err(|error| unreadable(path, &error))?;
        Ok::<(), Error>(checkpoint::write_json(path, &value)?)
    })?;
    Ok(bundle.finish()?)
}

/// A run's model, optimiser and place, as they were.
pub(crate) struct Restored<M> {
    pub(crate) model: M,
    pub(crate) average: Option<M>,
    pub(crate) optimizer: ModuleOptimizer,
    pub(crate) state: State,
}

/// Puts what the checkpoint in `path` holds in place of what is there.
pub(crate) fn restore<M: Module>(
    path: &Path,
    model: M,
    optimizer: impl FnOnce(&M) -> ModuleOptimizer,
) -> Result<Restored<M>, Error> {
    let Written { state, identities } = written(path)?;
    let model = load_plain(model, &[path.join(MODEL)])?;
    let model = identify(model, &identities.into_iter().collect());
    let average = path.join(AVERAGE);
    let average = average.is_file().then(|| load_plain(model.clone().valid(), &[average])).transpose()?;
    let file = path.join(OPTIMIZER);
    let bytes = fs::read(&file).map_err(|error| unreadable(&file, &error))?;
    let record =
        OptimizerRecord::from_bytes(Bytes::from_bytes_vec(bytes)).map_err(|error| unreadable(&file, &error))?;
    let optimizer = optimizer(&model).load_record(record);
    Ok(Restored { model, average, optimizer, state })
}

fn unreadable(path: &Path, reason: &dyn std::fmt::Display) -> Error {
    Error::Unreadable { path: path.into(), reason: reason.to_string() }
}
