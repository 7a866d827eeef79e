//! What there is to learn from: one folder for each data set, each with its card.
//!
//! A data set is text, pairs of texts, labelled texts, tagged words or questions, already split. It knows nothing of tokens,
//! tensors or models, so that any tokenizer and any model may use it.
//!
//! - The generated sets ([`stories`], [`sort`], [`questions`], …) need no network and no file: the same seed gives the same
//!   data on every machine and for ever, and each comes with an oracle that judges what a model answers
//!   ([`stories::grammatical`], [`sort::answer`], [`questions::answer`], …).
//! - The real sets (`multi30k`, `sst2`, …) are found where their files already are ([`Places`]), or else downloaded once.
//! - The others ([`text`], [`pairs`], [`labelled`]) read files of the user's.
//!
//! ```
//! use salamander_datasets::{Corpus, Options, load};
//!
//! let Corpus::Text(stories) = load("stories", &Options::default(), &mut |_| {})? else { unreachable!() };
//! assert!(salamander_datasets::stories::grammatical(&stories.train[0]).is_ok());
//! # Ok::<(), salamander_datasets::Error>(())
//! ```
//!
//! # Adding one
//!
//! A folder with a `mod.rs` and a card (`README.md`: source, licence, expected counts), and a line in [`ALL`]. The folder is
//! called what the set is called, which is why some modules below say their path.

pub mod addition;
#[path = "ag-news/mod.rs"]
mod ag_news;
mod cola;
pub mod copy;
mod corpus;
pub mod dialect;
mod error;
mod fetch;
pub mod labelled;
mod mr;
mod multi30k;
#[path = "multi30k-bpe/mod.rs"]
mod multi30k_bpe;
mod names;
mod options;
pub mod pairs;
pub mod questions;
mod random;
pub mod recall;
pub mod sort;
mod split;
mod sst2;
pub mod stories;
mod stream;
mod table;
pub mod tags;
mod tatoeba;
pub mod text;
#[path = "tiny-shakespeare/mod.rs"]
mod tiny_shakespeare;
pub mod topics;
mod trec;
#[path = "wikitext-103/mod.rs"]
mod wikitext_103;
#[path = "wikitext-2/mod.rs"]
mod wikitext_2;

use std::fmt;

pub use corpus::{Corpus, Labelled, Pair, Question, SEPARATOR, Shape, Splits, Tagged, join};
pub use error::Error;
pub use fetch::{OnProgress, Progress};
pub use options::{Download, Options, Places, Size};
pub use stream::{Chunks, Piece, TextStream};

/// A line of the table of data sets.
#[derive(Debug, Clone, Copy)]
pub struct DataSet {
    /// What it is called.
    pub name: &'static str,
    /// One line about it.
    pub summary: &'static str,
    /// What it is made of, in its first variant.
    pub shape: Shape,
    /// Where it comes from.
    pub origin: Origin,
    /// The forms it comes in, for [`field@Options::variant`]; the first if none is asked for. Empty if there is but one.
    pub variants: &'static [&'static str],
    /// What decides how large its problems are, for [`Options::sizes`].
    pub sizes: &'static [Size],
    load: fn(&Options, &mut OnProgress<'_>) -> Result<Corpus, Error>,
}

/// Where a data set comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A program of this package writes it, from a seed.
    Generated,
    /// It is published somewhere.
    Real,
    /// The user has it.
    User,
}

/// Every data set there is.
pub const ALL: &[DataSet] = &[
    stories::DATA_SET,
    dialect::DATA_SET,
    sort::DATA_SET,
    copy::DATA_SET,
    addition::DATA_SET,
    recall::DATA_SET,
    topics::DATA_SET,
    tags::DATA_SET,
    questions::DATA_SET,
    tiny_shakespeare::DATA_SET,
    names::DATA_SET,
    wikitext_2::DATA_SET,
    wikitext_103::DATA_SET,
    multi30k::DATA_SET,
    multi30k_bpe::DATA_SET,
    tatoeba::DATA_SET,
    sst2::DATA_SET,
    cola::DATA_SET,
    trec::DATA_SET,
    mr::DATA_SET,
    ag_news::DATA_SET,
    text::DATA_SET,
    pairs::DATA_SET,
    labelled::DATA_SET,
];

impl DataSet {
    /// Generates, reads or downloads it, and splits it. `progress` hears of every piece of a download.
    ///
    /// # Errors
    /// If the options say something that means nothing for this set; if its files are missing, cannot be downloaded or are
    /// not what they should be.
    pub fn load(&self, options: &Options, progress: &mut OnProgress<'_>) -> Result<Corpus, Error> {
        self.check(options)?;
        match (self.origin, self.shape, &options.data) {
            (Origin::Generated, Shape::Text, Some(_)) => text::read(self.name, options),
            (Origin::Generated, Shape::Pairs, Some(_)) => pairs::read(self.name, options),
            (Origin::Generated, Shape::Labelled, Some(_)) => labelled::read(self.name, options),
            _ => (self.load)(options, progress),
        }
    }

    /// Whether all that the options say means something.
    fn check(&self, options: &Options) -> Result<(), Error> {
        let name = self.name;
        let meaningless = |option, reason| Err(Error::Meaningless { name, option, reason });
        if let Some(asked) = options.variant.as_ref().filter(|asked| !self.variants.contains(&asked.as_str())) {
            return Err(Error::Variant { name, asked: asked.clone(), all: self.variants });
        }
        for (asked, &value) in &options.sizes {
            let size = self.sizes.iter().find(|size| size.name == asked);
            if !size.is_some_and(|size| (size.least..=size.most).contains(&value)) {
                return Err(Error::Size { name, asked: asked.clone(), value, all: self.sizes });
            }
        }
        let generated = self.origin == Origin::Generated;
        match (&options.data, &options.target, options.columns.as_slice()) {
            (None, ..) if self.origin == Origin::User => Err(Error::NoFile { name }),
            (Some(_), ..) if generated && !(options.variant.is_none() && options.sizes.is_empty()) => {
                meaningless("`--data`", "its variants and sizes are those of what it generates")
            }
            (Some(_), ..) if generated && matches!(self.shape, Shape::Tagged | Shape::Questions) => {
                meaningless("`--data`", "no file can take the place of what it generates")
            }
            (_, _, [_, ..]) if self.origin == Origin::Real => {
                meaningless("`--column`", "the form of its files is known")
            }
            (_, Some(_), _) if self.origin == Origin::Real => {
                meaningless("`--target`", "the form of its files is known")
            }
            (_, Some(_), _) if self.shape != Shape::Pairs => meaningless("`--target`", "it is not made of pairs"),
            (None, Some(_), _) => meaningless("`--target`", "without `--data` there is no file of sources"),
            (None, _, [_, ..]) => meaningless("`--column`", "without `--data` there is no file that has columns"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.pad(match self {
            Self::Generated => "generated",
            Self::Real => "real",
            Self::User => "yours",
        })
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

/// Generates, reads or downloads the data set of that name, and splits it.
///
/// # Errors
/// If there is none of that name; otherwise those of [`DataSet::load`].
pub fn load(name: &str, options: &Options, progress: &mut OnProgress<'_>) -> Result<Corpus, Error> {
    find(name)?.load(options, progress)
}

#[cfg(test)]
mod tests;
