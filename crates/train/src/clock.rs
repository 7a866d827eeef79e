//! Time spent on steps.

use std::time::{Duration, Instant};

use crate::student::Learnt;

/// Times the steps, and sums up what they were like from report to report.
pub(crate) struct Clock {
    start: Instant,
    /// Targets in a second, of each step.
    rates: Vec<f64>,
    since: Since,
}

/// What the steps since the last report were like.
#[derive(Default)]
struct Since {
    time: Duration,
    steps: usize,
    nats: f64,
    tokens: usize,
    norms: f64,
    learning_rate: f64,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), rates: Vec::new(), since: Since::default() }
    }

    /// Notes a step that took `time`.
    pub(crate) fn count(&mut self, time: Duration, learnt: Learnt) {
        self.rates.push(learnt.tokens as f64 / time.as_secs_f64().max(1e-9));
        self.since.time += time;
        self.since.steps += 1;
        self.since.nats += learnt.loss * learnt.tokens as f64;
        self.since.tokens += learnt.tokens;
        self.since.norms += learnt.gradient_norm;
        self.since.learning_rate = learnt.learning_rate;
    }

    /// The steps since the last report as one: their mean loss over targets, their mean gradient norm, the last rate.
    pub(crate) fn report(&mut self) -> Learnt {
        let Since { time, steps, nats, tokens, norms, learning_rate } = std::mem::take(&mut self.since);
        Learnt {
            loss: nats / tokens.max(1) as f64,
            tokens,
            gradient_norm: norms / steps.max(1) as f64,
            learning_rate,
            tokens_per_second: tokens as f64 / time.as_secs_f64().max(1e-9),
        }
    }

    /// Targets in a second, at the median step; 0 before the first.
    pub(crate) fn rate(&self) -> f64 {
        let mut rates = self.rates.clone();
        rates.sort_by(f64::total_cmp);
        rates.get(rates.len() / 2).copied().unwrap_or(0.0)
    }

    /// Time since the beginning.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_weighs_by_targets() {
        let mut clock = Clock::new();
        let learnt = |loss, tokens, gradient_norm| Learnt { loss, tokens, gradient_norm, ..Learnt::default() };
        clock.count(Duration::from_secs(1), learnt(1.0, 30, 2.0));
        clock.count(Duration::from_secs(3), learnt(2.0, 10, 4.0));
        clock.count(Duration::from_secs(1), learnt(4.0, 40, 0.0));
        let report = clock.report();
        assert_eq!((report.loss, report.tokens, report.gradient_norm), (210.0 / 80.0, 80, 2.0));
        assert_eq!((report.tokens_per_second, clock.rate()), (16.0, 30.0));
        assert_eq!(clock.report().tokens, 0);
    }
}
