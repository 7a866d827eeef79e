//! Multi30k as it is fed to published baselines: lower case, tokens of Moses, subwords by byte pair encoding.

use crate::{
    Corpus, DataSet, Error, OnProgress, Options, Origin, Shape, Splits,
    fetch::{At, Collection, File, Repository, Source},
    pairs::parallel,
};

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "multi30k-bpe",
    summary: "Multi30k cut into subwords (marks `@@ ` kept), as published baselines see it",
    shape: Shape::Pairs,
    origin: Origin::Real,
    variants: &["en-de", "de-en"],
    sizes: &[],
    load,
};

/// Where the files are published.
const REPOSITORY: Repository =
    Repository { name: "LividWo/Revisit-MMT", commit: "dc368d0af8d60270b8f4aaa2f3ac58771c551da3" };

const FILES: Collection = Collection {
    name: DATA_SET.name,
    folder: "multi30k-bpe-en-de",
    files: &[
        File::plain(
            "train.en",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/multi30k-en-de/train.en"),
                sha256: "0ffe3e3bac16e6aa33ef0dd6a7dca81587479b0d18dff0db2a92ac3f32b00c86",
            }],
        ),
        File::plain(
            "train.de",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/multi30k-en-de/train.de"),
                sha256: "b2c74def7ec129f7ea7023a51501c77174c377ef06c6ccc2f031adcfb5cfadbd",
            }],
        ),
        File::plain(
            "valid.en",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/multi30k-en-de/valid.en"),
                sha256: "193d0d18fef5d1bc9d1cddafa13a644de3c5d6a24b45ac44476dcc5e96bfac6e",
            }],
        ),
        File::plain(
            "valid.de",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/multi30k-en-de/valid.de"),
                sha256: "eeb95680d6a06eafb13e3494eed9f9fa99783b892f4a3c72dd36e7ce2e000b68",
            }],
        ),
        File::plain(
            "test.2016.en",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/multi30k-en-de/test.2016.en"),
                sha256: "13b5fe3f92f78c54446d66afcaaa0a00a33ab653a8411f16812c9c5ca3795d6d",
            }],
        ),
        File::plain(
            "test.2016.de",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/multi30k-en-de/test.2016.de"),
                sha256: "375c20d50f4c486149a78dfcfb161a430a04ddabe2b7d150f0c7811dc455ac60",
            }],
        ),
    ],
};

fn load(options: &Options, progress: &mut OnProgress<'_>) -> Result<Corpus, Error> {
    let ends = match options.variant(DATA_SET.variants) {
        "de-en" => ["de", "en"],
        _ => ["en", "de"],
    };
    let names = ["train", "valid", "test.2016"].map(|part| ends.map(|end| format!("{part}.{end}")));
    let found = FILES.find(&names.as_flattened().iter().map(String::as_str).collect::<Vec<_>>(), options, progress)?;
    let [train, validation, test] = names.map(|[source, target]| parallel(&found.path(&source), &found.path(&target)));
    Ok(Corpus::Pairs(Splits { train: train?, validation: validation?, test: test? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::by_hand;

    #[test]
    fn both_directions_have_the_counts_of_the_card_and_the_marks() {
        for (direction, german) in [("en-de", 1), ("de-en", 0)] {
            let Some(Corpus::Pairs(splits)) = by_hand(&DATA_SET, Some(direction)) else { return };
            assert_eq!(splits.counts(), [29_000, 1_014, 1_000], "{direction}");
            let (source, target) = &splits.test[0];
            let marked = "ein mann mit einem orangefarbenen hut , der etwas anst@@ arr@@ t .";
            assert_eq!([source, target][german], marked);
        }
    }
}
