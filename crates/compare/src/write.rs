//! Files that are whole or not there.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use crate::Error;

/// Writes beside, and only what is safe takes the name.
pub(crate) fn write(path: &Path, contents: &[u8]) -> Result<(), Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = (|| {
        let mut file = File::create_new(&aside)?;
        file.write_all(contents)?;
        file.sync_all()?;
        fs::rename(&aside, path)
    })();
    if written.is_err() {
        // Nothing better can be done about a file that will not go away; the first error is the one to report.
        let _ = fs::remove_file(&aside);
    }
    written.map_err(Error::io(path, "written"))
}

#[cfg(test)]
mod tests {
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
