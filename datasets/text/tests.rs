//! What is text is read whole, however it is kept; what is not is refused.

use super::*;

fn open(contents: &[u8]) -> Result<TextFile, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.txt");
    fs::write(&path, contents).unwrap();
    TextFile::open(&path)
}

#[test]
fn the_split_is_by_characters_and_loses_none() {
    for characters in [100, 101, 109, 1_115_394 / 10] {
        let text: String = "aé😀\n".chars().cycle().take(characters).collect();
        let parts = open(text.as_bytes()).unwrap().split();
        assert_eq!(parts.train[0].chars().count(), characters * 9 / 10);
        assert_eq!(format!("{}{}", parts.train[0], parts.validation[0]), text);
    }
}

#[test]
fn what_is_not_text_is_refused() {
    assert!(matches!(open(b""), Err(Error::Empty { .. })));
    assert!(matches!(open(b" \n\t\n"), Err(Error::Empty { .. })));
    assert!(matches!(open(b"\xef\xbb\xbf"), Err(Error::Empty { .. })));
    assert!(matches!(open(b"too short"), Err(Error::TooShort { found: 9, least: 100, .. })));
    assert!(matches!(open(b"\x7fELF\x02\x01\xff"), Err(Error::NotText { offset: 6, byte: 0xff, .. })));
    assert!(matches!(open(&[b"a".repeat(200), vec![0xe2, 0x82]].concat()), Err(Error::NotText { offset: 200, .. })));
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(TextFile::open(folder.path()), Err(Error::Io { .. })));
    let missing = folder.path().join("no.txt");
    let message = TextFile::open(&missing).unwrap_err().to_string();
    assert_eq!(message, format!("{}: there is no such file", missing.display()));
}

#[test]
fn a_byte_order_mark_is_left_out_and_nul_is_kept() {
    let file = open(format!("\u{feff}{}", "\0".repeat(100)).as_bytes()).unwrap();
    assert_eq!(file.text(), "\0".repeat(100));
}

#[test]
fn without_a_file_the_message_says_how_to_give_one() {
    let message = DATA_SET.load(&Options::default(), &mut |_| {}).unwrap_err().to_string();
    assert_eq!(message, "the data set `text` is a file of yours: give its path with `--data FILE`");
}

/// A folder of these files, by name and contents.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, contents) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
    folder
}

fn load(path: PathBuf, columns: &[&str], memory: u64) -> Result<Corpus, Error> {
    let columns = columns.iter().map(|column| column.to_string()).collect();
    DATA_SET.load(&Options { data: Some(path), columns, memory, ..Options::default() }, &mut |_| {})
}

#[test]
fn a_folder_is_its_texts_in_the_order_of_their_paths() {
    let (first, second, third) = ("a".repeat(100), "b".repeat(100), "c".repeat(100));
    let files = [("b.txt", second.as_str()), ("c/d/e.TXT", &third), ("a.txt", &first), ("notes.md", "not read")];
    let folder = folder(&files);
    let expected = format!("{first}\n\n{second}\n\n{third}");
    let Corpus::Text(text) = load(folder.path().into(), &[], 1000).unwrap() else { panic!("not a text") };
    assert_eq!((text.train.concat() + &text.validation.concat(), text.test), (expected.clone(), Vec::new()));
    // Streamed, it is the same text.
    let Corpus::Stream(stream) = load(folder.path().into(), &[], 299).unwrap() else { panic!("not a stream") };
    let streamed: String = stream.train().chain(stream.validation()).map(Result::unwrap).collect();
    assert_eq!(streamed, expected);
}

#[test]
fn a_folder_without_texts_is_refused() {
    let folder = folder(&[("notes.md", "not read"), ("empty/notes.md", "neither")]);
    let message = load(folder.path().into(), &[], 1000).unwrap_err().to_string();
    assert_eq!(message, format!("{}: there is no .txt file in this folder or below it", folder.path().display()));
}

#[test]
fn a_file_above_the_limit_is_streamed_and_one_at_it_is_not() {
    let folder = folder(&[("a.txt", &"0123456789".repeat(10))]);
    let path = folder.path().join("a.txt");
    assert!(matches!(load(path.clone(), &[], 100), Ok(Corpus::Text(_))));
    let Ok(Corpus::Stream(stream)) = load(path, &[], 99) else { panic!("not a stream") };
    assert_eq!(stream.bytes(), [90, 10, 0]);
}

#[test]
fn three_files_are_three_parts_in_memory_or_streamed() {
    let folder = folder(&[("a.txt", "to learn"), ("b.txt", "to watch"), ("c.txt", "to judge")]);
    let files = ["a.txt", "b.txt", "c.txt"].map(|name| folder.path().join(name));
    let parts = |memory| in_parts(files.clone(), &Options { memory, ..Options::default() }).unwrap();
    let Corpus::Text(text) = parts(24) else { panic!("not a text") };
    assert_eq!([text.train, text.validation, text.test].concat(), ["to learn", "to watch", "to judge"]);
    let Corpus::Stream(stream) = parts(23) else { panic!("not a stream") };
    let read = |mut chunks: crate::Chunks| chunks.next().unwrap().unwrap();
    assert_eq!(
        [read(stream.train()), read(stream.validation()), read(stream.test())].concat(),
        "to learnto watchto judge"
    );
}

#[test]
fn records_are_documents() {
    let rows = (0..100).map(|number| format!("{number},\"text, {number}\"\n")).collect::<String>();
    let folder = folder(&[("a.csv", &format!("id,text\n{rows}x,\n")), ("b.csv", "text\na\n"), ("c.txt", &rows)]);
    let at = |name| folder.path().join(name);
    let Corpus::Text(text) = load(at("a.csv"), &[], 0).unwrap() else { panic!("not a text") };
    assert_eq!(text.counts(), [90, 5, 5]);
    assert!(text.train.iter().all(|document| document.starts_with("text, ")));
    let Corpus::Text(text) = load(at("a.csv"), &["1"], 0).unwrap() else { panic!("not a text") };
    assert_eq!(text.counts().iter().sum::<usize>(), 102, "the header too, as columns by number have none");
    let message = |name, columns: &[&str]| load(at(name), columns, 0).unwrap_err().to_string();
    assert!(message("b.csv", &[]).ends_with("b.csv: holds 1 texts, and at least 20 are needed"));
    assert!(
        message("c.txt", &["text"]).ends_with("c.txt: a file of columns ends in one of .csv, .tsv, .jsonl, .parquet")
    );
}
