//! The file format of the `tokenizers` library: <https://github.com/huggingface/tokenizers>.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};

use super::{
    Bytes, Characters, Pretrained, Tokenizer,
    bytes::visible,
    special::{Special, Specials},
};
use crate::Error;

const FILE: &str = "tokenizer.json";
const CONFIG: &str = "tokenizer_config.json";
/// Where older directories name the special tokens.
const MAP: &str = "special_tokens_map.json";

/// What all files written here have in common.
fn file(specials: &Specials, [pre_tokenizer, decoder, model]: [Value; 3]) -> Value {
    let added = |(special, id): (Special, u32)| {
        json!({
            "id": id, "content": special.text(), "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true,
        })
    };
    json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": specials.iter().map(added).collect::<Vec<_>>(),
        "normalizer": null,
        "pre_tokenizer": pre_tokenizer,
        "post_processor": null,
        "decoder": decoder,
        "model": model,
    })
}

/// A vocabulary of special tokens and then `words`.
fn word_level(words: impl Iterator<Item = String>, specials: &Specials) -> Value {
    let named = specials.iter().map(|(special, _)| special.text().to_owned());
    let vocabulary: Map<_, _> = named.chain(words).zip(0..).map(|(word, id)| (word, json!(id))).collect();
    json!({ "type": "WordLevel", "vocab": vocabulary, "unk_token": Special::Unknown.text() })
}

fn characters(characters: &Characters) -> Value {
    // Not a dot: what it leaves out differs between the expression engines of Rust and Python.
    let each = json!({ "type": "Split", "pattern": { "Regex": "[\\s\\S]" }, "behavior": "Isolated", "invert": false });
    let symbols = characters.symbols().iter().map(|&symbol| String::from(symbol));
    let model = word_level(symbols, characters.specials());
    file(characters.specials(), [each, json!({ "type": "Fuse" }), model])
}

fn bytes(bytes: &Bytes) -> Value {
    let level = json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false });
    let vocabulary: Map<_, _> = (0..=u8::MAX).map(|byte| (String::from(visible(byte)), json!(byte))).collect();
    let model = json!({
        "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
        "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
        "vocab": vocabulary, "merges": [],
    });
    file(bytes.specials(), [level.clone(), level, model])
}

pub(super) fn words(words: &[String], specials: &Specials) -> Value {
    let decoder = json!({ "type": "WordPiece", "prefix": "##", "cleanup": true });
    let model = word_level(words.iter().cloned(), specials);
    file(specials, [json!({ "type": "BertPreTokenizer" }), decoder, model])
}

pub(super) fn save(tokenizer: &Tokenizer, path: &Path) -> Result<(), Error> {
    let json = match tokenizer {
        Tokenizer::Characters(tokenizer) => format!("{:#}\n", characters(tokenizer)),
        Tokenizer::Bytes(tokenizer) => format!("{:#}\n", bytes(tokenizer)),
        Tokenizer::Pretrained(tokenizer) => tokenizer.json().to_owned(),
    };
    if !path.is_dir() {
        return write(path, &json);
    }
    write(&path.join(FILE), &json)?;
    let mut config = json!({ "tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": false });
    for (special, id) in tokenizer.specials().iter() {
        config[special.key()] = json!(tokenizer.token(id));
    }
    write(&path.join(CONFIG), &format!("{config:#}\n"))
}

/// All or nothing: the file is written under another name first.
fn write(path: &Path, contents: &str) -> Result<(), Error> {
    let partial = PathBuf::from(format!("{}.partial", path.display()));
    let written = fs::write(&partial, contents).and_then(|()| fs::rename(&partial, path));
    written.map_err(|source| {
        // What is left of it, if anything, is of no use; that it cannot be removed is no news.
        let _ = fs::remove_file(&partial);
        Error::Io { path: path.to_owned(), source }
    })
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::Io { path: path.to_owned(), source })
}

pub(super) fn load(path: &Path) -> Result<Tokenizer, Error> {
    let path = if path.is_dir() { path.join(FILE) } else { path.to_owned() };
    let json = read(&path)?;
    let wrong = |message: String| Error::Format { path: path.clone(), message };
    let value: Value = serde_json::from_str(&json).map_err(|error| wrong(error.to_string()))?;
    if let Some(tokenizer) = recognise(&value) {
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
        let name = names.get(special.key());
        if let Some(name) = name.and_then(|name| name.as_str().or_else(|| name.get("content")?.as_str())) {
            tokenizer.name(special, name);
        }
    }
    Ok(())
}

/// A file that says just what would be written here for characters or bytes is read as such: same ids, more speed.
fn recognise(value: &Value) -> Option<Tokenizer> {
    let named = |token: &Value| {
        let text = token.get("content")?.as_str()?;
        Special::ALL.into_iter().find(|special| special.text() == text)
    };
    let added = value.get("added_tokens")?.as_array()?;
    let special = added.iter().map(named).collect::<Option<Vec<_>>>()?;
    let by_bytes = Bytes::new(&special);
    if *value == bytes(&by_bytes) {
        return Some(Tokenizer::Bytes(by_bytes));
    }
    let vocabulary = value.get("model")?.get("vocab")?.as_object()?;
    let mut symbols = Vec::new();
    for (token, id) in vocabulary {
        let mut characters = token.chars();
        if let (Some(symbol), None) = (characters.next(), characters.next()) {
            symbols.push((id.as_u64()?, symbol));
        }
    }
    symbols.sort_unstable();
    let symbols = symbols.into_iter().map(|(_, symbol)| symbol).collect();
    let by_characters = Characters::of(symbols, Specials::numbered(&special, 0));
    (*value == characters(&by_characters)).then_some(Tokenizer::Characters(by_characters))
}
