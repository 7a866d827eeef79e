//! Tokenizers as files.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{Pretrained, Special, Tokenizer, json};
use crate::{Error, write::write_whole};

const FILE: &str = "tokenizer.json";
const CONFIG: &str = "tokenizer_config.json";
/// Where older directories name the special tokens.
const MAP: &str = "special_tokens_map.json";

/// What [`save`] writes for a tokenizer.
pub(super) fn contents(tokenizer: &Tokenizer) -> String {
    match tokenizer {
        Tokenizer::Characters(tokenizer) => format!("{:#}\n", json::characters(tokenizer)),
        Tokenizer::Bytes(tokenizer) => format!("{:#}\n", json::bytes(tokenizer)),
        Tokenizer::Pretrained(tokenizer) => tokenizer.json().to_owned(),
    }
}

pub(super) fn save(tokenizer: &Tokenizer, path: &Path) -> Result<(), Error> {
    let json = contents(tokenizer);
    if !path.is_dir() {
        return write_whole(path, json.as_bytes());
    }
    write_whole(&path.join(FILE), json.as_bytes())?;
    let mut config = json!({ "tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": false });
    for (special, id) in tokenizer.specials().iter() {
        if let Some(key) = special.key() {
            config[key] = json!(tokenizer.token(id));
        }
    }
    write_whole(&path.join(CONFIG), format!("{config:#}\n").as_bytes())
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::Io { path: path.to_owned(), source })
}

pub(super) fn load(path: &Path) -> Result<Tokenizer, Error> {
    let path = if path.is_dir() { path.join(FILE) } else { path.to_owned() };
    let json = read(&path)?;
    let wrong = |message: String| Error::Format { path: path.clone(), message };
    let value: Value = serde_json::from_str(&json).map_err(|error| wrong(error.to_string()))?;
    if let Some(tokenizer) = json::recognise(&value) {
        return Ok(tokenizer);
    }
    let mut tokenizer = Pretrained::parse(&json).map_err(|error| match error {
        Error::Library { message } => wrong(message),
        error => error,
    })?;
    for beside in [MAP, CONFIG] {
        let beside = path.with_file_name(beside);
        if beside.is_file() {
            name_specials(&mut tokenizer, &beside)?;
        }
    }
    Ok(Tokenizer::Pretrained(tokenizer))
}

fn name_specials(tokenizer: &mut Pretrained, path: &Path) -> Result<(), Error> {
    let names: Value = serde_json::from_str(&read(path)?)
        .map_err(|error| Error::Format { path: path.to_owned(), message: error.to_string() })?;
    for special in Special::ALL {
        // Either the text itself, or an object that has it as its content.
        let name = special.key().and_then(|key| names.get(key));
        if let Some(name) = name.and_then(|name| name.as_str().or_else(|| name.get("content")?.as_str())) {
            tokenizer.name(special, name);
        }
    }
    Ok(())
}
