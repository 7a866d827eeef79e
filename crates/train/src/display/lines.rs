//! One plain line for each report.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use burn_train::{
    LearnerSummary,
    logger::{EvaluationProgressLogger, TrainingProgressLogger},
    metric::{MetricDefinition, MetricId, MetricName, NumericEntry},
    renderer::{EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation, MetricsRendererTraining},
};

use super::{Writer, measure::name};
use crate::{Work, work::peak_memory};

/// The least time between two lines on the way.
const BETWEEN: Duration = Duration::from_secs(2);

/// Writes a line about every two seconds while a model learns, and one for each evaluation.
pub(crate) struct Lines {
    out: Writer,
    names: HashMap<MetricId, MetricName>,
    values: HashMap<String, f64>,
    /// Targets of the evaluation so far.
    tokens: usize,
    split: Split,
    /// Steps before the split that runs.
    before: usize,
    /// Steps of it.
    within: usize,
    steps: usize,
    start: (Instant, usize),
    last: Option<Instant>,
    work: Option<Work>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Split {
    Training,
    Validation,
}

impl Lines {
    /// Writes to `out` about a run of `steps` steps of which `done` are done.
    pub(crate) fn new(out: Writer, done: usize, steps: usize, work: Option<Work>) -> Self {
        Self {
            out,
            names: HashMap::new(),
            values: HashMap::new(),
            tokens: 0,
            split: Split::Training,
            before: done,
            within: 0,
            steps,
            start: (Instant::now(), done),
            last: None,
            work,
        }
    }

    fn value(&self, name: &str) -> f64 {
        self.values.get(name).copied().unwrap_or(f64::NAN)
    }

    fn note(&mut self, state: MetricState) {
        let MetricState::Numeric(entry, Some(value)) = state else { return };
        if let Some(name) = self.names.get(&entry.metric_id) {
            if let (NumericEntry::Aggregated { count, .. }, name::LOSS) = (&value, name.as_str()) {
                self.tokens += count;
            }
            self.values.insert(name.to_string(), value.current());
        }
    }

    fn training_line(&self, step: usize) -> String {
        let (start, done) = self.start;
        let left = start.elapsed().mul_f64((self.steps.saturating_sub(step)) as f64 / (step - done).max(1) as f64);
        let speed = self.value(name::SPEED);
        let used = self.work.map(|work| format!("  mfu {:.0}%", 100.0 * work.share_of_peak(speed)));
        let memory = peak_memory().map(|bytes| format!("  {:.0} MB", bytes as f64 / 1e6));
        format!(
            "step {step}/{} {:>3}%  loss {:.4}  lr {:.2e}  |g| {:.2}  {} tok/s{}{}  eta {}",
            self.steps,
            100 * step / self.steps.max(1),
            self.value(name::LOSS),
            self.value(name::LEARNING_RATE),
            self.value(name::GRADIENT_NORM),
            thousands(speed),
            used.unwrap_or_default(),
            memory.unwrap_or_default(),
            duration(left)
        )
    }

    fn validation_line(&self) -> String {
        let (step, loss) = (self.before, self.value(name::LOSS));
        format!(
            "step {step}: validation loss {loss:.4}  perplexity {:.3}  accuracy {:.1} %  ({} tokens)",
            loss.exp(),
            self.value(name::ACCURACY),
            self.tokens
        )
    }
}

impl MetricsRendererTraining for Lines {
    fn update_train(&mut self, state: MetricState) {
        self.note(state);
    }

    fn update_valid(&mut self, state: MetricState) {
        self.note(state);
    }

    fn on_train_end(&mut self, _: Option<LearnerSummary>) -> Result<(), Box<dyn std::error::Error>> {
        Ok(())
    }
}

impl TrainingProgressLogger for Lines {
    fn start(&mut self, _: usize, _: usize, _: Option<usize>, _: Option<&str>) {
        self.start.0 = Instant::now();
    }

    fn start_split(&mut self, split: &str, _: usize) {
        self.split = if split == "train" { Split::Training } else { Split::Validation };
        self.tokens = 0;
    }

    fn update_split(&mut self, items_processed: usize) {
        if self.split == Split::Validation {
            return;
        }
        self.within = items_processed;
        let step = self.before + items_processed;
        if step == self.steps || self.last.is_none_or(|last| last.elapsed() >= BETWEEN) {
            self.last = Some(Instant::now());
            self.out.line(&self.training_line(step));
        }
    }

    fn end_split(&mut self) {
        match self.split {
            Split::Training => self.before += std::mem::take(&mut self.within),
            Split::Validation => self.out.line(&self.validation_line()),
        }
    }

    fn update_epoch(&mut self, _: usize) {}

    fn end(&mut self) {}

    fn log_event_training(&mut self, _: String) {}
}

impl MetricsRenderer for Lines {
    fn manual_close(&mut self) {}

    fn register_metric(&mut self, definition: MetricDefinition) {
        self.names.insert(definition.metric_id, definition.name);
    }
}

/// It is not used to evaluate apart from training.
impl MetricsRendererEvaluation for Lines {
    fn update_test(&mut self, _: EvaluationName, _: MetricState) {}
}

impl EvaluationProgressLogger for Lines {
    fn start_global_progress(&mut self, _: usize) {}
    fn start_test(&mut self, _: &str, _: usize) {}
    fn update_test_progress(&mut self, _: usize) {}
    fn end_test(&mut self) {}
    fn end_global_progress(&mut self) {}
    fn log_event_evaluation(&mut self, _: String) {}
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
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    use burn_train::metric::{MetricAttributes, MetricEntry, SerializedEntry};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("one at a time").write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn said(value: f64, count: usize, name: &str) -> MetricState {
        let entry = MetricEntry::new(MetricId::new(Arc::new(name.into())), SerializedEntry::new("".into(), "".into()));
        MetricState::Numeric(entry, Some(NumericEntry::Aggregated { aggregated_value: value, count }))
    }

    #[test]
    fn a_line_says_it_all() {
        let page = Page::default();
        let mut lines =
            Lines::new(Writer::new(page.clone()), 0, 2000, Some(Work { flops_per_target: 1e6, peak: 1e11 }));
        for known in [name::LOSS, name::LEARNING_RATE, name::GRADIENT_NORM, name::SPEED, name::ACCURACY] {
            let (metric_id, name) = (MetricId::new(Arc::new(known.into())), Arc::new(known.to_owned()));
            let attributes = MetricAttributes::None;
            lines.register_metric(MetricDefinition { metric_id, name, description: None, attributes });
        }
        lines.start_split("train", 250);
        for (value, name) in [(2.451_23, name::LOSS), (9.8e-4, name::LEARNING_RATE), (0.834, name::GRADIENT_NORM)] {
            lines.update_train(said(value, 768, name));
        }
        lines.update_train(said(45_210.4, 768, name::SPEED));
        lines.start.0 = Instant::now() - Duration::from_secs(10);
        lines.update_split(250);
        lines.end_split();
        lines.start_split("valid", 2);
        for loss in [1.9, 1.8793] {
            lines.update_valid(said(loss, 7680, name::LOSS));
        }
        lines.update_valid(said(44.1, 7680, name::ACCURACY));
        lines.update_split(2);
        lines.end_split();
        let text = String::from_utf8(page.0.lock().expect("the last").clone()).expect("text");
        let (training, validation) = text.split_once('\n').expect("two lines");
        let begin = "step 250/2000  12%  loss 2.4512  lr 9.80e-4  |g| 0.83  45,210 tok/s  mfu 45%  ";
        assert!(training.starts_with(begin) && training.ends_with("  eta 1m10s"), "{training}");
        let want = "step 250: validation loss 1.8793  perplexity 6.549  accuracy 44.1 %  (15360 tokens)\n";
        assert_eq!(validation, want);
    }

    #[test]
    fn durations_and_numbers() {
        assert_eq!(duration(Duration::from_secs(59)), "59s");
        assert_eq!(duration(Duration::from_secs(3725)), "1h02m");
        assert_eq!((thousands(7.0), thousands(1_234_567.2)), ("7".into(), "1,234,567".into()));
    }
}
