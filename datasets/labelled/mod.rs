//! Texts and their labels in a table of the user's.

use std::{collections::BTreeSet, path::Path};

use crate::{
    Corpus, DataSet, Error, Labelled, Options, Origin, Shape, Splits,
    table::{ENDINGS, Format, Record},
};

/// This data set.
pub(crate) const DATA_SET: DataSet = DataSet {
    name: "labelled",
    summary: "labelled texts of yours: two columns of a table (--data FILE)",
    shape: Shape::Labelled,
    origin: Origin::User,
    variants: &[],
    sizes: &[],
    load: |options, _| read(DATA_SET.name, options),
};

/// Fewer texts than this cannot be split into three parts.
const LEAST: usize = 20;

/// Labelled texts of the user's for the data set `name`.
pub(crate) fn read(name: &'static str, options: &Options) -> Result<Corpus, Error> {
    let path = options.data.as_ref().ok_or(Error::NoFile { name })?;
    let format = Format::of(path).ok_or_else(|| Error::Format {
        path: path.to_owned(),
        what: "labelled texts",
        known: ENDINGS,
    })?;
    let records = format.read(path, name, options, &["text", "label"])?;
    let rows = records.into_iter().map(|record| row(path, record)).collect::<Result<Vec<_>, _>>()?;
    let classes = classes(&rows);
    let enough = |found: usize, least, unit| match found < least {
        true => Err(Error::TooShort { path: path.to_owned(), found, least, unit }),
        false => Ok(()),
    };
    enough(rows.iter().map(|(text, _)| text).collect::<BTreeSet<_>>().len(), LEAST, "different texts")?;
    enough(classes.len(), 2, "classes")?;
    let label = |label: &String| classes.iter().position(|class| class == label).unwrap_or_default();
    let texts = rows.iter().map(|(text, class)| Labelled { text: text.clone(), label: label(class) }).collect();
    Ok(Corpus::Labelled { splits: Splits::by_rank(texts, [5, 5], |labelled| &labelled.text), classes })
}

fn row(path: &Path, record: Record) -> Result<(String, String), Error> {
    let line = record.line;
    match <[String; 2]>::try_from(record.cells) {
        Ok([text, _]) if text.is_empty() => Err(Error::line(path, line, "the text is empty")),
        Ok([_, label]) if label.is_empty() => Err(Error::line(path, line, "the label is empty")),
        Ok([text, label]) => Ok((text, label)),
        Err(_) => Err(Error::line(path, line, "there are not two cells")),
    }
}

/// Every label there is: as numbers in their order if all are numbers, or else by the alphabet.
fn classes(rows: &[(String, String)]) -> Vec<String> {
    let mut classes: Vec<_> = rows.iter().map(|(_, label)| label.clone()).collect();
    classes.sort_by_key(|label| (label.parse::<i64>().unwrap_or(i64::MAX), label.clone()));
    classes.dedup();
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(name: &str, contents: &str, columns: &[&str]) -> Result<(Splits<Labelled>, Vec<String>), Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, contents).unwrap();
        let columns = columns.iter().map(|column| column.to_string()).collect();
        let options = Options { data: Some(path), columns, ..Options::default() };
        match DATA_SET.load(&options, &mut |_| {})? {
            Corpus::Labelled { splits, classes } => Ok((splits, classes)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn labels_are_the_classes_in_their_order() {
        let rows = |label: fn(usize) -> String| {
            (0..100).map(|number| format!("text {number}\t{}\n", label(number))).collect::<String>()
        };
        let (splits, classes) = load("a.tsv", &rows(|number| (10 - number % 3 * 4).to_string()), &["1", "2"]).unwrap();
        assert_eq!(classes, ["2", "6", "10"]);
        assert_eq!(splits.counts(), [90, 5, 5]);
        assert!(splits.train.iter().all(|Labelled { text, label }| {
            let number: usize = text[5..].parse().unwrap();
            classes[*label] == (10 - number % 3 * 4).to_string()
        }));
        let header = format!("sentence\tkind\n{}", rows(|number| ["good", "bad"][number % 2].into()));
        let (_, classes) = load("a.tsv", &header, &["sentence", "kind"]).unwrap();
        assert_eq!(classes, ["bad", "good"]);
    }

    #[test]
    fn numbers_and_words_of_json_are_labels() {
        let rows: String = (0..40).map(|n| format!("{{\"label\": {}, \"text\": \"t {n}\"}}\n", n % 2)).collect();
        assert_eq!(load("a.jsonl", &rows, &[]).unwrap().1, ["0", "1"]);
    }

    #[test]
    fn what_cannot_be_learnt_from_is_refused() {
        let rows: String = (0..40).map(|number| format!("text {number},{}\n", number % 2)).collect();
        for (name, contents, columns, complaint) in [
            (
                "a.csv",
                format!("text,label\n{rows}"),
                ["text", "kind"],
                "there is no column `kind`; there are: 1 `text`, 2 `label`",
            ),
            ("a.csv", rows.clone(), ["1", "3"], "there is no column `3`; there are: 1 `text 0`, 2 `0`"),
            ("a.csv", rows.replace(",1", ",0"), ["1", "2"], "holds 1 classes, and at least 2 are needed"),
            ("a.csv", format!("a,{rows}"), ["1", "2"], "a.csv:2: "),
            ("a.csv", format!("a,\n{rows}"), ["1", "2"], "a.csv:1: the label is empty"),
            ("a.csv", "a,1\nb,2\n".repeat(30), ["1", "2"], "holds 2 different texts, and at least 20 are needed"),
            ("a.txt", rows.clone(), ["1", "2"], "a file of labelled texts ends in one of .csv, .tsv, .jsonl, .parquet"),
        ] {
            let contents = if complaint == "a.csv:2: " { rows.replacen("text 1,1", "text 1", 1) } else { contents };
            let error = load(name, &contents, &columns).unwrap_err().to_string();
            assert!(error.contains(complaint), "{error}");
        }
        let error = load("a.csv", &rows, &["1"]).unwrap_err().to_string();
        assert_eq!(error, "the data set `labelled` reads 2 columns (text, label), and 1 are named");
    }
}
