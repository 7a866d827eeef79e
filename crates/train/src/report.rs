//! What is said on the way.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use crate::Evaluation;

/// Where training stands after a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Steps done.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// The step's loss, in nats per token.
    pub loss: f64,
    /// Its learning rate.
    pub learning_rate: f64,
    /// The length of all gradients together, before clipping.
    pub gradient_norm: f64,
    /// Tokens trained on in a second, over the time since the last report.
    pub tokens_per_second: f64,
    /// Time since the beginning.
    pub elapsed: Duration,
}

/// Someone who listens.
pub trait Report {
    /// Whether to be told of the step that just ended; asked at every step.
    fn wants(&mut self, step: usize, steps: usize) -> bool;
    /// A step ended.
    fn step(&mut self, progress: &Progress);
    /// The model was evaluated.
    fn evaluation(&mut self, step: usize, evaluation: &Evaluation);
    /// The model wrote something.
    fn sample(&mut self, text: &str);
}

/// Nobody.
#[derive(Debug, Default)]
pub struct Silent;

impl Report for Silent {
    fn wants(&mut self, _: usize, _: usize) -> bool {
        false
    }
    fn step(&mut self, _: &Progress) {}
    fn evaluation(&mut self, _: usize, _: &Evaluation) {}
    fn sample(&mut self, _: &str) {}
}

/// One plain line for each report, about one in two seconds.
#[derive(Debug)]
pub struct Lines<W> {
    out: W,
    last: Option<Instant>,
}

impl<W: Write> Lines<W> {
    /// Writes to `out`; an `out` that is gone is not written to, and training goes on.
    pub fn new(out: W) -> Self {
        Self { out, last: None }
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.out, "{line}");
        let _ = self.out.flush();
    }
}

impl<W: Write> Report for Lines<W> {
    fn wants(&mut self, step: usize, steps: usize) -> bool {
        let due = self.last.is_none_or(|last| last.elapsed() >= Duration::from_secs(2));
        let wanted = due || step == steps;
        if wanted {
            self.last = Some(Instant::now());
        }
        wanted
    }

    fn step(&mut self, progress: &Progress) {
        let Progress { step, steps, loss, learning_rate, gradient_norm, tokens_per_second, elapsed } = *progress;
        let left = elapsed.mul_f64((steps - step) as f64 / step.max(1) as f64);
        let percent = 100 * step / steps.max(1);
        self.line(&format!(
            "step {step}/{steps} {percent:>3}%  loss {loss:.4}  lr {learning_rate:.2e}  |g| {gradient_norm:.2}  \
             {} tok/s  eta {}",
            thousands(tokens_per_second),
            duration(left)
        ));
    }

    fn evaluation(&mut self, step: usize, evaluation: &Evaluation) {
        let Evaluation { loss, accuracy, tokens } = *evaluation;
        self.line(&format!(
            "step {step}: validation loss {loss:.4}  perplexity {:.3}  accuracy {:.1} %  ({tokens} tokens)",
            loss.exp(),
            100.0 * accuracy
        ));
    }

    fn sample(&mut self, text: &str) {
        self.line(&format!("sample: {text}"));
    }
}

fn thousands(x: f64) -> String {
    let digits = format!("{x:.0}");
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s}s"),
        (0, m, s) => format!("{m}m{s:02}s"),
        (h, m, _) => format!("{h}h{m:02}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_it_all() {
        let mut out = Vec::new();
        let mut lines = Lines::new(&mut out);
        lines.step(&Progress {
            step: 250,
            steps: 2000,
            loss: 2.451_23,
            learning_rate: 9.8e-4,
            gradient_norm: 0.834,
            tokens_per_second: 45_210.4,
            elapsed: Duration::from_secs(10),
        });
        lines.evaluation(250, &Evaluation { loss: 1.8793, accuracy: 0.441, tokens: 15360 });
        let text = String::from_utf8(out).expect("text");
        assert_eq!(
            text,
            "step 250/2000  12%  loss 2.4512  lr 9.80e-4  |g| 0.83  45,210 tok/s  eta 1m10s\n\
             step 250: validation loss 1.8793  perplexity 6.549  accuracy 44.1 %  (15360 tokens)\n"
        );
    }

    #[test]
    fn durations_and_numbers() {
        assert_eq!(duration(Duration::from_secs(59)), "59s");
        assert_eq!(duration(Duration::from_secs(3725)), "1h02m");
        assert_eq!((thousands(7.0), thousands(1_234_567.2)), ("7".into(), "1,234,567".into()));
    }
}
