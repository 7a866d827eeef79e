//! From the form a file is published in to the form it is kept in.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

/// Makes the contents of a file of the contents of those it was downloaded as, or says why it cannot.
pub(crate) type Convert = fn(&[Vec<u8>]) -> Result<Vec<u8>, String>;

/// How a file is made of those it was downloaded as.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unpack {
    /// They are it, one after another.
    Plain,
    /// They are it, compressed by gzip, one after another.
    Gzip,
    /// It is the file of this path in the one archive there is.
    Zip(&'static str),
    /// It is what a function makes of them. For small files only.
    Convert(Convert),
}

impl Unpack {
    /// Makes the file at `into` of the files at `parts`.
    pub(super) fn run(self, parts: &[PathBuf], into: &Path) -> io::Result<()> {
        let mut into = BufWriter::new(File::create(into)?);
        match self {
            Self::Plain => {
                for part in parts {
                    io::copy(&mut File::open(part)?, &mut into)?;
                }
            }
            Self::Gzip => {
                for part in parts {
                    io::copy(&mut MultiGzDecoder::new(BufReader::new(File::open(part)?)), &mut into)?;
                }
            }
            Self::Zip(member) => {
                for part in parts {
                    let mut archive = ZipArchive::new(BufReader::new(File::open(part)?)).map_err(io::Error::other)?;
                    io::copy(&mut archive.by_name(member).map_err(io::Error::other)?, &mut into)?;
                }
            }
            Self::Convert(convert) => {
                let parts = parts.iter().map(fs::read).collect::<io::Result<Vec<_>>>()?;
                into.write_all(&convert(&parts).map_err(io::Error::other)?)?;
            }
        }
        into.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}

/// A text in Latin-1 (ISO 8859-1) as UTF-8: its bytes are the numbers of its characters.
pub(crate) fn latin1(parts: &[Vec<u8>]) -> Result<Vec<u8>, String> {
    Ok(parts.iter().flatten().map(|byte| char::from(*byte)).collect::<String>().into_bytes())
}
