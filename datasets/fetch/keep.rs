//! From a public file to the one that is kept.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use ureq::Agent;

use super::{OnProgress, Source, client};
use crate::Error;

/// Downloads and unpacks files into a folder. Whoever else wants the same folder waits meanwhile.
pub(super) fn keep(folder: &Path, files: &[&super::File], progress: &mut OnProgress<'_>) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
    let lock = folder.join(".lock");
    let lock = File::create(&lock).map_err(|error| Error::io(&lock, error))?;
    // Where a file system knows no locks, two at once would only both do the work, or find a wrong checksum.
    let _ = lock.lock();
    let agent = client::agent();
    for file in files {
        let kept = folder.join(file.name);
        if !kept.is_file() {
            Making { agent: &agent, file, kept: &kept, progress }.run(folder)?;
        }
    }
    // Only now, as several files may be made of one. That something of their making stays behind does no harm.
    let sources = files.iter().flat_map(|file| file.sources);
    sources.for_each(|source| drop(fs::remove_file(part(folder, source))));
    Ok(())
}

/// Where a public file lies until it is unpacked.
fn part(folder: &Path, source: &Source) -> PathBuf {
    let urls = source.urls();
    let name = urls.first().and_then(|url| url.rsplit('/').next()).unwrap_or("download");
    folder.join(format!("{name}.part"))
}

/// A file being made.
struct Making<'a, 'b, 'c> {
    agent: &'a Agent,
    file: &'a super::File,
    /// What it will be kept as.
    kept: &'a Path,
    progress: &'b mut OnProgress<'c>,
}

impl Making<'_, '_, '_> {
    fn run(&mut self, folder: &Path) -> Result<(), Error> {
        let mut parts = Vec::new();
        for source in self.file.sources {
            let part = part(folder, source);
            self.download(source, &part)?;
            parts.push(part);
        }
        let new = folder.join(format!("{}.new", self.file.name));
        self.file.unpack.run(&parts, &new).map_err(|error| Error::io(&new, error))?;
        fs::rename(&new, self.kept).map_err(|error| Error::io(self.kept, error))
    }

    /// Downloads a public file from the first of its places that has it. If none does, the first says why.
    fn download(&mut self, source: &Source, part: &Path) -> Result<(), Error> {
        let mut first = None;
        for url in source.urls() {
            match self.checked(&url, source.sha256, part) {
                Ok(()) => return Ok(()),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or_else(|| self.failed(self.file.name, "it is published nowhere".to_owned())))
    }

    fn checked(&mut self, url: &str, expected: &'static str, part: &Path) -> Result<(), Error> {
        let sum = |part: &Path| sha256(part).map_err(|error| Error::io(part, error));
        loop {
            let begun = part.is_file();
            // All of it may have come before, for another file or just before an end.
            if begun && sum(part)? == expected {
                return Ok(());
            }
            let downloaded = client::download(self.agent, url, part, self.file.name, self.progress);
            downloaded.map_err(|problem| self.failed(url, problem))?;
            let found = sum(part)?;
            if found == expected {
                return Ok(());
            }
            fs::remove_file(part).map_err(|error| Error::io(part, error))?;
            // The fault may lie in what was left of an earlier attempt. If there was nothing left, it lies elsewhere.
            if !begun {
                return Err(Error::Checksum { url: url.to_owned(), found, expected, kept: self.kept.to_owned() });
            }
        }
    }

    fn failed(&self, url: &str, problem: String) -> Error {
        Error::Download { url: url.to_owned(), problem, kept: self.kept.to_owned() }
    }
}

/// The checksum of a file, in hexadecimal.
pub(super) fn sha256(path: &Path) -> io::Result<String> {
    let (mut file, mut hash, mut block) = (File::open(path)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut block)? {
            0 => break,
            count => hash.update(&block[..count]),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
