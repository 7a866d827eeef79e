//! Text that ends a text.

use crate::Error;

/// Watches for stop strings in a text that comes in pieces, and holds back what may become one.
///
/// A text ends where a stop string is complete for the first time; if several are, the longest counts. So it does not
/// matter how the text is cut into pieces.
#[derive(Debug, Default)]
pub(crate) struct Stops {
    strings: Vec<String>,
    held: String,
}

impl Stops {
    pub(crate) fn new(strings: &[impl AsRef<str>]) -> Result<Self, Error> {
        let strings: Vec<String> = strings.iter().map(|stop| stop.as_ref().to_owned()).collect();
        match strings.iter().position(String::is_empty) {
            Some(position) => Err(Error::EmptyStop { position }),
            None => Ok(Self { strings, held: String::new() }),
        }
    }

    /// The text that is certain now, and whether it ends there.
    pub(crate) fn push(&mut self, piece: &str) -> (String, bool) {
        self.held.push_str(piece);
        if let Some(start) = self.find() {
            self.held.truncate(start);
            return (self.finish(), true);
        }
        let beginning = self.held.len() - self.strings.iter().map(|stop| overlap(&self.held, stop)).max().unwrap_or(0);
        let kept = self.held.split_off(beginning);
        (std::mem::replace(&mut self.held, kept), false)
    }

    /// What was held back: it has not become a stop string.
    pub(crate) fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// Where the stop string begins that is complete first.
    fn find(&self) -> Option<usize> {
        let found =
            self.strings.iter().filter_map(|stop| self.held.find(stop).map(|start| (start + stop.len(), start)));
        found.min().map(|(_, start)| start)
    }
}

/// The length of the longest end of `text` with which `stop` begins.
fn overlap(text: &str, stop: &str) -> usize {
    let mut lengths = stop.char_indices().map(|(length, _)| length).rev();
    lengths.find(|&length| text.ends_with(&stop[..length])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What comes out after each piece, the rest last.
    fn shown(strings: &[&str], pieces: &[&str]) -> Vec<String> {
        let mut stops = Stops::new(strings).expect("no empty string");
        let mut shown = Vec::new();
        for piece in pieces {
            let (text, stopped) = stops.push(piece);
            shown.push(text);
            if stopped {
                return shown;
            }
        }
        shown.push(stops.finish());
        shown
    }

    #[test]
    fn a_stop_across_pieces_is_never_shown() {
        assert_eq!(shown(&["END"], &["one E", "N", "D two"]), ["one ", "", ""]);
        assert_eq!(shown(&["END"], &["one END two", "three"]), ["one "]);
        assert_eq!(shown(&["é!"], &["caf", "é", "!"]), ["caf", "", ""]);
    }

    #[test]
    fn what_turns_out_to_be_none_is_shown() {
        assert_eq!(shown(&["END"], &["E", "E", "N", "T"]), ["", "E", "", "ENT", ""]);
        assert_eq!(shown(&["END"], &["one E", "N"]), ["one ", "", "EN"]);
        assert_eq!(shown(&[], &["one", "two"]), ["one", "two", ""]);
        assert_eq!(shown(&["aab"], &["aaa", "b"]), ["a", ""]);
    }

    #[test]
    fn the_first_complete_one_counts() {
        assert_eq!(shown(&["bcd", "abcde"], &["xabcdef"]), ["xa"]);
        assert_eq!(shown(&["cd", "bcd"], &["xabcdef"]), ["xa"]);
    }

    #[test]
    fn an_empty_one_is_refused() {
        let error = Stops::new(&["a", ""]).expect_err("empty").to_string();
        assert_eq!(error, "stop string 1 (counted from 0) is empty and would end every text at once; leave it out");
    }

    proptest! {
        #[test]
        fn the_pieces_do_not_matter(
            strings in prop::collection::vec("[abé]{1,4}", 0..4),
            pieces in prop::collection::vec("[abé]{0,3}", 0..12),
        ) {
            let strings: Vec<&str> = strings.iter().map(String::as_str).collect();
            let text = pieces.concat();
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let got = shown(&strings, &pieces).concat();
            prop_assert_eq!(&got, &shown(&strings, &[&text]).concat());
            // by definition: letter by letter until a stop string stands at the end
            let ends = |n: usize| strings.iter().filter(|stop| text[..n].ends_with(**stop)).map(|stop| stop.len()).max();
            let cut = (0..=text.len()).filter(|&n| text.is_char_boundary(n)).find_map(|n| ends(n).map(|long| n - long));
            prop_assert_eq!(got, &text[..cut.unwrap_or(text.len())]);
        }
    }
}
