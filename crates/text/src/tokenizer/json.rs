//! The file format of the `tokenizers` library: <https://github.com/huggingface/tokenizers>.

use serde_json::{Map, Value, json};

use super::{
    Bytes, Characters, Symbols, Tokenizer,
    bytes::visible,
    special::{Special, Specials},
    train::Learned,
};
use crate::{Error, Frame};

/// What one file has another than the next.
struct Parts {
    normalizer: Value,
    pre_tokenizer: Value,
    decoder: Value,
    model: Value,
}

/// What all files written here have in common.
fn file(specials: &Specials, parts: Parts) -> Value {
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
        "normalizer": parts.normalizer,
        "pre_tokenizer": parts.pre_tokenizer,
        "post_processor": null,
        "decoder": parts.decoder,
        "model": parts.model,
    })
}

/// Tokens by their ids.
fn vocabulary(tokens: impl IntoIterator<Item = String>) -> Map<String, Value> {
    tokens.into_iter().zip(0..).map(|(token, id)| (token, json!(id))).collect()
}

/// A vocabulary of special tokens and then `words`.
fn word_level(words: impl Iterator<Item = String>, specials: &Specials) -> Value {
    let named = specials.iter().map(|(special, _)| special.text().to_owned());
    json!({ "type": "WordLevel", "vocab": vocabulary(named.chain(words)), "unk_token": Special::Unknown.text() })
}

fn lowercased(lowercase: bool) -> Value {
    if lowercase { json!({ "type": "Lowercase" }) } else { Value::Null }
}

/// What [`Tokenizer::Characters`] writes.
pub(super) fn characters(characters: &Characters) -> Value {
    // Not a dot: what it leaves out differs between the expression engines of Rust and Python.
    let each = json!({ "type": "Split", "pattern": { "Regex": "[\\s\\S]" }, "behavior": "Isolated", "invert": false });
    let symbols = characters.symbols().iter().map(|&symbol| String::from(symbol));
    let model = word_level(symbols, characters.specials());
    let decoder = json!({ "type": "Fuse" });
    file(characters.specials(), Parts { normalizer: Value::Null, pre_tokenizer: each, decoder, model })
}

/// Bytes made visible, words cut as GPT-2 does or not at all.
fn byte_level(cut: bool) -> Value {
    json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": cut })
}

fn pairs(vocabulary: Map<String, Value>, merges: &[(String, String)], unknown: Value, suffix: Value) -> Value {
    json!({
        "type": "BPE", "dropout": null, "unk_token": unknown, "continuing_subword_prefix": null,
        "end_of_word_suffix": suffix, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
        "vocab": vocabulary, "merges": merges,
    })
}

/// What [`Tokenizer::Bytes`] writes.
pub(super) fn bytes(bytes: &Bytes) -> Value {
    let vocabulary = vocabulary((0..=u8::MAX).map(|byte| String::from(visible(byte))));
    let model = pairs(vocabulary, &[], Value::Null, Value::Null);
    let (pre_tokenizer, decoder) = (byte_level(false), byte_level(false));
    file(bytes.specials(), Parts { normalizer: Value::Null, pre_tokenizer, decoder, model })
}

pub(super) fn words(words: &[String], specials: &Specials, lowercase: bool) -> Value {
    let decoder = json!({ "type": "WordPiece", "prefix": "##", "cleanup": true });
    let model = word_level(words.iter().cloned(), specials);
    let pre_tokenizer = json!({ "type": "BertPreTokenizer" });
    file(specials, Parts { normalizer: lowercased(lowercase), pre_tokenizer, decoder, model })
}

pub(super) fn pieces(pieces: &[String], specials: &Specials, lowercase: bool) -> Value {
    // No piece begins with the prefix, so that each but the first gets a space before it.
    let decoder = json!({ "type": "Sequence", "decoders": [
        { "type": "WordPiece", "prefix": " ", "cleanup": false },
        { "type": "Fuse" },
        { "type": "Replace", "pattern": { "String": "@@ " }, "content": "" },
        { "type": "Replace", "pattern": { "Regex": "@@\\z" }, "content": "" },
    ] });
    let model = word_level(pieces.iter().cloned(), specials);
    let pre_tokenizer = json!({ "type": "WhitespaceSplit" });
    file(specials, Parts { normalizer: lowercased(lowercase), pre_tokenizer, decoder, model })
}

pub(super) fn bpe(learned: &Learned, specials: &Specials, lowercase: bool, symbols: Symbols) -> Value {
    let vocabulary = vocabulary(learned.tokens.iter().cloned());
    let normalizer = lowercased(lowercase);
    let parts = match symbols {
        Symbols::Bytes => {
            let model = pairs(vocabulary, &learned.merges, Value::Null, Value::Null);
            Parts { normalizer, pre_tokenizer: byte_level(true), decoder: byte_level(true), model }
        }
        Symbols::Characters => {
            let model = pairs(vocabulary, &learned.merges, json!(Special::Unknown.text()), json!("</w>"));
            let decoder = json!({ "type": "BPEDecoder", "suffix": "</w>" });
            Parts { normalizer, pre_tokenizer: json!({ "type": "WhitespaceSplit" }), decoder, model }
        }
    };
    file(specials, parts)
}

pub(super) fn word_piece(tokens: &[String], specials: &Specials, lowercase: bool) -> Value {
    let model = json!({
        "type": "WordPiece", "unk_token": Special::Unknown.text(), "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100, "vocab": vocabulary(tokens.iter().cloned()),
    });
    let normalizer = json!({
        "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
        "lowercase": lowercase,
    });
    let decoder = json!({ "type": "WordPiece", "prefix": "##", "cleanup": true });
    file(specials, Parts { normalizer, pre_tokenizer: json!({ "type": "BertPreTokenizer" }), decoder, model })
}

pub(super) fn unigram(pieces: &[(String, f64)], specials: &Specials, lowercase: bool) -> Value {
    let unknown = specials.id(Special::Unknown);
    let model = json!({ "type": "Unigram", "unk_id": unknown, "vocab": pieces, "byte_fallback": false });
    let spaces = json!({ "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true });
    let (pre_tokenizer, decoder) = (spaces.clone(), spaces);
    file(specials, Parts { normalizer: lowercased(lowercase), pre_tokenizer, decoder, model })
}

/// The text of a tokenizer's file, changed so that it puts `frame` around texts.
pub(super) fn framed(tokenizer: &Tokenizer, file: &str, frame: &Frame) -> Result<String, Error> {
    let mut file: Value = serde_json::from_str(file).map_err(|error| Error::library(error.into()))?;
    file["post_processor"] = template(tokenizer, frame)?;
    Ok(format!("{file:#}\n"))
}

fn template(tokenizer: &Tokenizer, frame: &Frame) -> Result<Value, Error> {
    let Frame { begin, between, end } = frame;
    let mut tokens = Map::new();
    for (position, &id) in begin.iter().chain(between).chain(end).enumerate() {
        let vocab_size = tokenizer.vocab_size();
        let token = tokenizer.token(id).ok_or(Error::UnknownId { id, position, vocab_size })?;
        let value = json!({ "id": token, "ids": [id], "tokens": [token] });
        tokens.insert(token, value);
    }
    if tokens.is_empty() {
        return Ok(Value::Null);
    }
    let text = |name: &str, segment: u32| vec![json!({ "Sequence": { "id": name, "type_id": segment } })];
    let special = |ids: &[u32], segment: u32| -> Vec<Value> {
        let tokens = ids.iter().filter_map(|&id| tokenizer.token(id));
        tokens.map(|token| json!({ "SpecialToken": { "id": token, "type_id": segment } })).collect()
    };
    let single = [special(begin, 0), text("A", 0), special(end, 0)].concat();
    // The segments are those of `Frame::two`.
    let pair = [special(begin, 0), text("A", 0), special(between, 0), text("B", 1), special(end, 1)].concat();
    Ok(json!({ "type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": tokens }))
}

/// A file that says just what would be written here for characters or bytes is read as such: same ids, more speed.
pub(super) fn recognise(value: &Value) -> Option<Tokenizer> {
    let named = |token: &Value| Special::named(token.get("content")?.as_str()?);
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
