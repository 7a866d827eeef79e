//! WikiText-2 (Merity et al. 2016, arXiv:1609.07843): good articles of Wikipedia, cut into words.

use crate::{
    Corpus, DataSet, Error, OnProgress, Options, Origin, Shape,
    fetch::{At, Collection, File, Source, Unpack},
    text,
};

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "wikitext-2",
    summary: "two million words of good Wikipedia articles",
    shape: Shape::Text,
    origin: Origin::Real,
    variants: &[],
    sizes: &[],
    load,
};

/// The archive that holds all three files.
const ARCHIVE: &[Source] = &[Source {
    at: At::Urls(&[
        "https://wikitext.smerity.com/wikitext-2-v1.zip",
        "https://s3.amazonaws.com/research.metamind.io/wikitext/wikitext-2-v1.zip",
    ]),
    sha256: "92675f1d63015c1c8b51f1656a52d5bdbc33aafa60cc47a218a66e7ee817488c",
}];

const FILES: Collection = Collection {
    name: DATA_SET.name,
    folder: "wikitext-2",
    files: &[
        member("wiki.train.tokens", "wikitext-2/wiki.train.tokens"),
        member("wiki.valid.tokens", "wikitext-2/wiki.valid.tokens"),
        member("wiki.test.tokens", "wikitext-2/wiki.test.tokens"),
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
    fn a_folder_of_the_three_files_is_read_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        for (name, contents) in [("train", " = A = \n"), ("valid", " = B = \n"), ("test", " = C = \n")] {
            std::fs::write(folder.path().join(format!("wiki.{name}.tokens")), contents).unwrap();
        }
        let options = Options { data: Some(folder.path().to_owned()), ..Options::default() };
        let Corpus::Text(text) = DATA_SET.load(&options, &mut |_| {}).unwrap() else { panic!("not a text") };
        assert_eq!([text.train, text.validation, text.test].concat(), [" = A = \n", " = B = \n", " = C = \n"]);
        std::fs::remove_file(folder.path().join("wiki.test.tokens")).unwrap();
        let error = DATA_SET.load(&options, &mut |_| {}).unwrap_err().to_string();
        assert!(error.ends_with("missing here: wiki.test.tokens"), "{error}");
    }
}
