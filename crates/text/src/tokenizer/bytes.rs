//! A token for each byte.

use std::ops::Range;

use super::special::{Segment, Special, Specials};

/// How many bytes there are, and so the first id of a special token.
const BYTES: usize = 256;

/// A token for each byte (Xue et al. 2021, "ByT5", arXiv:2105.13626): id = byte.
#[derive(Debug, Clone)]
pub struct Bytes {
    specials: Specials,
}

impl Bytes {
    pub(super) fn new(special: &[Special]) -> Self {
        Self { specials: Specials::numbered(special, BYTES) }
    }

    pub(super) fn encode(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::with_capacity(text.len());
        for segment in self.specials.segments(text) {
            match segment {
                Segment::Special(id, _) => ids.push(id),
                Segment::Text(text, _) => ids.extend(text.bytes().map(u32::from)),
            }
        }
        ids
    }

    pub(super) fn encode_ranges(&self, text: &str) -> Vec<(u32, Range<usize>)> {
        let mut ids = Vec::with_capacity(text.len());
        for segment in self.specials.segments(text) {
            match segment {
                Segment::Special(id, range) => ids.push((id, range)),
                Segment::Text(text, before) => {
                    ids.extend((before..).zip(text.bytes()).map(|(at, byte)| (u32::from(byte), at..at + 1)));
                }
            }
        }
        ids
    }

    pub(crate) fn decode(&self, ids: &[u32]) -> Vec<u8> {
        ids.iter().filter_map(|&id| u8::try_from(id).ok()).collect()
    }

    pub(super) fn vocab_size(&self) -> usize {
        BYTES + self.specials.len()
    }

    pub(super) fn token(&self, id: u32) -> Option<String> {
        match u8::try_from(id) {
            Ok(byte) => Some(String::from(visible(byte))),
            Err(_) => self.specials.token(id),
        }
    }

    pub(super) fn id(&self, token: &str) -> Option<u32> {
        let byte = |byte: &u8| token.chars().eq([visible(*byte)]);
        (0..=u8::MAX).find(byte).map(u32::from).or_else(|| self.specials.named(token))
    }

    pub(super) fn specials(&self) -> &Specials {
        &self.specials
    }
}

/// The character that stands for a byte in a byte-level vocabulary (Radford et al. 2019): itself where it can be seen in
/// Latin-1, and otherwise one from U+0100 on, in order.
pub(super) fn visible(byte: u8) -> char {
    let is_visible = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    match is_visible(byte) {
        true => char::from(byte),
        false => {
            let before = (0..byte).filter(|&other| !is_visible(other)).count() as u32;
            char::from_u32(0x100 + before).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn bytes_made_visible() {
        // The space, the line end, the last of C0 and C1, the soft hyphen.
        for (byte, expected) in
            [(b'a', 'a'), (b' ', 'Ġ'), (b'\n', 'Ċ'), (0, 'Ā'), (0x7f, 'ġ'), (0xa0, 'ł'), (0xad, 'Ń'), (0xff, 'ÿ')]
        {
            assert_eq!(visible(byte), expected, "{byte}");
        }
        assert_eq!((0..=u8::MAX).map(visible).collect::<HashSet<_>>().len(), 256);
    }
}
