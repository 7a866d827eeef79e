//! `y = x W + b` and its gradients: three matrix products.

use burn::{
    backend::{
        Autodiff,
        autodiff::{
            checkpoint::base::Checkpointer,
            grads::Gradients,
            ops::{Backward, Ops},
        },
    },
    tensor::Shape,
};
use burn_flex::{Flex, FlexTensor};
use multiversion::multiversion;

use super::{
    memory::{buffer, elements, in_order, tensor},
    pieces,
    shelf::Buffer,
};

/// A matrix in memory: where it begins, and how far apart its rows and columns are.
#[derive(Clone, Copy)]
pub(super) struct Matrix {
    pub(super) at: *const f32,
    pub(super) row: isize,
    pub(super) column: isize,
}

impl Matrix {
    /// A matrix whose rows of `width` follow each other.
    pub(super) fn of(values: &[f32], width: usize) -> Self {
        Self { at: values.as_ptr(), row: width as isize, column: 1 }
    }

    pub(super) fn transposed(self) -> Self {
        Self { row: self.column, column: self.row, ..self }
    }

    /// A tensor of rank 2, in whatever order its elements are.
    fn view(x: &FlexTensor) -> Self {
        let (layout, storage) = (x.layout(), x.storage::<f32>());
        let strides = layout.strides();
        Self { at: storage[layout.start_offset()..].as_ptr(), row: strides[0], column: strides[1] }
    }
}

/// `y = factor · a b`, or `y += factor · a b`, for `a: [m, k]` and `b: [k, n]`.
///
/// # Safety
/// The three matrices must lie in memory that lives through the call, and `y` must not overlap the others.
pub(super) unsafe fn multiply(
    [m, k, n]: [usize; 3],
    a: Matrix,
    b: Matrix,
    y: (*mut f32, isize),
    (add, factor, threads): (bool, f32, usize),
) {
    let threads = if threads > 1 { gemm::Parallelism::Rayon(threads) } else { gemm::Parallelism::None };
    // SAFETY: the caller vouches for the memory.
    unsafe {
        gemm::gemm(
            m, n, k, y.0, 1, y.1, add, a.at, a.column, a.row, b.at, b.column, b.row, 1.0, factor, false, false, false,
            threads,
        );
    }
}

/// Products smaller than this many multiplications are not worth waking threads for.
const SERIAL: usize = 1 << 17;

/// How many threads a product of these sizes is worth.
fn threads_for([m, k, n]: [usize; 3]) -> usize {
    if m * k * n > SERIAL { rayon::current_num_threads() } else { 1 }
}

/// `[m, n] = a b`, added to `y` if it is given.
fn product(dims: [usize; 3], a: Matrix, b: Matrix, start: Option<Buffer>, threads: usize) -> Buffer {
    let [m, k, n] = dims;
    let add = start.is_some();
    let mut y = start.unwrap_or_else(|| buffer(m * n));
    if m * n == 0 {
        return y;
    }
    if k == 0 {
        if !add {
            y.fill(0.0);
        }
        return y;
    }
    // SAFETY: `a` and `b` point into tensors the callers hold, of the sizes in `dims`; `y` is new.
    unsafe { multiply(dims, a, b, (y.as_mut_ptr(), n as isize), (add, 1.0, threads)) };
    y
}

/// The forward.
pub(super) fn forward(x: &FlexTensor, weight: &FlexTensor, bias: Option<&FlexTensor>) -> FlexTensor {
    let [k, n] = sizes(weight);
    let values = elements(x);
    let m = values.len() / k.max(1);
    let mut shape = x.layout().shape().to_vec();
    if let Some(last) = shape.last_mut() {
        *last = n;
    }
    let y = if m == 1 {
        vector(values, weight, [k, n], bias.map(elements))
    } else {
        let start = bias.map(|bias| {
            let (bias, mut y) = (elements(bias), buffer(m * n));
            pieces::fill(&mut y, pieces::rows(n), |_, y| y.chunks_exact_mut(n).for_each(|y| y.copy_from_slice(bias)));
            y
        });
        product([m, k, n], Matrix::of(values, k), Matrix::view(weight), start, threads_for([m, k, n]))
    };
    tensor(y, Shape::from(shape))
}

fn sizes(weight: &FlexTensor) -> [usize; 2] {
    let shape = weight.layout().shape();
    [shape[0], shape[1]]
}

/// One row: reading the matrix is all the time, so each thread reads a part of it straight through.
fn vector(x: &[f32], weight: &FlexTensor, [k, n]: [usize; 2], bias: Option<&[f32]>) -> Buffer {
    let w = Matrix::view(weight);
    let mut y = buffer(n);
    match bias {
        Some(bias) => y.copy_from_slice(bias),
        None => y.fill(0.0),
    }
    let storage = &weight.storage::<f32>()[weight.layout().start_offset()..];
    if w.row == 1 && w.column == k as isize {
        // A transposed view: each column is a row in memory.
        let piece = (pieces::PIECE / k.max(1)).max(8);
        pieces::fill(&mut y, piece, |start, y| dots(&storage[start * k..], k, x, y));
    } else if w.row == n as isize && w.column == 1 {
        // Each piece reads whole rows, one after the other, into sums of its own.
        let rows = (8 * pieces::PIECE / n.max(1)).max(8);
        let sums = pieces::map_at(x, rows, |start, x| {
            let mut sums = vec![0.0; n];
            combine(&storage[start * n..], n, x, &mut sums);
            sums
        });
        y.iter_mut().zip(pieces::add_up(sums)).for_each(|(y, sum)| *y += sum);
    } else {
        return product([1, k, n], Matrix::of(x, k), w, Some(y), 1);
    }
    y
}

/// Adds to each `y` the product of `x` with a row; the rows begin `stride` apart.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(super) fn dots(rows: &[f32], stride: usize, x: &[f32], y: &mut [f32]) {
    const WIDE: usize = 64;
    for (y, row) in y.iter_mut().zip(rows.chunks(stride.max(1))) {
        let row = &row[..x.len()];
        let mut lanes = [0.0f32; WIDE];
        let ((rows, row_rest), (xs, x_rest)) = (row.as_chunks::<WIDE>(), x.as_chunks::<WIDE>());
        for (row, x) in rows.iter().zip(xs) {
            for (lane, (&w, &x)) in lanes.iter_mut().zip(row.iter().zip(x)) {
                *lane = w.mul_add(x, *lane);
            }
        }
        let rest: f32 = row_rest.iter().zip(x_rest).map(|(w, x)| w * x).sum();
        *y += lanes.iter().sum::<f32>() + rest;
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn combine(w: &[f32], stride: usize, x: &[f32], y: &mut [f32]) {
    let n = y.len();
    let (fours, rest) = x.as_chunks::<4>();
    for (i, x) in fours.iter().enumerate() {
        let row = |j: usize| &w[(4 * i + j) * stride..][..n];
        let (a, b, c, d) = (row(0), row(1), row(2), row(3));
        for j in 0..n {
            let first = x[0].mul_add(a[j], x[1] * b[j]);
            let second = x[2].mul_add(c[j], x[3] * d[j]);
            y[j] += first + second;
        }
    }
    for (i, &x) in rest.iter().enumerate() {
        let row = &w[(4 * fours.len() + i) * stride..][..n];
        y.iter_mut().zip(row).for_each(|(y, &w)| *y = x.mul_add(w, *y));
    }
}

/// The rule; `N` is 3 with a bias and 2 without.
#[derive(Debug)]
pub(super) struct Rule<const N: usize>;

impl<const N: usize> Backward<Flex, N> for Rule<N> {
    type State = (FlexTensor, FlexTensor);

    fn backward(self, ops: Ops<Self::State, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = in_order(grads.consume::<Flex>(&ops.node));
        let (x, weight) = ops.state;
        let [k, n] = sizes(&weight);
        let (xs, dys) = (elements(&x), elements(&dy));
        let m = xs.len() / k.max(1);
        let mut parents = ops.parents.into_iter();
        let (to_x, to_weight) = (parents.next().flatten(), parents.next().flatten());
        // Both products cost the same: where both are wanted, each takes half of the threads.
        let all = threads_for([m, k, n]);
        let threads = if to_x.is_some() && to_weight.is_some() { all.div_ceil(2) } else { all };
        let dx = || {
            let (dy, weight) = (Matrix::of(dys, n), Matrix::view(&weight));
            to_x.map(|node| (node, product([m, n, k], dy, weight.transposed(), None, threads))) // dy Wᵀ
        };
        let dw = || to_weight.map(|node| (node, weight_gradient(&weight, xs, dys, [m, k, n], threads))); // xᵀ dy
        let (dx, dw) = if threads < all { rayon::join(dx, dw) } else { (dx(), dw()) };
        if let Some((node, dx)) = dx {
            grads.register::<Flex>(node.id, tensor(dx, x.layout().shape().clone()));
        }
        if let Some((node, dw)) = dw {
            grads.register::<Flex>(node.id, dw);
        }
        if let Some(Some(node)) = parents.next() {
            let sums = pieces::map(dys, pieces::rows(n), |dy| column_sums(dy, n));
            grads.register::<Flex>(node.id, tensor(pieces::add_up(sums).as_slice().into(), [n]));
        }
    }
}

/// `dW = xᵀ dy`, in the memory order of `W`: the gradient of a transposed view is wanted transposed too.
fn weight_gradient(weight: &FlexTensor, x: &[f32], dy: &[f32], [m, k, n]: [usize; 3], threads: usize) -> FlexTensor {
    let (x, dy) = (Matrix::of(x, k), Matrix::of(dy, n));
    if Matrix::view(weight).row == 1 && k > 1 {
        let transposed = product([n, m, k], dy.transposed(), x, None, threads);
        return tensor(transposed, [n, k]).transpose(0, 1);
    }
    tensor(product([k, m, n], x.transposed(), dy, None, threads), [k, n])
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn column_sums(rows: &[f32], n: usize) -> Vec<f32> {
    let mut sums = vec![0.0; n];
    for row in rows.chunks_exact(n) {
        sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
    sums
}

/// The tensors of the graph this rule belongs to.
pub(super) type Tracked<C> = burn::backend::tensor::FloatTensor<Autodiff<Flex, C>>;
