//! Heads as matrices in memory, and products of them.

use burn::tensor::Shape;
use burn_flex::{FlexTensor, Layout};

use super::super::{linear::Matrix, memory::tensor, shelf::Buffer, tile::Product};

/// A tensor whose last axis is together in memory.
pub(super) fn rows_together(x: FlexTensor) -> FlexTensor {
    if x.layout().strides()[3] == 1 { x } else { x.to_contiguous() }
}

/// Memory `[B, T, H, E]` seen as `[B, H, T, E]`: joining the heads afterwards moves nothing.
pub(super) fn heads_inside(values: Buffer, [b, h, t, e]: [usize; 4]) -> FlexTensor {
    let strides = [t * h * e, e, h * e, 1].map(|stride| stride as isize);
    let layout = Layout::new(Shape::new([b, h, t, e]), strides.to_vec(), 0);
    tensor(values, [b * h * t * e]).with_layout(layout)
}

/// A head of `x` as a matrix, `[positions, width]`.
pub(super) fn head(x: &FlexTensor, b: usize, h: usize) -> Matrix {
    let (layout, strides) = (x.layout(), x.layout().strides());
    let start = layout.start_offset() as isize + b as isize * strides[0] + h as isize * strides[1];
    Matrix { at: x.storage::<f32>()[start as usize..].as_ptr(), row: strides[2], column: strides[3] }
}

/// Somewhere each task writes a part of its own.
#[derive(Clone, Copy)]
pub(super) struct Target(*mut f32);
// SAFETY: every task writes only the rows of its own head.
unsafe impl Send for Target {}
// SAFETY: as above.
unsafe impl Sync for Target {}

impl Target {
    pub(super) fn of(values: &mut [f32]) -> Self {
        Self(values.as_mut_ptr())
    }

    /// # Safety
    /// `offset` must lie in the buffer.
    pub(super) unsafe fn at(self, offset: usize) -> *mut f32 {
        // SAFETY: the caller's promise.
        unsafe { self.0.add(offset) }
    }
}

impl Matrix {
    /// The matrix from row `row` on.
    pub(super) fn skip_rows(self, row: usize) -> Self {
        Self { at: self.at.wrapping_offset(row as isize * self.row), ..self }
    }

    /// The matrix from column `column` on.
    pub(super) fn skip_columns(self, column: usize) -> Self {
        Self { at: self.at.wrapping_offset(column as isize * self.column), ..self }
    }

    /// The memory of `count` rows of `width` that lie in order, none of them backwards.
    ///
    /// # Safety
    /// The matrix must lie in memory of its size, for as long as the result is used.
    pub(super) unsafe fn rows<'a>(self, count: usize, width: usize) -> &'a [f32] {
        let length = count.saturating_sub(1) * self.row as usize + width;
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts(self.at, if count == 0 { 0 } else { length }) }
    }
}

/// `y = factor · a b`; see [`Product`].
///
/// # Safety
/// As for [`Product::run`].
pub(super) unsafe fn times(sizes: [usize; 3], a: Matrix, b: Matrix, y: (*mut f32, isize), factor: f32) {
    // SAFETY: the caller's promise.
    unsafe { Product { sizes, a, b, y, add: false, factor }.run() };
}

/// `y += factor · a b`; see [`Product`].
///
/// # Safety
/// As for [`Product::run`].
pub(super) unsafe fn add_times(sizes: [usize; 3], a: Matrix, b: Matrix, y: (*mut f32, isize), factor: f32) {
    // SAFETY: the caller's promise.
    unsafe { Product { sizes, a, b, y, add: true, factor }.run() };
}
