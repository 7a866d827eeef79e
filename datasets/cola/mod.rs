//! Sentences from the literature of linguistics, acceptable or not (Warstadt et al. 2018, arXiv:1805.12471).

use std::path::Path;

use crate::{
    Corpus, DataSet, Error, Labelled, OnProgress, Options, Origin, Shape, Splits,
    fetch::{At, Collection, File, Repository, Source, labelled},
    text,
};

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "cola",
    summary: "sentences that linguists find acceptable, or not",
    shape: Shape::Labelled,
    origin: Origin::Real,
    variants: &[],
    sizes: &[],
    load,
};

const CLASSES: [&str; 2] = ["unacceptable", "acceptable"];

/// Where the files are published.
const REPOSITORY: Repository =
    Repository { name: "amrnag/Specialized-Transformers", commit: "fa673a93a5c27cb1f5954ac2a8a49eec6fcba6b9" };

const FILES: Collection = Collection {
    name: DATA_SET.name,
    folder: "cola",
    files: &[
        File::plain(
            "train.tsv",
            // The repository has taken some of it aside to validate; together they are the official part.
            &[
                Source {
                    at: At::GitHub(REPOSITORY, "data/CoLA/train.tsv"),
                    sha256: "e1a908079e16a3758dfd439b2aedb4edbd3c1f4d3acb1876f4b920aa92c7d358",
                },
                Source {
                    at: At::GitHub(REPOSITORY, "data/CoLA/val.tsv"),
                    sha256: "7db5a40c6af005593a832f4ca018d3ae1a6dc33ea6fd2eb62cabf46caaf1c9dc",
                },
            ],
        ),
        File::plain(
            "dev.tsv",
            &[Source {
                at: At::GitHub(REPOSITORY, "data/CoLA/dev.tsv"),
                sha256: "8c013e21dc39957cac37378d87bebe225b694a0d5fe13eded66c2856628833fd",
            }],
        ),
    ],
};

fn load(options: &Options, progress: &mut OnProgress<'_>) -> Result<Corpus, Error> {
    let found = FILES.find(&["train.tsv", "dev.tsv"], options, progress)?;
    let (train, validation) = (read(&found.path("train.tsv"))?, read(&found.path("dev.tsv"))?);
    let splits = Splits { train, validation, test: Vec::new() };
    Ok(Corpus::Labelled { splits, classes: CLASSES.map(str::to_owned).to_vec() })
}

/// Each line has the source, the label, the author's own mark, and the sentence.
fn read(path: &Path) -> Result<Vec<Labelled>, Error> {
    let text = text::contents(path)?;
    let lines = text.split('\n').enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| match line.split('\t').collect::<Vec<_>>().as_slice() {
            [_, label, _, sentence] => labelled(path, index + 1, label, sentence, &CLASSES),
            cells => Err(Error::line(path, index + 1, format!("there are {} cells, and 4 are needed", cells.len()))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::by_hand;

    #[test]
    fn the_counts_are_those_of_the_card() {
        let Some(Corpus::Labelled { splits, .. }) = by_hand(&DATA_SET, None) else { return };
        assert_eq!(splits.counts(), [8_551, 1_043, 0]);
        let acceptable =
            [&splits.train, &splits.validation].map(|part| part.iter().filter(|text| text.label == 1).count());
        assert_eq!(acceptable, [6_023, 721]);
        assert_eq!(splits.validation[0].text, "The sailors rode the breeze clear of the rocks.");
    }

    #[test]
    fn a_line_without_its_four_cells_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dev.tsv");
        std::fs::write(&path, "gj04\t1\t\tFine.\ngj04\t0\tNot fine.\n").unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("dev.tsv:2: there are 3 cells, and 4 are needed"), "{error}");
    }
}
