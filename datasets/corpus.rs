//! The common shape of all data sets.

/// A source and its target.
pub type Pair = (String, String);

/// What stands between two documents of a text.
pub const SEPARATOR: &str = "\n\n";

/// What a data set is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Documents.
    Text,
    /// Sources with their targets.
    Pairs,
}

/// A data set, loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Corpus {
    /// Documents. A continuous text is one document in each part.
    Text(Splits<String>),
    /// Sources with their targets.
    Pairs(Splits<Pair>),
}

/// The three parts of a data set; nothing is in two of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splits<T> {
    /// To learn from.
    pub train: Vec<T>,
    /// To watch while learning.
    pub validation: Vec<T>,
    /// To judge once, at the end. Empty where the validation part is all there is.
    pub test: Vec<T>,
}

/// Documents as one text, [`SEPARATOR`] between them.
pub fn join(documents: &[String]) -> String {
    documents.join(SEPARATOR)
}

/// The three parts by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Train,
    Validation,
    Test,
}

/// Where a text belongs, whatever else is in the set: 90 % train, 5 % validation, 5 % test.
///
/// A text that occurs twice therefore lands in one part only, and no two seeds disagree.
pub(crate) fn part(text: &str) -> Part {
    match hash(text) % 100 {
        0..90 => Part::Train,
        90..95 => Part::Validation,
        _ => Part::Test,
    }
}

/// FNV-1a, then the finalizer of MurmurHash3: the low digits of FNV-1a alone are not well mixed.
pub(crate) fn hash(text: &str) -> u64 {
    let mut hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

impl<T> Splits<T> {
    /// Takes items until the parts hold as many as asked for, putting each where `part` says and leaving out what a full
    /// part would get.
    pub(crate) fn fill(
        items: impl Iterator<Item = T>,
        [train, validation, test]: [usize; 3],
        part: impl Fn(&T) -> Option<Part>,
    ) -> Self {
        let mut splits = Self { train: Vec::new(), validation: Vec::new(), test: Vec::new() };
        for item in items {
            let (kept, wanted) = match part(&item) {
                None => continue,
                Some(Part::Train) => (&mut splits.train, train),
                Some(Part::Validation) => (&mut splits.validation, validation),
                Some(Part::Test) => (&mut splits.test, test),
            };
            if kept.len() < wanted {
                kept.push(item);
            }
            if [splits.train.len(), splits.validation.len(), splits.test.len()] == [train, validation, test] {
                break;
            }
        }
        splits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_stays_as_it_is() {
        assert_eq!(hash(""), 0xefd0_1f60_ba99_2926);
        assert_ne!(hash("a"), hash("b"));
    }

    #[test]
    fn the_parts_have_their_shares() {
        let mut counts = [0usize; 3];
        for number in 0..100_000 {
            counts[part(&format!("text {number}")) as usize] += 1;
        }
        assert!(counts[0].abs_diff(90_000) < 500, "{counts:?}");
        assert!(counts[1].abs_diff(5_000) < 350 && counts[2].abs_diff(5_000) < 350, "{counts:?}");
    }

    #[test]
    fn documents_are_joined_by_an_empty_line() {
        assert_eq!(join(&["a.".into(), "b.".into()]), "a.\n\nb.");
    }
}
