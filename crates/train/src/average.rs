//! Averages of parameters.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{FloatDType, Tensor},
};

/// `a <- decay · a + (1 - decay) · p` for each parameter; `average` and `model` are the same module at two times.
pub(crate) fn toward<M: Module>(average: M, model: &M, decay: f64) -> M {
    /// burn's container of tensors by parameter, whatever their rank; here they are values and not gradients.
    struct Values(GradientsParams);
    impl ModuleVisitor for Values {
        fn visit_float<const R: usize>(&mut self, param: &Param<Tensor<R>>) {
            self.0.register(param.id, inner(param.val()).cast(FloatDType::F32));
        }
    }
    struct Toward {
        values: GradientsParams,
        decay: f64,
    }
    impl ModuleMapper for Toward {
        fn map_float<const R: usize>(&mut self, param: Param<Tensor<R>>) -> Param<Tensor<R>> {
            let Some(value) = self.values.remove::<R>(param.id) else { return param };
            let decay = self.decay;
            param.map(|average| average.mul_scalar(decay) + value.mul_scalar(1.0 - decay))
        }
    }
    let mut values = Values(GradientsParams::new());
    model.visit(&mut values);
    average.map(&mut Toward { values: values.0, decay })
}

fn inner<const R: usize>(x: Tensor<R>) -> Tensor<R> {
    if x.device().is_autodiff() { x.inner() } else { x }
}

#[cfg(test)]
mod tests {
    use burn::{
        nn::{Initializer, Linear, LinearConfig},
        tensor::Device,
    };

    use super::*;

    #[test]
    fn by_hand() {
        let device = Device::flex();
        let make = |value| LinearConfig::new(1, 1).with_initializer(Initializer::Constant { value }).init(&device);
        let read = |linear: &Linear| linear.weight.val().into_scalar::<f32>();
        // The average must be of the same parameters: copies keep their identity.
        let first: Linear = make(1.0);
        let later = first.clone().map(&mut Add(3.0));
        assert_eq!((read(&first), read(&later)), (1.0, 4.0));
        let average = toward(first, &later, 0.75);
        assert_eq!(read(&average), 1.75);
        assert_eq!(read(&toward(average, &later, 0.0)), 4.0);
    }

    struct Add(f64);

    impl ModuleMapper for Add {
        fn map_float<const R: usize>(&mut self, param: Param<Tensor<R>>) -> Param<Tensor<R>> {
            param.map(|value| value.add_scalar(self.0))
        }
    }
}
