//! Tokens that are no text.

use std::{ops::Range, sync::LazyLock};

/// What a token that is no text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// Fills up short rows.
    Pad,
    /// Stands for what is not in the vocabulary.
    Unknown,
    /// Begins a text.
    Begin,
    /// Ends a text.
    End,
    /// Hides a token.
    Mask,
    /// Stands for a whole span, each for another one: T5's, counted from 0 (Raffel et al. 2019, arXiv:1910.10683).
    Sentinel(u8),
}

/// How sentinels are written, in their order.
static SENTINELS: LazyLock<Vec<String>> =
    LazyLock::new(|| (0..=u8::MAX).map(|number| format!("<extra_id_{number}>")).collect());

impl Special {
    /// All but the sentinels, in the order of the ids they usually get.
    pub const ALL: [Self; 5] = [Self::Pad, Self::Unknown, Self::Begin, Self::End, Self::Mask];

    /// How it is written in the tokenizers made here.
    pub fn text(self) -> &'static str {
        match self {
            Self::Pad => "<pad>",
            Self::Unknown => "<unk>",
            Self::Begin => "<bos>",
            Self::End => "<eos>",
            Self::Mask => "<mask>",
            Self::Sentinel(number) => &SENTINELS[usize::from(number)],
        }
    }

    /// The one that is written so in the tokenizers made here.
    pub(super) fn named(text: &str) -> Option<Self> {
        let sentinels = (0..=u8::MAX).map(Self::Sentinel);
        Self::ALL.into_iter().chain(sentinels).find(|special| special.text() == text)
    }

    /// How others write it, the most telling first.
    pub(super) fn usual(self) -> &'static [&'static str] {
        match self {
            Self::Pad => &["<pad>", "[PAD]", "<|pad|>", "<|finetune_right_pad_id|>"],
            Self::Unknown => &["<unk>", "[UNK]"],
            Self::Begin => &["<bos>", "<s>", "[CLS]", "<|begin_of_text|>", "<|startoftext|>"],
            Self::End => &["<eos>", "</s>", "[SEP]", "<|end_of_text|>", "<|endoftext|>"],
            Self::Mask => &["<mask>", "[MASK]"],
            Self::Sentinel(_) => &[],
        }
    }

    /// Its key in `tokenizer_config.json`, if it has one of its own.
    pub(super) fn key(self) -> Option<&'static str> {
        match self {
            Self::Pad => Some("pad_token"),
            Self::Unknown => Some("unk_token"),
            Self::Begin => Some("bos_token"),
            Self::End => Some("eos_token"),
            Self::Mask => Some("mask_token"),
            Self::Sentinel(_) => None,
        }
    }
}

/// The special tokens of a tokenizer, with what they are for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Specials(Vec<(Special, u32)>);

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Segment<'a> {
    /// Ordinary text, and how many bytes come before it.
    Text(&'a str, usize),
    /// A special token, written out, and the bytes where.
    Special(u32, Range<usize>),
}

impl Specials {
    /// Ids one after the other from `first`, each token once.
    pub(super) fn numbered(special: &[Special], first: usize) -> Self {
        let mut numbered = Self::default();
        for &special in special {
            if numbered.id(special).is_none() {
                numbered.0.push((special, (first + numbered.0.len()) as u32));
            }
        }
        numbered
    }

    pub(super) fn set(&mut self, special: Special, id: u32) {
        self.0.retain(|(other, _)| *other != special);
        self.0.push((special, id));
    }

    pub(super) fn id(&self, special: Special) -> Option<u32> {
        self.0.iter().find(|(other, _)| *other == special).map(|(_, id)| *id)
    }

    pub(super) fn ids(&self) -> Vec<u32> {
        let mut ids: Vec<_> = self.0.iter().map(|(_, id)| *id).collect();
        ids.sort_unstable();
        ids
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Special, u32)> + '_ {
        self.0.iter().copied()
    }

    pub(super) fn token(&self, id: u32) -> Option<String> {
        self.0.iter().find(|(_, other)| *other == id).map(|(special, _)| special.text().to_owned())
    }

    pub(super) fn named(&self, text: &str) -> Option<u32> {
        self.0.iter().find(|(special, _)| special.text() == text).map(|(_, id)| *id)
    }

    /// Cuts a text at the special tokens written out in it, as the `tokenizers` library does.
    pub(super) fn segments<'a>(&self, text: &'a str) -> Vec<Segment<'a>> {
        let mut segments = Vec::new();
        let (mut start, mut at) = (0, 0);
        while let Some(found) = text[at..].find('<').filter(|_| !self.0.is_empty()) {
            at += found;
            match self.0.iter().find(|(special, _)| text[at..].starts_with(special.text())) {
                Some((special, id)) => {
                    segments.extend((at > start).then(|| Segment::Text(&text[start..at], start)));
                    let end = at + special.text().len();
                    segments.push(Segment::Special(*id, at..end));
                    at = end;
                    start = at;
                }
                None => at += 1,
            }
        }
        segments.extend((start < text.len()).then(|| Segment::Text(&text[start..], start)));
        segments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_special_tokens() {
        let specials = Specials::numbered(&[Special::Pad, Special::Mask, Special::Pad], 7);
        assert_eq!(specials.ids(), [7, 8]);
        let segments = specials.segments("a <mask><<pad>é<pad<eos>");
        let expected = [
            Segment::Text("a ", 0),
            Segment::Special(8, 2..8),
            Segment::Text("<", 8),
            Segment::Special(7, 9..14),
            Segment::Text("é<pad<eos>", 14),
        ];
        assert_eq!(segments, expected);
        let sentinels = Specials::numbered(&[Special::Sentinel(1), Special::Sentinel(10)], 0);
        assert_eq!(sentinels.segments("<extra_id_10>"), [Segment::Special(1, 0..13)]);
        assert_eq!(specials.segments(""), []);
        assert_eq!(Specials::default().segments("<pad>"), [Segment::Text("<pad>", 0)]);
    }
}
