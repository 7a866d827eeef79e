//! A token for each character.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use super::special::{Segment, Special, Specials};
use crate::Error;

/// A token for each character of the training text.
#[derive(Debug, Clone)]
pub struct Characters {
    specials: Specials,
    symbols: Vec<char>,
    ids: HashMap<char, u32>,
}

impl Characters {
    pub(super) fn new(text: &str, special: &[Special]) -> Self {
        let symbols: BTreeSet<_> = text.chars().collect();
        Self::of(symbols.into_iter().collect(), Specials::numbered(special, 0))
    }

    /// Of these symbols, in this order, after the special tokens.
    pub(super) fn of(symbols: Vec<char>, specials: Specials) -> Self {
        let ids = symbols.iter().zip(specials.len() as u32..).map(|(&symbol, id)| (symbol, id)).collect();
        Self { specials, symbols, ids }
    }

    /// The characters, in the order of their ids.
    pub fn symbols(&self) -> &[char] {
        &self.symbols
    }

    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        let mut ids = Vec::with_capacity(text.len());
        self.each(text, |id, _| ids.push(id))?;
        Ok(ids)
    }

    pub(super) fn encode_ranges(&self, text: &str) -> Result<Vec<(u32, Range<usize>)>, Error> {
        let mut ids = Vec::with_capacity(text.len());
        self.each(text, |id, range| ids.push((id, range)))?;
        Ok(ids)
    }

    /// Hands on the ids of a text with the bytes they stand for.
    fn each(&self, text: &str, mut take: impl FnMut(u32, Range<usize>)) -> Result<(), Error> {
        let unknown = self.specials.id(Special::Unknown);
        for segment in self.specials.segments(text) {
            match segment {
                Segment::Special(id, range) => take(id, range),
                Segment::Text(text, before) => {
                    for (offset, character) in text.char_indices() {
                        let offset = before + offset;
                        let id = self.ids.get(&character).copied().or(unknown);
                        let vocab_size = self.vocab_size();
                        let id = id.ok_or(Error::UnknownCharacter { character, offset, vocab_size })?;
                        take(id, offset..offset + character.len_utf8());
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn decode(&self, ids: &[u32]) -> String {
        ids.iter().filter_map(|&id| self.symbol(id)).collect()
    }

    pub(super) fn vocab_size(&self) -> usize {
        self.specials.len() + self.symbols.len()
    }

    pub(super) fn token(&self, id: u32) -> Option<String> {
        self.specials.token(id).or_else(|| self.symbol(id).map(String::from))
    }

    pub(super) fn id(&self, token: &str) -> Option<u32> {
        let mut characters = token.chars();
        match (characters.next(), characters.next()) {
            (Some(symbol), None) => self.ids.get(&symbol).copied(),
            _ => self.specials.named(token),
        }
    }

    pub(super) fn specials(&self) -> &Specials {
        &self.specials
    }

    fn symbol(&self, id: u32) -> Option<char> {
        let index = (id as usize).checked_sub(self.specials.len())?;
        self.symbols.get(index).copied()
    }
}
