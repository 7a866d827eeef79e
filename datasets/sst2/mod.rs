//! Sentences of film reviews, positive or negative: the Stanford Sentiment Treebank with two classes (Socher et al. 2013).

use std::path::Path;

use crate::{
    Corpus, DataSet, Error, Labelled, OnProgress, Options, Origin, Shape, Splits,
    fetch::{At, Collection, File, Need, Repository, Source, labelled, labelled_lines},
    text,
};

const SENTENCES: &str = "sentences";
const PHRASES: &str = "phrases";

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "sst2",
    summary: "sentences of film reviews, positive or negative (phrases: GLUE's 67,349)",
    shape: Shape::Labelled,
    origin: Origin::Real,
    variants: &[SENTENCES, PHRASES],
    sizes: &[],
    load,
};

const CLASSES: [&str; 2] = ["negative", "positive"];

/// Where the sentences are published.
const SENTIMENT: Repository =
    Repository { name: "AcademiaSinicaNLPLab/sentiment_dataset", commit: "23c72429de5fb3d2f3da87bf2efb5559c15b78f7" };
/// Where GLUE's phrases are.
const GLUE: Repository =
    Repository { name: "eyalbd2/Reproducing-AutoPrompt", commit: "6288fb5bec9c572f2492875ae0111df5b6daed11" };

const FILES: Collection = Collection {
    name: DATA_SET.name,
    folder: "sst2",
    files: &[
        File::plain(
            "stsa.binary.train",
            &[Source {
                at: At::GitHub(SENTIMENT, "data/stsa.binary.train"),
                sha256: "71c04bcc41291fa47454dd670df701b14ee9249156babeaac404cfe2c8d74338",
            }],
        ),
        File::plain(
            "stsa.binary.dev",
            &[Source {
                at: At::GitHub(SENTIMENT, "data/stsa.binary.dev"),
                sha256: "02fedc82855dbdcabe82c65ed1af6c6570788eaac51073cdb35ee8c7784426d1",
            }],
        ),
        File {
            need: Need::IfThere,
            ..File::plain(
                "stsa.binary.test",
                &[Source {
                    at: At::GitHub(SENTIMENT, "data/stsa.binary.test"),
                    sha256: "6a80dc9b9a0db2d3b37f2f809304febad31c90ab67a5b4157b7d9f881c53ef5b",
                }],
            )
        },
        File::plain(
            "glue_train_full.tsv",
            &[Source {
                at: At::GitHub(GLUE, "glue_data/SST-2/train_full.tsv"),
                sha256: "48eac26399f8456935f81dd9e3a745c1430adb6c62e233ccfe22db4a0d15d1d1",
            }],
        ),
    ],
};

fn load(options: &Options, progress: &mut OnProgress<'_>) -> Result<Corpus, Error> {
    let phrases = options.variant(DATA_SET.variants) == PHRASES;
    let learnt = if phrases { "glue_train_full.tsv" } else { "stsa.binary.train" };
    let found = FILES.find(&[learnt, "stsa.binary.dev", "stsa.binary.test"], options, progress)?;
    let train = match phrases {
        true => glue(&found.path(learnt))?,
        false => labelled_lines(&found.path(learnt), &CLASSES)?,
    };
    let validation = labelled_lines(&found.path("stsa.binary.dev"), &CLASSES)?;
    let test = match found.if_there("stsa.binary.test") {
        Some(path) => labelled_lines(&path, &CLASSES)?,
        None => Vec::new(),
    };
    let splits = Splits { train, validation, test };
    Ok(Corpus::Labelled { splits, classes: CLASSES.map(str::to_owned).to_vec() })
}

/// The form of GLUE: a header, then a phrase, a tab and its label on each line.
fn glue(path: &Path) -> Result<Vec<Labelled>, Error> {
    let text = text::contents(path)?;
    let lines = text.split('\n').enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let (phrase, label) = line.split_once('\t').unwrap_or((line, ""));
            labelled(path, index + 1, label, phrase, &CLASSES)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::by_hand;

    #[test]
    fn the_counts_are_those_of_the_card() {
        for (variant, train, first) in [
            (
                SENTENCES,
                6_920,
                (
                    "a stirring , funny and finally transporting re-imagining of beauty and the beast and 1930s horror films",
                    1,
                ),
            ),
            (PHRASES, 67_349, ("hide new secretions from the parental units", 0)),
        ] {
            let Some(Corpus::Labelled { splits, classes }) = by_hand(&DATA_SET, Some(variant)) else { return };
            assert_eq!((splits.train.len(), splits.validation.len()), (train, 872), "{variant}");
            assert!([0, 1_821].contains(&splits.test.len()), "{variant}");
            assert_eq!((splits.train[0].text.as_str(), splits.train[0].label), first);
            assert_eq!(classes, ["negative", "positive"]);
            assert_eq!(splits.validation.iter().filter(|text| text.label == 1).count(), 444);
        }
    }

    #[test]
    fn the_form_of_glue_is_read_and_a_wrong_line_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("glue.tsv");
        std::fs::write(&path, "sentence\tlabel\nso good \t1\nso bad\n").unwrap();
        let error = glue(&path).unwrap_err().to_string();
        assert!(error.contains("glue.tsv:3: `` is no label"), "{error}");
        std::fs::write(&path, "sentence\tlabel\nso good \t1\r\n").unwrap();
        assert_eq!(glue(&path).unwrap(), [Labelled { text: "so good".into(), label: 1 }]);
    }
}
