//! Which tensor of a file is which parameter of a module.

mod plan;
mod template;
#[cfg(test)]
mod tests;

use burn::module::Module;

use crate::{Error, walk::parameters};

pub(crate) use plan::{Plan, Slot};
use template::{fill, indices};

/// One line of a name table: a tensor of the file, the parameters it fills, and how.
///
/// `{}` in a name stands for a decimal index. The names on both sides have equally many of them, which take the same
/// values from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    file: &'static str,
    modules: Modules,
    layout: Layout,
}

/// How parameters lie in the tensor that holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// As in the module.
    Same,
    /// Matrices with their axes swapped.
    Transposed,
    /// A vector as a matrix of one row.
    Row,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Modules {
    One(&'static str),
    Several(&'static [&'static str]),
}

/// A tensor of the file that fills no parameter of its own, and why that is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ignored {
    file: &'static str,
    reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// It is left out.
    Because(&'static str),
    /// It is this other tensor of the file under a second name.
    Same(&'static str),
}

/// The tensor as it is: biases, gains, embeddings, and matrices kept as `[in, out]`.
pub const fn copy(file: &'static str, module: &'static str) -> Name {
    Name { file, modules: Modules::One(module), layout: Layout::Same }
}

/// A matrix that the file keeps as `[out, in]` (PyTorch's `nn.Linear`) and the module as `[in, out]`.
pub const fn transpose(file: &'static str, module: &'static str) -> Name {
    Name { file, modules: Modules::One(module), layout: Layout::Transposed }
}

/// A vector that the file keeps as a matrix of one row, `[1, n]`.
pub const fn row(file: &'static str, module: &'static str) -> Name {
    Name { file, modules: Modules::One(module), layout: Layout::Row }
}

/// Several parameters side by side along the last axis of one tensor. How wide each is, the module says.
pub const fn split(file: &'static str, modules: &'static [&'static str]) -> Name {
    Name { file, modules: Modules::Several(modules), layout: Layout::Same }
}

/// Several matrices, each kept as by [`transpose`], one above the other in one `[out, in]` tensor.
pub const fn split_transpose(file: &'static str, modules: &'static [&'static str]) -> Name {
    Name { file, modules: Modules::Several(modules), layout: Layout::Transposed }
}

/// A tensor to leave out, and why nothing is lost by it.
pub const fn ignored(file: &'static str, reason: &'static str) -> Ignored {
    Ignored { file, reason: Reason::Because(reason) }
}

/// A second name of the tensor `of`, as tied weights have it. The two must be equal where a file has both; where it has
/// only the second, that one is read. Both names are given as the table has them.
pub const fn same(file: &'static str, of: &'static str) -> Ignored {
    Ignored { file, reason: Reason::Same(of) }
}

/// A name table, read from file to module when loading and from module to file when saving.
///
/// A line whose parameters the module does not have says nothing; so one table serves models with and without biases.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// `None`: every parameter under its own path.
    lines: Option<Vec<Name>>,
    ignored: Vec<Ignored>,
    prefixes: Vec<&'static str>,
    aliases: Vec<(&'static str, &'static str)>,
}

/// One tensor of the file, as a module fills it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its name in the file.
    pub tensor: String,
    /// Its shape in the file.
    pub shape: Vec<usize>,
    /// The paths of the parameters it holds.
    pub modules: Vec<String>,
}

impl Names {
    /// The table of these lines.
    pub fn new(lines: &[Name]) -> Self {
        Self { lines: Some(lines.to_vec()), ..Self::default() }
    }

    /// The table that calls every parameter by its own path in the module.
    pub fn plain() -> Self {
        Self::default()
    }

    /// The same with more lines, for parts that only some configurations have.
    #[must_use]
    pub fn and(mut self, lines: &[Name]) -> Self {
        self.lines.get_or_insert_default().extend_from_slice(lines);
        self
    }

    /// The same, with tensors of the file that fill nothing.
    #[must_use]
    pub fn ignore(mut self, ignored: &[Ignored]) -> Self {
        self.ignored.extend_from_slice(ignored);
        self
    }

    /// The same, except that a file may leave this prefix out where the table has it, and have it where the table has
    /// not. Saving writes the names as the table has them.
    #[must_use]
    pub fn optional_prefix(mut self, prefix: &'static str) -> Self {
        self.prefixes.push(prefix);
        self
    }

    /// The same, except that a name in a file may end in `old` where the table has `new` (`LayerNorm.gamma` and
    /// `LayerNorm.weight`).
    #[must_use]
    pub fn alias(mut self, old: &'static str, new: &'static str) -> Self {
        self.aliases.push((old, new));
        self
    }

    /// Checks that the table and the module's parameters are one to one.
    ///
    /// # Errors
    /// All parameters that no line or two lines name, splits of which only a part exists, names in the file that are
    /// given twice, transpositions of what is no matrix.
    pub fn check<M: Module>(&self, module: &M) -> Result<(), Error> {
        self.lines_of(module).map(drop)
    }

    /// What a file of this module holds, sorted by name.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn lines_of<M: Module>(&self, module: &M) -> Result<Vec<Line>, Error> {
        let plan = Plan::new(self, &parameters(module))?;
        Ok(plan
            .slots
            .into_iter()
            .map(|(tensor, slot)| Line {
                tensor,
                shape: slot.file_shape(),
                modules: slot.parts.into_iter().map(|part| part.path).collect(),
            })
            .collect())
    }

    /// The ways in which the tensor that a file calls `name` may stand in the table, best first.
    pub(crate) fn readings(&self, name: &str) -> Vec<String> {
        let mut readings = vec![name.to_owned()];
        for (old, new) in &self.aliases {
            if let Some(stem) = name.strip_suffix(old).filter(|stem| stem.is_empty() || stem.ends_with('.')) {
                readings.push(format!("{stem}{new}"));
            }
        }
        for prefix in &self.prefixes {
            for reading in readings.clone() {
                readings.push(match reading.strip_prefix(prefix) {
                    Some(rest) => rest.to_owned(),
                    None => format!("{prefix}{reading}"),
                });
            }
        }
        readings
    }

    /// Whether the tensor fills nothing, knowingly.
    pub(crate) fn is_ignored(&self, name: &str) -> bool {
        self.ignored.iter().any(|line| matches!(line.reason, Reason::Because(_)) && indices(line.file, name).is_some())
    }

    /// The tensor of which this one is the second name.
    pub(crate) fn second_name_of(&self, name: &str) -> Option<String> {
        self.ignored.iter().find_map(|line| match line.reason {
            Reason::Same(of) => indices(line.file, name).map(|found| fill(of, &found)),
            Reason::Because(_) => None,
        })
    }

    /// Whether any line has a tensor of this name.
    pub(crate) fn has_line(&self, name: &str) -> bool {
        self.lines.iter().flatten().any(|line| indices(line.file, name).is_some())
    }
}

impl Name {
    fn modules(&self) -> &[&'static str] {
        match &self.modules {
            Modules::One(module) => std::slice::from_ref(module),
            Modules::Several(modules) => modules,
        }
    }
}

impl Ignored {
    /// The template of the tensor's name.
    pub fn tensor(&self) -> &'static str {
        self.file
    }

    /// Why nothing is lost.
    pub fn reason(&self) -> String {
        match self.reason {
            Reason::Because(reason) => reason.to_owned(),
            Reason::Same(of) => format!("the same tensor as {of}"),
        }
    }
}
