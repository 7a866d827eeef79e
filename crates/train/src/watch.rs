//! An eye on the loss.

use crate::Error;

/// How many standard deviations above its mean a loss is a jump.
const JUMP: f64 = 6.0;
/// How slowly the mean and the spread of the loss forget, in steps.
const MEMORY: f64 = 100.0;
/// A loss so many times what it was at the beginning, and that at least 1 nat, will not come back.
const LOST: f64 = 100.0;

/// Follows the loss from step to step: warns of a jump, and ends what has diverged.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    seen: usize,
    mean: f64,
    variance: f64,
}

impl Watch {
    /// A warning, if the loss of `step` is one. `first` is the loss of the run's first step.
    ///
    /// # Errors
    /// If it has diverged.
    pub(crate) fn look(&mut self, step: usize, loss: f64, first: f64) -> Result<Option<String>, Error> {
        if loss > LOST * first.max(1.0) {
            return Err(Error::Diverged { step, loss, first });
        }
        let warm = self.seen as f64 >= MEMORY;
        let spread = self.variance.sqrt();
        let jumped = warm && loss > self.mean + JUMP * spread.max(1e-3);
        let warning = jumped.then(|| {
            let mean = self.mean;
            format!("warning: step {step}: the loss jumped to {loss:.4} from a mean of {mean:.4} (spread {spread:.4})")
        });
        self.seen += 1;
        let weight = (1.0 / self.seen as f64).max(1.0 / MEMORY);
        let off = loss - self.mean;
        self.mean += weight * off;
        self.variance = (1.0 - weight) * (self.variance + weight * off * off);
        Ok(warning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_is_told_once_it_is_known_what_is_usual() {
        let mut watch = Watch::default();
        let noise = |step: usize| 2.0 + 0.1 * (step as f64 * 1.7).sin();
        for step in 1..=300 {
            assert_eq!(watch.look(step, noise(step), 4.0).expect("fine"), None);
        }
        let warning = watch.look(301, 3.0, 4.0).expect("no end").expect("a warning");
        assert!(warning.starts_with("warning: step 301: the loss jumped to 3.0000 from a mean of 2."), "{warning}");
        // At the beginning nothing is usual.
        assert_eq!(Watch::default().look(1, 50.0, 50.0).expect("fine"), None);
    }

    #[test]
    fn what_is_lost_ends() {
        let error = Watch::default().look(2, 500.0, 4.5).unwrap_err().to_string();
        assert!(error.starts_with("step 2: the loss is 5.0000e2 and began at 4.5000: it has diverged"), "{error}");
        assert!(Watch::default().look(2, 90.0, 0.01).is_ok());
    }
}
