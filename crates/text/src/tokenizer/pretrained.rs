//! What a `tokenizer.json` says.

use std::{ops::Range, sync::Arc};

use tokenizers::{Encoding, Token};

use super::special::{Special, Specials};
use crate::{Error, Frame};

/// A tokenizer of the `tokenizers` library.
#[derive(Debug, Clone)]
pub struct Pretrained {
    inner: Arc<tokenizers::Tokenizer>,
    /// The file as it was, to be written again unchanged.
    json: Arc<str>,
    specials: Specials,
    special_ids: Arc<[u32]>,
    vocab_size: usize,
}

impl Pretrained {
    /// From the text of a `tokenizer.json`. Truncation and padding it may ask for are left out: batches do that here.
    pub(super) fn parse(json: &str) -> Result<Self, Error> {
        let mut inner = tokenizers::Tokenizer::from_bytes(json.as_bytes()).map_err(Error::library)?;
        inner.with_truncation(None).map_err(Error::library)?.with_padding(None);
        let added = inner.get_added_tokens_decoder();
        let mut special_ids: Vec<_> = added.iter().filter(|(_, token)| token.special).map(|(id, _)| *id).collect();
        special_ids.sort_unstable();
        // The largest id counts, not the number of tokens: some vocabularies have holes.
        let vocab_size = inner.get_vocab(true).values().max().map_or(0, |id| *id as usize + 1);
        let mut specials = Specials::default();
        for special in Special::ALL {
            let mut usual = special.usual().iter().filter_map(|name| inner.token_to_id(name));
            if let Some(id) = usual.find(|id| special_ids.binary_search(id).is_ok()) {
                specials.set(special, id);
            }
        }
        Ok(Self { inner: Arc::new(inner), json: json.into(), specials, special_ids: special_ids.into(), vocab_size })
    }

    /// Gives a special token its text, overruling the guess, if there is such a token.
    pub(super) fn name(&mut self, special: Special, token: &str) {
        if let Some(id) = self.inner.token_to_id(token) {
            self.specials.set(special, id);
        }
    }

    /// The same with these special tokens, whatever the file's guess is.
    pub(super) fn with_specials(self, specials: Specials) -> Self {
        Self { specials, ..self }
    }

    /// What the file puts around a text.
    pub(crate) fn frame(&self) -> Result<Frame, Error> {
        // A text of one token that is no word is found again in its frame.
        const TEXT: u32 = u32::MAX;
        let text = Encoding::from_tokens(vec![Token::new(TEXT, String::new(), (0, 0))], 0);
        let framed = self.inner.post_process(text, None, true).map_err(Error::library)?;
        let mut around = framed.get_ids().split(|&id| id == TEXT).map(<[u32]>::to_vec);
        Ok(Frame {
            begin: around.next().unwrap_or_default(),
            end: around.next().unwrap_or_default(),
            between: Vec::new(),
        })
    }

    /// The library's own, for what is not offered here.
    pub fn inner(&self) -> &tokenizers::Tokenizer {
        &self.inner
    }

    pub(super) fn json(&self) -> &str {
        &self.json
    }

    pub(super) fn encode(&self, text: &str, framed: bool) -> Result<Vec<u32>, Error> {
        let encoding = self.inner.encode_fast(text, framed).map_err(Error::library)?;
        Ok(encoding.get_ids().to_vec())
    }

    pub(super) fn encode_ranges(&self, text: &str) -> Result<Vec<(u32, Range<usize>)>, Error> {
        let encoding = self.inner.encode(text, false).map_err(Error::library)?;
        let ranges = encoding.get_offsets().iter().map(|&(start, end)| start..end);
        Ok(encoding.get_ids().iter().copied().zip(ranges).collect())
    }

    pub(super) fn decode(&self, ids: &[u32]) -> Result<String, Error> {
        // The library's decoder of word ends cannot take nothing.
        if ids.iter().all(|&id| self.is_special(id)) {
            return Ok(String::new());
        }
        self.inner.decode(ids, true).map_err(Error::library)
    }

    pub(super) fn vocab_size(&self) -> usize {
        self.vocab_size
    }

    pub(super) fn token(&self, id: u32) -> Option<String> {
        self.inner.id_to_token(id)
    }

    pub(super) fn id(&self, token: &str) -> Option<u32> {
        self.inner.token_to_id(token)
    }

    pub(super) fn specials(&self) -> &Specials {
        &self.specials
    }

    pub(crate) fn is_special(&self, id: u32) -> bool {
        self.special_ids.binary_search(&id).is_ok()
    }

    pub(super) fn special_ids(&self) -> Vec<u32> {
        self.special_ids.to_vec()
    }
}
