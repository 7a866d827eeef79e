//! From a module to a file.

use std::{
    collections::HashMap,
    io::{self, Write},
    path::Path,
};

use burn::module::Module;
use safetensors::{
    Dtype,
    tensor::{Metadata, TensorInfo},
};

use crate::{
    Error, ErrorKind, Names,
    names::{Plan, Slot},
    tensors::{bytes_of, transposed},
    walk::{Parameter, parameters},
    write::write_with,
};

/// Writes a module to a safetensors file, in F32, under the names of the table.
///
/// Whoever looks, at any time and after any accident, finds the old file or the new one, never a part.
///
/// # Errors
/// If the table does not fit the module, or the system refuses; the old file is then untouched.
pub fn save<M: Module>(module: &M, path: &Path, names: &Names) -> Result<(), Error> {
    let parameters = parameters(module);
    let plan = Plan::new(names, &parameters)?;
    let by_path: HashMap<_, _> = parameters.iter().map(|parameter| (parameter.path(), parameter)).collect();
    let header = header(&plan).map_err(|what| Error::new(path, ErrorKind::Format(what)))?;
    write_with(path, |file| {
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(&header)?;
        plan.slots.values().try_for_each(|slot| file.write_all(&bytes_of(&joined(slot, &by_path)?)))
    })
}

/// Writes a module to a safetensors file that calls each parameter by its path.
///
/// # Errors
/// If the system refuses; the old file is then untouched.
pub fn save_plain<M: Module>(module: &M, path: &Path) -> Result<(), Error> {
    save(module, path, &Names::plain())
}

/// The beginning of the file: which tensor lies where. Padded, so that the numbers behind it are aligned.
fn header(plan: &Plan) -> Result<Vec<u8>, String> {
    let mut end = 0;
    let tensors = plan.slots.iter().map(|(name, slot)| {
        let (shape, begin) = (slot.file_shape(), end);
        end += shape.iter().product::<usize>() * size_of::<f32>();
        (name.clone(), TensorInfo { dtype: Dtype::F32, shape, data_offsets: (begin, end) })
    });
    // transformers refuses files that do not say which framework's conventions they follow
    let format = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    let metadata = Metadata::new(Some(format), tensors.collect()).map_err(|error| error.to_string())?;
    let mut header = serde_json::to_vec(&metadata).map_err(|error| error.to_string())?;
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok(header)
}

/// One tensor of the file, from the parameters it holds.
fn joined(slot: &Slot, parameters: &HashMap<&str, &Parameter>) -> io::Result<Vec<f32>> {
    let parts = slot.parts.iter().map(|part| {
        let values = parameters.get(part.path.as_str()).and_then(|parameter| parameter.values());
        let count = part.shape.iter().product::<usize>();
        values
            .filter(|values| values.len() == count)
            .ok_or_else(|| io::Error::other(format!("the values of {} could not be read from the device", part.path)))
    });
    let mut parts = parts.collect::<io::Result<Vec<_>>>()?;
    if parts.len() == 1 && !slot.transposed() {
        return Ok(parts.swap_remove(0));
    }
    let widths = slot.widths();
    let rows = parts[0].len().checked_div(widths[0]).unwrap_or(0);
    if slot.transposed() {
        let turned = parts.iter().zip(&widths).map(|(values, &width)| transposed(values, rows, width));
        return Ok(turned.collect::<Vec<_>>().concat());
    }
    let mut values = Vec::with_capacity(parts.iter().map(Vec::len).sum());
    for row in 0..rows {
        for (part, &width) in parts.iter().zip(&widths) {
            values.extend_from_slice(&part[row * width..(row + 1) * width]);
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests;
