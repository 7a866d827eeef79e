//! From bytes to numbers and back.

use burn::tensor::{bf16, f16};
use safetensors::{Dtype, tensor::TensorView};

use crate::names::Slot;

/// The bytes as floating-point numbers; `None` for other kinds.
pub(crate) fn floats(dtype: Dtype, bytes: &[u8]) -> Option<Vec<f32>> {
    match dtype {
        Dtype::F32 => Some(decode(bytes, f32::from_le_bytes)),
        Dtype::F16 => Some(decode(bytes, |b| f16::from_le_bytes(b).to_f32())),
        Dtype::BF16 => Some(decode(bytes, |b| bf16::from_le_bytes(b).to_f32())),
        Dtype::F64 => Some(decode(bytes, |b| f64::from_le_bytes(b) as f32)),
        _ => None,
    }
}

/// Whether [`floats`] reads this kind.
pub(crate) fn is_float(dtype: Dtype) -> bool {
    floats(dtype, &[]).is_some()
}

/// The bytes as whole numbers; `None` for other kinds.
pub(crate) fn integers(dtype: Dtype, bytes: &[u8]) -> Option<Vec<i64>> {
    match dtype {
        Dtype::I64 => Some(decode(bytes, i64::from_le_bytes)),
        Dtype::I32 => Some(decode(bytes, |b| i32::from_le_bytes(b).into())),
        Dtype::BOOL | Dtype::U8 => Some(decode(bytes, |[b]: [u8; 1]| b.into())),
        _ => None,
    }
}

fn decode<T, const N: usize>(bytes: &[u8], one: impl Fn([u8; N]) -> T) -> Vec<T> {
    let (chunks, _) = bytes.as_chunks::<N>();
    chunks.iter().map(|&chunk| one(chunk)).collect()
}

/// The numbers as bytes.
pub(crate) fn bytes_of(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The values of the parameter at place `index` of `slot`, in the module's layout; `None` if the tensor holds no
/// floating-point numbers. The tensor must have the slot's shape.
pub(crate) fn part(tensor: &TensorView<'_>, slot: &Slot, index: usize) -> Option<Vec<f32>> {
    let (widths, all) = (slot.widths(), tensor.data());
    if widths.len() == 1 && !slot.transposed() {
        return floats(tensor.dtype(), all);
    }
    let before: usize = widths[..index].iter().sum();
    let (width, total) = (widths[index], widths.iter().sum::<usize>());
    let rows = slot.parts[index].shape.iter().product::<usize>().checked_div(width).unwrap_or(0);
    let size = all.len().checked_div(rows * total).unwrap_or(0);
    if slot.transposed() {
        // [out, in]: the part's rows lie together
        let bytes = &all[before * rows * size..(before + width) * rows * size];
        return Some(transposed(&floats(tensor.dtype(), bytes)?, width, rows));
    }
    let mut values = Vec::with_capacity(rows * width);
    for row in all.chunks_exact((total * size).max(1)) {
        values.extend(floats(tensor.dtype(), &row[before * size..(before + width) * size])?);
    }
    Some(values)
}

/// The transpose of a matrix of `rows` by `columns`.
pub(crate) fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    const TILE: usize = 32; // of both matrices, a tile fits the nearest cache
    let mut turned = vec![0.0; values.len()];
    for top in (0..rows).step_by(TILE) {
        for left in (0..columns).step_by(TILE) {
            for row in top..rows.min(top + TILE) {
                for column in left..columns.min(left + TILE) {
                    turned[column * rows + row] = values[row * columns + column];
                }
            }
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_kind_by_hand() {
        let check = |dtype, bytes: &[u8], want: &[f32]| assert_eq!(floats(dtype, bytes).unwrap(), want);
        check(Dtype::F32, &[0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], &[1.0, -2.0]);
        check(Dtype::F16, &[0, 0x3c, 0, 0xc0, 1, 0], &[1.0, -2.0, 5.960_464_5e-8]);
        check(Dtype::BF16, &[0x80, 0x3f, 0, 0xc0], &[1.0, -2.0]);
        check(Dtype::F64, &[0, 0, 0, 0, 0, 0, 0xf0, 0x3f], &[1.0]);
        assert_eq!(floats(Dtype::I64, &[0; 8]), None);
        assert_eq!(integers(Dtype::I64, &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).unwrap(), [-2]);
        assert_eq!(integers(Dtype::F32, &[0; 4]), None);
    }

    #[test]
    fn transposing() {
        assert_eq!(transposed(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, 3), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }

    proptest! {
        #[test]
        fn twice_transposed_is_unchanged(rows in 0..70_usize, columns in 0..70_usize) {
            let values: Vec<_> = (0..rows * columns).map(|i| i as f32).collect();
            let turned = transposed(&values, rows, columns);
            prop_assert_eq!(transposed(&turned, columns, rows), values);
        }

        #[test]
        fn bytes_and_back(values in proptest::collection::vec(any::<f32>(), 0..20)) {
            let back = floats(Dtype::F32, &bytes_of(&values)).unwrap();
            let same = back.iter().zip(&values).all(|(a, b)| a.to_bits() == b.to_bits());
            prop_assert!(back.len() == values.len() && same);
        }
    }
}
