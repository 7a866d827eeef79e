//! WikiText-103 (Merity et al. 2016, arXiv:1609.07843): good articles of Wikipedia, cut into words.
//!
//! Half a gigabyte: by default it is streamed.

use crate::{
    Corpus, DataSet, Error, OnProgress, Options, Origin, Shape,
    fetch::{At, Collection, File, Source, Unpack},
    text,
};

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "wikitext-103",
    summary: "103 million words of good Wikipedia articles, streamed",
    shape: Shape::Text,
    origin: Origin::Real,
    variants: &[],
    sizes: &[],
    load,
};

/// The archive that holds all three files.
const ARCHIVE: &[Source] = &[Source {
    at: At::Urls(&[
        "https://wikitext.smerity.com/wikitext-103-v1.zip",
        "https://s3.amazonaws.com/research.metamind.io/wikitext/wikitext-103-v1.zip",
    ]),
    sha256: "242ba0f20b329cfdf1ccc61e9e9e5b59becf189db7f7a81cd2a0e2fc31539590",
}];

const FILES: Collection = Collection {
    name: DATA_SET.name,
    folder: "wikitext-103",
    files: &[
        member("wiki.train.tokens", "wikitext-103/wiki.train.tokens"),
        member("wiki.valid.tokens", "wikitext-103/wiki.valid.tokens"),
        member("wiki.test.tokens", "wikitext-103/wiki.test.tokens"),
    ],
};

const fn member(name: &'static str, path: &'static str) -> File {
    File { unpack: Unpack::Zip(path), ..File::plain(name, ARCHIVE) }
}

fn load(options: &Options, progress: &mut OnProgress<'_>) -> Result<Corpus, Error> {
    let names = ["wiki.train.tokens", "wiki.valid.tokens", "wiki.test.tokens"];
    let found = FILES.find(&names, options, progress)?;
    text::in_parts(names.map(|name| found.path(name)), options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_the_three_files_is_read_as_a_stream() {
        let folder = tempfile::tempdir().unwrap();
        for (name, contents) in [("train", " = A = \n"), ("valid", " = B = \n"), ("test", " = C = \n")] {
            std::fs::write(folder.path().join(format!("wiki.{name}.tokens")), contents).unwrap();
        }
        let options = Options { data: Some(folder.path().to_owned()), memory: 20, ..Options::default() };
        let Corpus::Stream(stream) = DATA_SET.load(&options, &mut |_| {}).unwrap() else { panic!("not a stream") };
        let parts = [stream.train(), stream.validation(), stream.test()];
        let read = parts.map(|part| part.collect::<Result<String, _>>().unwrap());
        assert_eq!(read, [" = A = \n", " = B = \n", " = C = \n"]);
        std::fs::remove_file(folder.path().join("wiki.test.tokens")).unwrap();
        let error = DATA_SET.load(&options, &mut |_| {}).unwrap_err().to_string();
        assert!(error.ends_with("missing here: wiki.test.tokens"), "{error}");
    }
}
