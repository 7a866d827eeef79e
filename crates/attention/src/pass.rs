//! What one forward pass carries.

use burn::tensor::{Device, Int, Tensor};

use crate::{
    KvCache, Mask, Owed, RotaryConfig, Trace,
    mask::Realised,
    position::Places,
    replay::{Replay, cut},
};

/// What travels with the stream through one forward pass.
///
/// Training, evaluation, reading a prompt, one-token steps and looking inside are one forward; they differ in what the
/// pass brings along.
///
/// ```
/// use salamander_attention::{Mask, Pass, Trace};
///
/// let mut trace = Trace::all();
/// let pass = Pass::new(Mask::Causal).with_trace(&mut trace);
/// assert_eq!(pass.offset(), 0);
/// ```
#[derive(Debug, Default)]
pub struct Pass<'a> {
    mask: Mask,
    prefix: Option<Vec<usize>>,
    segments: Option<Tensor<2, Int>>,
    positions: Option<Places>,
    cache: Option<&'a mut KvCache>,
    trace: Option<&'a mut Trace>,
    memory: Option<Memory>,
    scope: &'static str,
    // Computed once and used by every layer.
    relative: Option<Tensor<4>>,
    realised: Option<(usize, usize, Realised)>,
    rotary: Vec<(RotaryConfig, usize, Tensor<2>, Tensor<2>)>,
    penalty: Option<Tensor<1>>,
    replays: Vec<Replay>,
}

/// The encoder's output, as the decoder sees it.
#[derive(Debug, Clone)]
pub struct Memory {
    /// `[B, S, D]`.
    pub states: Tensor<3>,
    /// Which of its positions may be seen.
    pub mask: Mask,
}

impl<'a> Pass<'a> {
    /// A pass under `mask`; the family adds its own (a decoder is causal without being told).
    pub fn new(mask: Mask) -> Self {
        Self { mask, ..Self::default() }
    }

    /// Keeps keys and values, and continues behind those kept.
    #[must_use]
    pub fn with_cache(mut self, cache: &'a mut KvCache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Records the intermediate tensors.
    #[must_use]
    pub fn with_trace(mut self, trace: &'a mut Trace) -> Self {
        self.trace = Some(trace);
        self
    }

    /// Names what is recorded: `encoder` makes `embedding` into `encoder.embedding`.
    #[must_use]
    pub fn named(mut self, scope: &'static str) -> Self {
        self.scope = scope;
        self
    }

    /// Gives the decoder the encoder's output to look at.
    #[must_use]
    pub fn with_memory(mut self, memory: Memory) -> Self {
        self.memory = Some(memory);
        self
    }

    /// Says which segment (first sentence, second sentence) each token belongs to: `[B, T]`.
    #[must_use]
    pub fn with_segments(mut self, segments: Tensor<2, Int>) -> Self {
        self.segments = Some(segments);
        self
    }

    /// Says where each token stands, `[B, T]`, counted from 0: for rows in which documents lie side by side and each begins
    /// anew. Without it tokens stand one after the other behind the cache. Masks go on counting from the row's start (see
    /// [`Mask::Within`]), and so do biases by distance, which is the same inside a document.
    ///
    /// The numbers are read once, to know how far tables must reach.
    ///
    /// # Panics
    /// If one of them is negative.
    #[must_use]
    pub fn with_positions(mut self, positions: Tensor<2, Int>) -> Self {
        self.positions = Some(Places::at(positions));
        self
    }

    /// Lets everything see the first `lengths[b]` positions of sequence `b` where the family hides the future.
    #[must_use]
    pub fn with_prefix(mut self, lengths: Vec<usize>) -> Self {
        self.prefix = Some(lengths);
        self
    }

    /// Hides what comes after each position, except a prefix the caller named.
    pub fn hide_future(&mut self) {
        let order = self.prefix.take().map_or(Mask::Causal, Mask::prefix);
        self.hide(order);
    }

    /// Hides more.
    pub fn hide(&mut self, mask: Mask) {
        self.mask = std::mem::take(&mut self.mask).and(mask);
        self.realised = None;
    }

    /// Positions that came before this pass.
    pub fn offset(&self) -> usize {
        self.cache.as_ref().map_or(0, |cache| cache.len())
    }

    /// The segment of each token, if the caller said.
    pub fn segments(&self) -> Option<Tensor<2, Int>> {
        self.segments.clone()
    }

    /// Where `t` tokens in each of `b` rows stand.
    ///
    /// # Panics
    /// If the caller gave positions of another shape.
    pub(crate) fn places(&self, b: usize, t: usize) -> Places {
        self.positions.clone().unwrap_or(Places::From(self.offset())).of(b, t)
    }

    /// The view of layer `layer`.
    pub fn layer(&mut self, layer: usize) -> LayerPass<'_, 'a> {
        LayerPass { pass: self, layer }
    }

    /// Notes `tensor` under `name`, if anyone looks.
    pub fn record<const R: usize>(&mut self, name: &str, tensor: &Tensor<R>) {
        let name = self.full_name(name);
        if let Some(trace) = &mut self.trace {
            trace.record(name, tensor);
        }
    }

    /// What is to be settled together with the loss.
    pub fn take_owed(&mut self) -> Owed {
        Owed::new(self.penalty.take(), std::mem::take(&mut self.replays))
    }

    /// The score bias every layer of the stack shares, `[1, H, T, S]`.
    pub(crate) fn set_relative(&mut self, relative: Option<Tensor<4>>) {
        self.relative = relative;
    }

    pub(crate) fn relative(&self) -> Option<Tensor<4>> {
        self.relative.clone()
    }

    pub(crate) fn memory_states(&self) -> Option<Tensor<3>> {
        self.memory.as_ref().map(|memory| memory.states.clone())
    }

    /// Whether nobody keeps or looks at what happens inside the layers.
    pub(crate) fn is_unobserved(&self) -> bool {
        self.cache.is_none() && self.trace.is_none()
    }

    /// What the layers see, cut off from the graph it came from.
    pub(crate) fn cut(&self) -> Pass<'static> {
        let memory = |memory: &Memory| Memory { states: cut(memory.states.clone()), mask: memory.mask.clone() };
        Pass {
            mask: self.mask.clone(),
            positions: self.positions.clone(),
            memory: self.memory.as_ref().map(memory),
            relative: self.relative.clone().map(cut),
            ..Pass::default()
        }
    }

    /// Lets gradients arrive at what the layers see besides the stream.
    pub(crate) fn require_gradients(&mut self) -> (Option<Tensor<3>>, Option<Tensor<4>>) {
        if let Some(memory) = &mut self.memory {
            memory.states = memory.states.clone().require_grad();
        }
        self.relative = self.relative.take().map(Tensor::require_grad);
        (self.memory_states(), self.relative())
    }

    /// Keeps a forward to be done again.
    pub(crate) fn keep(&mut self, replay: Replay) {
        self.replays.push(replay);
    }

    /// Adds to what the layers ask of the loss.
    pub(crate) fn penalise(&mut self, penalty: Tensor<1>) {
        self.penalty = Some(match self.penalty.take() {
            Some(before) => before + penalty,
            None => penalty,
        });
    }

    /// What the layers asked of the loss.
    pub(crate) fn take_penalty(&mut self) -> Option<Tensor<1>> {
        self.penalty.take()
    }

    /// Says that `count` new positions have passed through every layer.
    pub(crate) fn finish(&mut self, count: usize) {
        if let Some(cache) = &mut self.cache {
            cache.advance(count);
        }
    }

    fn full_name(&self, name: &str) -> String {
        if self.scope.is_empty() { name.into() } else { format!("{}.{name}", self.scope) }
    }
}

/// A pass as seen by one layer.
#[derive(Debug)]
pub struct LayerPass<'p, 'a> {
    pass: &'p mut Pass<'a>,
    layer: usize,
}

impl LayerPass<'_, '_> {
    /// Notes `tensor` under this layer's name.
    pub fn record<const R: usize>(&mut self, name: &str, tensor: &Tensor<R>) {
        let name = self.name(name);
        self.pass.record(&name, tensor);
    }

    pub(crate) fn wants(&self, name: &str) -> bool {
        let name = self.pass.full_name(&self.name(name));
        self.pass.trace.as_ref().is_some_and(|trace| trace.wants(&name))
    }

    fn name(&self, name: &str) -> String {
        format!("blocks.{}.{name}", self.layer)
    }

    /// Joins the new keys and values to those kept, if any are: `[B, K, T, E]` to `[B, K, S, E]`.
    pub(crate) fn remember(&mut self, key: Tensor<4>, value: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        match &mut self.pass.cache {
            Some(cache) => cache.append(self.layer, key, value),
            None => (key, value),
        }
    }

    /// The mask of `t` queries at the end of `s` positions.
    pub(crate) fn mask(&mut self, t: usize, s: usize, device: &Device) -> Realised {
        match &self.pass.realised {
            Some((t0, s0, realised)) if (*t0, *s0) == (t, s) => realised.clone(),
            _ => {
                let realised = self.pass.mask.realise(t, s, device);
                self.pass.realised = Some((t, s, realised.clone()));
                realised
            }
        }
    }

    pub(crate) fn relative(&self) -> Option<Tensor<4>> {
        self.pass.relative()
    }

    /// The encoder's output as keys and values, and its mask for `t` queries.
    ///
    /// # Panics
    /// If the pass brings no memory: a decoder of this kind cannot run without an encoder. If the memory has parts and the
    /// pass has none.
    pub(crate) fn memory(
        &mut self,
        t: usize,
        project: impl FnOnce(Tensor<3>) -> (Tensor<4>, Tensor<4>),
    ) -> (Tensor<4>, Tensor<4>, Realised) {
        let memory = self.pass.memory.as_ref().expect("a pass through cross-attention needs `Pass::with_memory`");
        let [_, s, _] = memory.states.dims();
        let first = self.pass.offset();
        let mask = memory.mask.realise_across(&self.pass.mask, first, t, s, &memory.states.device());
        let (key, value) = match &mut self.pass.cache {
            Some(cache) => cache.memory(self.layer, || project(memory.states.clone())),
            None => project(memory.states.clone()),
        };
        (key, value, mask)
    }

    /// The turning angles of `t` tokens in each of `b` rows, cosines and sines: `[T, R/2]` each, or `[B T, R/2]` where the
    /// caller gave each row its positions.
    pub(crate) fn rotary(
        &mut self,
        config: &RotaryConfig,
        [b, t]: [usize; 2],
        device: &Device,
    ) -> (Tensor<2>, Tensor<2>) {
        let known = self.pass.rotary.iter().find(|(known, length, ..)| known == config && *length == t);
        if let Some((.., cos, sin)) = known {
            return (cos.clone(), sin.clone());
        }
        let (cos, sin) = config.angles(self.pass.places(b, t), t, device);
        self.pass.rotary.push((config.clone(), t, cos.clone(), sin.clone()));
        (cos, sin)
    }

    /// Adds to what the layers ask of the loss.
    pub(crate) fn penalise(&mut self, penalty: Tensor<1>) {
        self.pass.penalise(penalty);
    }
}
