//! Hugging Face directories and burn modules, both ways.
//!
//! A checkpoint is a `config.json`, a table of tensors and perhaps a `tokenizer.json`. This crate reads and writes all
//! three without knowing any model:
//!
//! - [`Directory`] finds the files and refuses what is unsafe to open;
//! - [`Keys`] reads `config.json` strictly: every key is handled, known to be harmless, or an error;
//! - [`Names`] says which tensor of the file is which parameter of the module, and [`load`] and [`save`] read that one
//!   table in its two directions;
//! - [`Outline`] is what a directory says before its weights are read, or written;
//! - [`Folder`] writes a folder that is whole or not there, [`Bundle`] one that can prove it;
//! - [`Reference`] reads what another implementation computed, to compare with.
//!
//! # Why a table
//!
//! burn and PyTorch lay matrices out differently, and one file may hold three of a module's matrices in one tensor.
//! Rules that look at a layer's type, or regular expressions applied one after another, cannot be read backwards and
//! fail in silence. A table of templates can be inverted, checked against a module ([`Names::check`]), and makes the
//! error message name the line that is missing.
//!
//! # Why all or nothing
//!
//! A model with one tensor left at its random beginning still produces text, only worse. [`load`] therefore collects
//! every missing, unused and misshapen tensor into one error and gives the module back only if there is none.
//!
//! # Example
//!
//! ```
//! use burn::{module::{Module, Param}, tensor::{Device, Tensor}};
//! use salamander_checkpoint::{Name, Names, copy, load, save, transpose};
//!
//! #[derive(Module, Debug)]
//! struct Affine { weight: Param<Tensor<2>>, bias: Param<Tensor<1>> }
//!
//! // PyTorch keeps [out, in], the module [in, out].
//! const NAMES: &[Name] = &[transpose("fc.weight", "weight"), copy("fc.bias", "bias")];
//!
//! let device = Device::flex();
//! let zeros = || Affine {
//!     weight: Param::from_tensor(Tensor::zeros([2, 3], &device)),
//!     bias: Param::from_tensor(Tensor::zeros([3], &device)),
//! };
//! let mut affine = zeros();
//! affine.bias = Param::from_tensor(Tensor::from_floats([1.0, 2.0, 3.0], &device));
//!
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("model.safetensors");
//! save(&affine, &file, &Names::new(NAMES))?;
//! let back = load(zeros(), &[file], &Names::new(NAMES))?;
//! assert_eq!(back.bias.val().into_data().try_to_vec::<f32>()?, [1.0, 2.0, 3.0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bundle;
mod config;
mod directory;
mod error;
mod folder;
mod json;
mod load;
mod names;
mod outline;
mod reference;
mod save;
mod tensors;
mod walk;
mod write;

pub use bundle::Bundle;
pub use config::{COMMON, Keys};
pub use directory::Directory;
pub use error::{Error, ErrorKind, KeyProblem, Problem};
pub use folder::Folder;
pub use json::parse as parse_json;
pub use load::{load, load_plain};
pub use names::{Ignored, Line, Name, Names, copy, ignored, row, same, split, split_transpose, transpose};
pub use outline::Outline;
pub use reference::{Array, Reference, largest_difference};
pub use save::{save, save_plain};
pub use walk::{Parameter, adopt, identify, parameters, without_other};
pub use write::{write, write_json};
