//! From files to a module.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

use burn::module::Module;
use safetensors::tensor::TensorView;

use crate::{
    Error, ErrorKind, Names, Problem,
    names::{Plan, Slot},
    tensors::{Mapped, floats, is_float, part},
    walk::{parameters, replace},
};

/// Fills a module from safetensors files.
///
/// F32, F16, BF16 and F64 become the module's own kind of number. Each parameter keeps its identity, its device and
/// whether it learns. The files must not be changed while they are read; replacing them is harmless.
///
/// # Errors
/// If a file is not whole, or tensors and parameters are not one to one under `names`: all that is missing, unused or
/// of another shape is in the one error. Nothing is loaded in part.
pub fn load<M: Module>(module: M, files: &[PathBuf], names: &Names) -> Result<M, Error> {
    let plan = Plan::new(names, &parameters(&module))?;
    let mapped = files.iter().map(|file| Mapped::open(file)).collect::<Result<Vec<_>, _>>()?;
    let mut found = Found { names, plan: &plan, tensors: HashMap::new(), second: Vec::new(), problems: Vec::new() };
    for file in &mapped {
        found.add(file)?;
    }
    let tensors = found.finish().map_err(|problems| Error::new(whole(files), ErrorKind::Tensors(problems)))?;

    let mut places = BTreeMap::new();
    for (tensor, slot) in &plan.slots {
        for (index, part) in slot.parts.iter().enumerate() {
            places.insert(part.path.as_str(), (tensor, slot, index));
        }
    }
    Ok(replace(module, |path| {
        let (tensor, slot, index) = places.get(path)?;
        part(&tensors.get(*tensor)?.1, slot, *index)
    }))
}

/// Fills a module from files that call each parameter by its path, as [`save_plain`](crate::save_plain) writes them.
///
/// # Errors
/// As [`load`].
pub fn load_plain<M: Module>(module: M, files: &[PathBuf]) -> Result<M, Error> {
    load(module, files, &Names::plain())
}

/// What to call the checkpoint: the file, or the directory of several.
fn whole(files: &[PathBuf]) -> &Path {
    match files {
        [] => Path::new("no file"),
        [file] => file,
        [file, ..] => file.parent().unwrap_or(file),
    }
}

/// What the files hold, sorted by where it belongs.
struct Found<'a> {
    names: &'a Names,
    plan: &'a Plan,
    /// By the table's name: the file's name and the tensor.
    tensors: HashMap<String, (String, TensorView<'a>)>,
    /// The file's name, the table's name of the tensor that it should equal, and the tensor.
    second: Vec<(String, String, TensorView<'a>)>,
    problems: Vec<Problem>,
}

impl<'a> Found<'a> {
    fn add(&mut self, file: &'a Mapped) -> Result<(), Error> {
        let tensors: BTreeMap<_, _> = file.tensors()?.into_iter().collect();
        for (name, tensor) in tensors {
            self.place(name, tensor);
        }
        Ok(())
    }

    fn place(&mut self, name: String, tensor: TensorView<'a>) {
        let readings = self.names.readings(&name);
        if let Some(own) = readings.iter().find(|reading| self.plan.slots.contains_key(*reading)) {
            let first = self.tensors.insert(own.clone(), (name.clone(), tensor));
            self.problems.extend(first.map(|(other, _)| Problem::Twice { tensor: name, other }));
        } else if let Some(of) = readings.iter().find_map(|reading| self.names.second_name_of(reading)) {
            self.second.push((name, of, tensor));
        } else if !readings.iter().any(|reading| self.names.is_ignored(reading)) {
            let listed = readings.iter().any(|reading| self.names.has_line(reading));
            self.problems.push(Problem::Unused { tensor: name, found: tensor.shape().to_vec(), listed });
        }
    }

    /// All tensors by the table's names, or all that is wrong with them.
    fn finish(mut self) -> Result<HashMap<String, (String, TensorView<'a>)>, Vec<Problem>> {
        for (name, of, tensor) in std::mem::take(&mut self.second) {
            match self.tensors.get(&of) {
                Some((_, first)) if equal(first, &tensor) => {}
                Some((first, _)) => self.problems.push(Problem::Unequal { tensor: name, of: first.clone() }),
                None if self.plan.slots.contains_key(&of) => drop(self.tensors.insert(of, (name, tensor))),
                None => {
                    self.problems.push(Problem::Unused { tensor: name, found: tensor.shape().to_vec(), listed: true });
                }
            }
        }
        let mut problems: Vec<_> =
            self.plan.slots.iter().filter_map(|(name, slot)| misfit(name, slot, self.tensors.get(name))).collect();
        problems.extend(self.problems);
        if problems.is_empty() { Ok(self.tensors) } else { Err(problems) }
    }
}

/// What keeps the tensor found from filling the slot.
fn misfit(name: &str, slot: &Slot, found: Option<&(String, TensorView<'_>)>) -> Option<Problem> {
    let wanted = slot.file_shape();
    let Some((tensor, view)) = found else {
        let modules = slot.parts.iter().map(|part| part.path.clone()).collect();
        return Some(Problem::Missing { tensor: name.to_owned(), wanted, modules });
    };
    if view.shape() != wanted {
        let (found, parts) = (view.shape().to_vec(), slot.part_shapes());
        return Some(Problem::Misshapen { tensor: tensor.clone(), found, wanted, parts });
    }
    (!is_float(view.dtype())).then(|| Problem::Kind { tensor: tensor.clone(), found: view.dtype().to_string() })
}

/// Whether two tensors hold the same numbers.
fn equal(a: &TensorView<'_>, b: &TensorView<'_>) -> bool {
    let same_bytes = a.dtype() == b.dtype() && a.data() == b.data();
    a.shape() == b.shape() && (same_bytes || floats(a.dtype(), a.data()) == floats(b.dtype(), b.data()))
}

#[cfg(test)]
mod tests;
