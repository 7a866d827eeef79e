//! The files of public data sets: found where they already are, or else downloaded once and kept.
//!
//! They are looked for in the user's own place, then in a folder laid out by hand, then among earlier downloads
//! ([`Places`](crate::Places)). A download is written beside its place, taken up again where it broke off, compared with its
//! checksum, unpacked, and only then given its name, so that a file that is there is whole.

mod client;
mod keep;
mod lines;
mod unpack;

use std::path::{Path, PathBuf};

use crate::{Download, Error, Options};
pub(crate) use lines::{labelled, labelled_lines};
pub(crate) use unpack::{Unpack, latin1};

/// How far a download has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The file that is being made.
    pub file: &'a str,
    /// How many bytes have come, those of earlier attempts included.
    pub received: u64,
    /// How many there are, if the server says.
    pub total: Option<u64>,
}

/// Who hears how far a download has come.
pub type OnProgress<'a> = dyn FnMut(Progress<'_>) + 'a;

/// The files of a data set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Collection {
    /// The data set.
    pub(crate) name: &'static str,
    /// What the folder with its files is called.
    pub(crate) folder: &'static str,
    /// The files.
    pub(crate) files: &'static [File],
}

/// A file as it is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What it is made of, in this order.
    pub(crate) sources: &'static [Source],
    /// How it is made of that.
    pub(crate) unpack: Unpack,
    /// Whether a folder of the user's may lack it.
    pub(crate) need: Need,
}

/// Whether a folder of the user's may lack a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// There is no set without it.
    Always,
    /// What it holds is left out.
    IfThere,
}

/// A public file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source {
    /// Where it is.
    pub(crate) at: At,
    /// The SHA-256 of the file there.
    pub(crate) sha256: &'static str,
}

/// Where a public file is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum At {
    /// At this path of a repository.
    GitHub(Repository, &'static str),
    /// At these addresses, the second and later ones mirrors.
    Urls(&'static [&'static str]),
}

/// A repository on GitHub at one of its commits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Repository {
    /// Owner and name.
    pub(crate) name: &'static str,
    /// The commit.
    pub(crate) commit: &'static str,
}

impl File {
    /// A file kept as it is published.
    pub(crate) const fn plain(name: &'static str, sources: &'static [Source]) -> Self {
        Self { name, sources, unpack: Unpack::Plain, need: Need::Always }
    }
}

impl Source {
    /// Its addresses, the first to be tried first.
    fn urls(&self) -> Vec<String> {
        match self.at {
            At::GitHub(Repository { name, commit }, path) => {
                vec![format!("https://raw.githubusercontent.com/{name}/{commit}/{path}")]
            }
            At::Urls(urls) => urls.iter().map(|url| (*url).to_owned()).collect(),
        }
    }
}

/// Where the files of a set were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// In a folder, under their names.
    Folder(PathBuf),
    /// The only file of a set, under a name of the user's.
    Only(PathBuf),
}

impl Found {
    /// Where a file is.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.join(name),
            Self::Only(path) => path.clone(),
        }
    }

    /// Where a file is, if it is there.
    pub(crate) fn if_there(&self, name: &str) -> Option<PathBuf> {
        match self {
            Self::Folder(folder) => Some(folder.join(name)).filter(|path| path.is_file()),
            Self::Only(_) => None,
        }
    }
}

impl Collection {
    /// Finds the files of those names, or downloads them.
    pub(crate) fn find(
        &self,
        names: &[&str],
        options: &Options,
        progress: &mut OnProgress<'_>,
    ) -> Result<Found, Error> {
        let files: Vec<_> = self.files.iter().filter(|file| names.contains(&file.name)).collect();
        if let Some(path) = &options.data {
            return self.given(path, &files);
        }
        let places = [&options.places.data, &options.places.cache].map(|place| Some(place.as_ref()?.join(self.folder)));
        let [by_hand, cache] = places;
        if let Some(folder) = by_hand.filter(|folder| missing(folder, &files).is_empty()) {
            return Ok(Found::Folder(folder));
        }
        let absent = |folder: &Path| files.iter().copied().filter(|file| !folder.join(file.name).is_file()).collect();
        let wanted: Vec<&File> = cache.as_deref().map_or_else(|| files.clone(), absent);
        let url = || wanted.first()?.sources.first()?.urls().into_iter().next();
        match (cache, wanted.first()) {
            (Some(folder), None) => Ok(Found::Folder(folder)),
            (None, _) => Err(Error::NoCache { url: url().unwrap_or_default() }),
            (Some(folder), Some(first)) if options.places.download == Download::Forbidden => {
                let (url, kept) = (url().unwrap_or_default(), folder.join(first.name));
                Err(Error::Download { url, problem: "downloads are forbidden".to_owned(), kept })
            }
            (Some(folder), Some(_)) => {
                keep::keep(&folder, &wanted, progress)?;
                Ok(Found::Folder(folder))
            }
        }
    }

    /// The files at the place the user names.
    fn given(&self, path: &Path, files: &[&File]) -> Result<Found, Error> {
        let needed: Vec<_> = files.iter().filter(|file| file.need == Need::Always).map(|file| file.name).collect();
        let incomplete =
            |missing| Error::Incomplete { name: self.name, path: path.to_owned(), wanted: needed.clone(), missing };
        match path.metadata() {
            Err(error) => Err(Error::io(path, error)),
            Ok(data) if data.is_dir() => {
                let inner = path.join(self.folder);
                let folder = if missing(&inner, files).is_empty() { inner } else { path.to_owned() };
                match missing(&folder, files) {
                    missing if missing.is_empty() => Ok(Found::Folder(folder)),
                    missing => Err(incomplete(missing)),
                }
            }
            Ok(_) if needed.len() == 1 => Ok(Found::Only(path.to_owned())),
            Ok(_) => Err(incomplete(needed.clone())),
        }
    }
}

/// The files that must be in a folder and are not.
fn missing(folder: &Path, files: &[&File]) -> Vec<&'static str> {
    let needed = files.iter().filter(|file| file.need == Need::Always);
    needed.filter(|file| !folder.join(file.name).is_file()).map(|file| file.name).collect()
}

#[cfg(test)]
mod tests;

/// A set from the folder laid out by hand, or nothing (and a word about it) where there is none.
#[cfg(test)]
pub(crate) fn by_hand(set: &crate::DataSet, variant: Option<&str>) -> Option<crate::Corpus> {
    let places = crate::Places { cache: None, download: Download::Forbidden, ..crate::Places::default() };
    if places.data.is_none() {
        println!("skipped: no data (SALAMANDER_DATA)");
        return None;
    }
    let options = Options { variant: variant.map(str::to_owned), places, ..Options::default() };
    match set.load(&options, &mut |_| {}) {
        Err(Error::NoCache { .. }) => {
            println!("skipped: no data ({} is not in SALAMANDER_DATA)", set.name);
            None
        }
        corpus => Some(corpus.unwrap()),
    }
}
