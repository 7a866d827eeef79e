//! The length of all gradients together.

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::Tensor,
};

use crate::widen::widened;

/// `√(Σ g²)` over all parameters of `model`; 0 without gradients.
///
/// The squares are summed on the device and read once.
pub fn global_norm<M: Module>(model: &M, gradients: &GradientsParams) -> f64 {
    #[cfg(feature = "flex")]
    if let Some(norm) = fused::global_norm(model, gradients) {
        return norm;
    }
    composed_global_norm(model, gradients)
}

/// [`global_norm`] in burn's own operations.
fn composed_global_norm<M: Module>(model: &M, gradients: &GradientsParams) -> f64 {
    struct Squares<'a> {
        gradients: &'a GradientsParams,
        sums: Vec<Tensor<1>>,
    }
    impl ModuleVisitor for Squares<'_> {
        fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
            if let Some(gradient) = self.gradients.get::<R>(param.id) {
                let (gradient, _) = widened(gradient);
                self.sums.push((gradient.clone() * gradient).sum());
            }
        }
    }
    let mut squares = Squares { gradients, sums: Vec::new() };
    model.visit(&mut squares);
    if squares.sums.is_empty() {
        return 0.0;
    }
    f64::from(Tensor::cat(squares.sums, 0).sum().sqrt().into_scalar::<f32>())
}

/// Scales all gradients so that their length together is at most `longest`, and returns what it was
/// (Pascanu et al. 2012, arXiv:1211.5063).
pub fn clip_global_norm<M: Module>(model: &M, gradients: GradientsParams, longest: f64) -> (GradientsParams, f64) {
    let norm = global_norm(model, &gradients);
    if !norm.is_finite() || norm <= longest {
        return (gradients, norm);
    }
    (scaled(model, gradients, longest / norm), norm)
}

/// All gradients of `model` times `factor`.
fn scaled<M: Module>(model: &M, gradients: GradientsParams, factor: f64) -> GradientsParams {
    struct Scale {
        gradients: GradientsParams,
        factor: f64,
    }
    impl ModuleVisitor for Scale {
        fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
            if let Some(gradient) = self.gradients.remove::<R>(param.id) {
                self.gradients.register(param.id, times(gradient, self.factor));
            }
        }
    }
    let mut scale = Scale { gradients, factor };
    model.visit(&mut scale);
    scale.gradients
}

fn times<const R: usize>(x: Tensor<R>, factor: f64) -> Tensor<R> {
    #[cfg(feature = "flex")]
    if crate::is_fused(&x) {
        return crate::flex::scale_in_place(x, factor as f32);
    }
    x.mul_scalar(factor)
}

/// On the CPU, all gradients in one go: most of them are too small to be worth one of their own.
#[cfg(feature = "flex")]
mod fused {
    use burn_flex::{Flex, FlexTensor};

    use super::*;

    struct Collected<'a> {
        gradients: &'a GradientsParams,
        tensors: Vec<FlexTensor>,
        all: bool,
    }

    impl ModuleVisitor for Collected<'_> {
        fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
            let Some(gradient) = self.gradients.get::<R>(param.id) else { return };
            match crate::is_fused(&gradient).then(|| gradient.try_into_primitive::<Flex>()) {
                Some(Ok(gradient)) => self.tensors.push(gradient),
                _ => self.all = false,
            }
        }
    }

    /// `None` if a gradient is elsewhere or of another kind.
    pub(super) fn global_norm<M: Module>(model: &M, gradients: &GradientsParams) -> Option<f64> {
        let mut collected = Collected { gradients, tensors: Vec::new(), all: true };
        model.visit(&mut collected);
        collected.all.then(|| crate::flex::sum_of_squares(collected.tensors).sqrt())
    }
}
