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
fn tiny_shakespeare_is_split_as_published() {
    let Some(path) =
        std::env::var_os("SALAMANDER_DATA").map(|folder| Path::new(&folder).join("tinyshakespeare/input.txt"))
    else {
        return println!("skipped: no data (SALAMANDER_DATA)");
    };
    if !path.is_file() {
        return println!("skipped: no data ({})", path.display());
    }
    let parts = TextFile::open(path).unwrap().split();
    assert_eq!((parts.train[0].chars().count(), parts.validation[0].chars().count()), (1_003_854, 111_540));
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
    let message = DATA_SET.load(&Options::default()).unwrap_err().to_string();
    assert_eq!(message, "the data set `text` is a file of yours: give its path with `--data FILE`");
}
