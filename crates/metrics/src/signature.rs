//! What must be said beside a score so that another can be compared with it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether capitals count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Case {
    /// They do: texts are compared as they are. In a signature: `case:mixed`.
    #[default]
    Mixed,
    /// They do not: all is made lower case first. In a signature: `case:lc`.
    Lower,
}

impl Case {
    /// The text as it is compared.
    pub(crate) fn apply(self, text: &str) -> String {
        match self {
            Self::Mixed => text.to_owned(),
            Self::Lower => text.to_lowercase(),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mixed => "mixed",
            Self::Lower => "lc",
        })
    }
}

/// Who computed a score: sacreBLEU prints its own number there, and what is not sacreBLEU must not.
pub(crate) const VERSION: &str = concat!("salamander-", env!("CARGO_PKG_VERSION"));

/// How many references the segments have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct References {
    segments: u64,
    fewest: usize,
    most: usize,
}

impl References {
    /// One more segment.
    pub(crate) fn add(&mut self, references: usize) {
        self.merge(&Self { segments: 1, fewest: references, most: references });
    }

    /// The segments of both.
    pub(crate) fn merge(&mut self, other: &Self) {
        *self = match (self.segments, other.segments) {
            (_, 0) => *self,
            (0, _) => *other,
            (mine, its) => {
                Self { segments: mine + its, fewest: self.fewest.min(other.fewest), most: self.most.max(other.most) }
            }
        };
    }

    /// How many segments there are.
    pub(crate) fn segments(&self) -> u64 {
        self.segments
    }
}

impl fmt::Display for References {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.fewest == self.most { write!(f, "{}", self.most) } else { f.write_str("var") }
    }
}

/// `yes` or `no`.
pub(crate) fn yes(answer: bool) -> &'static str {
    if answer { "yes" } else { "no" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_that_differ_in_number_vary() {
        let mut references = References::default();
        references.add(2);
        references.add(2);
        assert_eq!(references.to_string(), "2");
        let mut other = References::default();
        other.merge(&references);
        other.add(1);
        assert_eq!((other.to_string().as_str(), other.segments()), ("var", 3));
        references.merge(&References::default());
        assert_eq!((references.to_string().as_str(), references.segments()), ("2", 2));
    }
}
