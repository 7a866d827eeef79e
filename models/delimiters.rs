//! The tokens around the texts of a directory.

use salamander_checkpoint::{Directory, Keys};
use salamander_text::{Frame, Tokenizer};
use serde_json::Value;

use crate::Error;

/// The tokens around the texts of a model from elsewhere, as its own files say it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delimiters {
    /// Around a text that is read.
    pub frame: Frame,
    /// Before a target that is written; absent, what the tokenizer has for it. Hugging Face: `decoder_start_token_id`.
    pub start: Option<u32>,
    /// Each of these ends a text, and the tokenizer's own end too. Hugging Face: `eos_token_id`.
    pub ends: Vec<u32>,
}

impl Delimiters {
    /// Reads them: what `generation_config.json` says goes before `config.json`.
    ///
    /// # Errors
    /// If an id is none, the model of `vocab_size` words does not know the start, or the tokenizer's rule does not work.
    pub(crate) fn read(directory: &Directory, vocab_size: usize, tokenizer: Option<&Tokenizer>) -> Result<Self, Error> {
        let mut all = [directory.generation(), directory.keys()];
        let mut first = |key, below| all.iter_mut().find_map(|keys| ids(keys, key, below).transpose()).transpose();
        Ok(Self {
            start: first("decoder_start_token_id", vocab_size)?.and_then(|ids| ids.first().copied()),
            // What the model never writes ends nothing.
            ends: first("eos_token_id", usize::MAX)?.unwrap_or_default(),
            frame: tokenizer.map(Frame::of_file).transpose()?.unwrap_or_default(),
        })
    }
}

/// One id or several, if there are any, all of them less than `below`.
fn ids(keys: &mut Keys<'_>, key: &str, below: usize) -> Result<Option<Vec<u32>>, Error> {
    let Some(value) = keys.value(key) else { return Ok(None) };
    let several = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let id = |id: &Value| u32::try_from(id.as_u64()?).ok().filter(|&id| (id as usize) < below);
    let ids: Option<Vec<u32>> = several.iter().map(id).collect();
    let wanted = match below {
        usize::MAX => "the id of a token, or a list of them,".into(),
        _ => format!("the id of one of the {below} tokens"),
    };
    ids.map(Some).ok_or_else(|| keys.wrong(key, &wanted).into())
}
