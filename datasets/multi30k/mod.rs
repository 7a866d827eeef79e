//! Descriptions of photographs in English, German and French (Elliott et al. 2016, arXiv:1605.00459).

use crate::{
    Corpus, DataSet, Error, OnProgress, Options, Origin, Shape, Splits,
    fetch::{At, Collection, File, Repository, Source, Unpack},
    pairs::parallel,
};

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "multi30k",
    summary: "30,000 descriptions of photographs in English, German and French",
    shape: Shape::Pairs,
    origin: Origin::Real,
    variants: &["en-de", "de-en", "en-fr", "fr-en", "de-fr", "fr-de"],
    sizes: &[],
    load,
};

/// Where the files are published.
const REPOSITORY: Repository =
    Repository { name: "multi30k/dataset", commit: "a3d2e0d26b56f3846f66a952536ffed4e401d05a" };

const FILES: Collection = Collection {
    name: DATA_SET.name,
    folder: "multi30k",
    files: &[
        file(
            "train.de",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/task1/raw/train.de.gz"),
                sha256: "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
            }],
        ),
        file(
            "train.en",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/task1/raw/train.en.gz"),
                sha256: "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
            }],
        ),
        file(
            "train.fr",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/task1/raw/train.fr.gz"),
                sha256: "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c",
            }],
        ),
        file(
            "val.de",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/task1/raw/val.de.gz"),
                sha256: "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
            }],
        ),
        file(
            "val.en",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/task1/raw/val.en.gz"),
                sha256: "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
            }],
        ),
        file(
            "val.fr",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/task1/raw/val.fr.gz"),
                sha256: "ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9",
            }],
        ),
        file(
            "test_2016_flickr.de",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/task1/raw/test_2016_flickr.de.gz"),
                sha256: "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
            }],
        ),
        file(
            "test_2016_flickr.en",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/task1/raw/test_2016_flickr.en.gz"),
                sha256: "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
            }],
        ),
        file(
            "test_2016_flickr.fr",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/task1/raw/test_2016_flickr.fr.gz"),
                sha256: "6d326e188d259fb1d04ac19eae3af956559b3a0b93d7635e56c90987c40c8b90",
            }],
        ),
    ],
};

const fn file(name: &'static str, sources: &'static [Source]) -> File {
    File { unpack: Unpack::Gzip, ..File::plain(name, sources) }
}

fn load(options: &Options, progress: &mut OnProgress<'_>) -> Result<Corpus, Error> {
    let direction = options.variant(DATA_SET.variants);
    let (source, target) = direction.split_once('-').unwrap_or((direction, direction));
    let names = ["train", "val", "test_2016_flickr"].map(|part| [source, target].map(|end| format!("{part}.{end}")));
    let found = FILES.find(&names.as_flattened().iter().map(String::as_str).collect::<Vec<_>>(), options, progress)?;
    let [train, validation, test] = names.map(|[source, target]| parallel(&found.path(&source), &found.path(&target)));
    Ok(Corpus::Pairs(Splits { train: train?, validation: validation?, test: test? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::by_hand;

    #[test]
    fn every_direction_has_the_counts_of_the_card() {
        let mut directions = Vec::new();
        for direction in DATA_SET.variants {
            let Some(Corpus::Pairs(splits)) = by_hand(&DATA_SET, Some(direction)) else { return };
            assert_eq!(splits.counts(), [29_000, 1_014, 1_000], "{direction}");
            directions.push(splits.test[1].clone());
        }
        assert_eq!(directions[0].0, "A Boston Terrier is running on lush green grass in front of a white fence.");
        assert_eq!(directions[0].1, "Ein Boston Terrier läuft über saftig-grünes Gras vor einem weißen Zaun.");
        assert_eq!((&directions[1].0, &directions[1].1), (&directions[0].1, &directions[0].0));
        assert_eq!((&directions[4].0, &directions[4].1), (&directions[0].1, &directions[2].1));
    }
}
