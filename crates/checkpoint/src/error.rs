//! What can be wrong with a checkpoint.

mod problem;

use std::{
    fmt,
    path::{Path, PathBuf},
};

pub use problem::{KeyProblem, Problem};

/// What is wrong, and where.
#[derive(Debug)]
pub struct Error {
    path: Option<PathBuf>,
    kind: Box<ErrorKind>,
}

/// What is wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The system would not read or write.
    Io(std::io::Error),
    /// The text is not JSON, is too deep, or has a key twice.
    Json(String),
    /// The file is not safetensors: cut off, a header too large, holes or overlaps between tensors.
    Format(String),
    /// There is no checkpoint here, or not a whole one.
    Absent(String),
    /// The weights are pickled; reading a pickle can run what it likes.
    Pickle,
    /// The index names a file outside its directory.
    UnsafeName(String),
    /// Tensors of the file and parameters of the module do not match, one to one.
    Tensors(Vec<Problem>),
    /// The name table does not fit the module: a mistake in the program.
    Table(Vec<String>),
    /// `config.json` says something that is not understood or not supported.
    Config(Vec<KeyProblem>),
}

impl Error {
    pub(crate) fn new(path: impl AsRef<Path>, kind: ErrorKind) -> Self {
        Self { path: Some(path.as_ref().to_owned()), kind: Box::new(kind) }
    }

    pub(crate) fn io(path: impl AsRef<Path>) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::new(path, ErrorKind::Io(error))
    }

    pub(crate) fn table(problems: Vec<String>) -> Self {
        Self { path: None, kind: Box::new(ErrorKind::Table(problems)) }
    }

    /// What is wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The file or directory at fault, if it is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            let what = if matches!(*self.kind, ErrorKind::Tensors(_)) { "checkpoint " } else { "" };
            write!(f, "{what}`{}`: ", path.display())?;
        }
        match &*self.kind {
            ErrorKind::Io(error) => write!(f, "{error}"),
            ErrorKind::Json(what) => write!(f, "not valid JSON: {what}"),
            ErrorKind::Format(what) => {
                write!(f, "not a whole safetensors file ({what}): copy or download it again")
            }
            ErrorKind::Absent(what) => write!(f, "{what}"),
            ErrorKind::Pickle => write!(
                f,
                "the weights are pickled (.bin), and reading a pickle can run any program; convert them where they are \
                 trusted, with transformers' `save_pretrained(..)`, which writes model.safetensors"
            ),
            ErrorKind::UnsafeName(name) => write!(
                f,
                "names the file {name:?}; only plain names ending in .safetensors, of files that lie in the directory \
                 itself, are opened"
            ),
            ErrorKind::Tensors(problems) => list(f, problems),
            ErrorKind::Table(problems) => {
                write!(f, "the name table does not fit the module: ")?;
                list(f, problems)
            }
            ErrorKind::Config(problems) => list(f, problems),
        }
    }
}

/// One line for each problem, under a count.
fn list(f: &mut fmt::Formatter<'_>, problems: &[impl fmt::Display]) -> fmt::Result {
    match problems.len() {
        1 => write!(f, "1 problem")?,
        n => write!(f, "{n} problems")?,
    }
    problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
}
