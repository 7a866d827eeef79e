//! What can be wrong with what is to be scored.

/// What is wrong, with the numbers that show it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two lists whose entries belong together are not of one length.
    #[error("{left} {left_unit} cannot be paired with {right} {right_unit}: one of each is needed")]
    Unpaired {
        /// How many there are of one.
        left: usize,
        /// What they are.
        left_unit: &'static str,
        /// How many there are of the other.
        right: usize,
        /// What those are.
        right_unit: &'static str,
    },
    /// There is not enough to say anything about.
    #[error("there are {found} {unit}: it takes at least {least}")]
    TooFew {
        /// How many there are.
        found: u64,
        /// How many there must be.
        least: u64,
        /// Of what.
        unit: &'static str,
    },
    /// A segment has nothing to be compared with.
    #[error("segment {segment} has 0 references: it takes at least 1")]
    NoReference {
        /// Which segment, counted from 0.
        segment: u64,
    },
    /// A label is no class.
    #[error(
        "the {side} label {label} (of example {example}) is beyond the {classes} classes, which are counted from 0"
    )]
    Label {
        /// True or predicted.
        side: &'static str,
        /// The label.
        label: usize,
        /// Which example, counted from 0.
        example: u64,
        /// How many classes there are.
        classes: usize,
    },
    /// A tag is not one of an entity.
    #[error(
        "the {side} tag {tag:?} (at position {position}) is neither O nor B, I, E or S with or without a type (B-PER)"
    )]
    Tag {
        /// True or predicted.
        side: &'static str,
        /// The tag.
        tag: String,
        /// How many tags come before it in its sentence.
        position: usize,
    },
    /// What should have been found is not among what was ranked.
    #[error("candidate {index} is not among the {candidates} that have a score, which are counted from 0")]
    Candidate {
        /// Which should have been found.
        index: usize,
        /// How many there are.
        candidates: usize,
    },
    /// Two parts of a set were scored in different ways.
    #[error("what was counted with {one} cannot be added to what was counted with {other}: score both in one way")]
    Unlike {
        /// How one was scored.
        one: String,
        /// How the other was.
        other: String,
    },
    /// A number is infinite, or none.
    #[error("{what} is {value}, which is no finite number")]
    NotFinite {
        /// Which number: its place among others, counted from 0, or what it is.
        what: String,
        /// The number.
        value: f64,
    },
    /// A number lies outside the range that it must be in.
    #[error("the {what} is {value}: it must be between {low} and {high}")]
    Range {
        /// What the number is.
        what: &'static str,
        /// The number.
        value: f64,
        /// The least it could be.
        low: f64,
        /// The most it could be.
        high: f64,
    },
    /// All numbers are the same, so that nothing can be said about how they vary.
    #[error("all {count} {unit} are {value}: without two that differ this is undefined")]
    Constant {
        /// How many there are.
        count: u64,
        /// What they are.
        unit: &'static str,
        /// The number, or the rank that all share.
        value: f64,
    },
    /// No curve of the wanted form is better than all others.
    #[error(
        "no power law fits best: the best exponent lies at the edge of the range tried, {low} to {high}; measure more \
         sizes, further apart"
    )]
    NoPowerLaw {
        /// The smallest exponent tried.
        low: f64,
        /// The largest exponent tried.
        high: f64,
    },
}

/// Two lists must be of one length.
pub(crate) fn check_paired(
    (left, left_unit): (usize, &'static str),
    (right, right_unit): (usize, &'static str),
) -> Result<(), Error> {
    if left == right { Ok(()) } else { Err(Error::Unpaired { left, left_unit, right, right_unit }) }
}

/// Two ways of scoring must be one.
pub(crate) fn check_like<T: PartialEq>(one: &T, other: &T, name: impl Fn(&T) -> String) -> Result<(), Error> {
    if one == other { Ok(()) } else { Err(Error::Unlike { one: name(one), other: name(other) }) }
}

/// There must be at least `least`.
pub(crate) fn check_enough(found: u64, least: u64, unit: &'static str) -> Result<(), Error> {
    if found >= least { Ok(()) } else { Err(Error::TooFew { found, least, unit }) }
}

/// All numbers must be finite.
pub(crate) fn check_finite(values: &[f64], unit: &'static str) -> Result<(), Error> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(position) => {
            Err(Error::NotFinite { what: format!("number {position} of the {unit}"), value: values[position] })
        }
        None => Ok(()),
    }
}

/// A number must be in a range whose ends belong to it.
pub(crate) fn check_range(value: f64, what: &'static str, low: f64, high: f64) -> Result<(), Error> {
    if (low..=high).contains(&value) { Ok(()) } else { Err(Error::Range { what, value, low, high }) }
}

/// A level of confidence is neither nothing nor certainty.
pub(crate) fn check_level(level: f64) -> Result<(), Error> {
    let what = "level of confidence";
    if level > 0.0 && level < 1.0 { Ok(()) } else { Err(Error::Range { what, value: level, low: 0.0, high: 1.0 }) }
}
