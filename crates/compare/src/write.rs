//! Files that are whole or not there.

use std::{io, path::Path};

use salamander_checkpoint::{self as checkpoint, ErrorKind};

use crate::Error;

/// Writes as checkpoints are written, and says what was not to be done.
pub(crate) fn write(path: &Path, contents: &[u8]) -> Result<(), Error> {
    checkpoint::write(path, contents).map_err(|error| match error.kind() {
        ErrorKind::Io(source) => Error::io(path, "written")(io::Error::new(source.kind(), source.to_string())),
        _ => error.into(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.svg");
        for text in ["first", "second"] {
            write(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        // A folder stands where the file should.
        let taken = folder.path().join("taken");
        fs::create_dir_all(taken.join("something")).unwrap();
        let said = write(&taken, b"x").unwrap_err().to_string();
        assert!(said.contains("taken: cannot be written"), "{said}");
        assert!(write(&folder.path().join("nowhere/a.svg"), b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside");
    }
}
