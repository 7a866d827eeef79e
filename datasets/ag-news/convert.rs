//! From the small collection as it is published to one whose parts have nothing in common.

use std::collections::HashSet;

use csv::{QuoteStyle, ReaderBuilder, StringRecord, WriterBuilder};

use crate::split::hash;

/// The text that is to validate and is also one of the official test part, known by its hash.
const OFFICIAL: u64 = 4_907_578_281_563_530_578;

/// What trains: the first file without the texts of the second. Labels come first.
pub(super) fn train(parts: &[Vec<u8>]) -> Result<Vec<u8>, String> {
    let [all, dev] = parts else { return Err(format!("there are {} files and not 2", parts.len())) };
    let dev: HashSet<_> = rows(dev)?.into_iter().map(|(text, _)| text).collect();
    write(rows(all)?.into_iter().filter(|(text, _)| !dev.contains(text)))
}

/// What validates. Labels come first.
pub(super) fn dev(parts: &[Vec<u8>]) -> Result<Vec<u8>, String> {
    let [dev] = parts else { return Err(format!("there are {} files and not 1", parts.len())) };
    write(rows(dev)?.into_iter().filter(|(text, _)| hash(text) != OFFICIAL))
}

/// Texts with their labels.
fn rows(file: &[u8]) -> Result<Vec<(String, String)>, String> {
    let row = |record: Result<StringRecord, csv::Error>| {
        let record = record.map_err(|error| error.to_string())?;
        match (record.get(0), record.get(1)) {
            (Some(text), Some(label)) => Ok((text.to_owned(), label.to_owned())),
            _ => Err("a record has fewer than two cells".to_owned()),
        }
    };
    ReaderBuilder::new().has_headers(false).from_reader(file).records().map(row).collect()
}

fn write(rows: impl Iterator<Item = (String, String)>) -> Result<Vec<u8>, String> {
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(Vec::new());
    for (text, label) in rows {
        writer.write_record([label, text]).map_err(|error| error.to_string())?;
    }
    writer.into_inner().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_validates_does_not_train() {
        let all = b"\"a \"\"b\"\"\",3\n\"c, d\",0\n\"e\",1\n".to_vec();
        let dev = b"\"c, d\",0\n".to_vec();
        assert_eq!(train(&[all, dev.clone()]).unwrap(), b"\"3\",\"a \"\"b\"\"\"\n\"1\",\"e\"\n");
        assert_eq!(self::dev(std::slice::from_ref(&dev)).unwrap(), b"\"0\",\"c, d\"\n");
        assert!(train(&[dev]).is_err() && self::dev(&[b"only one cell\n".to_vec()]).is_err());
    }
}
