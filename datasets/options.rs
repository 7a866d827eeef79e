//! What a user may say about a data set.

use std::{collections::BTreeMap, env, path::PathBuf};

/// What a user may say about a data set. [`Options::default`] says nothing: every set then loads as its card describes it.
///
/// ```
/// use salamander_datasets::{Corpus, Options, load};
///
/// let options = Options { seed: 1, sizes: [("digits".into(), 3)].into(), ..Options::default() };
/// let Corpus::Pairs(sums) = load("addition", &options, &mut |_| {})? else { unreachable!() };
/// assert_eq!(sums.test[0].0.split(' ').count(), 6);
/// # Ok::<(), salamander_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The seed of what is generated.
    pub seed: u64,
    /// A file or folder of the user's.
    ///
    /// A generated set is replaced by it: a set of texts by a text, a set of pairs by a file of pairs, a set of labelled
    /// texts by a file of those. A real set is read from it instead of being looked for: the folder with the files its card
    /// names, or the file where it has but one.
    pub data: Option<PathBuf>,
    /// The second of two parallel files: each line is the target of that line of [`Options::data`].
    pub target: Option<PathBuf>,
    /// Which columns of [`Options::data`] to read: the text; the text and its label; the source and its target. Each is a
    /// name, or a number counted from 1. A name makes the first record of a `.csv` or `.tsv` its header; if all are numbers,
    /// every record is data. Empty: the columns called `text`, `label`, `source` and `target`.
    pub columns: Vec<String>,
    /// Which form of the set, one of [`DataSet::variants`](crate::DataSet::variants). `None`: the first of them.
    pub variant: Option<String>,
    /// How large the problems of a generated set are, by the names in [`DataSet::sizes`](crate::DataSet::sizes).
    pub sizes: BTreeMap<String, usize>,
    /// A text of more bytes than this is streamed ([`Corpus::Stream`](crate::Corpus::Stream)) and not read into memory.
    /// 64 MiB.
    pub memory: u64,
    /// Where the files of real data sets are looked for and kept.
    pub places: Places,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            data: None,
            target: None,
            columns: Vec::new(),
            variant: None,
            sizes: BTreeMap::new(),
            memory: 64 << 20,
            places: Places::default(),
        }
    }
}

impl Options {
    /// The variant asked for, or else the first. That it is one of them has been checked when a loader asks.
    pub(crate) fn variant(&self, all: &[&'static str]) -> &'static str {
        let asked = all.iter().find(|variant| self.variant.as_deref() == Some(variant));
        asked.or(all.first()).copied().unwrap_or_default()
    }
}

/// Where the files of real data sets are looked for and kept, after [`Options::data`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// A folder with a folder for each set, laid out by hand: `$SALAMANDER_DATA`. Nothing is ever written there.
    pub data: Option<PathBuf>,
    /// Where downloads are kept, a folder for each set: `$SALAMANDER_CACHE`, or `salamander` in the cache folder of the
    /// platform.
    pub cache: Option<PathBuf>,
    /// Whether what is in neither may be downloaded.
    pub download: Download,
}

/// Whether the network may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Download {
    /// What is missing is downloaded, once.
    Allowed,
    /// What is missing is an error.
    Forbidden,
}

impl Default for Places {
    /// As the environment says.
    fn default() -> Self {
        let folder = |variable: &str| env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            data: folder("SALAMANDER_DATA"),
            cache: folder("SALAMANDER_CACHE").or_else(|| Some(dirs::cache_dir()?.join("salamander"))),
            download: Download::Allowed,
        }
    }
}

/// A number that says how large the problems of a generated set are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// What it is called in [`Options::sizes`].
    pub name: &'static str,
    /// What it counts, in a few words.
    pub summary: &'static str,
    /// What it is if nobody says.
    pub default: usize,
    /// The least it may be.
    pub least: usize,
    /// The most it may be.
    pub most: usize,
}

impl Size {
    /// What the options say, or else the default.
    pub(crate) fn of(&self, options: &Options) -> usize {
        options.sizes.get(self.name).copied().unwrap_or(self.default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said_is_the_first_variant_and_the_default_size() {
        let mut options = Options::default();
        let length = Size { name: "length", summary: "", default: 6, least: 1, most: 9 };
        assert_eq!((options.variant(&["a", "b"]), options.variant(&[]), length.of(&options)), ("a", "", 6));
        options.variant = Some("b".into());
        options.sizes.insert("length".into(), 3);
        assert_eq!((options.variant(&["a", "b"]), length.of(&options)), ("b", 3));
    }
}
