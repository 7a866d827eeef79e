//! A name table applied to a module.

use std::collections::BTreeMap;

use crate::{Error, walk::Parameter};

use super::{Layout, Name, Names, fill, indices, template::holes};

/// What a file of one module holds: each tensor's name, and what it is made of.
pub(crate) struct Plan {
    pub(crate) slots: BTreeMap<String, Slot>,
}

/// One tensor of the file.
pub(crate) struct Slot {
    pub(crate) layout: Layout,
    pub(crate) parts: Vec<Part>,
}

/// One parameter in a tensor of the file.
pub(crate) struct Part {
    pub(crate) path: String,
    /// Its shape in the module.
    pub(crate) shape: Vec<usize>,
}

/// A tensor of the file as its parameters are found: the line it comes from, and the parts by their place in the line.
type Draft = (usize, BTreeMap<usize, Part>);

impl Plan {
    /// # Errors
    /// If the table and the parameters are not one to one.
    pub(crate) fn new(names: &Names, parameters: &[Parameter]) -> Result<Self, Error> {
        let numberless = parameters.iter().filter(|parameter| !parameter.is_float());
        let mut problems: Vec<_> = numberless
            .map(|p| format!("{} holds no floating-point numbers: skip it in the module", p.path()))
            .collect();
        let Some(lines) = &names.lines else { return Self::plain(parameters).unless(problems) };
        problems.extend(lines.iter().filter_map(uneven));
        let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
        for parameter in parameters {
            if let Err(problem) = place(lines, parameter, &mut drafts) {
                problems.push(problem);
            }
        }
        let slots: BTreeMap<_, _> = drafts
            .into_iter()
            .map(|(tensor, (line, parts))| {
                problems.extend(incomplete(&lines[line], &tensor, &parts));
                let slot = Slot { layout: lines[line].layout, parts: parts.into_values().collect() };
                problems.extend(slot.misfit(&tensor));
                (tensor, slot)
            })
            .collect();
        Self { slots }.unless(problems)
    }

    fn unless(self, problems: Vec<String>) -> Result<Self, Error> {
        if problems.is_empty() { Ok(self) } else { Err(Error::table(problems)) }
    }

    fn plain(parameters: &[Parameter]) -> Self {
        let slot = |parameter| Slot { layout: Layout::Same, parts: vec![Part::new(parameter)] };
        Self { slots: parameters.iter().map(|parameter| (parameter.path().to_owned(), slot(parameter))).collect() }
    }
}

/// Finds the one line that a parameter is in, and puts it into the tensor that the line makes.
fn place(lines: &[Name], parameter: &Parameter, drafts: &mut BTreeMap<String, Draft>) -> Result<(), String> {
    let path = parameter.path();
    let mut found = lines.iter().enumerate().flat_map(|(line, name)| {
        let places = name.modules().iter().enumerate();
        places.filter_map(move |(part, module)| Some((line, part, fill(name.file, &indices(module, path)?))))
    });
    let (line, part, tensor) = found.next().ok_or_else(|| format!("{path} is in no line"))?;
    if let Some((_, _, other)) = found.next() {
        return Err(format!("{path} is in two lines: {tensor} and {other}"));
    }
    let (owner, parts) = drafts.entry(tensor.clone()).or_insert((line, BTreeMap::new()));
    if *owner != line || parts.insert(part, Part::new(parameter)).is_some() {
        return Err(format!("{tensor} is made twice, the second time from {path}"));
    }
    Ok(())
}

/// A line of which the two sides do not have the same holes.
fn uneven(line: &Name) -> Option<String> {
    let other = line.modules().iter().find(|module| holes(module) != holes(line.file))?;
    Some(format!("{} and {other} differ in the number of {{}}", line.file))
}

/// A split of which the module has some parts and lacks others.
fn incomplete(line: &Name, tensor: &str, parts: &BTreeMap<usize, Part>) -> Option<String> {
    let found = indices(line.file, tensor).unwrap_or_default();
    let lacking: Vec<_> = (0..line.modules().len())
        .filter(|part| !parts.contains_key(part))
        .map(|part| fill(line.modules()[part], &found))
        .collect();
    (!lacking.is_empty()).then(|| format!("{tensor} also holds {}, which the module has not", lacking.join(", ")))
}

impl Part {
    fn new(parameter: &Parameter) -> Self {
        Self { path: parameter.path().to_owned(), shape: parameter.shape().to_vec() }
    }
}

impl Slot {
    /// Whether matrices lie with their axes swapped.
    pub(crate) fn transposed(&self) -> bool {
        self.layout == Layout::Transposed
    }

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
        match self.layout {
            Layout::Same => {}
            Layout::Transposed => shape.reverse(),
            Layout::Row => shape.insert(0, 1),
        }
        shape
    }

    /// What keeps the parts from making one tensor.
    fn misfit(&self, tensor: &str) -> Option<String> {
        let (axes, made) = match self.layout {
            Layout::Same => (None, ""),
            Layout::Transposed => (Some(2), "transposed"),
            Layout::Row => (Some(1), "a row"),
        };
        let unfit = |part: &&Part| axes.is_some_and(|axes| part.shape.len() != axes);
        if let Some(part) = self.parts.iter().find(unfit) {
            return Some(format!("{tensor} is to be {made}, but {} is {:?}", part.path, part.shape));
        }
        let (first, rest) = self.parts.split_first()?;
        let other = rest.iter().find(|part| !first.fits_beside(part))?;
        let (a, b) = (&first.path, &other.path);
        Some(format!(
            "{tensor} joins {a} {:?} and {b} {:?}, which differ in more than the last axis",
            first.shape, other.shape
        ))
    }
}

impl Part {
    fn fits_beside(&self, other: &Self) -> bool {
        match (self.shape.split_last(), other.shape.split_last()) {
            (Some((_, rows)), Some((_, others))) => rows == others,
            _ => false,
        }
    }
}
