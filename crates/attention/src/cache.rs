//! Keys and values kept from step to step.

use burn::tensor::{Device, Tensor};

/// What one layer keeps for each position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheShape {
    /// Heads kept, `K`.
    pub heads: usize,
    /// Width of a head's key.
    pub d_key: usize,
    /// Width of a head's value.
    pub d_value: usize,
}

/// The keys and values of every layer, allocated once for the longest sequence and filled in place.
///
/// Growing them by concatenation would copy the whole history at each step.
#[derive(Debug, Clone)]
pub struct KvCache {
    layers: Vec<Kept>,
    len: usize,
    capacity: usize,
}

#[derive(Debug, Clone)]
struct Kept {
    key: Option<Tensor<4>>,
    value: Option<Tensor<4>>,
    memory: Option<(Tensor<4>, Tensor<4>)>,
}

impl KvCache {
    /// Room for `capacity` positions of `batch` sequences in layers of the given shapes.
    pub fn new(shapes: &[CacheShape], batch: usize, capacity: usize, device: &Device) -> Self {
        let room = |heads, width| Some(Tensor::zeros([batch, heads, capacity, width], device));
        let kept = |shape: &CacheShape| Kept {
            key: room(shape.heads, shape.d_key),
            value: room(shape.heads, shape.d_value),
            memory: None,
        };
        Self { layers: shapes.iter().map(kept).collect(), len: 0, capacity }
    }

    /// Positions kept so far.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is kept yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Positions there is room for.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Writes the new positions of `layer` behind the old ones and returns all of them.
    ///
    /// # Panics
    /// If there is no room left.
    pub(crate) fn append(&mut self, layer: usize, key: Tensor<4>, value: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let end = self.len + key.dims()[2];
        assert!(end <= self.capacity, "the cache has room for {} positions, {end} are needed", self.capacity);
        let kept = &mut self.layers[layer];
        (write(&mut kept.key, key, self.len), write(&mut kept.value, value, self.len))
    }

    /// The keys and values of the encoder's output, computed at the first step only.
    pub(crate) fn memory(
        &mut self,
        layer: usize,
        compute: impl FnOnce() -> (Tensor<4>, Tensor<4>),
    ) -> (Tensor<4>, Tensor<4>) {
        self.layers[layer].memory.get_or_insert_with(compute).clone()
    }

    /// Says that `count` positions have passed through every layer.
    pub(crate) fn advance(&mut self, count: usize) {
        self.len += count;
    }
}

/// Puts `new` at `start` of the room and returns everything up to its end. The room is taken out while it is written,
/// so that it has one owner and the backend may write in place.
fn write(room: &mut Option<Tensor<4>>, new: Tensor<4>, start: usize) -> Tensor<4> {
    let [b, k, t, e] = new.dims();
    let all = room.take().expect("a cache's room is only taken out inside this function");
    let all = all.slice_assign([0..b, 0..k, start..start + t, 0..e], new);
    let seen = all.clone().slice([0..b, 0..k, 0..start + t, 0..e]);
    *room = Some(all);
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(values: [f32; 2], device: &Device) -> Tensor<4> {
        Tensor::<2>::from_floats([[values[0]], [values[1]]], device).reshape([1, 1, 2, 1])
    }

    #[test]
    fn new_positions_stand_behind_the_old_ones() {
        let device = Device::flex();
        let shape = CacheShape { heads: 1, d_key: 1, d_value: 1 };
        let mut cache = KvCache::new(&[shape], 1, 4, &device);
        cache.append(0, rows([1.0, 2.0], &device), rows([5.0, 6.0], &device));
        cache.advance(2);
        let (key, value) = cache.append(0, rows([3.0, 4.0], &device), rows([7.0, 8.0], &device));
        cache.advance(2);
        assert_eq!(key.into_data().try_to_vec::<f32>().expect("f32"), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(value.into_data().try_to_vec::<f32>().expect("f32"), [5.0, 6.0, 7.0, 8.0]);
        assert_eq!((cache.len(), cache.capacity()), (4, 4));
    }

    #[test]
    #[should_panic(expected = "room for 1 positions, 2 are needed")]
    fn a_full_cache_says_so() {
        let device = Device::flex();
        let shape = CacheShape { heads: 1, d_key: 1, d_value: 1 };
        KvCache::new(&[shape], 1, 1, &device).append(0, rows([1.0, 2.0], &device), rows([1.0, 2.0], &device));
    }
}
