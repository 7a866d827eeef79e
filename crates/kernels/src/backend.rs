//! The backends that are compiled in: the one module that names them.
//!
//! A backend is a cargo feature; several may be compiled together, and a specification such as `cuda:1` picks the device
//! at run time.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

#[allow(unused_imports)] // which of them are used depends on the features
use burn::tensor::{Device, DeviceKind, DeviceType, Tensor, TensorData};
use thiserror::Error;

/// A backend this program was built with.
#[derive(Debug, Clone, Copy)]
pub struct Backend {
    /// Its name: the cargo feature, and what stands before the colon of a device.
    pub name: &'static str,
    /// What it runs on.
    pub summary: &'static str,
    /// The device to take when none is named.
    first: fn() -> Device,
    /// All devices, if it has several.
    all: Option<fn() -> Vec<Device>>,
}

/// Why there is no device.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BackendError {
    /// Nobody knows this backend.
    #[error("there is no backend `{name}`; this program has {compiled}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        compiled: String,
    },
    /// It exists, but not in this program.
    #[error("the backend `{name}` is not in this program, which has {compiled}; build it in with `--backend {name}`")]
    NotCompiled {
        /// What was asked for.
        name: String,
        /// What there is.
        compiled: String,
    },
    /// The number behind the colon is none, or this backend has only one device.
    #[error("`{spec}` names no device: {reason}")]
    Index {
        /// What was asked for.
        spec: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It was built in, but the machine lacks the adapter, the driver or a library.
    #[error("the device `{spec}` cannot be used: {reason}")]
    Unavailable {
        /// What was asked for.
        spec: String,
        /// What it said, in one line.
        reason: String,
    },
    /// It computes something else than it should.
    #[error("the device `{spec}` computes {got} where {want} is right")]
    Wrong {
        /// What was asked for.
        spec: String,
        /// Its result.
        got: String,
        /// The result.
        want: String,
    },
}

/// All backends there are, compiled in or not.
const NAMES: &[&str] = &["flex", "ndarray", "wgpu", "vulkan", "metal", "webgpu", "cuda", "rocm", "cpu"];

/// The backends of this program.
pub fn compiled() -> Vec<Backend> {
    let all: &[Backend] = &[
        #[cfg(feature = "flex")]
        Backend {
            name: "flex",
            summary: "CPU, with fused kernels chosen by what the processor has",
            first: || Device::flex(),
            all: None,
        },
        #[cfg(feature = "ndarray")]
        Backend {
            name: "ndarray",
            summary: "CPU, through ndarray (deprecated upstream)",
            first: || ndarray(),
            all: None,
        },
        #[cfg(feature = "cuda")]
        Backend {
            name: "cuda",
            summary: "NVIDIA GPUs",
            first: || Device::cuda(0),
            all: Some(|| Device::enumerate(DeviceType::Cuda).into_vec()),
        },
        #[cfg(feature = "rocm")]
        Backend {
            name: "rocm",
            summary: "AMD GPUs",
            first: || Device::rocm(0),
            all: Some(|| Device::enumerate(DeviceType::Rocm).into_vec()),
        },
        #[cfg(feature = "metal")]
        Backend {
            name: "metal",
            summary: "Apple GPUs",
            first: || Device::metal(DeviceKind::DefaultDevice),
            all: Some(|| Device::enumerate(DeviceType::Metal).into_vec()),
        },
        #[cfg(feature = "vulkan")]
        Backend {
            name: "vulkan",
            summary: "GPUs through Vulkan",
            first: || Device::vulkan(DeviceKind::DefaultDevice),
            all: Some(|| Device::enumerate(DeviceType::Vulkan).into_vec()),
        },
        #[cfg(feature = "webgpu")]
        Backend {
            name: "webgpu",
            summary: "GPUs through WebGPU",
            first: || Device::webgpu(DeviceKind::DefaultDevice),
            all: Some(|| Device::enumerate(DeviceType::WebGpu).into_vec()),
        },
        #[cfg(feature = "wgpu")]
        Backend {
            name: "wgpu",
            summary: "GPUs through wgpu",
            first: || Device::wgpu(DeviceKind::DefaultDevice),
            all: Some(|| Device::enumerate(DeviceType::Wgpu).into_vec()),
        },
        #[cfg(feature = "cpu")]
        Backend { name: "cpu", summary: "CPU, through CubeCL's compiler", first: || Device::cpu(), all: None },
    ];
    all.to_vec()
}

#[cfg(feature = "ndarray")]
#[allow(deprecated)] // upstream means to drop it; until then people compare against it
fn ndarray() -> Device {
    Device::ndarray()
}

/// Whether tensors of `device` can take the fused bodies.
#[cfg(feature = "flex")]
pub(crate) fn is_flex(device: &Device) -> bool {
    *device == Device::flex()
}

/// The device of a specification: `flex`, `cuda:1`.
///
/// The device is not touched: whether it works, [`open`] finds out.
///
/// # Errors
/// If the backend is unknown or not compiled in, or the number is none.
pub fn parse(spec: &str) -> Result<Device, BackendError> {
    let (name, index) = match spec.split_once(':') {
        Some((name, index)) => (name, Some(index)),
        None => (spec, None),
    };
    let backend = compiled().into_iter().find(|backend| backend.name == name).ok_or_else(|| missing(name))?;
    let unavailable = |reason| BackendError::Unavailable { spec: spec.into(), reason };
    let Some(index) = index else { return silently(backend.first).map_err(unavailable) };
    let wrong = |reason: String| BackendError::Index { spec: spec.into(), reason };
    let all = backend.all.ok_or_else(|| wrong(format!("`{name}` has one device, without a number")))?;
    let index: usize = index.parse().map_err(|_| wrong(format!("`{index}` is not a number")))?;
    let devices = silently(all).map_err(unavailable)?;
    let found = devices.len();
    let device = devices.into_iter().nth(index);
    device.ok_or_else(|| wrong(format!("{found} are found on this machine, counted from 0")))
}

/// The device of a specification, after a first use.
///
/// # Errors
/// As [`parse`], and if the machine lacks the adapter, the driver or a library.
pub fn open(spec: &str) -> Result<Device, BackendError> {
    let device = parse(spec)?;
    let first_use = || Tensor::<1>::from_floats([1.0, 2.0], &device).sum().into_scalar::<f32>();
    match silently(first_use) {
        Ok(_) => Ok(device),
        Err(reason) => Err(BackendError::Unavailable { spec: spec.into(), reason }),
    }
}

/// What a self-check found.
#[derive(Debug, Clone, Copy)]
pub struct SelfCheck {
    /// The loss of a tiny attention layer.
    pub value: f32,
    /// How long the second run took: the first builds kernels.
    pub time: Duration,
}

/// What [`self_check`] must find: the loss, and the sum of the squares of its gradient, worked out in f64 with numpy.
const RIGHT: (f32, f32) = (4.621_011_3, 28.064_928);
/// How far off each may be, relatively.
const TOLERANCE: f32 = 1e-4;

/// Runs a tiny computation, forward and backward, and compares it with the right answer.
///
/// # Errors
/// If the device cannot be used or computes something else.
pub fn self_check(spec: &str) -> Result<SelfCheck, BackendError> {
    let device = open(spec)?.autodiff();
    let unavailable = |reason| BackendError::Unavailable { spec: spec.into(), reason };
    silently(|| check_once(&device)).map_err(unavailable)?;
    let start = Instant::now();
    let (value, slope) = silently(|| check_once(&device)).map_err(unavailable)?;
    let time = start.elapsed();
    let differs = |got: f32, want: f32| (got - want).abs() > TOLERANCE * want.abs();
    if differs(value, RIGHT.0) || differs(slope, RIGHT.1) || value.is_nan() || slope.is_nan() {
        let say = |(value, slope)| format!("{value} with slope {slope}");
        return Err(BackendError::Wrong { spec: spec.into(), got: say((value, slope)), want: say(RIGHT) });
    }
    Ok(SelfCheck { value, time })
}

fn check_once(device: &Device) -> (f32, f32) {
    use crate::{AttentionOptions, Reach, Weights};
    let values: Vec<f32> = (0..64).map(|i| (i as f32 * 0.7).sin()).collect();
    let x = Tensor::<4>::from_data(TensorData::new(values, [1, 2, 8, 4]), device).require_grad();
    let options = AttentionOptions {
        scale: 0.5,
        softcap: None,
        reach: Reach { left: None, right: Some(0) },
        weights: Weights::Softmax,
        dropout: 0.0,
    };
    let y = crate::attention(x.clone(), x.clone(), x.clone(), None, None, &options);
    let loss = crate::activation(y, crate::Activation::Gelu).powi_scalar(2).sum();
    let gradients = loss.backward();
    let slope = x.grad(&gradients).map_or(f32::NAN, |slope| slope.powi_scalar(2).sum().into_scalar::<f32>());
    (loss.into_scalar::<f32>(), slope)
}

/// The devices of a backend that the machine reports, as specifications.
pub fn devices(backend: &Backend) -> Vec<String> {
    let Some(all) = backend.all else { return vec![backend.name.into()] };
    let found = silently(all).map_or(0, |devices| devices.len());
    (0..found).map(|i| format!("{}:{i}", backend.name)).collect()
}

fn missing(name: &str) -> BackendError {
    let compiled: Vec<_> = compiled().iter().map(|backend| backend.name).collect();
    let compiled = compiled.join(", ");
    if NAMES.contains(&name) {
        BackendError::NotCompiled { name: name.into(), compiled }
    } else {
        BackendError::Unknown { name: name.into(), compiled }
    }
}

/// Runs what may panic deep inside a driver, and turns the panic into its first line.
fn silently<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(f));
    std::panic::set_hook(hook);
    result.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let text = text.unwrap_or_else(|| "its driver gave up without a word".into());
        text.lines().next().unwrap_or_default().trim().to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_says_what_there_is() {
        let message = parse("abacus").unwrap_err().to_string();
        assert!(message.starts_with("there is no backend `abacus`; this program has flex"), "{message}");
        let message = parse("flex:1").unwrap_err().to_string();
        assert_eq!(message, "`flex:1` names no device: `flex` has one device, without a number");
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn a_backend_that_is_not_compiled_in_says_how_to_get_it() {
        let message = parse("cuda:1").unwrap_err().to_string();
        assert!(message.contains("build it in with `--backend cuda`"), "{message}");
    }

    #[test]
    fn a_panic_becomes_one_line() {
        assert_eq!(silently(|| panic!("no adapter\nand a long story")).unwrap_err() as String, "no adapter");
    }

    #[test]
    fn flex_passes_its_check() {
        let check = self_check("flex").expect("the CPU is always there");
        assert!((check.value - RIGHT.0).abs() < TOLERANCE * RIGHT.0);
        assert_eq!(devices(&compiled()[0]), ["flex"]);
    }
}
