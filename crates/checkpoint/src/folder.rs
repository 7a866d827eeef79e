//! Folders that are whole or not there.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    Error,
    write::{aside, settle},
};

/// A folder that is written aside and then takes its name. Dropped before [`finish`](Self::finish), it leaves nothing.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    aside: PathBuf,
    finished: bool,
}

impl Folder {
    /// Begins the folder `path`. If it is there already and empty, it may be somebody's place: it is filled, not replaced.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn begin(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let aside = if path.is_dir() { aside(&path.join("folder")) } else { aside(path) };
        fs::create_dir_all(&aside).map_err(Error::io(&aside))?;
        Ok(Self { path: path.into(), aside, finished: false })
    }

    /// Where its files are to be written.
    pub fn aside(&self) -> &Path {
        &self.aside
    }

    /// Gives the folder its name.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn finish(mut self) -> Result<(), Error> {
        let named = if self.path.is_dir() { self.fill() } else { fs::rename(&self.aside, &self.path) };
        named.and_then(|()| settle(&self.path)).map_err(Error::io(&self.path))?;
        self.finished = true;
        Ok(())
    }

    /// Moves the files to where they belong. Nothing is written any more, so this does not stop half-way for want of room.
    fn fill(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.aside)? {
            let entry = entry?;
            fs::rename(entry.path(), self.path.join(entry.file_name()))?;
        }
        fs::remove_dir(&self.aside)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.finished {
            remove(&self.aside);
        }
    }
}

/// Nothing better can be done about what will not go away.
pub(crate) fn remove(path: &Path) {
    let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = entries.collect();
        names.sort();
        names
    }

    #[test]
    fn new_or_there_and_empty_it_is_whole_or_as_it_was() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("empty")).unwrap();
        for name in ["empty", "new"] {
            let path = root.path().join(name);
            let before = names(root.path());
            let folder = Folder::begin(&path).unwrap();
            fs::write(folder.aside().join("a"), "a").unwrap();
            drop(folder);
            assert_eq!(names(root.path()), before);
            assert!(!path.exists() || names(&path).is_empty());

            let folder = Folder::begin(&path).unwrap();
            for file in ["a", "b"] {
                fs::write(folder.aside().join(file), file).unwrap();
            }
            assert!(!path.join("a").exists());
            folder.finish().unwrap();
            assert_eq!(names(&path), ["a", "b"]);
        }
        assert_eq!(names(root.path()), ["empty", "new"]);
    }
}
