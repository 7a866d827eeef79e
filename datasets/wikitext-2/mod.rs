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
