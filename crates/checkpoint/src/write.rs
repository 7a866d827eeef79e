//! Files that are whole or not there.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use serde_json::Value;

use crate::Error;

/// Writes `contents` to `path` so that whoever looks, at any time and after any accident, finds the old file or the new
/// one, never a part.
///
/// # Errors
/// If the system refuses; the old file is then untouched.
pub fn write(path: &Path, contents: &[u8]) -> Result<(), Error> {
    write_with(path, |file| file.write_all(contents))
}

/// Writes `value` to `path` as indented JSON, as [`write()`] does.
///
/// # Errors
/// If the system refuses; the old file is then untouched.
pub fn write_json(path: &Path, value: &Value) -> Result<(), Error> {
    write(path, format!("{value:#}\n").as_bytes())
}

/// Writes aside, makes sure it is on the disk, and only then takes the name.
pub(crate) fn write_with(path: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), Error> {
    let aside = aside(path);
    let done = (|| {
        let file = OpenOptions::new().write(true).create_new(true).open(&aside)?;
        let mut buffer = BufWriter::with_capacity(1 << 20, file);
        fill(&mut buffer)?;
        buffer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&aside, path)
    })();
    if done.is_err() {
        // Nothing better can be done about a file that will not go away; the first error is the one to report.
        let _ = fs::remove_file(&aside);
    }
    done.and_then(|()| settle(path)).map_err(Error::io(path))
}

/// A name beside `path` that nobody else uses.
pub(crate) fn aside(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}-{count}.tmp", std::process::id()))
}

/// Makes the new name itself outlast a loss of power, where directories can be synced.
pub(crate) fn settle(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn replaces_the_old_file_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write(&path, b"old").unwrap();
        write_json(&path, &serde_json::json!({"a": 1})).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\n  \"a\": 1\n}\n");
        assert_eq!(listing(folder.path()), ["a.json"]);
    }

    #[test]
    fn a_failure_half_way_keeps_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, b"old").unwrap();
        let error = write_with(&path, |file| {
            file.write_all(&[b'x'; 3 << 20])?;
            Err(io::Error::other("disk full"))
        })
        .unwrap_err();
        assert_eq!(error.to_string(), format!("`{}`: disk full", path.display()));
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(listing(folder.path()), ["a"]);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(&folder.path().join("none/a"), b"x").is_err());
        let taken = folder.path().join("taken");
        fs::create_dir_all(taken.join("inside")).unwrap();
        assert!(write(&taken, b"x").is_err());
        assert_eq!(listing(folder.path()), ["taken"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_read_only_folder_is_an_error() {
        // refuses even the superuser
        let error = write(Path::new("/proc/model.safetensors"), b"x").unwrap_err();
        assert!(matches!(error.kind(), crate::ErrorKind::Io(_)), "{error}");
    }
}
