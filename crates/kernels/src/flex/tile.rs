//! Products of matrices as small as a head of attention, where a general product would spend its time on preparations.

use pulp::{Arch, Simd, WithSimd};

use super::{linear::Matrix, memory::buffer, shelf::Buffer};

/// Rows of a tile; times two vectors, as many sums as sixteen registers can hold beside what is being read.
const ROWS: usize = 6;

/// `y = factor · a b`, or `y += factor · a b`, for `a: [m, k]` and `b: [k, n]`, on the thread it is called from.
pub(super) struct Product {
    /// `m`, `k`, `n`.
    pub(super) sizes: [usize; 3],
    pub(super) a: Matrix,
    /// Its columns must follow each other.
    pub(super) b: Matrix,
    /// Where `y` begins, and how far apart its rows are.
    pub(super) y: (*mut f32, isize),
    pub(super) add: bool,
    pub(super) factor: f32,
}

impl Product {
    /// # Safety
    /// `a` and `b` must lie in memory of their sizes, and `y` in memory that nothing else reads or writes meanwhile.
    pub(super) unsafe fn run(self) {
        debug_assert_eq!(self.b.column, 1);
        Arch::new().dispatch(self);
    }
}

/// `x`, `[rows, columns]`, with its columns as rows: `[columns, rows]`.
///
/// # Safety
/// `x` must lie in memory of its size.
pub(super) unsafe fn turned(x: Matrix, [rows, columns]: [usize; 2]) -> Buffer {
    /// Rows read side by side, so that what is written stays within a line of the cache.
    const STRIP: usize = 16;
    let mut y = buffer(rows * columns);
    for start in (0..rows).step_by(STRIP) {
        let strip = start..(start + STRIP).min(rows);
        for column in 0..columns {
            for row in strip.clone() {
                let at = row as isize * x.row + column as isize * x.column;
                // SAFETY: the caller's promise.
                y[column * rows + row] = unsafe { *x.at.offset(at) };
            }
        }
    }
    y
}

impl WithSimd for Product {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let [_, _, n] = self.sizes;
        let lanes = S::F32_LANES;
        let mut column = 0;
        while column < n {
            let left = n - column;
            // SAFETY: the promise of `run`; each call stays within the columns that are left.
            unsafe {
                if left >= 2 * lanes {
                    self.columns::<S, 2>(simd, column, lanes);
                    column += 2 * lanes;
                } else {
                    self.columns::<S, 1>(simd, column, left.min(lanes));
                    column += lanes;
                }
            }
        }
    }
}

impl Product {
    /// All rows of the `V` vectors of columns from `column` on, the last vector only `width` wide.
    #[inline(always)]
    unsafe fn columns<S: Simd, const V: usize>(&self, simd: S, column: usize, width: usize) {
        let m = self.sizes[0];
        let mut row = 0;
        // SAFETY: the caller's promise; each call stays within the rows that are left.
        unsafe {
            while row < m {
                match m - row {
                    1 => self.tile::<S, 1, V>(simd, row, column, width),
                    2 => self.tile::<S, 2, V>(simd, row, column, width),
                    3 => self.tile::<S, 3, V>(simd, row, column, width),
                    4 => self.tile::<S, 4, V>(simd, row, column, width),
                    5 => self.tile::<S, 5, V>(simd, row, column, width),
                    _ => self.tile::<S, ROWS, V>(simd, row, column, width),
                }
                row += ROWS;
            }
        }
    }

    /// `R` rows and `V` vectors of columns, their sums kept in registers over the whole depth. Only a single vector may be
    /// narrower than the processor's.
    #[inline(always)]
    unsafe fn tile<S: Simd, const R: usize, const V: usize>(&self, simd: S, row: usize, column: usize, width: usize) {
        let depth = self.sizes[1] as isize;
        let mask = simd.mask_between_m32s(0, width as u32);
        // SAFETY: rows `row..row + R` of `a` and `y`, and of `b` and `y` the columns from `column` on, as many as `V`
        // vectors hold, or `width`.
        unsafe {
            let load = |at: *const f32, v: usize| match V {
                1 => simd.mask_load_ptr_f32s(mask, at),
                _ => at.add(v * S::F32_LANES).cast::<S::f32s>().read_unaligned(),
            };
            let a = self.a.at.offset(row as isize * self.a.row);
            let b = self.b.at.add(column);
            let mut sums = [[simd.splat_f32s(0.0); V]; R];
            for k in 0..depth {
                let vectors: [S::f32s; V] = std::array::from_fn(|v| load(b.offset(k * self.b.row), v));
                for (r, sums) in sums.iter_mut().enumerate() {
                    let a = simd.splat_f32s(*a.offset(r as isize * self.a.row + k * self.a.column));
                    for (sum, vector) in sums.iter_mut().zip(vectors) {
                        *sum = simd.mul_add_e_f32s(a, vector, *sum);
                    }
                }
            }
            let factor = simd.splat_f32s(self.factor);
            for (r, sums) in sums.into_iter().enumerate() {
                let y = self.y.0.offset((row + r) as isize * self.y.1).add(column);
                for (v, sum) in sums.into_iter().enumerate() {
                    let before = if self.add { load(y, v) } else { simd.splat_f32s(0.0) };
                    let sum = simd.mul_add_e_f32s(sum, factor, before);
                    match V {
                        1 => simd.mask_store_ptr_f32s(mask, y, sum),
                        _ => y.add(v * S::F32_LANES).cast::<S::f32s>().write_unaligned(sum),
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against sums in f64, in sizes that fit no tile, with the rows of all three further apart than they are long.
    #[test]
    fn sums_of_products() {
        let values = |count: usize, step: f32| (0..count).map(|i| (i as f32 * step).sin()).collect::<Vec<_>>();
        for [m, k, n] in [[1, 1, 1], [6, 5, 32], [7, 3, 33], [13, 9, 16], [5, 64, 47], [64, 32, 64], [3, 0, 4]] {
            let (a, b, start) = (values(m * (k + 1), 0.7), values(k * (n + 2), 1.3), values(m * (n + 3), 0.9));
            for (add, transposed) in [(false, false), (true, false), (true, true)] {
                let mut y = start.clone();
                let left = if transposed {
                    Matrix { at: a.as_ptr(), row: 1, column: m as isize }
                } else {
                    Matrix::of(&a, k + 1)
                };
                let y_at = (y.as_mut_ptr(), (n + 3) as isize);
                let product =
                    Product { sizes: [m, k, n], a: left, b: Matrix::of(&b, n + 2), y: y_at, add, factor: 0.5 };
                // SAFETY: the three vectors live and are as large as their sizes say.
                unsafe { product.run() };
                for (i, (got, old)) in y.iter().zip(&start).enumerate() {
                    let (r, c) = (i / (n + 3), i % (n + 3));
                    let at = |j: usize| if transposed { a[j * m + r] } else { a[r * (k + 1) + j] };
                    let sum: f64 = (0..k).map(|j| f64::from(at(j)) * f64::from(b[j * (n + 2) + c.min(n)])).sum();
                    let before = if add { f64::from(*old) } else { 0.0 };
                    let want = if c < n { before + 0.5 * sum } else { f64::from(*old) };
                    assert!((f64::from(*got) - want).abs() < 1e-5, "{m} {k} {n}: {got} instead of {want} at {r}, {c}");
                }
            }
        }
    }
}
