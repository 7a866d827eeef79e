//! Downloads from a small server on this machine: whole, broken off, wrong, refused, and with nobody there.

mod server;

use std::fs;

use server::{Answer, Server};

use super::*;
use crate::Places;

/// What is published.
const BODY: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// The checksum of that.
const SHA256: &str = "74e7e5bb9d22d6db26bf76946d40fff3ea9f0346b884fd0694920fccfad15e33";
/// An address of this machine where nobody listens.
const NOBODY: &str = "http://127.0.0.1:9/file.txt";

/// A set of one file that is published at these addresses.
fn collection(urls: &[String], sha256: &'static str, unpack: Unpack) -> Collection {
    let urls: Vec<&'static str> = urls.iter().map(|url| &*url.clone().leak()).collect();
    let source = Source { at: At::Urls(urls.leak()), sha256 };
    let file = File { unpack, ..File::plain("file.txt", vec![source].leak()) };
    Collection { name: "set", folder: "a-set", files: vec![file].leak() }
}

/// A folder for downloads, and the options that name it.
fn cache() -> (tempfile::TempDir, Options) {
    let folder = tempfile::tempdir().unwrap();
    let places = Places { data: None, cache: Some(folder.path().to_owned()), download: Download::Allowed };
    (folder, Options { places, ..Options::default() })
}

/// How many bytes had come, of how many, each time somebody was told.
type Heard = Vec<(u64, Option<u64>)>;

/// Finds the file of a set, with what was heard on the way.
fn find(set: &Collection, options: &Options) -> (Result<Found, Error>, Heard) {
    let mut heard = Vec::new();
    let found = set.find(&["file.txt"], options, &mut |progress| {
        assert_eq!(progress.file, "file.txt");
        heard.push((progress.received, progress.total));
    });
    (found, heard)
}

/// The names of all that is in the set's folder among the downloads.
fn kept(cache: &tempfile::TempDir) -> Vec<String> {
    let entries = fs::read_dir(cache.path().join("a-set")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != ".lock");
    names.sort();
    names
}

#[test]
fn a_file_of_a_repository_has_its_address_at_a_commit() {
    let repository = Repository { name: "owner/name", commit: "0123abcd" };
    let source = Source { at: At::GitHub(repository, "data/file.txt"), sha256: SHA256 };
    assert_eq!(source.urls(), ["https://raw.githubusercontent.com/owner/name/0123abcd/data/file.txt"]);
}

#[test]
fn a_file_is_downloaded_once_and_kept() {
    let server = Server::start(vec![Answer::Whole(BODY)]);
    let set = collection(&[server.url("file.txt")], SHA256, Unpack::Plain);
    let (folder, options) = cache();
    let (found, heard) = find(&set, &options);
    let path = found.unwrap().path("file.txt");
    assert_eq!(path, folder.path().join("a-set/file.txt"));
    assert_eq!(fs::read(path).unwrap(), BODY);
    assert_eq!((heard[0], heard[heard.len() - 1]), ((0, Some(36)), (36, Some(36))));
    assert_eq!(kept(&folder), ["file.txt"]);
    // The second time there is nothing to hear, and nobody to ask: the server has given its only answer.
    let (found, heard) = find(&set, &options);
    assert!(found.is_ok() && heard.is_empty());
    assert_eq!(server.asked(), [None]);
}

#[test]
fn a_broken_connection_is_taken_up_where_it_ended() {
    let server = Server::start(vec![Answer::Broken(BODY, 10), Answer::From(BODY)]);
    let (folder, options) = cache();
    let (found, heard) = find(&collection(&[server.url("file.txt")], SHA256, Unpack::Plain), &options);
    assert_eq!(fs::read(found.unwrap().path("file.txt")).unwrap(), BODY);
    assert_eq!(server.asked(), [None, Some("bytes=10-".to_owned())]);
    assert!(heard.contains(&(10, Some(36))) && heard.is_sorted(), "{heard:?}");
    assert_eq!(kept(&folder), ["file.txt"]);
}

#[test]
fn what_an_earlier_call_left_is_used_and_what_it_spoilt_is_not() {
    for (left, asked) in [
        (&BODY[..20], vec![Some("bytes=20-".to_owned())]),
        (b"something else entirely", vec![Some("bytes=23-".to_owned()), None]),
        (BODY, vec![]),
    ] {
        let server = Server::start(vec![Answer::From(BODY), Answer::Whole(BODY)]);
        let (folder, options) = cache();
        fs::create_dir(folder.path().join("a-set")).unwrap();
        fs::write(folder.path().join("a-set/file.txt.part"), left).unwrap();
        let (found, _) = find(&collection(&[server.url("file.txt")], SHA256, Unpack::Plain), &options);
        assert_eq!(fs::read(found.unwrap().path("file.txt")).unwrap(), BODY);
        assert_eq!(server.asked(), asked);
    }
}

#[test]
fn a_server_that_knows_no_ranges_sends_all_again() {
    let server = Server::start(vec![Answer::Broken(BODY, 30), Answer::Whole(BODY)]);
    let (_folder, options) = cache();
    let (found, _) = find(&collection(&[server.url("file.txt")], SHA256, Unpack::Plain), &options);
    assert_eq!(fs::read(found.unwrap().path("file.txt")).unwrap(), BODY);
}

#[test]
fn a_server_that_always_breaks_off_is_given_up() {
    let server = Server::start(vec![Answer::Broken(BODY, 10); 9]);
    let (folder, options) = cache();
    let (found, _) = find(&collection(&[server.url("file.txt")], SHA256, Unpack::Plain), &options);
    assert!(matches!(found, Err(Error::Download { .. })), "{found:?}");
    assert!(server.asked().len() < 9);
    assert_eq!(kept(&folder), ["file.txt.part"], "for the next time");
}

#[test]
fn a_wrong_checksum_is_named_and_nothing_kept() {
    let server = Server::start(vec![Answer::Whole(b"something else")]);
    let (folder, options) = cache();
    let (found, _) = find(&collection(&[server.url("file.txt")], SHA256, Unpack::Plain), &options);
    let error = found.unwrap_err().to_string();
    let start = format!("{} has the SHA-256 f41f3fa625ff120ddca7ef456bf66371", server.url("file.txt"));
    assert!(error.starts_with(&start), "{error}");
    assert!(error.contains(SHA256) && error.contains("a-set/file.txt"), "{error}");
    assert!(kept(&folder).is_empty());
}

#[test]
fn a_mirror_is_asked_when_the_first_place_has_nothing() {
    let server = Server::start(vec![Answer::Status(404), Answer::Whole(BODY)]);
    let set = collection(&[server.url("gone.txt"), server.url("file.txt")], SHA256, Unpack::Plain);
    let (_folder, options) = cache();
    assert!(find(&set, &options).0.is_ok());
}

#[test]
fn a_missing_file_is_not_asked_for_again_and_a_busy_server_is() {
    let server = Server::start(vec![Answer::Status(404)]);
    let (folder, options) = cache();
    let (found, _) = find(&collection(&[server.url("file.txt")], SHA256, Unpack::Plain), &options);
    let place = folder.path().join("a-set/file.txt");
    assert_eq!(
        found.unwrap_err().to_string(),
        format!(
            "{} could not be downloaded: the server answers 404 Not Found; it would be kept as {}: put it there yourself, \
             or say with `--data` or SALAMANDER_DATA where it is",
            server.url("file.txt"),
            place.display()
        )
    );
    assert_eq!(server.asked().len(), 1);
    let server = Server::start(vec![Answer::Status(503), Answer::Whole(BODY)]);
    assert!(find(&collection(&[server.url("file.txt")], SHA256, Unpack::Plain), &options).0.is_ok());
}

#[test]
fn without_a_network_the_message_names_address_place_and_remedy() {
    let (folder, options) = cache();
    let (found, _) = find(&collection(&[NOBODY.to_owned()], SHA256, Unpack::Plain), &options);
    let error = found.unwrap_err().to_string();
    let place = folder.path().join("a-set/file.txt");
    for part in [NOBODY, &place.display().to_string(), "`--data`", "SALAMANDER_DATA"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn nothing_is_downloaded_where_that_is_forbidden_or_has_no_place() {
    let (_folder, mut options) = cache();
    let set = collection(&[NOBODY.to_owned()], SHA256, Unpack::Plain);
    options.places.download = Download::Forbidden;
    let error = find(&set, &options).0.unwrap_err().to_string();
    assert!(error.contains("downloads are forbidden"), "{error}");
    options.places.cache = None;
    assert!(matches!(find(&set, &options).0, Err(Error::NoCache { url }) if url == NOBODY));
}

#[test]
fn archives_are_unpacked() {
    use std::io::Write;

    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(BODY).unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("inside/file.txt", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(BODY).unwrap();
    let zip = zip.finish().unwrap().into_inner();
    let upper = |parts: &[Vec<u8>]| Ok(parts.concat().to_ascii_uppercase());
    for (packed, unpack, expected) in [
        (gzip.finish().unwrap(), Unpack::Gzip, BODY.to_vec()),
        (zip, Unpack::Zip("inside/file.txt"), BODY.to_vec()),
        (BODY.to_vec(), Unpack::Convert(upper), BODY.to_ascii_uppercase()),
        (b"na\xefve".to_vec(), Unpack::Convert(latin1), "naïve".into()),
    ] {
        let (folder, options) = cache();
        let path = folder.path().join("packed");
        fs::write(&path, &packed).unwrap();
        let sha256 = keep::sha256(&path).unwrap().leak();
        let server = Server::start(vec![Answer::Whole(packed.leak())]);
        let (found, _) = find(&collection(&[server.url("file.packed")], sha256, unpack), &options);
        assert_eq!(fs::read(found.unwrap().path("file.txt")).unwrap(), expected);
        assert_eq!(kept(&folder), ["file.txt"]);
    }
}

#[test]
fn one_archive_of_two_files_is_downloaded_once() {
    let server = Server::start(vec![Answer::Whole(BODY)]);
    let one = collection(&[server.url("archive")], SHA256, Unpack::Plain);
    let files = vec![one.files[0], File { name: "other.txt", ..one.files[0] }].leak();
    let set = Collection { files, ..one };
    let (folder, options) = cache();
    set.find(&["file.txt", "other.txt"], &options, &mut |_| {}).unwrap();
    assert_eq!((kept(&folder), server.asked().len()), (vec!["file.txt".to_owned(), "other.txt".to_owned()], 1));
}

#[test]
fn what_cannot_be_unpacked_is_not_kept() {
    let server = Server::start(vec![Answer::Whole(BODY)]);
    let (folder, options) = cache();
    let (found, _) = find(&collection(&[server.url("file.gz")], SHA256, Unpack::Gzip), &options);
    assert!(found.is_err());
    assert!(!kept(&folder).contains(&"file.txt".to_owned()));
}

#[test]
fn places_are_tried_in_their_order() {
    let set = collection(&[NOBODY.to_owned()], SHA256, Unpack::Plain);
    let (folder, mut options) = cache();
    let by_hand = tempfile::tempdir().unwrap();
    options.places.data = Some(by_hand.path().to_owned());
    let mut expect = |place: &Path, data: Option<PathBuf>| {
        options.data = data;
        assert_eq!(find(&set, &options).0.unwrap().path("file.txt"), place);
    };
    let mine = tempfile::tempdir().unwrap();
    let put = |path: &Path| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, BODY).unwrap();
        path.to_owned()
    };
    let cached = put(&folder.path().join("a-set/file.txt"));
    expect(&cached, None);
    let laid_out = put(&by_hand.path().join("a-set/file.txt"));
    expect(&laid_out, None);
    let given = put(&mine.path().join("file.txt"));
    expect(&given, Some(mine.path().to_owned()));
    let other = put(&mine.path().join("other-name.txt"));
    expect(&other, Some(other.clone()));
    let inner = put(&mine.path().join("a-set/file.txt"));
    expect(&inner, Some(mine.path().to_owned()));
}

#[test]
fn a_place_of_the_users_that_lacks_a_file_is_an_error() {
    let set = collection(&[NOBODY.to_owned()], SHA256, Unpack::Plain);
    let (folder, mut options) = cache();
    options.data = Some(folder.path().to_owned());
    let error = find(&set, &options).0.unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "{}: the data set `set` is read from a folder with file.txt; missing here: file.txt",
            folder.path().display()
        )
    );
    options.data = Some(folder.path().join("nowhere"));
    assert!(matches!(find(&set, &options).0, Err(Error::Missing { .. })));
    let files = vec![set.files[0], File { name: "other.txt", ..set.files[0] }].leak();
    let set = Collection { files, ..set };
    let file = folder.path().join("one.txt");
    fs::write(&file, BODY).unwrap();
    options.data = Some(file);
    let found = set.find(&["file.txt", "other.txt"], &options, &mut |_| {});
    assert!(matches!(found, Err(Error::Incomplete { ref wanted, .. }) if wanted.len() == 2), "{found:?}");
}

#[test]
fn files_that_may_be_missing_are_left_out_of_a_folder_but_downloaded() {
    let server = Server::start(vec![Answer::Whole(BODY); 2]);
    let one = collection(&[server.url("file.txt")], SHA256, Unpack::Plain);
    let optional = File { name: "other.txt", need: Need::IfThere, ..one.files[0] };
    let set = Collection { files: vec![one.files[0], optional].leak(), ..one };
    let (folder, mut options) = cache();
    let found = set.find(&["file.txt", "other.txt"], &options, &mut |_| {}).unwrap();
    assert!(found.if_there("other.txt").is_some());
    let mine = tempfile::tempdir().unwrap();
    fs::write(mine.path().join("file.txt"), BODY).unwrap();
    options.data = Some(mine.path().to_owned());
    let found = set.find(&["file.txt", "other.txt"], &options, &mut |_| {}).unwrap();
    assert_eq!((found.if_there("other.txt"), kept(&folder).len()), (None, 2));
}
