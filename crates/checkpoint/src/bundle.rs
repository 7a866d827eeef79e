//! Folders that are whole or not there, and can prove it.
//!
//! What belongs together is written aside, file by file, each with its length and its SHA-256 in a manifest; then the folder
//! takes its name. Whoever looks, at any time and after any accident, finds all of it or none, and can prove which.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Error, ErrorKind, Folder, folder::remove, write::write_json};

/// The file that says what the others are.
const MANIFEST: &str = "manifest.json";
/// How the manifest is laid out.
const FORMAT: u32 = 1;

/// A folder being written. Dropped before [`finish`](Self::finish), it leaves nothing.
#[derive(Debug)]
pub struct Bundle {
    folder: Folder,
    manifest: Manifest,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    files: BTreeMap<String, Entry>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    bytes: u64,
    sha256: String,
}

impl Bundle {
    /// Begins the folder `path`.
    ///
    /// # Errors
    /// If it exists already, or the system refuses.
    pub fn begin(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        if path.exists() {
            return Err(Error::new(path, ErrorKind::Absent("exists already; it is never written over".into())));
        }
        let manifest = Manifest { format: FORMAT, files: BTreeMap::new() };
        Ok(Self { folder: Folder::begin(path)?, manifest })
    }

    /// Lets `write` write the file `name`, whose path it is given.
    ///
    /// # Errors
    /// What `write` says, or if the file cannot be read back.
    pub fn add<E: From<Error>>(&mut self, name: &str, write: impl FnOnce(&Path) -> Result<(), E>) -> Result<(), E> {
        let path = self.folder.aside().join(name);
        write(&path)?;
        let entry = entry(&path).map_err(Error::io(&path))?;
        self.manifest.files.insert(name.into(), entry);
        Ok(())
    }

    /// Gives the folder its name.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn finish(self) -> Result<(), Error> {
        let aside = self.folder.aside();
        let manifest = serde_json::to_value(&self.manifest).map_err(|error| Error::io(aside)(error.into()))?;
        write_json(&aside.join(MANIFEST), &manifest)?;
        self.folder.finish()
    }

    /// Checks every file of the folder `path` against its manifest.
    ///
    /// # Errors
    /// The first file that is missing, cut off or changed; or that the manifest is.
    pub fn verify(path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let file = path.join(MANIFEST);
        let text = fs::read(&file).map_err(Error::io(&file))?;
        let manifest: Manifest =
            serde_json::from_slice(&text).map_err(|error| Error::new(&file, ErrorKind::Json(error.to_string())))?;
        if manifest.format != FORMAT {
            let found = format!("is laid out in format {}, and this program reads format {FORMAT}", manifest.format);
            return Err(Error::new(&file, ErrorKind::Absent(found)));
        }
        manifest.files.iter().try_for_each(|(name, promised)| check(&path.join(name), promised))
    }

    /// Removes what accidents left unfinished in `folder`. Nothing else may be writing there.
    pub fn sweep(folder: impl AsRef<Path>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.') && name.ends_with(".tmp") {
                remove(&entry.path());
            }
        }
    }
}

fn check(path: &Path, promised: &Entry) -> Result<(), Error> {
    let bytes = fs::metadata(path).map_err(Error::io(path))?.len();
    if bytes != promised.bytes {
        let what = format!("has {bytes} bytes and its manifest promises {}: it was cut off or changed", promised.bytes);
        return Err(Error::new(path, ErrorKind::Absent(what)));
    }
    if entry(path).map_err(Error::io(path))? != *promised {
        let what = "is not what its manifest promises: some of its bytes have changed".into();
        return Err(Error::new(path, ErrorKind::Absent(what)));
    }
    Ok(())
}

fn entry(path: &Path) -> io::Result<Entry> {
    let (mut file, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        hash.update(&buffer[..count]);
        bytes += count as u64;
    }
    let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Entry { bytes, sha256 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{folder::tests::names, write};

    fn bundle(path: &Path) {
        let mut bundle = Bundle::begin(path).unwrap();
        bundle.add("a.txt", |path| write(path, b"some text")).unwrap();
        bundle.add("b.txt", |path| write(path, &[7; 3_000_000])).unwrap();
        bundle.finish().unwrap();
    }

    #[test]
    fn it_is_whole_when_it_has_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("step-5");
        bundle(&path);
        assert_eq!(names(folder.path()), ["step-5"]);
        assert_eq!(names(&path), ["a.txt", "b.txt", "manifest.json"]);
        Bundle::verify(&path).unwrap();
        assert!(Bundle::begin(&path).unwrap_err().to_string().contains("never written over"));
        let manifest = fs::read_to_string(path.join(MANIFEST)).unwrap();
        // sha256sum of "some text"
        assert!(manifest.contains("b94f6f125c79e3a5ffaa826f584c10d52ada669e6762051b826b55776d05aed2"), "{manifest}");
    }

    #[test]
    fn what_was_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut bundle = Bundle::begin(folder.path().join("step-5")).unwrap();
        bundle.add("a.txt", |path| write(path, b"some text")).unwrap();
        let failed = bundle.add("b.txt", |_| Err(Error::io("b.txt")(io::Error::other("disk full"))));
        assert_eq!(failed.unwrap_err().to_string(), "`b.txt`: disk full");
        drop(bundle);
        assert!(names(folder.path()).is_empty());
        // A process that is killed cannot clean up; the next one does.
        std::mem::forget(Bundle::begin(folder.path().join("step-6")).unwrap());
        assert_eq!(names(folder.path()).len(), 1);
        Bundle::sweep(folder.path());
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn damage_is_found_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let damaged = |name: &str, harm: &dyn Fn(&Path)| {
            let path = folder.path().join(name);
            bundle(&path);
            harm(&path);
            Bundle::verify(&path).unwrap_err().to_string()
        };
        let cut = damaged("cut", &|path| fs::write(path.join("b.txt"), [7; 2_000_000]).unwrap());
        assert!(cut.contains("has 2000000 bytes and its manifest promises 3000000"), "{cut}");
        let flipped = damaged("flipped", &|path| {
            let mut bytes = fs::read(path.join("b.txt")).unwrap();
            bytes[2_999_999] ^= 1;
            fs::write(path.join("b.txt"), bytes).unwrap();
        });
        assert!(flipped.contains("b.txt`: is not what its manifest promises"), "{flipped}");
        let missing = damaged("missing", &|path| fs::remove_file(path.join("a.txt")).unwrap());
        assert!(missing.contains("a.txt`: No such file"), "{missing}");
        let half = damaged("half", &|path| fs::write(path.join(MANIFEST), "{\"format\": 1, \"fi").unwrap());
        assert!(half.contains("manifest.json`: not valid JSON"), "{half}");
        let newer = damaged("newer", &|path| fs::write(path.join(MANIFEST), "{\"format\": 2, \"files\": {}}").unwrap());
        assert!(newer.contains("format 2, and this program reads format 1"), "{newer}");
    }
}
