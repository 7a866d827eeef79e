//! Two files, each line of one the translation of that line of the other.

use std::path::Path;

use crate::{Error, Pair, text};

/// The lines of two parallel files. Where both lines are empty there is no pair.
pub(crate) fn parallel(source_path: &Path, target_path: &Path) -> Result<Vec<Pair>, Error> {
    let (sources, targets) = (text::contents(source_path)?, text::contents(target_path)?);
    let (source_lines, target_lines) = (sources.lines().count(), targets.lines().count());
    if source_lines != target_lines {
        let (source_path, target_path) = (source_path.to_owned(), target_path.to_owned());
        return Err(Error::NotParallel { source_path, source_lines, target_path, target_lines });
    }
    let mut pairs = Vec::new();
    for (index, (source, target)) in sources.lines().zip(targets.lines()).enumerate() {
        let empty = |path| Error::line(path, index + 1, "this line is empty, and in the other file it is not");
        match (source.trim(), target.trim()) {
            ("", "") => {}
            ("", _) => return Err(empty(source_path)),
            (_, "") => return Err(empty(target_path)),
            (source, target) => pairs.push((source.to_owned(), target.to_owned())),
        }
    }
    Ok(pairs)
}
