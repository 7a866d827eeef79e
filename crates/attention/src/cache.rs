//! Keys and values kept from step to step.

use burn::tensor::{Device, Int, Tensor};

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
    /// For each row, which of the rows at the beginning it goes on.
    origins: Vec<usize>,
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
        Self { layers: shapes.iter().map(kept).collect(), origins: (0..batch).collect(), len: 0, capacity }
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

    /// For each row, which of the rows at the beginning it goes on: rows with the same origin see the same encoder output.
    pub fn origins(&self) -> &[usize] {
        &self.origins
    }

    /// Goes on with these rows: row `i` will be what row `rows[i]` is now. A row may be chosen several times, or be left out.
    ///
    /// # Panics
    /// If a row is beyond the batch.
    pub fn choose(&mut self, rows: &[usize]) {
        if rows.iter().copied().eq(0..self.origins.len()) {
            return;
        }
        let origins: Vec<_> = rows.iter().map(|&row| self.origins[row]).collect();
        // Texts of one source that change places, as in each step of a beam search, leave its keys and values alone.
        let moved = origins != self.origins;
        for kept in &mut self.layers {
            kept.choose(rows, moved);
        }
        self.origins = origins;
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

impl Kept {
    fn choose(&mut self, rows: &[usize], memory_too: bool) {
        for room in [&mut self.key, &mut self.value] {
            *room = room.take().map(|room| chosen(room, rows));
        }
        if memory_too {
            self.memory = self.memory.take().map(|(key, value)| (chosen(key, rows), chosen(value, rows)));
        }
    }
}

/// These rows of the batch: `[B, K, S, E]` to `[rows, K, S, E]`.
fn chosen(all: Tensor<4>, rows: &[usize]) -> Tensor<4> {
    let rows: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
    let rows = Tensor::<1, Int>::from_data(rows.as_slice(), &all.device());
    all.select(0, rows)
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
    fn rows_go_on_as_chosen() {
        let device = Device::flex();
        let shape = CacheShape { heads: 1, d_key: 1, d_value: 1 };
        let mut cache = KvCache::new(&[shape], 2, 2, &device);
        let step = |values: &[f32]| Tensor::<1>::from_floats(values, &device).reshape([values.len(), 1, 1, 1]);
        let memory = |cache: &mut KvCache| {
            let (key, value) = cache.memory(0, || (step(&[5.0, 6.0]), step(&[7.0, 8.0])));
            [key, value].map(|kept| kept.into_data().try_to_vec::<f32>().expect("f32"))
        };
        cache.append(0, step(&[1.0, 2.0]), step(&[-1.0, -2.0]));
        memory(&mut cache);
        cache.advance(1);

        cache.choose(&[1, 0, 1]);
        assert_eq!(cache.origins(), [1, 0, 1]);
        assert_eq!(memory(&mut cache), [[6.0, 5.0, 6.0], [8.0, 7.0, 8.0]]);
        cache.append(0, step(&[3.0, 4.0, 5.0]), step(&[-3.0, -4.0, -5.0]));
        cache.advance(1);

        // rows of one origin change places, then one is left out
        for (rows, key, source) in [
            (vec![2, 1, 0], vec![2.0, 5.0, 1.0, 4.0, 2.0, 3.0], vec![6.0, 5.0, 6.0]),
            (vec![0, 1, 2], vec![2.0, 5.0, 1.0, 4.0, 2.0, 3.0], vec![6.0, 5.0, 6.0]),
            (vec![1, 2], vec![1.0, 4.0, 2.0, 3.0], vec![5.0, 6.0]),
        ] {
            cache.choose(&rows);
            let numbers = |kept: &Option<Tensor<4>>| kept.clone().expect("room").into_data().try_to_vec::<f32>();
            assert_eq!(numbers(&cache.layers[0].key).expect("f32"), key, "{rows:?}");
            let negative: Vec<f32> = key.iter().map(|k| -k).collect();
            assert_eq!(numbers(&cache.layers[0].value).expect("f32"), negative, "{rows:?}");
            assert_eq!(memory(&mut cache)[0], source, "{rows:?}");
        }
        assert_eq!(cache.len(), 2);
    }

    #[test]
    #[should_panic(expected = "room for 1 positions, 2 are needed")]
    fn a_full_cache_says_so() {
        let device = Device::flex();
        let shape = CacheShape { heads: 1, d_key: 1, d_value: 1 };
        KvCache::new(&[shape], 1, 1, &device).append(0, rows([1.0, 2.0], &device), rows([1.0, 2.0], &device));
    }
}
