//! Forwards that are done again when their gradients are wanted.

use std::fmt;

use burn::{
    module::{Flag, Module, ModuleMapper, Param},
    tensor::{Device, Distribution, FloatDType, Gradients, Tensor},
};

use crate::{LayerPass, Pass};

/// The field of a stack that says whether it replays.
const FLAG: &str = "replays";

/// Lets every stack of `model` keep no more of a forward than what enters each layer, and compute the rest again when the
/// gradients are wanted (Chen et al. 2016, arXiv:1604.06174): the memory of one layer in place of all, for one forward more.
///
/// The loss must then go backward through [`Owed::backward`]. Evaluation and inference are what they were.
pub fn replaying<M: Module>(model: M) -> M {
    #[derive(Default)]
    struct On(bool);
    impl ModuleMapper for On {
        fn enter_module(&mut self, name: &str, _: &str) {
            self.0 = name == FLAG;
        }
        fn map_float<const R: usize>(&mut self, param: Param<Tensor<R>>) -> Param<Tensor<R>> {
            // It begins when it is first looked at: now, for a copy that looks first would begin otherwise.
            param.val();
            param
        }
        fn map_flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
            if self.0 { flag.with_value(true) } else { flag }
        }
    }
    model.map(&mut On::default())
}

/// What a forward leaves to be settled together with the loss.
#[derive(Debug, Default)]
pub struct Owed {
    /// What the layers ask to be added to the loss, in nats, `[1]`: see [`Weights::Relu`](crate::Weights::Relu).
    pub penalty: Option<Tensor<1>>,
    replays: Vec<Replay>,
}

/// A stack's forward of which only what enters each layer was kept.
pub(crate) struct Replay {
    /// What came from outside, and is owed a gradient.
    stream: Tensor<3>,
    memory: Option<Tensor<3>>,
    relative: Option<Tensor<4>>,
    /// What the layers see besides the stream, cut off from where it came from.
    pass: Pass<'static>,
    layers: Vec<Kept>,
    /// What the rest of the model was given, as if it were a beginning.
    output: Tensor<3>,
    penalty: Option<Tensor<1>>,
    /// Where the randomness of the first layer begins, and from where the others count.
    seed: u64,
}

/// How a layer, with all that it needs, is gone through.
pub(crate) type Forward<L> = fn(&L, Tensor<3>, &mut LayerPass) -> Tensor<3>;

struct Kept {
    input: Tensor<3>,
    forward: Again,
}

/// A layer's forward, with all that it needs.
type Again = Box<dyn Fn(Tensor<3>, &mut LayerPass) -> Tensor<3>>;

/// The gradients of what a replay gave to the rest of the model.
#[derive(Default)]
struct Arrived {
    output: Option<Tensor<3>>,
    penalty: Option<Tensor<1>>,
}

impl Owed {
    pub(crate) fn new(penalty: Option<Tensor<1>>, replays: Vec<Replay>) -> Self {
        Self { penalty, replays }
    }

    /// This, and `loss` to be added, `[1]`.
    #[must_use]
    pub fn plus(mut self, loss: Tensor<1>) -> Self {
        add(&mut self.penalty, Some(loss));
        self
    }

    /// What two forwards leave, the first of which may have fed the second.
    #[must_use]
    pub fn and(mut self, later: Self) -> Self {
        add(&mut self.penalty, later.penalty);
        self.replays.extend(later.replays);
        self
    }

    /// Sends the gradients of `loss` back through all that led to it, and hands them over in parts whose sum they are.
    ///
    /// # Shapes
    /// `loss`: `[1]`, the penalty already in it.
    pub fn backward(self, loss: &Tensor<1>, mut take: impl FnMut(Gradients)) {
        let mut replays = self.replays;
        let mut arrived: Vec<_> = replays.iter().map(|_| Arrived::default()).collect();
        let mut settle = |gradients: Gradients, replays: &[Replay], arrived: &mut [Arrived]| {
            for (replay, arrived) in replays.iter().zip(arrived) {
                arrived.note(replay, &gradients);
            }
            take(gradients);
        };
        settle(loss.backward(), &replays, &mut arrived);
        // What came last may lead into what came before.
        while let (Some(replay), Some(slope)) = (replays.pop(), arrived.pop()) {
            replay.backward(slope, |gradients| settle(gradients, &replays, &mut arrived));
        }
    }
}

impl Arrived {
    fn note(&mut self, replay: &Replay, gradients: &Gradients) {
        add(&mut self.output, replay.output.grad(gradients));
        let penalty = replay.penalty.as_ref();
        add(&mut self.penalty, penalty.and_then(|penalty| penalty.grad(gradients)));
    }
}

fn add<const R: usize>(sum: &mut Option<Tensor<R>>, more: Option<Tensor<R>>) {
    *sum = match (sum.take(), more) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    };
}

impl Replay {
    /// Begins a forward of which only the layers' inputs are kept, under what `pass` brings along.
    pub(crate) fn begin(stream: Tensor<3>, pass: &Pass) -> Self {
        Self {
            output: cut(stream.clone()),
            seed: draw_seed(&stream.device()),
            stream,
            memory: pass.memory_states(),
            relative: pass.relative(),
            pass: pass.cut(),
            layers: Vec::new(),
            penalty: None,
        }
    }

    /// Sends the stream through one more layer.
    pub(crate) fn through<L: Module + 'static>(&mut self, depth: usize, (layer, forward): (L, Forward<L>)) {
        let input = self.output.clone();
        // What is dropped must be the same both times.
        let seed = self.seed.wrapping_add(depth as u64);
        input.device().seed(seed);
        self.output = forward(&layer.clone().no_grad(), input.clone(), &mut self.pass.layer(depth)); // [B, T, D]
        let forward = Box::new(move |x: Tensor<3>, pass: &mut LayerPass| {
            x.device().seed(seed);
            forward(&layer, x, pass)
        });
        self.layers.push(Kept { input, forward });
    }

    /// Ends it, and gives the stream as the rest of the model is to go on with it.
    pub(crate) fn end(mut self, pass: &mut Pass) -> Tensor<3> {
        let output = cut(self.output).require_grad();
        self.output = output.clone();
        self.penalty = self.pass.take_penalty().map(|penalty| cut(penalty).require_grad());
        if let Some(penalty) = &self.penalty {
            pass.penalise(penalty.clone());
        }
        pass.keep(self);
        output
    }

    /// The layers once more, from the last to the first, each with the gradient of what came behind it.
    fn backward(mut self, arrived: Arrived, mut take: impl FnMut(Gradients)) {
        let Some(mut slope) = arrived.output else { return };
        let (memory, relative) = self.pass.require_gradients();
        let (mut to_memory, mut to_relative) = (None, None);
        for (depth, kept) in self.layers.into_iter().enumerate().rev() {
            let x = kept.input.require_grad();
            let y = (kept.forward)(x.clone(), &mut self.pass.layer(depth)); // [B, T, D]
            let mut surrogate = towards(y, slope);
            if let (Some(penalty), Some(slope)) = (self.pass.take_penalty(), &arrived.penalty) {
                surrogate = surrogate + towards(penalty, slope.clone());
            }
            let gradients = surrogate.backward();
            add(&mut to_memory, memory.as_ref().and_then(|memory| memory.grad(&gradients)));
            add(&mut to_relative, relative.as_ref().and_then(|relative| relative.grad(&gradients)));
            slope = x.grad(&gradients).unwrap_or_else(|| x.zeros_like().inner());
            take(gradients);
        }
        let outside =
            [owing(Some(self.stream), Some(slope)), owing(self.memory, to_memory), owing(self.relative, to_relative)];
        if let Some(surrogate) = outside.into_iter().flatten().reduce(|a, b| a + b) {
            take(surrogate.backward());
        }
    }
}

/// `Σ y · g`, whose gradient at `y` is `g`; in 32 bits, as penalties are.
fn towards<const R: usize>(y: Tensor<R>, slope: Tensor<R>) -> Tensor<1> {
    (y * slope).sum().cast(FloatDType::F32)
}

/// The same of what is part of a graph; `None` of what is not, or is owed nothing.
fn owing<const R: usize>(y: Option<Tensor<R>>, slope: Option<Tensor<R>>) -> Option<Tensor<1>> {
    let y = y.filter(Tensor::is_tracked)?;
    slope.map(|slope| towards(y, slope))
}

/// A number from the device's own random state.
fn draw_seed(device: &Device) -> u64 {
    let drawn = Tensor::<1>::random([2], Distribution::Default, &device.clone().inner()).into_data().convert::<f64>();
    drawn.iter::<f64>().fold(0, |seed: u64, x| seed.rotate_left(32) ^ x.to_bits())
}

/// The same values, without where they came from.
pub(crate) fn cut<const R: usize>(x: Tensor<R>) -> Tensor<R> {
    x.detach().set_require_grad(false)
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("layers", &self.layers.len()).finish_non_exhaustive()
    }
}
