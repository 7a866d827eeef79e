//! A streamed text is the text, whole, in order, and never all in memory.

use std::fs;

use super::*;

/// Files of these contents, in a folder that lasts as long as it is held.
fn files(contents: &[&[u8]]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let write = |(number, content): (usize, &&[u8])| {
        let path = folder.path().join(format!("{number}.txt"));
        fs::write(&path, content).unwrap();
        path
    };
    let paths = contents.iter().enumerate().map(write).collect();
    (folder, paths)
}

/// Some MiB of lines of all lengths.
fn large() -> String {
    (0..60_000).map(|number| format!("{number} {}é😀\n", "many words ".repeat(number % 13))).collect()
}

#[test]
fn a_large_file_comes_in_whole_lines_and_small_chunks() {
    let text = large();
    assert!(text.len() > 4 << 20, "{}", text.len());
    let (_folder, paths) = files(&[text.as_bytes()]);
    let stream = TextStream::open(&paths).unwrap();
    let chunks: Vec<_> = stream.train().chain(stream.validation()).map(Result::unwrap).collect();
    assert!(chunks.len() > 4);
    assert!(chunks.iter().all(|chunk| chunk.len() <= 1 << 20));
    let train = stream.train().count();
    // The last one ends where the part ends.
    assert!(chunks[..train - 1].iter().all(|chunk| chunk.ends_with('\n') && chunk.len() > (1 << 20) - 200));
    assert_eq!(chunks.concat(), text);
    assert_eq!(stream.bytes().iter().sum::<u64>(), text.len() as u64);
    assert!(stream.bytes()[0].abs_diff(text.len() as u64 * 9 / 10) < 4);
    assert_eq!(stream.test().count(), 0);
}

#[test]
fn lines_longer_than_a_chunk_are_cut_between_characters() {
    let text = "é😀x".repeat(100);
    let (_folder, paths) = files(&[text.as_bytes()]);
    for size in 4..40 {
        let piece = Piece::whole(&paths[0]).unwrap();
        let chunks: Vec<_> = Chunks::of_size(vec![piece], size).map(Result::unwrap).collect();
        assert!(chunks.iter().all(|chunk| chunk.len() <= size && !chunk.is_empty()));
        assert_eq!(chunks.concat(), text, "{size}");
    }
}

#[test]
fn the_split_lies_between_characters_wherever_nine_tenths_fall() {
    for length in 1..60 {
        let text = format!("{}{}", "a".repeat(length % 4), "😀".repeat(length));
        let (_folder, paths) = files(&[text.as_bytes()]);
        let stream = TextStream::open(&paths).unwrap();
        let read = |chunks: Chunks| chunks.collect::<Result<String, _>>().unwrap();
        assert_eq!(read(stream.train()) + &read(stream.validation()), text);
    }
}

#[test]
fn of_a_very_large_text_a_little_validates() {
    let (_folder, paths) = files(&[b"x"]);
    // Of zeros, which no disk keeps.
    std::fs::File::options().write(true).open(&paths[0]).unwrap().set_len(1 << 32).unwrap();
    assert_eq!(TextStream::open(&paths).unwrap().bytes(), [(1 << 32) - VALIDATION, VALIDATION, 0]);
}

#[test]
fn an_empty_line_stands_between_two_files() {
    let (_folder, paths) = files(&[b"one\n", b"two", b"three\n"]);
    let stream = TextStream::of_files(&Splits { train: paths, validation: Vec::new(), test: Vec::new() }).unwrap();
    assert_eq!(stream.train().collect::<Result<String, _>>().unwrap(), "one\n\n\ntwo\n\nthree\n");
}

#[test]
fn files_of_several_parts_meet_in_one_of_them() {
    let (_folder, paths) = files(&[&[b'a'; 50], &[b'b'; 50], &[b'c'; 100]]);
    let stream = TextStream::open(&paths).unwrap();
    assert_eq!(stream.bytes(), [180, 20, 0]);
    assert_eq!(stream.parts().train.len(), 3);
    assert_eq!(stream.parts().validation, [Piece { path: paths[2].clone(), bytes: 80..100 }]);
}

#[test]
fn a_byte_order_mark_is_left_out() {
    let (_folder, paths) = files(&["\u{feff}0123456789".as_bytes()]);
    let stream = TextStream::open(&paths).unwrap();
    assert_eq!(stream.train().next().unwrap().unwrap(), "012345678");
}

#[test]
fn what_is_not_text_is_named_with_its_offset_and_ends_it() {
    let mut bytes = b"line\n".repeat(1000);
    bytes[3003] = 0xff;
    let (_folder, paths) = files(&[&bytes]);
    let piece = Piece::whole(&paths[0]).unwrap();
    let mut chunks = Chunks::of_size(vec![piece], 100);
    let error = chunks.find_map(Result::err).unwrap();
    assert!(matches!(error, Error::NotText { offset: 3003, byte: 0xff, .. }), "{error}");
    assert!(chunks.next().is_none());
    // A character that never ends.
    let (_folder, paths) = files(&[b"good\xe2\x82"]);
    let error = TextStream::open(&paths).unwrap().train().chain(TextStream::open(&paths).unwrap().validation());
    assert!(error.filter_map(Result::err).any(|error| matches!(error, Error::NotText { offset: 4, .. })));
}

#[test]
fn what_cannot_be_streamed_is_refused() {
    let (folder, mut paths) = files(&[b""]);
    assert!(matches!(TextStream::open(&paths), Err(Error::Empty { .. })));
    paths.push(folder.path().join("no.txt"));
    assert!(matches!(TextStream::open(&paths[1..]), Err(Error::Missing { .. })));
}
