//! Files that are not what they say. The first and larger part of them lies: none may be read, and none may panic.

use std::fs;

use proptest::prelude::*;

use super::*;

/// A file of this header and as many bytes behind it.
fn file(header: &str, bytes: usize) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.resize(file.len() + bytes, 0);
    file
}

fn open(contents: &[u8]) -> Result<usize, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    fs::write(&path, contents).unwrap();
    Mapped::open(&path)?.tensors().map(|tensors| tensors.len())
}

fn refused(contents: &[u8], says: &str) {
    let error = open(contents).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Format(_)), "{error}");
    assert!(error.to_string().contains(says), "{error} instead of {says}");
}

const ONE: &str = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;

#[test]
fn a_whole_file_is_read() {
    assert_eq!(open(&file(ONE, 8)).unwrap(), 1);
    assert_eq!(open(&file("{}", 0)).unwrap(), 0);
}

#[test]
fn a_cut_file_is_refused() {
    refused(&[], "header too small");
    refused(&[1, 2, 3], "header too small");
    refused(&file(ONE, 7), "not fully covered");
    refused(&file(ONE, 9), "not fully covered");
    refused(&file(ONE, 8)[..20], "invalid header length");
}

#[test]
fn a_lying_header_length_is_refused() {
    refused(&[0xff; 16], "header too large");
    refused(&[&100_000_001_u64.to_le_bytes()[..], &[b' '; 16]].concat(), "header too large");
    refused(&[&99_000_000_u64.to_le_bytes()[..], &[b' '; 16]].concat(), "invalid header length");
}

#[test]
fn a_broken_header_is_refused() {
    refused(&file("[1, 2]", 0), "invalid JSON");
    refused(&file("{\"a\":", 0), "invalid JSON");
    refused(&file(&format!("{{\"a\":{}", "[".repeat(50_000)), 0), "invalid JSON");
    refused(&[&1_u64.to_le_bytes()[..], &[0xff]].concat(), "invalid UTF-8");
    refused(&file(r#"{"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}"#, 8), "invalid JSON");
    refused(&file(r#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8), "invalid JSON");
}

#[test]
fn lying_offsets_are_refused() {
    let two = |a: &str, b: &str| {
        format!(
            r#"{{"a":{{"dtype":"F32","shape":[2],"data_offsets":{a}}},"b":{{"dtype":"F32","shape":[2],"data_offsets":{b}}}}}"#
        )
    };
    assert_eq!(open(&file(&two("[0,8]", "[8,16]"), 16)).unwrap(), 2);
    refused(&file(&two("[0,8]", "[4,12]"), 12), "invalid offset"); // overlap
    refused(&file(&two("[0,8]", "[0,8]"), 8), "invalid offset"); // the same twice
    refused(&file(&two("[0,8]", "[12,20]"), 20), "invalid offset"); // a hole
    refused(&file(&two("[0,8]", "[8,16]"), 8), "not fully covered"); // beyond the end
    refused(&file(r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8), "invalid shape");
    refused(&file(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8), "invalid offset");
    let vast = r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,8]}}"#;
    refused(&file(vast, 8), "overflow");
}

#[test]
fn a_name_given_twice_is_refused() {
    let twice = &ONE[1..ONE.len() - 1];
    refused(&file(&format!("{{{twice},{twice}}}"), 8), "there twice");
}

#[test]
fn what_is_no_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("none")] {
        assert!(Mapped::open(&path).is_err());
    }
}

proptest! {
    #[test]
    fn no_flipped_byte_makes_it_panic(place in 0..70_usize, byte: u8) {
        let mut contents = file(ONE, 8);
        let place = place % contents.len();
        contents[place] = byte;
        let _ = open(&contents); // an answer of any kind; numbers may change unnoticed, the format has no checksum
    }
}
