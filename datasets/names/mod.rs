//! First names, one a document: the list of makemore (Karpathy 2022).

use crate::{
    Corpus, DataSet, Error, OnProgress, Options, Origin, Shape, Splits,
    fetch::{At, Collection, File, Repository, Source},
    text,
};

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "names",
    summary: "32,033 first names, makemore's list",
    shape: Shape::Text,
    origin: Origin::Real,
    variants: &[],
    sizes: &[],
    load,
};

/// Where the files are published.
const REPOSITORY: Repository =
    Repository { name: "karpathy/makemore", commit: "988aa59e4d8fefa526d06f3b453ad116258398d4" };

const FILES: Collection = Collection {
    name: DATA_SET.name,
    folder: "names",
    files: &[File::plain(
        "names.txt",
        &[Source {
            at: At::GitHub(REPOSITORY, "names.txt"),
            sha256: "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
        }],
    )],
};

fn load(options: &Options, progress: &mut OnProgress<'_>) -> Result<Corpus, Error> {
    let path = FILES.find(&["names.txt"], options, progress)?.path("names.txt");
    let text = text::contents(&path)?;
    let names = text.lines().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    Ok(Corpus::Text(Splits::by_rank(names, [5, 5], |name| name)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::fetch::by_hand;

    #[test]
    fn the_counts_are_those_of_the_card() {
        let Some(Corpus::Text(splits)) = by_hand(&DATA_SET, None) else { return };
        let [train, validation, test] = splits.counts();
        let counts = format!("{train} train, {validation} validate, {test} test");
        assert!(include_str!("README.md").replace(',', "").contains(&counts.replace(',', "")), "{counts}");
        assert_eq!(train + validation + test, 32_033);
        let set = |names: &[String]| names.iter().cloned().collect::<HashSet<_>>();
        let (train, held) = (set(&splits.train), set(&[splits.validation, splits.test].concat()));
        assert_eq!((train.is_disjoint(&held), train.len() + held.len()), (true, 29_494));
    }
}
