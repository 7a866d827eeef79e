//! Sentences of film reviews, positive or negative (Pang and Lee 2005).

use crate::{
    Corpus, DataSet, Error, OnProgress, Options, Origin, Shape, Splits,
    fetch::{At, Collection, File, Repository, Source, Unpack, labelled_lines, latin1},
};

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "mr",
    summary: "10,662 sentences of film reviews, positive or negative",
    shape: Shape::Labelled,
    origin: Origin::Real,
    variants: &[],
    sizes: &[],
    load,
};

const CLASSES: [&str; 2] = ["negative", "positive"];

/// Where the files are published.
const REPOSITORY: Repository =
    Repository { name: "AcademiaSinicaNLPLab/sentiment_dataset", commit: "23c72429de5fb3d2f3da87bf2efb5559c15b78f7" };

const FILES: Collection = Collection {
    name: DATA_SET.name,
    folder: "mr",
    files: &[File {
        unpack: Unpack::Convert(latin1),
        ..File::plain(
            "rt-polarity.all",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/panglee/rt-polarity.all"),
                sha256: "b8846c3bbd59241f901efdc58f7c515e4b280ab3561fd1858caa5aa48da95a8a",
            }],
        )
    }],
};

fn load(options: &Options, progress: &mut OnProgress<'_>) -> Result<Corpus, Error> {
    let path = FILES.find(&["rt-polarity.all"], options, progress)?.path("rt-polarity.all");
    let splits = Splits::by_rank(labelled_lines(&path, &CLASSES)?, [10, 0], |labelled| &labelled.text);
    Ok(Corpus::Labelled { splits, classes: CLASSES.map(str::to_owned).to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::by_hand;

    #[test]
    fn the_counts_are_those_of_the_card() {
        let Some(Corpus::Labelled { splits, .. }) = by_hand(&DATA_SET, None) else { return };
        assert_eq!(splits.counts(), [9_596, 1_066, 0]);
        let positive = splits.train.iter().chain(&splits.validation).filter(|text| text.label == 1).count();
        assert_eq!(positive, 10_662 / 2);
        let share = splits.validation.iter().filter(|text| text.label == 1).count();
        assert!(share.abs_diff(1_066 / 2) < 60, "{share}");
    }
}
