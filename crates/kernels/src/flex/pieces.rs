//! Cutting work for threads without the cut changing a sum.
//!
//! A piece's size depends on the work alone, never on the number of threads, and what the pieces sum up to is added in
//! their order. Below one piece no thread is woken.

use rayon::prelude::*;

/// Elements of a piece: large enough to pay for waking a thread, small enough for the caches.
pub(super) const PIECE: usize = 16 * 1024;

/// A piece of whole rows of `width`, in elements.
pub(super) fn rows(width: usize) -> usize {
    (PIECE / width.max(1)).max(1) * width.max(1)
}

/// `f` of each piece of `x`, in order.
pub(super) fn map<T: Send>(x: &[f32], piece: usize, f: impl Fn(&[f32]) -> T + Send + Sync) -> Vec<T> {
    map_at(x, piece, |_, x| f(x))
}

/// `f` of each piece of `x` and where it begins, in order.
pub(super) fn map_at<T: Send>(x: &[f32], piece: usize, f: impl Fn(usize, &[f32]) -> T + Send + Sync) -> Vec<T> {
    if x.len() <= piece {
        return vec![f(0, x)];
    }
    x.par_chunks(piece).enumerate().map(|(i, x)| f(i * piece, x)).collect()
}

/// `f` of each piece of the output.
pub(super) fn fill(y: &mut [f32], piece: usize, f: impl Fn(usize, &mut [f32]) + Sync) {
    if y.len() <= piece {
        f(0, y);
    } else {
        y.par_chunks_mut(piece).enumerate().for_each(|(i, y)| f(i * piece, y));
    }
}

/// `f` of each piece of two outputs, the second cut at `piece_b` where the first is cut at `piece_a`.
pub(super) fn fill_two(
    a: &mut [f32],
    piece_a: usize,
    b: &mut [f32],
    piece_b: usize,
    f: impl Fn(usize, &mut [f32], &mut [f32]) + Sync,
) {
    if a.len() <= piece_a {
        f(0, a, b);
    } else {
        let pieces = a.par_chunks_mut(piece_a).zip(b.par_chunks_mut(piece_b));
        pieces.enumerate().for_each(|(i, (a, b))| f(i, a, b));
    }
}

/// Fills the pieces of `y` while each collects a row of sums of width `width`; the rows are then added in order.
pub(super) fn fill_and_sum(
    y: &mut [f32],
    piece: usize,
    width: usize,
    f: impl Fn(usize, &mut [f32], &mut [f32]) + Sync,
) -> Vec<f32> {
    let one = |start: usize, y: &mut [f32]| {
        let mut sums = vec![0.0; width];
        f(start, y, &mut sums);
        sums
    };
    if y.len() <= piece {
        return one(0, y);
    }
    let sums: Vec<_> = y.par_chunks_mut(piece).enumerate().map(|(i, y)| one(i * piece, y)).collect();
    add_up(sums)
}

/// The sum of rows, in their order.
pub(super) fn add_up(rows: Vec<Vec<f32>>) -> Vec<f32> {
    let mut rows = rows.into_iter();
    let mut sum = rows.next().unwrap_or_default();
    for row in rows {
        sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
    sum
}
