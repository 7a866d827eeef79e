//! What there is to learn from: one folder for each data set, each with its card.
//!
//! A data set is text or pairs of texts, already split. It knows nothing of tokens, tensors or models, so that any tokenizer
//! and any model may use it.
//!
//! The generated sets ([`stories`], [`dialect`]) need no network and no file: the same seed gives the same text on every
//! machine and for ever, and both come with an oracle that judges what a model writes ([`stories::grammatical`],
//! [`dialect::translate`]). The other two read files of the user's.
//!
//! ```
//! use salamander_datasets::{Corpus, Options, load};
//!
//! let Corpus::Text(stories) = load("stories", &Options::default())? else { unreachable!() };
//! assert!(salamander_datasets::stories::grammatical(&stories.train[0]).is_ok());
//! # Ok::<(), salamander_datasets::Error>(())
//! ```
//!
//! # Adding one
//!
//! A folder with a `mod.rs` and a card (`README.md`: source, licence, expected counts), and a line in [`ALL`].

mod corpus;
pub mod dialect;
mod error;
pub mod pairs;
mod random;
pub mod stories;
pub mod text;

use std::path::PathBuf;

pub use corpus::{Corpus, Pair, SEPARATOR, Shape, Splits, join};
pub use error::Error;

/// What a user may say about a data set.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The seed of what is generated.
    pub seed: u64,
    /// A file of the user's. A generated set is then replaced by it: a set of texts by a text, a set of pairs by a
    /// file of pairs.
    pub data: Option<PathBuf>,
}

/// A line of the table of data sets.
#[derive(Debug, Clone, Copy)]
pub struct DataSet {
    /// What it is called.
    pub name: &'static str,
    /// One line about it.
    pub summary: &'static str,
    /// Texts or pairs.
    pub shape: Shape,
    load: fn(&Options) -> Result<Corpus, Error>,
}

/// Every data set there is.
pub const ALL: &[DataSet] = &[stories::DATA_SET, dialect::DATA_SET, text::DATA_SET, pairs::DATA_SET];

impl DataSet {
    /// Generates or reads it, and splits it.
    ///
    /// # Errors
    /// If the set is a file of the user's and there is none, or it is not what it should be.
    pub fn load(&self, options: &Options) -> Result<Corpus, Error> {
        (self.load)(options)
    }
}

/// The data set of that name.
///
/// # Errors
/// If there is none.
pub fn find(name: &str) -> Result<&'static DataSet, Error> {
    ALL.iter()
        .find(|data_set| data_set.name == name)
        .ok_or_else(|| Error::unknown(name, ALL.iter().map(|set| set.name)))
}

/// Generates or reads the data set of that name, and splits it.
///
/// # Errors
/// If there is none of that name; otherwise those of [`DataSet::load`].
pub fn load(name: &str, options: &Options) -> Result<Corpus, Error> {
    find(name)?.load(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_gets_the_nearest() {
        let message = load("storys", &Options::default()).unwrap_err().to_string();
        assert_eq!(
            message,
            "there is no data set `storys`; did you mean `stories`? There are: stories, dialect, text, pairs"
        );
        let message = load("wikipedia", &Options::default()).unwrap_err().to_string();
        assert_eq!(message, "there is no data set `wikipedia`. There are: stories, dialect, text, pairs");
    }

    #[test]
    fn every_data_set_has_a_card_and_a_name_of_its_own() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for (index, set) in ALL.iter().enumerate() {
            let card = std::fs::read_to_string(root.join(set.name).join("README.md")).unwrap();
            assert!(card.contains("Source") && card.contains("Licence") && card.contains("Expected"), "{}", set.name);
            assert!(ALL[..index].iter().all(|other| other.name != set.name), "{} is there twice", set.name);
        }
    }

    #[test]
    fn a_file_takes_the_place_of_what_would_be_generated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.tsv");
        let lines: String = (0..100).map(|number| format!("{number}\tno. {number}\n")).collect();
        std::fs::write(&path, &lines).unwrap();
        let options = Options { data: Some(path), ..Options::default() };
        for set in ALL {
            match (set.shape, set.load(&options).unwrap()) {
                (Shape::Text, Corpus::Text(text)) => assert_eq!(text.train.concat() + &text.validation[0], lines),
                (Shape::Pairs, Corpus::Pairs(pairs)) => {
                    assert_eq!(pairs.train[0].1, format!("no. {}", pairs.train[0].0))
                }
                (shape, _) => panic!("{} is not made of {shape:?}", set.name),
            }
        }
    }
}
