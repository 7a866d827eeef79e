//! Where and with what a run is made: `env.json`.

use std::env;

use salamander::{burn::tensor::Device, kernels::backend};
use serde_json::{Value, json};

use crate::processor;

/// Where and with what a run is made.
pub(crate) fn describe(device: &Device) -> Value {
    let backends: Vec<_> = backend::compiled().iter().map(|backend| backend.name).collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "command": env::args().collect::<Vec<_>>(),
        "device": format!("{device:?}"),
        "backends": backends,
        "system": format!("{} {}", env::consts::OS, env::consts::ARCH),
        "processor": processor::name(),
        "threads": processor::threads(),
    })
}
