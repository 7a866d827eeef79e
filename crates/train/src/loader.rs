//! Batches as burn-train's data loaders.

use std::sync::Arc;

use burn::{
    data::{
        dataloader::{DataLoader, DataLoaderIterator, Progress},
        dataset::DatasetError,
    },
    tensor::Device,
};
use salamander_text::Batches;

use crate::student::Part;

/// Batches to learn from, from a step on.
pub(crate) struct Stream<B> {
    set: Arc<B>,
    start: usize,
    end: usize,
}

/// Batches to evaluate on, all of them once.
pub(crate) struct Once<B> {
    set: Arc<B>,
    start: usize,
    end: usize,
}

impl<B> Stream<B> {
    /// The batches `start..end` of `set`.
    pub(crate) fn new(set: Arc<B>, start: usize, end: usize) -> Self {
        Self { set, start, end }
    }
}

impl<B: Batches> Once<B> {
    pub(crate) fn new(set: Arc<B>) -> Self {
        let end = set.len();
        Self { set, start: 0, end }
    }
}

/// A batch for each number of a range.
struct Numbered<F> {
    make: F,
    start: usize,
    next: usize,
    end: usize,
}

impl<T, F: Fn(usize) -> T> Iterator for Numbered<F> {
    type Item = Result<T, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        (self.next < self.end).then(|| {
            self.next += 1;
            Ok((self.make)(self.next - 1))
        })
    }
}

impl<T, F: Fn(usize) -> T> DataLoaderIterator<T> for Numbered<F> {
    fn progress(&self) -> Progress {
        Progress::new(self.next - self.start, self.end - self.start, Some("batches".into()))
    }
}

impl<B: Batches + Send + Sync + 'static> DataLoader<Part<B::Batch>> for Stream<B> {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<Part<B::Batch>> + 'a> {
        let make = |at: usize| Part { batch: self.set.batch_at(at as u64), share: 1.0 };
        Box::new(Numbered { make, start: self.start, next: self.start, end: self.end })
    }

    fn num_items(&self) -> usize {
        self.end - self.start
    }

    /// Batches are plain numbers, which go where the model is when it is asked.
    fn to_device(&self, _: &Device) -> Arc<dyn DataLoader<Part<B::Batch>>> {
        self.slice(0, self.num_items())
    }

    fn slice(&self, start: usize, end: usize) -> Arc<dyn DataLoader<Part<B::Batch>>> {
        Arc::new(Self { set: Arc::clone(&self.set), start: self.start + start, end: self.start + end })
    }
}

impl<B: Batches + Send + Sync + 'static> DataLoader<B::Batch> for Once<B> {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<B::Batch> + 'a> {
        let make = |at: usize| self.set.evaluation_at(at);
        Box::new(Numbered { make, start: self.start, next: self.start, end: self.end })
    }

    fn num_items(&self) -> usize {
        self.end - self.start
    }

    fn to_device(&self, _: &Device) -> Arc<dyn DataLoader<B::Batch>> {
        self.slice(0, self.num_items())
    }

    fn slice(&self, start: usize, end: usize) -> Arc<dyn DataLoader<B::Batch>> {
        Arc::new(Self { set: Arc::clone(&self.set), start: self.start + start, end: self.start + end })
    }
}
