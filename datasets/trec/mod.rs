//! Questions and the kind of answer they ask for (Li and Roth 2002).

use crate::{
    Corpus, DataSet, Error, OnProgress, Options, Origin, Shape, Splits,
    fetch::{At, Collection, File, Need, Repository, Source, Unpack, labelled_lines, latin1},
};

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "trec",
    summary: "questions and the kind of answer they ask for, of six",
    shape: Shape::Labelled,
    origin: Origin::Real,
    variants: &[],
    sizes: &[],
    load,
};

const CLASSES: [&str; 6] = ["description", "entity", "abbreviation", "human", "location", "number"];

/// Where the files are published.
const REPOSITORY: Repository =
    Repository { name: "AcademiaSinicaNLPLab/sentiment_dataset", commit: "23c72429de5fb3d2f3da87bf2efb5559c15b78f7" };

const FILES: Collection = Collection {
    name: DATA_SET.name,
    folder: "trec",
    files: &[
        file(
            "TREC.train.all",
            Need::Always,
            &[Source {
                at: At::GitHub(REPOSITORY, "data/TREC.train.all"),
                sha256: "c8183fd8c2a5cc4a9a1c56548d7c6410a8b71ed7843df9ef1f0a05cd7cf2fb3e",
            }],
        ),
        file(
            "TREC.test.all",
            Need::IfThere,
            &[Source {
                at: At::GitHub(REPOSITORY, "data/TREC.test.all"),
                sha256: "92a6a3cede5678b447ef5f1d7ec474134fcda211e6590e6fa627b4a2c68e4566",
            }],
        ),
    ],
};

const fn file(name: &'static str, need: Need, sources: &'static [Source]) -> File {
    File { name, sources, unpack: Unpack::Convert(latin1), need }
}

fn load(options: &Options, progress: &mut OnProgress<'_>) -> Result<Corpus, Error> {
    let found = FILES.find(&["TREC.train.all", "TREC.test.all"], options, progress)?;
    let learnt = labelled_lines(&found.path("TREC.train.all"), &CLASSES)?;
    let test = match found.if_there("TREC.test.all") {
        Some(path) => labelled_lines(&path, &CLASSES)?,
        None => Vec::new(),
    };
    let splits = Splits { test, ..Splits::by_rank(learnt, [10, 0], |labelled| &labelled.text) };
    Ok(Corpus::Labelled { splits, classes: CLASSES.map(str::to_owned).to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::by_hand;

    #[test]
    fn the_counts_are_those_of_the_card() {
        let Some(Corpus::Labelled { splits, .. }) = by_hand(&DATA_SET, None) else { return };
        let [train, validation, test] = splits.counts();
        assert_eq!(train + validation, 5_452);
        assert!([0, 500].contains(&test), "{test}");
        let line = format!("{train} train, {validation} validate");
        assert!(include_str!("README.md").replace(',', "").contains(&line.replace(',', "")), "{line}");
        let kinds = CLASSES.iter().enumerate().map(|(number, _)| {
            splits.train.iter().chain(&splits.validation).filter(|text| text.label == number).count()
        });
        assert_eq!(kinds.collect::<Vec<_>>(), [1_162, 1_250, 86, 1_223, 835, 896]);
    }
}
