//! Short sentences and their translations by the volunteers of Tatoeba.

use crate::{
    Corpus, DataSet, Error, OnProgress, Options, Origin, Shape,
    fetch::{At, Collection, File, Repository, Source, Unpack},
    pairs, text,
};

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "tatoeba",
    summary: "short sentences with their translations: German and English, French and English",
    shape: Shape::Pairs,
    origin: Origin::Real,
    variants: &["de-en", "en-de", "fr-en", "en-fr"],
    sizes: &[],
    load,
};

const GERMAN: Collection = Collection {
    name: DATA_SET.name,
    folder: "tatoeba-de-en",
    files: &[File {
        unpack: Unpack::Convert(without_header),
        ..File::plain(
            "deu.txt",
            &[Source {
                at: At::GitHub(
                    Repository {
                        name: "DarrenCarvalho/Language-Translation",
                        commit: "a30fc3ec31687d0ed561047a9c7d7fdb5915f89c",
                    },
                    "data/deu.txt",
                ),
                sha256: "ad109252de3e35f8ec8030669ccddf6ee2f5cc1656c1928468e175233c01eb1d",
            }],
        )
    }],
};

const FRENCH: Collection = Collection {
    name: DATA_SET.name,
    folder: "tatoeba-fr-en",
    files: &[File::plain(
        "eng-fra.txt",
        &[Source {
            at: At::GitHub(
                Repository {
                    name: "NJUxlj/seq2seq-attention-translation",
                    commit: "b20755b1c81f2d82526ab967dbc8ec6465f22f14",
                },
                "data/eng-fra.txt",
            ),
            sha256: "d952b56a181da5270b7bb4ded3f3bbe61e67a9b1de0e0fbc1d46438c71fb55a7",
        }],
    )],
};

/// Leaves out the first line, which numbers the columns, and every carriage return.
fn without_header(parts: &[Vec<u8>]) -> Result<Vec<u8>, String> {
    let lines = parts.iter().flat_map(|part| part.split_inclusive(|byte| *byte == b'\n').skip(1));
    Ok(lines.flatten().copied().filter(|byte| *byte != b'\r').collect())
}

fn load(options: &Options, progress: &mut OnProgress<'_>) -> Result<Corpus, Error> {
    let variant = options.variant(DATA_SET.variants);
    let (files, name) = if variant.contains("de") { (GERMAN, "deu.txt") } else { (FRENCH, "eng-fra.txt") };
    let path = files.find(&[name], options, progress)?.path(name);
    let lines = pairs::lines(&path, &text::contents(&path)?)?;
    // English comes first in the files. The parts are made by the source, and so differ with the direction.
    let lines = match variant.starts_with("en") {
        true => lines,
        false => lines.into_iter().map(|(english, other)| (other, english)).collect(),
    };
    Ok(Corpus::Pairs(pairs::split(lines)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{Pair, fetch::by_hand};

    #[test]
    fn the_header_and_carriage_returns_go() {
        assert_eq!(without_header(&[b"1\t2\r\nGo.\tGeh.\r\nHi\tHallo".to_vec()]).unwrap(), b"Go.\tGeh.\nHi\tHallo");
        assert_eq!(without_header(&[b"1\t2".to_vec()]).unwrap(), b"");
    }

    #[test]
    fn the_counts_are_those_of_the_card() {
        for (variant, expected, english) in
            [("de-en", 50_001, 1), ("en-de", 50_001, 0), ("fr-en", 5_000, 1), ("en-fr", 5_000, 0)]
        {
            let Some(Corpus::Pairs(splits)) = by_hand(&DATA_SET, Some(variant)) else { return };
            let [train, validation, test] = splits.counts();
            assert_eq!(train + validation + test, expected);
            let line = format!("`{variant}` {train} train, {validation} validate, {test} test");
            assert!(include_str!("README.md").replace(',', "").contains(&line.replace(',', "")), "{line}");
            let sources = |pairs: &[Pair]| pairs.iter().map(|(source, _)| source.clone()).collect::<HashSet<_>>();
            let held = [splits.validation, splits.test].concat();
            assert!(sources(&splits.train).is_disjoint(&sources(&held)), "{variant}");
            let mut all = splits.train.iter().chain(&held);
            assert!(all.any(|(source, target)| [source, target][english] == "Get lost!"), "{variant}");
        }
    }
}
