//! Numbers to follow, as burn-train's metrics.

use std::sync::Arc;

use burn::tensor::TensorReadError;
use burn_train::metric::{
    Metric, MetricAttributes, MetricMetadata, MetricName, Numeric, NumericAttributes, NumericEntry, SerializedEntry,
    state::{FormatOptions, NumericMetricState},
};

use crate::student::{Answered, Learnt};

/// One number of a report: its mean over a stretch weighs each report by what it was measured on.
#[derive(Clone)]
pub(crate) struct Measure<T> {
    name: MetricName,
    unit: Option<&'static str>,
    higher_is_better: bool,
    digits: usize,
    /// The number, and how many things it is a mean over.
    read: fn(&T) -> (f64, usize),
    state: NumericMetricState,
}

/// The names under which numbers are reported.
pub(crate) mod name {
    pub(crate) const LOSS: &str = "Loss";
    pub(crate) const LEARNING_RATE: &str = "Learning rate";
    pub(crate) const GRADIENT_NORM: &str = "Gradient norm";
    pub(crate) const SPEED: &str = "Speed";
    pub(crate) const ACCURACY: &str = "Accuracy";
}

impl<T> Measure<T> {
    fn new(name: &str, read: fn(&T) -> (f64, usize)) -> Self {
        let state = NumericMetricState::new();
        Self { name: Arc::new(name.into()), unit: None, higher_is_better: false, digits: 4, read, state }
    }

    fn format(&self) -> FormatOptions {
        let format = FormatOptions::new(self.name.clone()).precision(self.digits);
        match self.unit {
            Some(unit) => format.unit(unit),
            None => format,
        }
    }
}

/// What is followed while a model learns.
pub(crate) fn training() -> [Measure<Learnt>; 4] {
    let speed = Measure::new(name::SPEED, |learnt: &Learnt| (learnt.tokens_per_second, learnt.tokens));
    [
        Measure::new(name::LOSS, |learnt: &Learnt| (learnt.loss, learnt.tokens)),
        Measure::new(name::LEARNING_RATE, |learnt: &Learnt| (learnt.learning_rate, 1)),
        Measure::new(name::GRADIENT_NORM, |learnt: &Learnt| (learnt.gradient_norm, 1)),
        Measure { unit: Some("tokens/s"), higher_is_better: true, digits: 0, ..speed },
    ]
}

/// What is followed while it is evaluated.
pub(crate) fn evaluation() -> [Measure<Answered>; 2] {
    let accuracy = Measure::new(name::ACCURACY, |answered: &Answered| {
        (100.0 * answered.correct as f64 / answered.tokens.max(1) as f64, answered.tokens)
    });
    [
        Measure::new(name::LOSS, |answered: &Answered| (answered.loss, answered.tokens)),
        Measure { unit: Some("%"), higher_is_better: true, digits: 1, ..accuracy },
    ]
}

impl<T: Clone + Send + Sync> Metric for Measure<T> {
    type Input = T;

    fn name(&self) -> MetricName {
        self.name.clone()
    }

    fn attributes(&self) -> MetricAttributes {
        let unit = self.unit.map(str::to_owned);
        NumericAttributes { unit, higher_is_better: self.higher_is_better }.into()
    }

    fn update(&mut self, item: &T, _: &MetricMetadata) -> Result<SerializedEntry, TensorReadError> {
        let (value, count) = (self.read)(item);
        self.state.update(value, count);
        Ok(self.state.compute_update(self.format()))
    }

    fn compute(&mut self) -> Result<SerializedEntry, TensorReadError> {
        Ok(self.state.compute_final(self.format()))
    }

    fn clear(&mut self) {
        self.state.reset();
    }
}

impl<T> Numeric for Measure<T> {
    fn value(&self) -> Option<NumericEntry> {
        Some(self.state.current_value())
    }

    fn running_value(&self) -> Option<NumericEntry> {
        Some(self.state.running_value())
    }

    fn final_value(&self) -> NumericEntry {
        self.state.final_value()
    }
}
