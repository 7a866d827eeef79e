//! A model as others read it.

use std::{fs, path::Path};

use salamander_checkpoint::write_json;
use salamander_text::Tokenizer;
use serde_json::{Map, Value, json};

use crate::{ALL, Architecture, Error, Loaded};

impl Loaded {
    /// Writes a Hugging Face directory: `config.json`, `model.safetensors` and, where there is a tokenizer,
    /// `tokenizer.json` and `tokenizer_config.json`. `transformers` and [`open`](crate::open) read it.
    ///
    /// # Errors
    /// If no architecture of Hugging Face's is made like this model, the folder holds something already, or it cannot be
    /// written.
    pub fn export(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        if fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Error::Occupied(path.into()));
        }
        let (architecture, mut config) = self.written().ok_or(Error::NoFile { family: self.config.family() })?;
        fs::create_dir_all(path).map_err(|error| Error::Write { path: path.into(), reason: error.to_string() })?;
        if let Some(tokenizer) = &self.tokenizer {
            name_tokens(&mut config, tokenizer);
            tokenizer.save(path.join("tokenizer.json"))?;
            write_json(&path.join("tokenizer_config.json"), &tokenizer_config(tokenizer, self.config.max_seq_len()))?;
        }
        self.model.export(path, &config, &(architecture.names)(&self.config))
    }

    /// The architecture that has a file for such a model, the recipe's first, and its `config.json`.
    fn written(&self) -> Option<(&'static Architecture, Value)> {
        let own = self.recipe.as_ref().map_or("", |recipe| &recipe.architecture);
        let (first, others): (Vec<&Architecture>, Vec<_>) = ALL.iter().partition(|known| known.name == own);
        let json = |known: &'static Architecture| Some((known, (known.write)(&self.config)?));
        first.into_iter().chain(others).find_map(json)
    }
}

/// Says in `config.json` which tokens begin, end and fill up texts here.
fn name_tokens(config: &mut Value, tokenizer: &Tokenizer) {
    let Some(config) = config.as_object_mut() else { return };
    let tokens = [
        ("bos_token_id", tokenizer.beginning()),
        ("eos_token_id", tokenizer.eos()),
        ("pad_token_id", tokenizer.pad()),
        (
            "decoder_start_token_id",
            tokenizer.beginning_of_target().filter(|_| config.contains_key("decoder_start_token_id")),
        ),
    ];
    config.extend(tokens.into_iter().filter_map(|(key, id)| Some((key.to_owned(), json!(id?)))));
}

/// What `AutoTokenizer` asks for beside `tokenizer.json`.
fn tokenizer_config(tokenizer: &Tokenizer, longest: usize) -> Value {
    let tokens = [
        ("bos_token", tokenizer.beginning()),
        ("eos_token", tokenizer.eos()),
        ("pad_token", tokenizer.pad()),
        ("unk_token", tokenizer.unk()),
        ("mask_token", tokenizer.mask()),
    ];
    let named = tokens.into_iter().filter_map(|(key, id)| Some((key.to_owned(), json!(tokenizer.token(id?)?))));
    let mut config: Map<String, Value> = named.collect();
    config.insert("tokenizer_class".into(), json!("PreTrainedTokenizerFast"));
    config.insert("model_max_length".into(), json!(longest));
    config.insert("clean_up_tokenization_spaces".into(), json!(false));
    Value::Object(config)
}
