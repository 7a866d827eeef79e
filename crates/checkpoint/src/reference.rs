//! What another implementation computed.

use std::{collections::BTreeMap, path::Path};

use safetensors::tensor::TensorView;

use crate::{
    Error, ErrorKind,
    tensors::{Mapped, floats, integers},
};

/// Numbers with a shape, row-major.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Array<T> {
    /// The length of each axis.
    pub shape: Vec<usize>,
    /// The numbers, the last axis running fastest.
    pub values: Vec<T>,
}

/// Inputs of a model, and what another implementation made of them.
///
/// The tensors of a reference file are called as the fields here, with `.0`, `.1`, … behind the name of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// `[B, T]`.
    pub input_ids: Array<i64>,
    /// `[B, T]`, 1 for tokens and 0 for padding.
    pub attention_mask: Array<i64>,
    /// `[B, T]`, the kind of segment of each token, where the model has kinds.
    pub token_type_ids: Option<Array<i64>>,
    /// `[B, T']`, the decoder's input, where there are two stacks.
    pub decoder_input_ids: Option<Array<i64>>,
    /// `[B, T, V]`, or `[B, labels]` of a classifier.
    pub logits: Array<f32>,
    /// Of a single stack: what enters its first layer, and what leaves each; `[B, T, D]`. The last has passed the last
    /// norm.
    pub hidden_states: Vec<Array<f32>>,
    /// The same of an encoder that a decoder looks at.
    pub encoder_hidden_states: Vec<Array<f32>>,
    /// The same of that decoder.
    pub decoder_hidden_states: Vec<Array<f32>>,
}

impl Reference {
    /// Reads a file.
    ///
    /// # Errors
    /// If it is not whole, lacks a tensor, or holds one that is not known or of the wrong kind.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let mapped = Mapped::open(path)?;
        let mut file = File { path, tensors: mapped.tensors()?.into_iter().collect() };
        let reference = Self {
            input_ids: file.required("input_ids", integers)?,
            attention_mask: file.required("attention_mask", integers)?,
            token_type_ids: file.optional("token_type_ids", integers)?,
            decoder_input_ids: file.optional("decoder_input_ids", integers)?,
            logits: file.required("logits", floats)?,
            hidden_states: file.list("hidden_states")?,
            encoder_hidden_states: file.list("encoder_hidden_states")?,
            decoder_hidden_states: file.list("decoder_hidden_states")?,
        };
        match file.tensors.keys().next() {
            Some(name) => Err(file.error(format!("holds the tensor {name}, which no reference has"))),
            None => Ok(reference),
        }
    }
}

struct File<'a> {
    path: &'a Path,
    tensors: BTreeMap<String, TensorView<'a>>,
}

impl File<'_> {
    fn optional<T>(
        &mut self,
        name: &str,
        read: impl Fn(safetensors::Dtype, &[u8]) -> Option<Vec<T>>,
    ) -> Result<Option<Array<T>>, Error> {
        let Some(tensor) = self.tensors.remove(name) else { return Ok(None) };
        let values = read(tensor.dtype(), tensor.data());
        let values = values.ok_or_else(|| self.error(format!("holds {name} as {}", tensor.dtype())))?;
        Ok(Some(Array { shape: tensor.shape().to_vec(), values }))
    }

    fn required<T>(
        &mut self,
        name: &str,
        read: impl Fn(safetensors::Dtype, &[u8]) -> Option<Vec<T>>,
    ) -> Result<Array<T>, Error> {
        self.optional(name, read)?.ok_or_else(|| self.error(format!("holds no {name}: is it a reference?")))
    }

    fn list(&mut self, name: &str) -> Result<Vec<Array<f32>>, Error> {
        let mut list = Vec::new();
        while let Some(array) = self.optional(&format!("{name}.{}", list.len()), floats)? {
            list.push(array);
        }
        Ok(list)
    }

    fn error(&self, what: String) -> Error {
        Error::new(self.path, ErrorKind::Absent(what))
    }
}

/// The largest difference between two lists of vectors, one vector for each element of `counted`; vectors of which it is
/// 0 (padding) are passed over. An empty `counted` counts everything.
///
/// What cannot be compared (lengths that do not fit, NaN on either side) differs by infinity, so that only what is close
/// passes a tolerance.
///
/// # Example
///
/// ```
/// use salamander_checkpoint::largest_difference;
///
/// let (got, want) = ([1.0, 2.0, 9.0, 9.0], [1.5, 2.25, 0.0, 0.0]);
/// assert_eq!(largest_difference(&got, &want, &[1, 0]), 0.5);
/// assert_eq!(largest_difference(&got, &want, &[]), 9.0);
/// assert_eq!(largest_difference(&[f32::NAN], &[0.0], &[]), f32::INFINITY);
/// ```
pub fn largest_difference(got: &[f32], want: &[f32], counted: &[i64]) -> f32 {
    let every = [1];
    let counted = if counted.is_empty() { &every } else { counted };
    if got.len() != want.len() || !got.len().is_multiple_of(counted.len()) {
        return f32::INFINITY;
    }
    let width = (got.len() / counted.len()).max(1);
    let rows = got.chunks(width).zip(want.chunks(width)).zip(counted).filter(|(_, counted)| **counted != 0);
    rows.flat_map(|((got, want), _)| got.iter().zip(want)).fold(0.0, |largest, (got, want)| {
        let difference = (got - want).abs();
        if difference.is_nan() { f32::INFINITY } else { largest.max(difference) }
    })
}

#[cfg(test)]
mod tests {
    use safetensors::{Dtype, serialize};

    use super::*;

    /// Writes and opens a file of these tensors.
    fn open(tensors: &[(&str, Dtype, &[usize])]) -> Result<Reference, Error> {
        let data = [0_u8; 64];
        let views = tensors.iter().map(|(name, dtype, shape)| {
            let size = shape.iter().product::<usize>() * dtype.bitsize() / 8;
            (*name, TensorView::new(*dtype, shape.to_vec(), &data[..size]).unwrap())
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reference.safetensors");
        std::fs::write(&path, serialize(views, None).unwrap()).unwrap();
        Reference::open(path)
    }

    const IDS: (&str, Dtype, &[usize]) = ("input_ids", Dtype::I64, &[1, 2]);
    const MASK: (&str, Dtype, &[usize]) = ("attention_mask", Dtype::I64, &[1, 2]);
    const LOGITS: (&str, Dtype, &[usize]) = ("logits", Dtype::F32, &[1, 2, 3]);

    #[test]
    fn a_reference_is_read() {
        let states = |name| (name, Dtype::F32, &[1, 2, 2][..]);
        let list = ["hidden_states.0", "hidden_states.1", "decoder_hidden_states.0"].map(states);
        let reference = open(&[&[IDS, MASK, LOGITS][..], &list].concat()).unwrap();
        assert_eq!(reference.input_ids, Array { shape: vec![1, 2], values: vec![0, 0] });
        assert_eq!((reference.logits.shape.as_slice(), reference.logits.values.len()), (&[1, 2, 3][..], 6));
        assert_eq!((reference.hidden_states.len(), reference.encoder_hidden_states.len()), (2, 0));
        assert_eq!((reference.decoder_hidden_states.len(), reference.token_type_ids), (1, None));
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        let check = |tensors: &[(&str, Dtype, &[usize])], says: &str| {
            let error = open(tensors).unwrap_err().to_string();
            assert!(error.contains(says), "{error} instead of {says}");
        };
        check(&[IDS, MASK], "holds no logits");
        check(&[IDS, MASK, ("logits", Dtype::I64, &[1])], "holds logits as I64");
        check(&[("input_ids", Dtype::F32, &[1, 2]), MASK, LOGITS], "holds input_ids as F32");
        // the list ends before the hole
        let hole = ("hidden_states.1", Dtype::F32, &[1][..]);
        check(&[IDS, MASK, LOGITS, hole], "holds the tensor hidden_states.1, which no reference has");
    }

    #[test]
    fn differences_by_hand() {
        let check = |got: &[f32], want: &[f32], counted: &[i64], largest: f32| {
            assert_eq!(largest_difference(got, want, counted), largest, "{got:?} {want:?} {counted:?}");
        };
        check(&[], &[], &[], 0.0);
        check(&[1.0, -2.0], &[1.0, 2.0], &[], 4.0);
        check(&[1.0, 2.0, 3.0, 4.0], &[0.0, 0.0, 3.5, 4.0], &[0, 1], 0.5);
        check(&[1.0, 2.0], &[1.0], &[], f32::INFINITY);
        check(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0], &[1, 1], f32::INFINITY);
        check(&[1.0, f32::NAN], &[1.0, f32::NAN], &[1, 1], f32::INFINITY);
        check(&[f32::NAN, 1.0], &[0.0, 1.5], &[0, 1], 0.5);
        check(&[f32::NAN, 9.0], &[0.0, 0.0], &[], f32::INFINITY);
        check(&[f32::INFINITY], &[f32::INFINITY], &[], f32::INFINITY);
    }
}
