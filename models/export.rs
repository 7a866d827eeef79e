//! A model as others read it.

use std::{fs, path::Path};

use salamander_checkpoint::{Folder, Names, write_json};
use salamander_generate::Reading;
use salamander_text::{Frame, Tokenizer};
use serde_json::{Map, Value, json};

use crate::{
    ALL, Architecture, Error, Loaded, Model, ModelConfig,
    difference::{Difference, difference},
};

/// What is written of a model.
struct Written {
    config: Value,
    names: Names,
}

impl Loaded {
    /// Writes a Hugging Face directory: `config.json`, `model.safetensors` and, where there is a tokenizer,
    /// `tokenizer.json` and `tokenizer_config.json`. `transformers` and [`open`](crate::open) read it as the same model.
    ///
    /// The tokenizer of what was trained here puts `frame` around texts; one from elsewhere keeps its own. Of two models
    /// that learnt from each other the one that is kept is written. Gives the number of parameters.
    ///
    /// # Errors
    /// If no architecture of Hugging Face's is made like this model, the folder holds something already, or it cannot be
    /// written. Nothing is left then.
    pub fn export(&self, path: impl AsRef<Path>, frame: &Frame) -> Result<usize, Error> {
        let path = path.as_ref();
        if path.is_file() || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Error::Occupied(path.into()));
        }
        let (config, model) = (self.config.kept(), self.model.kept());
        let Written { config: json, names } = self.written(path, &config, &model)?;
        let tokenizer = match (&self.tokenizer, &self.recipe) {
            (Some(tokenizer), Some(_)) => Some(tokenizer.framed(frame)?),
            (tokenizer, _) => tokenizer.clone(),
        };

        let folder = Folder::begin(path)?;
        if let Some(tokenizer) = tokenizer {
            tokenizer.save(folder.aside().join("tokenizer.json"))?;
            write_json(&folder.aside().join("tokenizer_config.json"), &tokenizer_config(&tokenizer, &config))?;
        }
        model.export(folder.aside(), &json, &names)?;
        folder.finish()?;
        Ok(model.num_params())
    }

    /// By the architecture whose file says all of the model, the recipe's first.
    fn written(&self, path: &Path, config: &ModelConfig, model: &Model) -> Result<Written, Error> {
        let refused = |reason: String| Error::NoFile { family: config.family(), reason };
        let task = self.recipe.as_ref().and_then(|recipe| recipe.data.task);
        if task.is_some_and(|task| task.reading() == Reading::Prefix) {
            return Err(refused("it reads what it is given from both sides, and no config.json says so".into()));
        }
        let own = self.recipe.as_ref().map_or("", |recipe| &recipe.architecture);
        let (first, others): (Vec<&Architecture>, Vec<_>) = ALL.iter().partition(|known| known.name == own);
        let mut reason = None;
        for known in first.into_iter().chain(others) {
            let Some(mut json) = (known.write)(config) else { continue };
            self.name_tokens(&mut json);
            let written = Written { config: json, names: (known.names)(config) };
            match written.misses(known, path, config, model) {
                Some(missed) => reason = reason.or(Some(missed)),
                None => return Ok(written),
            }
        }
        Err(refused(reason.unwrap_or_else(|| {
            "what has one stands in the README, and a setting that differs from its architecture's may be why".into()
        })))
    }

    /// Says in `config.json` which tokens begin, end and fill up texts here. Where there is none it says so: a key that is
    /// not there has a default, which would be a word.
    fn name_tokens(&self, config: &mut Value) {
        let Some(config) = config.as_object_mut() else { return };
        let said = self.delimiters.clone().unwrap_or_default();
        let of = |token: fn(&Tokenizer) -> Option<u32>| self.tokenizer.as_ref().and_then(token).map(|id| json!(id));
        let several = (!said.ends.is_empty()).then(|| match said.ends[..] {
            [end] => json!(end),
            _ => json!(said.ends),
        });
        let start = said.start.map(|id| json!(id)).or(of(Tokenizer::beginning_of_target));
        let tokens = [
            ("bos_token_id", of(Tokenizer::beginning)),
            ("eos_token_id", several.or(of(Tokenizer::eos))),
            ("pad_token_id", of(Tokenizer::pad)),
            ("decoder_start_token_id", start),
        ];
        for (key, id) in tokens {
            let wanted = key != "decoder_start_token_id" || config.contains_key(key);
            if wanted && (id.is_some() || self.tokenizer.is_some()) {
                config.insert(key.into(), id.unwrap_or_default());
            }
        }
    }
}

impl Written {
    /// In what the model that is read back would be another, if in anything.
    fn misses(&self, known: &Architecture, path: &Path, config: &ModelConfig, model: &Model) -> Option<String> {
        let outline = model.outline(path, &self.config, &self.names);
        let again = outline.and_then(|outline| (known.read)(&outline));
        let missed = match again {
            Ok(again) => {
                let Difference { setting, one, other } = difference(config, &again)?;
                format!("has {setting} = {other}, and here it is {one}")
            }
            Err(error) => format!("cannot say it: {error}"),
        };
        Some(format!("the file of `{}` {missed}", known.name))
    }
}

/// What `AutoTokenizer` asks for beside `tokenizer.json`.
fn tokenizer_config(tokenizer: &Tokenizer, config: &ModelConfig) -> Value {
    let tokens = [
        ("bos_token", tokenizer.beginning()),
        ("eos_token", tokenizer.eos()),
        ("pad_token", tokenizer.pad()),
        ("unk_token", tokenizer.unk()),
        ("mask_token", tokenizer.mask()),
    ];
    let named = tokens.into_iter().filter_map(|(key, id)| Some((key.to_owned(), json!(tokenizer.token(id?)?))));
    let mut json: Map<String, Value> = named.collect();
    let segments = config.encoder().is_some_and(|encoder| encoder.embedding.segments > 0);
    let inputs = ["input_ids", "token_type_ids", "attention_mask"].into_iter();
    // What has no segments would take them for words, or refuse them.
    let inputs: Vec<_> = inputs.filter(|&name| segments || name != "token_type_ids").collect();
    json.insert("tokenizer_class".into(), json!("PreTrainedTokenizerFast"));
    json.insert("model_max_length".into(), json!(config.max_seq_len()));
    json.insert("model_input_names".into(), json!(inputs));
    json.insert("clean_up_tokenization_spaces".into(), json!(false));
    Value::Object(json)
}
