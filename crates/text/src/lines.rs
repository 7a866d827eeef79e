//! The lines of a text file.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use crate::Error;

/// The lines of a file with their ends, read as they are asked for. After an error there are no more.
pub(crate) fn lines(path: &Path) -> impl Iterator<Item = Result<String, Error>> + use<> {
    let path = path.to_owned();
    let mut reader = Some(File::open(&path).map(BufReader::new));
    std::iter::from_fn(move || {
        let mut line = String::new();
        let read = match reader.as_mut()? {
            Ok(reader) => reader.read_line(&mut line),
            Err(error) => Err(std::mem::replace(error, std::io::ErrorKind::Other.into())),
        };
        if !matches!(read, Ok(1..)) {
            reader = None;
        }
        match read {
            Ok(0) => None,
            Ok(_) => Some(Ok(line)),
            Err(source) => Some(Err(Error::Io { path: path.clone(), source })),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_ends_and_errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        std::fs::write(&path, "a\r\n\nb").unwrap();
        assert_eq!(lines(&path).collect::<Result<Vec<_>, _>>().unwrap(), ["a\r\n", "\n", "b"]);
        std::fs::write(&path, b"a\n\xff\nb").unwrap();
        let read: Vec<_> = lines(&path).collect();
        assert_eq!(read.len(), 2);
        assert!(read[1].as_ref().unwrap_err().to_string().starts_with(&path.display().to_string()));
        let missing: Vec<_> = lines(&folder.path().join("missing")).collect();
        assert!(matches!(&missing[..], [Err(Error::Io { .. })]));
    }
}
