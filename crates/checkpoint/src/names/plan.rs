//! A name table applied to a module.

use std::collections::BTreeMap;

use crate::{Error, walk::Parameter};

use super::{Name, Names, fill, indices, template::holes};

/// What a file of one module holds: each tensor's name, and what it is made of.
pub(crate) struct Plan {
    pub(crate) slots: BTreeMap<String, Slot>,
}

/// One tensor of the file.
pub(crate) struct Slot {
    pub(crate) transposed: bool,
    pub(crate) parts: Vec<Part>,
}

/// One parameter in a tensor of the file.
pub(crate) struct Part {
    pub(crate) path: String,
    /// Its shape in the module.
    pub(crate) shape: Vec<usize>,
}

impl Slot {
    /// How wide each part is, along the last axis of the module's layout.
    pub(crate) fn widths(&self) -> Vec<usize> {
        self.parts.iter().map(|part| part.shape.last().copied().unwrap_or(1)).collect()
    }

    /// How the whole tensor lies in the file.
    pub(crate) fn file_shape(&self) -> Vec<usize> {
        let mut shape = self.parts.first().map(|part| part.shape.clone()).unwrap_or_default();
        if let Some(last) = shape.last_mut() {
            *last = self.widths().iter().sum();
        }
        self.in_file(shape)
    }

    /// How each part lies in the file.
    pub(crate) fn part_shapes(&self) -> Vec<Vec<usize>> {
        self.parts.iter().map(|part| self.in_file(part.shape.clone())).collect()
    }

    fn in_file(&self, mut shape: Vec<usize>) -> Vec<usize> {
        if self.transposed {
            shape.reverse();
        }
        shape
    }

    fn problem(&self, tensor: &str, wanted: &[&str]) -> Option<String> {
        let missing: Vec<_> =
            wanted.iter().filter(|path| !self.parts.iter().any(|part| part.path == **path)).copied().collect();
        if !missing.is_empty() {
            return Some(format!("{tensor} is made of parts of which the module lacks {}", missing.join(", ")));
        }
        let (first, rest) = self.parts.split_first()?;
        if self.transposed && self.parts.iter().any(|part| part.shape.len() != 2) {
            return Some(format!("{tensor} is transposed, but {} is {:?}", first.path, first.shape));
        }
        let rows = |part: &Part| part.shape.split_last().map(|(_, rows)| rows.to_vec());
        let other = rest.iter().find(|part| rows(part) != rows(first) || rows(part).is_none())?;
        Some(format!(
            "{tensor} joins {} {:?} and {} {:?}, which do not fit side by side",
            first.path, first.shape, other.path, other.shape
        ))
    }
}

impl Plan {
    /// # Errors
    /// If the table and the parameters are not one to one.
    pub(crate) fn new(names: &Names, parameters: &[Parameter]) -> Result<Self, Error> {
        let Some(lines) = &names.lines else { return Ok(Self::plain(parameters)) };
        let mut problems: Vec<_> = lines.iter().filter_map(uneven).collect();
        let mut draft: BTreeMap<String, Draft> = BTreeMap::new();
        for parameter in parameters {
            let found: Vec<_> =
                lines.iter().enumerate().flat_map(|(i, line)| places(i, line, parameter.path())).collect();
            match found.as_slice() {
                [place] => {
                    let draft = draft.entry(place.tensor.clone()).or_default();
                    draft.parts.push((*place, parameter));
                }
                [] => problems.push(format!("{} is in no line", parameter.path())),
                _ => {
                    let tensors: Vec<_> = found.iter().map(|place| place.tensor.as_str()).collect();
                    problems.push(format!("{} is in several lines: {}", parameter.path(), tensors.join(", ")));
                }
            }
        }
        Self::finish(lines, draft, problems)
    }
}
