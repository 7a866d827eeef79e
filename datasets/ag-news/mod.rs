//! News in four sections (Zhang, Zhao and LeCun 2015, arXiv:1509.01626).

mod convert;

use std::path::Path;

use crate::{
    Corpus, DataSet, Error, Labelled, OnProgress, Options, Origin, Shape, Splits,
    fetch::{At, Collection, File, Repository, Source, Unpack, labelled},
    table::Format,
};

const SMALL: &str = "small";
const FULL: &str = "full";

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "ag-news",
    summary: "news in four sections: 5,000 of them, or all 127,600",
    shape: Shape::Labelled,
    origin: Origin::Real,
    variants: &[SMALL, FULL],
    sizes: &[],
    load,
};

const CLASSES: [&str; 4] = ["World", "Sports", "Business", "Sci/Tech"];

/// Where the small one is published.
const SUBSET: Repository =
    Repository { name: "lst11111/bert-text-classification", commit: "d52bf84e15f59794226916f08e74702b3f70389c" };
/// Where all of it is.
const OFFICIAL: Repository =
    Repository { name: "mhjabreel/CharCnn_Keras", commit: "555590db4219b1243abb1918effd6a7425a2d75f" };

const FILES: Collection = Collection {
    name: DATA_SET.name,
    folder: "agnews",
    files: &[
        File { unpack: Unpack::Convert(convert::train), ..File::plain("train_4k.csv", &[TRAIN_AND_DEV, DEV]) },
        File { unpack: Unpack::Convert(convert::dev), ..File::plain("dev_1k.csv", &[DEV]) },
        File::plain(
            "train.csv",
            &[Source {
                at: At::GitHub(OFFICIAL, "data/ag_news_csv/train.csv"),
                sha256: "76a0a2d2f92b286371fe4d4044640910a04a803fdd2538e0f3f29a5c6f6b672e",
            }],
        ),
        File::plain(
            "test.csv",
            &[Source {
                at: At::GitHub(OFFICIAL, "data/ag_news_csv/test.csv"),
                sha256: "521465c2428ed7f02f8d6db6ffdd4b5447c1c701962353eb2c40d548c3c85699",
            }],
        ),
    ],
};

/// All of the small one: what is to validate is in here too.
const TRAIN_AND_DEV: Source = Source {
    at: At::GitHub(SUBSET, "data/ag_news/train.csv"),
    sha256: "23ff4a798bef4c6f1bab4018f491757b87e124901515e4e208461e022a163401",
};

/// What is to validate.
const DEV: Source = Source {
    at: At::GitHub(SUBSET, "data/ag_news/dev.csv"),
    sha256: "d968ce3578f756a0743667e932aa6cd6e5c4aeffd28e08cbd22482aa46deee30",
};

fn load(options: &Options, progress: &mut OnProgress<'_>) -> Result<Corpus, Error> {
    let splits = match options.variant(DATA_SET.variants) {
        FULL => {
            let found = FILES.find(&["train.csv", "test.csv"], options, progress)?;
            let (learnt, test) = (official(&found.path("train.csv"))?, official(&found.path("test.csv"))?);
            Splits { test, ..Splits::by_rank(learnt, [5, 0], |news| &news.text) }
        }
        _ => {
            let found = FILES.find(&["train_4k.csv", "dev_1k.csv"], options, progress)?;
            let (train, validation) = (small(&found.path("train_4k.csv"))?, small(&found.path("dev_1k.csv"))?);
            Splits { train, validation, test: Vec::new() }
        }
    };
    Ok(Corpus::Labelled { splits, classes: CLASSES.map(str::to_owned).to_vec() })
}

/// A label from 0 and a text.
fn small(path: &Path) -> Result<Vec<Labelled>, Error> {
    let columns = ["1", "2"].map(str::to_owned).to_vec();
    let options = Options { columns, ..Options::default() };
    let records = Format::Csv.read(path, DATA_SET.name, &options, &["label", "text"])?;
    records.iter().map(|record| labelled(path, record.line, &record.cells[0], &record.cells[1], &CLASSES)).collect()
}

/// A label from 1, a title and a description.
fn official(path: &Path) -> Result<Vec<Labelled>, Error> {
    let columns = ["1", "2", "3"].map(str::to_owned).to_vec();
    let options = Options { columns, ..Options::default() };
    let records = Format::Csv.read(path, DATA_SET.name, &options, &["label", "title", "description"])?;
    let news = |record: &crate::table::Record| {
        let number = record.cells[0].parse::<usize>().ok().and_then(|label| label.checked_sub(1));
        let label = number.map_or_else(|| record.cells[0].clone(), |label| label.to_string());
        labelled(path, record.line, &label, &record.cells[1..].join(" "), &CLASSES)
    };
    records.iter().map(news).collect()
}

#[cfg(test)]
mod tests;
