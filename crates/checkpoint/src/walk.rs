//! The parameters of a module by their paths.

use std::{collections::HashMap, fmt};

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId},
    tensor::{Bool, Int, Tensor, TensorData},
};

/// One parameter of a module.
pub struct Parameter {
    id: ParamId,
    path: String,
    shape: Vec<usize>,
    read: Option<Box<dyn Fn() -> Option<Vec<f32>>>>,
}

impl Parameter {
    /// Which it is, among all of this process.
    pub fn id(&self) -> ParamId {
        self.id
    }

    /// Where it stands, dotted: `blocks.0.attention.query.weight`. Variants of enums leave no trace in it, so that a
    /// name does not change with what fills a slot.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Its values in row-major order; `None` if it holds no plain floating-point numbers.
    pub fn values(&self) -> Option<Vec<f32>> {
        self.read.as_ref().and_then(|read| read())
    }

    /// Whether it holds floating-point numbers.
    pub fn is_float(&self) -> bool {
        self.read.is_some()
    }
}

impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.path, self.shape)
    }
}

/// All parameters of a module, in its own order. Parameters not initialised yet stay so until their values are read.
pub fn parameters<M: Module>(module: &M) -> Vec<Parameter> {
    let mut visitor = Visitor::default();
    module.visit(&mut visitor);
    visitor.found
}

/// Replaces each parameter for which `values` has any; it keeps its identity, its device and whether it learns.
///
/// The values must be as many as the parameter has.
pub(crate) fn replace<M: Module>(module: M, values: impl FnMut(&str) -> Option<Vec<f32>>) -> M {
    module.map(&mut Mapper { path: Path::default(), values })
}

/// Gives each parameter the values of the one with the same path and shape among `others`, if there is one.
pub fn adopt<M: Module>(module: M, others: &[Parameter]) -> M {
    let own = parameters(&module);
    let shapes: HashMap<_, _> = own.iter().map(|own| (own.path(), own.shape())).collect();
    let known = alike(others);
    replace(module, |path| known.get(&(path, *shapes.get(path)?))?.values())
}

/// The paths of those parameters of `module` that have no other of the same path and shape among `others`.
pub fn without_other<M: Module>(module: &M, others: &[Parameter]) -> Vec<String> {
    let known = alike(others);
    let alone = |own: &Parameter| !known.contains_key(&(own.path(), own.shape()));
    parameters(module).iter().filter(|own| alone(own)).map(|own| own.path().to_owned()).collect()
}

fn alike(parameters: &[Parameter]) -> HashMap<(&str, &[usize]), &Parameter> {
    parameters.iter().map(|found| ((found.path(), found.shape()), found)).collect()
}

/// Gives each parameter the identity that belongs to its path, so that what is kept by identity (the state of an optimiser)
/// finds it again in another process.
pub fn identify<M: Module>(module: M, identities: &HashMap<String, u64>) -> M {
    module.map(&mut Identify { path: Path::default(), identities })
}

struct Identify<'a> {
    path: Path,
    identities: &'a HashMap<String, u64>,
}

impl ModuleMapper for Identify<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.0.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(&identity) = self.identities.get(&self.path.dotted()) else { return param };
        let (_, value, mapper) = param.consume();
        Param::from_mapped_value(ParamId::from(identity), value, mapper)
    }
}

/// The way from the root to where the walk stands.
#[derive(Default)]
struct Path(Vec<Option<String>>);

impl Path {
    fn enter(&mut self, name: &str, container: &str) {
        let variant = container.starts_with("Enum:");
        self.0.push((!variant).then(|| name.to_owned()));
    }

    fn dotted(&self) -> String {
        self.0.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(".")
    }
}

#[derive(Default)]
struct Visitor {
    path: Path,
    found: Vec<Parameter>,
}

impl Visitor {
    fn push(&mut self, id: ParamId, shape: Vec<usize>, read: Option<Box<dyn Fn() -> Option<Vec<f32>>>>) {
        self.found.push(Parameter { id, path: self.path.dotted(), shape, read });
    }
}

impl ModuleVisitor for Visitor {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.0.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let kept = param.clone();
        let read = move || kept.transform_for_save().val().try_into_data().ok()?.try_into_vec_as::<f32>().ok();
        self.push(param.id, param.lazy_shape().to_vec(), Some(Box::new(read)));
    }

    fn visit_int<const D: usize>(&mut self, param: &Param<Tensor<D, Int>>) {
        self.push(param.id, param.lazy_shape().to_vec(), None);
    }

    fn visit_bool<const D: usize>(&mut self, param: &Param<Tensor<D, Bool>>) {
        self.push(param.id, param.lazy_shape().to_vec(), None);
    }
}

struct Mapper<F> {
    path: Path,
    values: F,
}

impl<F: FnMut(&str) -> Option<Vec<f32>>> ModuleMapper for Mapper<F> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.0.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(values) = (self.values)(&self.path.dotted()) else { return param };
        let data = TensorData::new(values, param.lazy_shape());
        let tensor = Tensor::from_data(data, &param.lazy_device());
        let id = param.id;
        param.transform_for_load(tensor, id) // `Param::map` would forget that the parameter learns
    }
}

#[cfg(test)]
mod tests;
