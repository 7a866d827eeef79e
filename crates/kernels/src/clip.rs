//! The length of all gradients together.

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::Tensor,
};

/// `√(Σ g²)` over all parameters of `model`; 0 without gradients.
///
/// The squares are summed on the device and read once.
pub fn global_norm<M: Module>(model: &M, gradients: &GradientsParams) -> f64 {
    struct Squares<'a> {
        gradients: &'a GradientsParams,
        sums: Vec<Tensor<1>>,
    }
    impl ModuleVisitor for Squares<'_> {
        fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
            if let Some(gradient) = self.gradients.get::<R>(param.id) {
                self.sums.push(sum_of_squares(gradient));
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
    struct Scale {
        gradients: GradientsParams,
        factor: f64,
    }
    impl ModuleVisitor for Scale {
        fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
            if let Some(gradient) = self.gradients.remove::<R>(param.id) {
                self.gradients.register(param.id, gradient.mul_scalar(self.factor));
            }
        }
    }
    let norm = global_norm(model, &gradients);
    if !norm.is_finite() || norm <= longest {
        return (gradients, norm);
    }
    let mut scale = Scale { gradients, factor: longest / norm };
    model.visit(&mut scale);
    (scale.gradients, norm)
}

fn sum_of_squares<const R: usize>(x: Tensor<R>) -> Tensor<1> {
    #[cfg(feature = "flex")]
    if crate::is_fused(&x) {
        return crate::flex::sum_of_squares(x);
    }
    (x.clone() * x).sum()
}
