//! Memory that is used again.
//!
//! A training step asks for the same arrays as the one before. Taken fresh from the system, each page of each of them would
//! be cleared and mapped anew, which costs more than many a kernel; so what is done with is put on a shelf.

use std::{
    collections::BTreeMap,
    mem::MaybeUninit,
    ops::{Deref, DerefMut},
    ptr::NonNull,
    sync::{Mutex, MutexGuard, PoisonError},
};

use burn_std::{AccessError, AccessPolicy, AllocationController, AllocationProperty, Bytes};

/// Smaller arrays, in numbers, are left to the allocator, which is quick with them.
const SMALLEST: usize = 16 * 1024;

/// Numbers in memory that goes back to the shelf.
#[derive(Debug, Default)]
pub(super) struct Buffer(Vec<f32>);

/// What is not in use, by size.
#[derive(Default)]
struct Shelf {
    free: BTreeMap<usize, Vec<Vec<f32>>>,
    /// Numbers on the shelf, in use, and the most ever in use at once.
    idle: usize,
    used: usize,
    most: usize,
}

fn shelf() -> MutexGuard<'static, Shelf> {
    static SHELF: Mutex<Shelf> = Mutex::new(Shelf { free: BTreeMap::new(), idle: 0, used: 0, most: 0 });
    SHELF.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The size a request is rounded up to: an eighth of a power of two is the step, so that lengths that differ a little share.
fn size(n: usize) -> usize {
    n.next_multiple_of((n.next_power_of_two() / 16).max(1))
}

impl Shelf {
    /// An array of exactly `size` numbers, of whatever value. The shelf and what is in use never take more room together
    /// than what was once in use: where that would be, the largest arrays on the shelf are let go.
    fn take(&mut self, size: usize) -> Option<Vec<f32>> {
        self.used += size;
        self.most = self.most.max(self.used);
        let found = self.free.get_mut(&size).and_then(Vec::pop);
        match &found {
            Some(_) => self.idle -= size,
            None => self.make_room(),
        }
        found
    }

    fn make_room(&mut self) {
        while self.used + self.idle > self.most {
            let Some(mut largest) = self.free.last_entry() else { return };
            match largest.get_mut().pop() {
                Some(array) => self.idle -= array.capacity(),
                None => drop(largest.remove()),
            }
        }
    }

    fn give(&mut self, array: Vec<f32>) {
        self.used -= array.capacity();
        self.idle += array.capacity();
        self.free.entry(array.capacity()).or_default().push(array);
    }
}

impl Buffer {
    /// `n` numbers that the caller writes in full before anyone reads them.
    ///
    /// Zeroing them first would cost a pass over memory for every operation.
    pub(super) fn new(n: usize) -> Self {
        let capacity = if n < SMALLEST { n } else { size(n) };
        let kept = if n < SMALLEST { None } else { shelf().take(capacity) };
        let mut values = kept.unwrap_or_else(|| Vec::with_capacity(capacity));
        // SAFETY: the capacity is there, every bit pattern is an f32, and each kernel writes every element before reading.
        unsafe { values.set_len(n) };
        Self(values)
    }

    /// `n` zeros.
    pub(super) fn zeros(n: usize) -> Self {
        let mut zeros = Self::new(n);
        zeros.fill(0.0);
        zeros
    }

    /// The same memory as a tensor's.
    pub(super) fn into_bytes(self) -> Bytes {
        let length = size_of_val(&*self.0);
        if self.is_shelved() {
            // SAFETY: as many bytes are initialised.
            return unsafe { Bytes::from_controller(Box::new(self), length) };
        }
        Bytes::from_elems(self.into_vec())
    }

    fn into_vec(mut self) -> Vec<f32> {
        std::mem::take(&mut self.0)
    }

    /// Whether it came from the shelf. An array made elsewhere has not been counted.
    fn is_shelved(&self) -> bool {
        self.0.len() >= SMALLEST
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if self.is_shelved() {
            shelf().give(std::mem::take(&mut self.0));
        }
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Self {
        Self::from(&**self)
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}

impl From<&[f32]> for Buffer {
    fn from(values: &[f32]) -> Self {
        let mut buffer = Self::new(values.len());
        buffer.copy_from_slice(values);
        buffer
    }
}

impl AllocationController for Buffer {
    fn alloc_align(&self) -> usize {
        align_of::<f32>()
    }

    fn property(&self) -> AllocationProperty {
        AllocationProperty::Native
    }

    unsafe fn memory_mut(&mut self, _: AccessPolicy) -> Result<&mut [MaybeUninit<u8>], AccessError> {
        let bytes = self.0.capacity() * size_of::<f32>();
        // SAFETY: the vector's own memory, borrowed as it is; who writes keeps it initialised.
        Ok(unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), bytes) })
    }

    fn memory(&self, _: AccessPolicy) -> Result<&[MaybeUninit<u8>], AccessError> {
        let bytes = self.0.capacity() * size_of::<f32>();
        // SAFETY: the vector's own memory, borrowed as it is.
        Ok(unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), bytes) })
    }

    fn try_detach(&mut self) -> Option<NonNull<u8>> {
        let mut values = std::mem::take(&mut self.0);
        shelf().used -= values.capacity();
        let at = NonNull::new(values.as_mut_ptr().cast());
        std::mem::forget(values);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_close_above_and_few() {
        for n in [SMALLEST, 20_000, 98_304, 393_216, 1_000_001] {
            assert!(size(n) >= n && size(n) - n <= n / 8, "{n}: {}", size(n));
        }
        assert_eq!(size(98_304), 98_304);
        assert_eq!(size(99_000), size(100_000));
    }

    #[test]
    fn what_is_given_back_is_taken_again_and_no_more_is_kept_than_was_once_in_use() {
        let mut shelf = Shelf::default();
        let new = |shelf: &mut Shelf, size| shelf.take(size).unwrap_or_else(|| Vec::with_capacity(size));
        let (a, b) = (new(&mut shelf, 100), new(&mut shelf, 200));
        let at = a.as_ptr();
        shelf.give(a);
        let again = new(&mut shelf, 100);
        assert_eq!(again.as_ptr(), at);
        shelf.give(b);
        assert_eq!((shelf.used, shelf.idle, shelf.most), (100, 200, 300));
        // Another size: 100 in use and 150 more leave no room for the 200 on the shelf.
        let c = new(&mut shelf, 150);
        assert_eq!((shelf.used, shelf.idle, shelf.most), (250, 0, 300));
        shelf.give(c);
        assert_eq!((shelf.used, shelf.idle), (100, 150));
    }

    #[test]
    fn a_tensor_may_keep_the_memory_or_let_it_go() {
        let numbers: Vec<f32> = (0..SMALLEST + 5).map(|i| i as f32).collect();
        let bytes = Buffer::from(numbers.as_slice()).into_bytes();
        assert_eq!(bytes.len(), 4 * numbers.len());
        let copy = bytes.clone();
        let values = bytes.try_into_vec::<f32>().expect("plain memory");
        assert_eq!((&values, copy.len()), (&numbers, 4 * numbers.len()));
        let small = Buffer::from([1.0, 2.0].as_slice()).into_bytes();
        assert_eq!(small.try_into_vec::<f32>().expect("plain memory"), [1.0, 2.0]);
    }
}
