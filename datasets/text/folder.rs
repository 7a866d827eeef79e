//! A folder of text files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::Error;

/// All `.txt` files in a folder and below it, in the order of their paths.
pub(super) fn texts(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let (mut texts, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| Error::io(&folder, error))? {
            let entry = entry.map_err(|error| Error::io(&folder, error))?;
            let (path, kind) = (entry.path(), entry.file_type());
            // A link to a folder is not followed: it may lead back up.
            if kind.map_err(|error| Error::io(&path, error))?.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("txt")) && path.is_file() {
                texts.push(path);
            }
        }
    }
    texts.sort();
    match texts.is_empty() {
        true => Err(Error::NoTexts { path: folder.to_owned() }),
        false => Ok(texts),
    }
}
