//! What is followed over a run: one number of its reports.

use std::{convert::Infallible, fmt, str::FromStr};

/// The part of the reports that only training writes; what else is named without a part belongs to the validation set.
const OF_TRAINING: &[&str] =
    &["learning_rate", "gradient_norm", "tokens", "tokens_per_second", "elapsed_seconds", "mfu"];
/// The parts a run reports on.
const PARTS: &[&str] = &["train", "validation", "averaged", "test"];

/// One number of a run's reports: of which part (`train`, `validation`, ...) and which (`loss`, `learning_rate`, ...).
///
/// It reads `validation loss`, `train/loss` and `gradient_norm` alike. Without a part, what only training reports is
/// training's, and all else the validation set's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    part: String,
    key: String,
}

/// Which of two values is the better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// The lower, as of a loss.
    Lower,
    /// The higher, as of an accuracy.
    Higher,
}

impl Metric {
    /// The number `key` of the reports on `part`.
    pub fn new(part: &str, key: &str) -> Self {
        Self { part: part.into(), key: key.into() }
    }

    /// The part of the reports it is in.
    pub fn part(&self) -> &str {
        &self.part
    }

    /// Its name within a report.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What it is counted in, where it has a unit.
    pub fn unit(&self) -> Option<&'static str> {
        match self.key.as_str() {
            "loss" => Some("nats per target"),
            "tokens_per_second" => Some("tokens/s"),
            "elapsed_seconds" => Some("s"),
            _ => None,
        }
    }

    /// Which values are good, where there is such a thing.
    pub fn better(&self) -> Option<Better> {
        let has = |words: &[&str]| words.iter().any(|word| self.key.contains(word));
        if has(&["loss", "perplexity", "bits_per", "error"]) {
            Some(Better::Lower)
        } else if has(&["accuracy", "exact", "f1", "bleu", "chrf", "rouge", "recall", "precision", "per_second", "mfu"])
        {
            Some(Better::Higher)
        } else {
            None
        }
    }
}

impl Default for Metric {
    fn default() -> Self {
        Self::new("validation", "loss")
    }
}

impl FromStr for Metric {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let text = text.trim().to_lowercase().replace("tokens/s", "tokens_per_second");
        let key = |words: &str| words.split([' ', '_']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
        if let Some((part, rest)) = text.split_once('/') {
            return Ok(Self::new(part.trim(), &key(rest)));
        }
        if let Some((part, rest)) = text.split_once(' ')
            && PARTS.contains(&part)
        {
            return Ok(Self::new(part, &key(rest)));
        }
        let key = key(&text);
        let part = if OF_TRAINING.contains(&key.as_str()) { "train" } else { "validation" };
        Ok(Self::new(part, &key))
    }
}

/// As one says it: `validation loss`, `learning rate`, `tokens/s`.
impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !(self.part == "train" && OF_TRAINING.contains(&self.key.as_str())) {
            write!(f, "{} ", self.part)?;
        }
        match self.key.as_str() {
            "tokens_per_second" => f.write_str("tokens/s"),
            key => f.write_str(&key.replace('_', " ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, part: &str, key: &str, said: &str) {
        let metric: Metric = text.parse().unwrap();
        assert_eq!((metric.part(), metric.key()), (part, key), "{text}");
        assert_eq!(metric.to_string(), said);
        assert_eq!(said.parse(), Ok(metric), "what it says can be typed");
    }

    #[test]
    fn names_as_one_types_them() {
        check("validation loss", "validation", "loss", "validation loss");
        check("loss", "validation", "loss", "validation loss");
        check("Train/Loss", "train", "loss", "train loss");
        check("train loss", "train", "loss", "train loss");
        check(" learning  rate ", "train", "learning_rate", "learning rate");
        check("gradient_norm", "train", "gradient_norm", "gradient norm");
        check("tokens/s", "train", "tokens_per_second", "tokens/s");
        check("train tokens/s", "train", "tokens_per_second", "tokens/s");
        check("f1", "validation", "f1", "validation f1");
        assert_eq!("validation loss".parse(), Ok(Metric::default()));
    }

    #[test]
    fn what_is_good() {
        let better = |text: &str| text.parse::<Metric>().unwrap().better();
        assert_eq!(better("averaged loss"), Some(Better::Lower));
        assert_eq!(better("accuracy"), Some(Better::Higher));
        assert_eq!(better("tokens/s"), Some(Better::Higher));
        assert_eq!(better("learning rate"), None);
    }
}
