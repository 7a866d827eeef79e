//! Forty thousand lines of Shakespeare's plays, the text of char-rnn (Karpathy 2015) and nanoGPT.

use crate::{
    Corpus, DataSet, Error, OnProgress, Options, Origin, Shape,
    fetch::{At, Collection, File, Repository, Source},
    text::{self, TextFile},
};

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "tiny-shakespeare",
    summary: "a million characters of Shakespeare, nanoGPT's split",
    shape: Shape::Text,
    origin: Origin::Real,
    variants: &[],
    sizes: &[],
    load,
};

/// Where the files are published.
const REPOSITORY: Repository =
    Repository { name: "karpathy/char-rnn", commit: "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e" };

const FILES: Collection = Collection {
    name: DATA_SET.name,
    folder: "tinyshakespeare",
    files: &[File::plain(
        "input.txt",
        &[Source {
            at: At::GitHub(REPOSITORY, "data/tinyshakespeare/input.txt"),
            sha256: "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
        }],
    )],
};

fn load(options: &Options, progress: &mut OnProgress<'_>) -> Result<Corpus, Error> {
    if options.data.as_ref().is_some_and(|path| path.is_file()) {
        // Another text in its place, of whatever size.
        return text::read(DATA_SET.name, options);
    }
    let found = FILES.find(&["input.txt"], options, progress)?;
    Ok(Corpus::Text(TextFile::open(found.path("input.txt"))?.split()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::by_hand;

    #[test]
    fn another_text_may_be_larger_than_memory() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("text.txt");
        std::fs::write(&path, "To be, or not to be.\n".repeat(20)).expect("written");
        let load = |memory| {
            let options = Options { data: Some(path.clone()), memory, ..Options::default() };
            DATA_SET.load(&options, &mut |_| {}).expect("a text")
        };
        assert!(matches!(load(1 << 20), Corpus::Text(splits) if splits.train[0].len() == 378));
        assert!(matches!(load(100), Corpus::Stream(_)));
    }

    #[test]
    fn the_split_is_as_published() {
        let Some(Corpus::Text(splits)) = by_hand(&DATA_SET, None) else { return };
        let characters = [&splits.train, &splits.validation].map(|part| part[0].chars().count());
        assert_eq!((splits.counts(), characters), ([1, 1, 0], [1_003_854, 111_540]));
    }
}
