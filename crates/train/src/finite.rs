//! Where a number stopped being one.

use burn::{
    module::{Module, ModuleVisitor, Param, ParamId},
    optim::GradientsParams,
    tensor::Tensor,
};
use salamander_checkpoint::parameters;

/// The path of the first parameter whose own values, or whose gradient's, are not all finite.
pub(crate) fn first_not_finite<M: Module>(model: &M, gradients: &GradientsParams) -> Option<String> {
    struct First<'a> {
        gradients: &'a GradientsParams,
        found: Option<ParamId>,
    }
    impl ModuleVisitor for First<'_> {
        fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
            let gradient = self.gradients.get::<R>(param.id);
            if self.found.is_none() && (!finite(param.val()) || gradient.is_some_and(|gradient| !finite(gradient))) {
                self.found = Some(param.id);
            }
        }
    }
    let mut first = First { gradients, found: None };
    model.visit(&mut first);
    let id = first.found?;
    parameters(model).into_iter().find(|parameter| parameter.id() == id).map(|parameter| parameter.path().to_owned())
}

fn finite<const R: usize>(x: Tensor<R>) -> bool {
    x.is_finite().all().into_scalar::<bool>()
}
