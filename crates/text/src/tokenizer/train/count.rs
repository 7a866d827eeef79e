//! Which words there are, and how often.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use tokenizers::{NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer};

use super::Progress;
use crate::{
    Error,
    tokenizer::{
        Pretrained,
        special::{Segment, Specials},
    },
};

/// So many bytes of text are shared out among the threads at a time.
const SHARE: usize = 1 << 22;
/// A longer word, in characters, is counted in pieces: it is no word, and joining within it would take for ever.
const LONGEST: usize = 1000;

/// Cuts text in words as a tokenizer does before it looks anything up.
pub(super) struct Splitter {
    tokenizer: Pretrained,
    specials: Specials,
}

impl Splitter {
    pub(super) fn new(tokenizer: Pretrained, specials: Specials) -> Self {
        Self { tokenizer, specials }
    }

    /// The words of a text; special tokens written out in it are none.
    pub(super) fn words(&self, text: &str) -> Result<Vec<String>, Error> {
        let mut words = Vec::new();
        for segment in self.specials.segments(text) {
            let Segment::Text(text, _) = segment else { continue };
            let mut text = NormalizedString::from(text);
            if let Some(normalizer) = self.tokenizer.inner().get_normalizer() {
                normalizer.normalize(&mut text).map_err(Error::library)?;
            }
            let mut pieces = PreTokenizedString::from(text);
            if let Some(splitter) = self.tokenizer.inner().get_pre_tokenizer() {
                splitter.pre_tokenize(&mut pieces).map_err(Error::library)?;
            }
            let splits = pieces.get_splits(OffsetReferential::Original, OffsetType::Byte);
            words.extend(splits.into_iter().map(|(word, _, _)| word.to_owned()).filter(|word| !word.is_empty()));
        }
        Ok(words)
    }

    fn count(&self, text: &str) -> Result<HashMap<String, u64>, Error> {
        let mut counts = HashMap::new();
        for word in self.words(text)? {
            match word.char_indices().nth(LONGEST) {
                None => *counts.entry(word).or_default() += 1,
                Some(_) => pieces(&word).for_each(|piece| *counts.entry(piece).or_default() += 1),
            }
        }
        Ok(counts)
    }
}

fn pieces(word: &str) -> impl Iterator<Item = String> {
    let characters: Vec<_> = word.chars().collect();
    let pieces: Vec<String> = characters.chunks(LONGEST).map(|piece| piece.iter().collect()).collect();
    pieces.into_iter()
}

/// Counts words, telling how far it has come.
pub(super) struct Counts<'a> {
    splitter: &'a Splitter,
    progress: &'a mut dyn FnMut(Progress),
    words: HashMap<String, u64>,
    texts: u64,
    bytes: u64,
}

impl<'a> Counts<'a> {
    pub(super) fn new(splitter: &'a Splitter, progress: &'a mut dyn FnMut(Progress)) -> Self {
        Self { splitter, progress, words: HashMap::new(), texts: 0, bytes: 0 }
    }

    /// The words of all texts, sorted.
    pub(super) fn all(
        mut self,
        texts: impl Iterator<Item = Result<String, Error>>,
    ) -> Result<BTreeMap<String, u64>, Error> {
        let (mut waiting, mut bytes) = (Vec::new(), 0);
        for text in texts {
            let text = text?;
            bytes += text.len();
            waiting.push(text);
            if bytes >= SHARE {
                self.add(&std::mem::take(&mut waiting))?;
                bytes = 0;
            }
        }
        self.add(&waiting)?;
        Ok(self.words.into_iter().collect())
    }

    fn add(&mut self, texts: &[String]) -> Result<(), Error> {
        let counts = texts.par_iter().map(|text| self.splitter.count(text));
        let counts = counts.try_reduce(HashMap::new, |one, other| {
            let (mut most, least) = if one.len() < other.len() { (other, one) } else { (one, other) };
            merge(&mut most, least);
            Ok(most)
        })?;
        merge(&mut self.words, counts);
        self.texts += texts.len() as u64;
        self.bytes += texts.iter().map(|text| text.len() as u64).sum::<u64>();
        (self.progress)(Progress::Read { texts: self.texts, bytes: self.bytes });
        Ok(())
    }
}

fn merge(all: &mut HashMap<String, u64>, more: HashMap<String, u64>) {
    for (word, count) in more {
        *all.entry(word).or_default() += count;
    }
}
