//! Tests of finding a checkpoint's files.

use burn::{
    module::Param,
    tensor::{Device, Tensor},
};
use serde_json::json;
use tempfile::TempDir;

use super::*;

#[derive(Module, Debug)]
struct Two {
    a: Param<Tensor<1>>,
    b: Param<Tensor<1>>,
}

fn two(a: f32, b: f32) -> Two {
    let one = |value| Param::from_tensor(Tensor::from_floats([value], &Device::flex()));
    Two { a: one(a), b: one(b) }
}

/// A folder of these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn check(files: &[(&str, &str)], says: &str) {
    let error = Directory::open(folder(files).path()).unwrap_err();
    assert!(error.to_string().contains(says), "{error} instead of {says}");
}

#[test]
fn written_and_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/model");
    Directory::write(&path, &json!({"model_type": "two", "n": 2}), &two(1.0, 2.0), &Names::plain()).unwrap();
    let directory = Directory::open(&path).unwrap();
    assert_eq!((directory.model_type().unwrap(), directory.files().len()), ("two", 1));
    assert_eq!((directory.tokenizer(), directory.path()), (None, path.as_path()));
    assert_eq!(directory.keys().usize("n").unwrap(), 2);
    let back = directory.load(two(0.0, 0.0), &Names::plain()).unwrap();
    assert_eq!(back.b.val().into_scalar::<f32>(), 2.0);
    fs::write(path.join("tokenizer.json"), "{}").unwrap();
    assert!(Directory::open(&path).unwrap().tokenizer().is_some());
}

#[test]
fn what_is_absent_is_named() {
    check(&[], "holds no config.json");
    check(&[("config.json", "{}")], "holds neither model.safetensors nor model.safetensors.index.json");
    check(&[("config.json", "{}"), ("pytorch_model.bin", "")], "save_pretrained");
    check(&[("config.json", "[]")], "an object is needed");
    check(&[("config.json", "{\"a\": 1, \"a\": 2}")], "there twice");
    check(&[("config.json", "{}"), ("model.safetensors.index.json", "{}")], "weight_map");
    let file = folder(&[("config.json", "{}")]);
    let error = Directory::open(file.path().join("config.json")).unwrap_err();
    assert!(error.to_string().contains("is a file"), "{error}");
    assert!(Directory::open(file.path().join("none")).is_err());
}

#[test]
fn shards_are_found() {
    let index =
        json!({"metadata": {"total_size": 8}, "weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}});
    let folder = folder(&[("config.json", "{}"), (INDEX, &index.to_string())]);
    let error = Directory::open(folder.path()).unwrap_err();
    assert!(error.to_string().contains("not there: model-1.safetensors, model-2.safetensors"), "{error}");

    #[derive(Module, Debug)]
    struct Half {
        a: Option<Param<Tensor<1>>>,
        b: Option<Param<Tensor<1>>>,
    }
    let Two { a, b } = two(3.0, 4.0);
    crate::save_plain(&Half { a: Some(a), b: None }, &folder.path().join("model-1.safetensors")).unwrap();
    crate::save_plain(&Half { a: None, b: Some(b) }, &folder.path().join("model-2.safetensors")).unwrap();
    let directory = Directory::open(folder.path()).unwrap();
    assert_eq!(directory.files().len(), 2);
    let both = [("a".to_owned(), vec![1]), ("b".to_owned(), vec![1])].into();
    assert_eq!(*directory.outline().unwrap().tensors(), both);
    let both = directory.load(two(0.0, 0.0), &Names::plain()).unwrap();
    assert_eq!((both.a.val().into_scalar::<f32>(), both.b.val().into_scalar::<f32>()), (3.0, 4.0));
}

#[test]
fn only_plain_names_are_opened() {
    for name in ["model.safetensors", "model-00001-of-00002.safetensors", "modèle.safetensors"] {
        assert!(is_plain(name), "{name}");
    }
    let long = format!("{}.safetensors", "x".repeat(300));
    for name in [
        "",
        ".",
        "..",
        "../model.safetensors",
        "/etc/passwd",
        "/model.safetensors",
        "a/b.safetensors",
        "./model.safetensors",
        "model.safetensors/",
        "..\\model.safetensors",
        "C:model.safetensors",
        "https://host/model.safetensors",
        "model\0.safetensors",
        "model\n.safetensors",
        "model.bin",
        ".safetensors",
        ".hidden.safetensors",
        &long,
    ] {
        assert!(!is_plain(name), "{name}");
        let index = json!({"weight_map": {"a": name}}).to_string();
        let folder = folder(&[("config.json", "{}"), (INDEX, &index)]);
        let error = Directory::open(folder.path()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::UnsafeName(found) if found == name), "{name}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn links_lead_only_into_the_cache() {
    use std::os::unix::fs::symlink;

    let cache = tempfile::tempdir().unwrap();
    let (blobs, revision) = (cache.path().join("blobs"), cache.path().join("snapshots/main"));
    fs::create_dir_all(&blobs).unwrap();
    fs::create_dir_all(&revision).unwrap();
    fs::write(blobs.join("c0"), "{}").unwrap();
    crate::save_plain(&two(1.0, 2.0), &blobs.join("w0")).unwrap();
    symlink("../../blobs/c0", revision.join("config.json")).unwrap();
    symlink("../../blobs/w0", revision.join("model.safetensors")).unwrap();
    assert!(Directory::open(&revision).unwrap().load(two(0.0, 0.0), &Names::plain()).is_ok());

    let elsewhere = folder(&[("secret.safetensors", "")]);
    let index = json!({"weight_map": {"a": "x.safetensors"}}).to_string();
    for target in [elsewhere.path().join("secret.safetensors"), cache.path().join("blobs/w0")] {
        let folder = folder(&[("config.json", "{}"), (INDEX, &index)]);
        symlink(&target, folder.path().join("x.safetensors")).unwrap();
        let error = Directory::open(folder.path()).unwrap_err();
        assert!(error.to_string().contains("outside its directory"), "{error}");
    }
    let dangling = folder(&[("config.json", "{}")]);
    symlink("none", dangling.path().join("model.safetensors")).unwrap();
    assert!(matches!(Directory::open(dangling.path()).unwrap_err().kind(), ErrorKind::Io(_)));
}
