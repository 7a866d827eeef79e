//! One thing wrong among several, each with its remedy.

use std::fmt;

/// One tensor that does not fit.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// The module wants a tensor that no file has.
    Missing {
        /// Its name in the file.
        tensor: String,
        /// The shape it should have in the file.
        wanted: Vec<usize>,
        /// The parameters it would fill.
        modules: Vec<String>,
    },
    /// A file has a tensor that the module has no place for.
    Unused {
        /// Its name in the file.
        tensor: String,
        /// Its shape.
        found: Vec<usize>,
        /// Whether a line of the table matches it (then the module lacks the parameter).
        listed: bool,
    },
    /// The shapes differ.
    Misshapen {
        /// Its name in the file.
        tensor: String,
        /// Its shape in the file.
        found: Vec<usize>,
        /// The shape it should have in the file.
        wanted: Vec<usize>,
        /// The shapes of its parts, as they stand in the file, if it holds several parameters.
        parts: Vec<Vec<usize>>,
    },
    /// The numbers are of a kind that is not read.
    Kind {
        /// Its name in the file.
        tensor: String,
        /// The kind of number.
        found: String,
    },
    /// Two tensors claim the same place.
    Twice {
        /// The one.
        tensor: String,
        /// The other.
        other: String,
    },
    /// Two names of one tensor hold different values.
    Unequal {
        /// The second name.
        tensor: String,
        /// The first name.
        of: String,
    },
}

/// One key of `config.json` that stands in the way.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum KeyProblem {
    /// A key that must be there is not.
    Missing {
        /// The key, dotted from the top.
        key: String,
    },
    /// The value is of the wrong kind or out of range.
    Wrong {
        /// The key, dotted from the top.
        key: String,
        /// The value, shortened.
        value: String,
        /// What it should be.
        wanted: String,
    },
    /// The value asks for something that is not there.
    Unsupported {
        /// The key, dotted from the top.
        key: String,
        /// The value, shortened.
        value: String,
        /// The value that is.
        wanted: String,
        /// What the key changes.
        why: String,
    },
    /// Nobody knows what the key means.
    Unknown {
        /// The key, dotted from the top.
        key: String,
        /// The value, shortened.
        value: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { tensor, wanted, modules } => {
                let modules = modules.join(", ");
                write!(f, "{tensor}   is missing; {wanted:?} is wanted for {modules}: is it another model's file?")
            }
            Self::Unused { tensor, found, listed: true } => write!(
                f,
                "{tensor}   is {found:?} in the file, but the model has no such part: does the config say otherwise?"
            ),
            Self::Unused { tensor, found, listed: false } => {
                write!(
                    f,
                    "{tensor}   is {found:?} in the file, but in no line of the name table: add a line or ignore it"
                )
            }
            Self::Misshapen { tensor, found, wanted, parts } => {
                write!(f, "{tensor}   is {found:?}; the model wants {wanted:?}")?;
                match parts.as_slice() {
                    [] | [_] => {}
                    [first, rest @ ..] if rest.iter().all(|part| part == first) => {
                        write!(f, " = {} x {first:?}", parts.len())?;
                    }
                    _ => write!(f, " = {}", parts.iter().map(|p| format!("{p:?}")).collect::<Vec<_>>().join(" + "))?,
                }
                write!(f, ": change the sizes in the config")
            }
            Self::Kind { tensor, found } => {
                write!(f, "{tensor}   holds {found}; F64, F32, F16 and BF16 are read: convert it")
            }
            Self::Twice { tensor, other } => {
                write!(f, "{tensor}   is there twice, also as {other}: remove one")
            }
            Self::Unequal { tensor, of } => {
                write!(f, "{tensor}   should equal {of}, whose place it shares, but differs: set the config to untied")
            }
        }
    }
}

impl fmt::Display for KeyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { key } => write!(f, "{key}   is missing"),
            Self::Wrong { key, value, wanted } => write!(f, "{key}   is {value}; {wanted} is needed"),
            Self::Unsupported { key, value, wanted, why } => {
                write!(f, "{key}   is {value}; only {wanted} is supported ({why})")
            }
            Self::Unknown { key, value } => write!(
                f,
                "{key}   (= {value}) is not understood, and the model might be another than it seems: remove the key if \
                 it changes nothing"
            ),
        }
    }
}
