//! A page's parts against a module's parameters.

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::Tensor,
};
use salamander_attention::describe::Page;

/// Fails unless the page lists the module's parameters, each with its path and shape.
pub(crate) fn check_parts<M: Module>(page: &Page, module: &M) {
    let mut visitor = Paths::default();
    module.visit(&mut visitor);
    visitor.found.sort();
    let mut listed: Vec<(String, Vec<usize>)> = Vec::new();
    for part in &page.parts {
        let layers = if part.name.contains("{}") { part.copies } else { 1 };
        assert_eq!(layers, part.copies, "{} names no layer", part.name);
        listed.extend((0..layers).map(|layer| (part.name.replace("{}", &layer.to_string()), part.shape.clone())));
    }
    listed.sort();
    assert_eq!(listed, visitor.found);
    assert_eq!(page.parameters(), module.num_params());
}

#[derive(Default)]
struct Paths {
    path: Vec<Option<String>>,
    found: Vec<(String, Vec<usize>)>,
}

impl ModuleVisitor for Paths {
    fn enter_module(&mut self, name: &str, container: &str) {
        // The variant of an enum leaves no trace in a name.
        self.path.push((!container.starts_with("Enum:")).then(|| name.into()));
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
        let names: Vec<&str> = self.path.iter().flatten().map(String::as_str).collect();
        self.found.push((names.join("."), param.lazy_shape().to_vec()));
    }
}
