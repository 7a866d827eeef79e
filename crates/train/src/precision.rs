//! Which numbers parameters are made of.

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Device, FloatDType, Tensor},
};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Which numbers parameters are made of while they are trained, and with them everything that flows through the model.
///
/// What adds up many numbers (norms, weights of attention, losses, the moments of AdamW) does so in 32 bits all the same.
/// Evaluations, samples and checkpoints are in 32 bits too, which hold every number of 16.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// 32 bits, 23 of them behind the leading one.
    #[default]
    F32,
    /// 16 bits, 7 of them behind the leading one (Kalamkar et al. 2019, arXiv:1905.12322): half the memory, and on devices
    /// made for it much faster; a change of less than a 256th of a parameter is lost.
    Bf16,
}

impl Precision {
    /// Bytes of one number.
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::Bf16 => 2,
        }
    }

    pub(crate) fn is_f32(&self) -> bool {
        *self == Self::F32
    }

    fn kind(self) -> FloatDType {
        match self {
            Self::F32 => FloatDType::F32,
            Self::Bf16 => FloatDType::BF16,
        }
    }

    /// Whether `device` has such numbers.
    ///
    /// # Errors
    /// If it has not.
    pub(crate) fn check(self, device: &Device) -> Result<(), Error> {
        if device.supports_dtype(self.kind()) {
            return Ok(());
        }
        let rule = format!("is bf16, which {device:?} does not have; leave it at f32");
        Err(Error::Plan { setting: "precision", rule })
    }

    /// The same model with such parameters. Each keeps its identity, and whether it learns.
    pub(crate) fn cast<M: Module>(self, model: M) -> M {
        struct Cast(FloatDType);
        impl ModuleMapper for Cast {
            fn map_float<const R: usize>(&mut self, param: Param<Tensor<R>>) -> Param<Tensor<R>> {
                let (id, value, mapper) = param.consume();
                Param::from_mapped_value(id, cast(value, self.0), mapper)
            }
        }
        model.map(&mut Cast(self.kind()))
    }
}

fn cast<const R: usize>(x: Tensor<R>, kind: FloatDType) -> Tensor<R> {
    if !x.is_autodiff() {
        return x.cast(kind);
    }
    let learns = x.is_require_grad();
    Tensor::from_inner(x.inner().cast(kind)).set_require_grad(learns)
}
