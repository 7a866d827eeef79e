//! Files that are there as a whole or not at all.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::Error;

/// Where a file grows until it is whole.
pub(crate) fn partial(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.partial", path.display()))
}

/// All or nothing: the file is written under another name first.
pub(crate) fn write_whole(path: &Path, contents: &[u8]) -> Result<(), Error> {
    let partial = partial(path);
    let written = fs::write(&partial, contents).and_then(|()| fs::rename(&partial, path));
    written.map_err(|source| {
        // What is left of it, if anything, is of no use; that it cannot be removed is no news.
        let _ = fs::remove_file(&partial);
        Error::Io { path: path.to_owned(), source }
    })
}
