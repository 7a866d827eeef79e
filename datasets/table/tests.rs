//! Records are read whatever stands around them, and what is wrong is named with its line.

use std::fs;

use super::*;

const WANTED: &[&str] = &["text", "label"];

/// The columns of a file of this name and these contents.
fn read(name: &str, contents: &[u8], columns: &[&str]) -> Result<Vec<Record>, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, contents).unwrap();
    let columns = columns.iter().map(|column| column.to_string()).collect();
    let options = Options { columns, ..Options::default() };
    Format::of(&path).unwrap().read(&path, "labelled", &options, WANTED)
}

fn cells(records: Vec<Record>) -> Vec<(usize, String)> {
    records.into_iter().map(|record| (record.line, record.cells.join("|"))).collect()
}

/// What is wrong with such a file, after its path.
fn complaint(name: &str, contents: &[u8], columns: &[&str]) -> String {
    let error = read(name, contents, columns).unwrap_err().to_string();
    error.split_once(name).unwrap_or_else(|| panic!("{error}")).1.to_owned()
}

#[test]
fn the_ending_tells_the_form() {
    for (name, format) in [
        ("a.csv", Some(Format::Csv)),
        ("a.b.TSV", Some(Format::Tsv)),
        ("a.jsonl", Some(Format::Jsonl)),
        ("a.parquet", Some(Format::Parquet)),
        ("a.txt", None),
        ("csv", None),
    ] {
        assert_eq!(Format::of(Path::new(name)), format, "{name}");
    }
}

#[test]
fn quoted_cells_hold_commas_quotes_and_line_ends() {
    let csv = b"id,text,label\r\n1,\"one, \"\"two\"\"\nthree\",x\r\n2,four,y\r\n";
    let expected = [(2, "one, \"two\"\nthree|x".to_owned()), (4, "four|y".to_owned())];
    assert_eq!(cells(read("a.csv", csv, &[]).unwrap()), expected);
}

#[test]
fn marks_empty_lines_and_carriage_returns_do_no_harm() {
    let csv = "\u{feff}text,label\r\n\r\n a , x \r\n\n\nb,y";
    assert_eq!(cells(read("a.csv", csv.as_bytes(), &[]).unwrap()), [(3, "a|x".into()), (6, "b|y".into())]);
    let jsonl = "\u{feff}{\"text\": \"a\", \"label\": \"x\"}\r\n\r\n{\"text\": \"b\", \"label\": \"y\"}";
    assert_eq!(cells(read("a.jsonl", jsonl.as_bytes(), &[]).unwrap()), [(1, "a|x".into()), (3, "b|y".into())]);
}

#[test]
fn a_quotation_mark_in_a_tsv_is_only_that() {
    let tsv = b"text\tlabel\n\"so\tx\nit\" was\ty\n";
    assert_eq!(cells(read("a.tsv", tsv, &[]).unwrap()), [(2, "\"so|x".into()), (3, "it\" was|y".into())]);
}

#[test]
fn columns_are_found_by_name_and_by_number() {
    let csv = b"a,b,c\n1,2,3\n";
    assert_eq!(cells(read("a.csv", csv, &["c", "a"]).unwrap()), [(2, "3|1".into())]);
    assert_eq!(cells(read("a.csv", csv, &["b", "1"]).unwrap()), [(2, "2|1".into())]);
    assert_eq!(cells(read("a.csv", csv, &["3", "1"]).unwrap()), [(1, "c|a".into()), (2, "3|1".into())]);
    let jsonl = b"{\"b\": 1, \"a\": true}\n";
    assert_eq!(cells(read("a.jsonl", jsonl, &["a", "b"]).unwrap()), [(1, "true|1".into())]);
    assert_eq!(cells(read("a.jsonl", jsonl, &["1", "2"]).unwrap()), [(1, "1|true".into())]);
}

#[test]
fn a_wrong_column_is_answered_with_those_there_are() {
    let there = ": there is no column `label`; there are: 1 `text`, 2 `sort` (`--column` names one)";
    assert_eq!(complaint("a.csv", b"text,sort\na,1\n", &[]), there);
    assert_eq!(complaint("a.tsv", b"text\tsort\na\t1\n", &[]), there);
    assert_eq!(complaint("a.jsonl", b"{\"text\": \"a\", \"sort\": 1}\n", &[]), there);
    let there = ": there is no column `3`; there are: 1 `a`, 2 `1` (`--column` names one)";
    assert_eq!(complaint("a.csv", b"a,1\nb,2\n", &["1", "3"]), there);
    assert!(complaint("a.csv", b"a,1\n", &["0", "1"]).starts_with(": there is no column `0`"));
}

#[test]
fn a_missing_field_and_bad_json_are_named_with_their_line() {
    for (name, contents, expected) in [
        ("a.csv", &b"text,label\na,1\n\nb\n"[..], ":4: there is no column 2, as there are only 1 here"),
        ("a.tsv", b"text\tlabel\na\t1\nb\n", ":3: there is no column 2, as there are only 1 here"),
        (
            "a.jsonl",
            b"{\"text\": \"a\", \"label\": 1}\n\n{\"text\": \"b\"}\n",
            ":3: `label` is not here; there are: text",
        ),
        ("a.jsonl", b"{\"text\": \"a\", \"label\": null}\n", ":1: `label` is null, and must be a text or a number"),
        ("a.jsonl", b"{\"text\": [], \"label\": 1}\n", ":1: `text` is a list, and must be a text or a number"),
    ] {
        assert_eq!(complaint(name, contents, &[]), expected);
    }
    let bad = complaint("a.jsonl", b"{\"text\": \"a\", \"label\": 1}\n{\"text\": \"b\", \n", &[]);
    assert!(bad.starts_with(":2: no JSON object: ") && bad.ends_with("; each line must be one"), "{bad}");
    let bad = complaint("a.jsonl", b"[1, 2]\n", &[]);
    assert!(bad.starts_with(":1: no JSON object: "), "{bad}");
}

#[test]
fn what_holds_no_text_is_refused() {
    for name in ["a.csv", "a.tsv", "a.jsonl"] {
        assert_eq!(complaint(name, b"", &[]), ": the file is empty");
        assert_eq!(complaint(name, b"\n \n", &[]), ": the file is empty");
        assert!(complaint(name, b"\x89PNG\r\n\x1a\n\0", &[]).starts_with(": is not UTF-8 text: byte 0x89 at offset 0"));
    }
    let error = read("a.csv", b"a,b\n", &["a"]).unwrap_err().to_string();
    assert_eq!(error, "the data set `labelled` reads 2 columns (text, label), and 1 are named");
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_that_is_not_built_in_is_named() {
    assert!(complaint("a.parquet", b"PAR1", &[]).starts_with(": this program reads no .parquet files: build it with"));
}

#[cfg(feature = "parquet")]
mod parquet {
    use std::sync::Arc;

    use ::parquet::{
        basic::Compression,
        data_type::{ByteArray, ByteArrayType, Int64Type},
        file::{properties::WriterProperties, writer::SerializedFileWriter},
        schema::parser::parse_message_type,
    };

    use super::*;

    /// A file with a column of texts and one of numbers; the third text is missing.
    fn file() -> Vec<u8> {
        let schema = "message rows { REQUIRED INT64 label; OPTIONAL BYTE_ARRAY text (UTF8); }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let mut file = Vec::new();
        let mut writer = SerializedFileWriter::new(&mut file, schema, Arc::new(properties)).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&[1, 0, 1], None, None).unwrap();
        column.close().unwrap();
        let texts = [ByteArray::from("so good"), ByteArray::from("só bad")];
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&texts, Some(&[1, 1, 0]), None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.close().unwrap();
        file
    }

    #[test]
    fn columns_are_read_and_what_is_missing_is_named_with_its_row() {
        assert_eq!(cells(read("a.parquet", &file(), &["label", "1"]).unwrap())[1], (2, "0|0".into()));
        assert_eq!(complaint("a.parquet", &file(), &[]), ":3: `text` is no text and no number, and must be one");
        let there = ": there is no column `kind`; there are: 1 `label`, 2 `text` (`--column` names one)";
        assert_eq!(complaint("a.parquet", &file(), &["text", "kind"]), there);
        assert!(complaint("a.parquet", b"PAR1 and no more", &[]).starts_with(":1: this is no sound .parquet file: "));
    }
}
