//! Streamed tokens are those of the whole text, and damaged files are refused.

use super::*;
use crate::{Batches, Packed, Packing, Special, Tokens, Windows, tokenizer::trained};

const TEXT: &str = include_str!("../../../parity/text.txt");

/// Instead of the megabytes of real use.
const SHARE: usize = 1 << 16;

/// A few shares of text, the same every time.
fn long() -> String {
    let lines: Vec<_> = TEXT.split_inclusive('\n').collect();
    let mut text = String::new();
    let mut at = 0;
    while text.len() < 2 * SHARE + SHARE / 2 {
        text.push_str(lines[at % lines.len()]);
        at = (at * 5 + 3) % 10_007;
    }
    text
}

fn write(path: &Path, tokenizer: &Tokenizer, chunks: &[&str]) -> TokenFile {
    let mut writer = TokenWriter::create(path, tokenizer.clone()).unwrap();
    (writer.full, writer.share) = (SHARE, SHARE);
    chunks.iter().for_each(|chunk| writer.push(chunk).unwrap());
    writer.finish().unwrap()
}

#[test]
fn streamed_tokens_are_those_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens");
    let text = long();
    let middle = text.floor_char_boundary(SHARE + 1_234);
    for tokenizer in trained() {
        let mut files = Vec::new();
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let file = pool.install(|| write(&path, &tokenizer, &[&text[..middle], &text[middle..]]));
            files.push(file.read(0..file.len()));
        }
        assert!(files[0] == tokenizer.encode(&text).unwrap() && files[0] == files[1], "{tokenizer:?}");
    }
}

#[test]
fn documents_end_where_they_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens");
    for tokenizer in trained() {
        let mut writer = TokenWriter::create(&path, tokenizer.clone()).unwrap();
        let mut expected = Vec::new();
        for document in TEXT.split('\n') {
            let half = document.floor_char_boundary(document.len() / 2);
            writer.push(&document[..half]).unwrap();
            writer.push(&document[half..]).unwrap();
            writer.end_document().unwrap();
            expected.extend(tokenizer.encode(document).unwrap());
            expected.push(tokenizer.eos().unwrap());
        }
        assert!(!path.exists(), "not before it is whole");
        let file = writer.finish().unwrap();
        assert_eq!(file.read(0..file.len()), expected);
        file.check_tokenizer(&tokenizer).unwrap();
        file.check_tokens().unwrap();
        std::fs::remove_file(&path).unwrap();
    }
    let mut writer = TokenWriter::create(&path, Tokenizer::bytes(&[])).unwrap();
    let message = writer.end_document().unwrap_err().to_string();
    assert_eq!(message, "the tokenizer has no <eos> token, which the end of a document needs");
}

#[test]
fn batches_on_a_file_are_those_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let tokenizer = Tokenizer::bytes(&[]);
    let file = write(&folder.path().join("tokens"), &tokenizer, &[TEXT]);
    let there = Windows::new(file, 16, 3, 4).unwrap();
    let here = Windows::new(tokenizer.encode(TEXT).unwrap(), 16, 3, 4).unwrap();
    assert!((0..20).all(|step| there.batch_at(step) == here.batch_at(step)));
    assert!(there.evaluation().eq(here.evaluation()));
    // A line end ends a document.
    let file = TokenFile::open(folder.path().join("tokens")).unwrap();
    let there = Packed::new(file, 10, Packing::Whole, 50, 3, 4).unwrap();
    let here = Packed::new(tokenizer.encode(TEXT).unwrap(), 10, Packing::Whole, 50, 3, 4).unwrap();
    assert!((0..20).all(|step| there.batch_at(step) == here.batch_at(step)));
    assert!(there.evaluation().eq(here.evaluation()));
}

#[test]
fn wide_tokens_and_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens");
    let symbols: String = (0..70_000u32).filter_map(char::from_u32).collect();
    let tokenizer = Tokenizer::characters(&symbols, &[Special::End]);
    assert!(tokenizer.vocab_size() > 1 << 16);
    let file = write(&path, &tokenizer, &[&symbols]);
    assert_eq!(file.read(0..file.len()), tokenizer.encode(&symbols).unwrap());
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 64 + 4 * file.len() as u64);
    assert_eq!(Tokens::from(file).positions(66_000).collect::<Vec<_>>(), [65_999]);
    let file = write(&path, &Tokenizer::bytes(&[]), &[]);
    assert_eq!((file.len(), file.vocab_size(), file.is_empty()), (0, 256, true));
}

#[test]
fn damaged_and_foreign_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens");
    let tokenizer = Tokenizer::bytes(&[]);
    write(&path, &tokenizer, &["abc"]);
    let whole = std::fs::read(&path).unwrap();
    let refused = |bytes: &[u8], expected: &str| {
        std::fs::write(&path, bytes).unwrap();
        let message = TokenFile::open(&path).unwrap_err().to_string();
        assert!(message.contains(expected) && message.starts_with(&path.display().to_string()), "{message}");
    };
    refused(b"", "does not begin as one");
    refused(&whole[..60], "does not begin as one");
    refused(&[0; 64], "does not begin as one");
    refused(&whole[..whole.len() - 1], "it has 69 bytes, and 3 tokens of 2 bytes are announced");
    refused(&[&whole[..], &[0]].concat(), "it has 71 bytes, and 3 tokens of 2 bytes are announced");
    let changed = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        bytes
    };
    refused(&changed(8, 2), "it is of version 2, and 1 is read here");
    refused(&changed(63, 1), "end in something else than zeros");
    refused(&changed(12, 3), "a vocabulary of 256 does not go with 3 bytes a token");
    refused(&changed(26, 2), "a vocabulary of 131328 does not go with 2 bytes a token");
    refused(&changed(23, 0xff), "tokens of 2 bytes are announced");
    std::fs::write(&path, changed(67, 1)).unwrap();
    let message = TokenFile::open(&path).unwrap().check_tokens().unwrap_err().to_string();
    assert!(message.contains("token 1 is 354, beyond the vocabulary of 256"), "{message}");
    std::fs::write(&path, &whole).unwrap();
    let file = TokenFile::open(&path).unwrap();
    let message = file.check_tokenizer(&Tokenizer::bytes(&[Special::End])).unwrap_err().to_string();
    assert!(message.contains("was written with another tokenizer"), "{message}");
    assert!(matches!(TokenFile::open(folder.path().join("missing")), Err(Error::Io { .. })));
}

#[test]
fn what_is_not_finished_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens");
    write(&path, &Tokenizer::bytes(&[]), &["old"]);
    let mut writer = TokenWriter::create(&path, Tokenizer::characters("abc", &[])).unwrap();
    writer.full = 2;
    writer.push(&"ab".repeat(1000)).unwrap();
    assert!(writer.written() > 1000);
    writer.push("x").unwrap();
    assert!(matches!(writer.finish(), Err(Error::UnknownCharacter { offset: 2000, .. })));
    assert_eq!(TokenFile::open(&path).unwrap().len(), 3, "the old file is as it was");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    // A file that an earlier run left is begun anew.
    std::fs::write(partial(&path), "half").unwrap();
    assert_eq!(write(&path, &Tokenizer::bytes(&[]), &["new file"]).len(), 8);
    let mut writer = TokenWriter::create(&path, Tokenizer::bytes(&[])).unwrap();
    std::fs::write(folder.path().join("text"), "a\r\n\nb").unwrap();
    writer.push_file(folder.path().join("text")).unwrap();
    assert_eq!((writer.written(), writer.finish().unwrap().len()), (0, 5));
}
