//! Byte pair encoding: learning which tokens to join.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap},
};

use super::Learned;

type Pair = (u32, u32);

/// Where in a word a piece stands, as its text says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Not at all.
    None,
    /// `</w>` at its end if it ends a word.
    End,
    /// `##` before it if it does not begin a word.
    Inside,
}

impl Mark {
    const END: &'static str = "</w>";
    const INSIDE: &'static str = "##";

    fn symbol(self, character: char, first: bool, last: bool) -> String {
        match self {
            Self::End if last => format!("{character}{}", Self::END),
            Self::Inside if !first => format!("{}{character}", Self::INSIDE),
            _ => character.into(),
        }
    }

    fn joined(self, left: &str, right: &str) -> String {
        let right = if self == Self::Inside { right.strip_prefix(Self::INSIDE).unwrap_or(right) } else { right };
        format!("{left}{right}")
    }
}

/// What is known of two tokens side by side.
#[derive(Debug, Default)]
struct Seen {
    count: u64,
    /// The words they were ever seen in, some more than once.
    words: Vec<u32>,
}

/// Byte pair encoding (Sennrich et al. 2016, arXiv:1508.07909), a pure function of the words and how often each occurs: of
/// pairs seen equally often, the one with the smaller ids comes first.
pub(super) struct Merges {
    mark: Mark,
    /// How many special tokens there are: the first ones.
    special: u32,
    tokens: Vec<String>,
    ids: HashMap<String, u32>,
    merges: Vec<(String, String)>,
    words: Vec<(Vec<u32>, u64)>,
    pairs: HashMap<Pair, Seen>,
    /// Some entries are out of date; what counts is in `pairs`.
    queue: BinaryHeap<(u64, Reverse<Pair>)>,
}

impl Merges {
    /// Before any pair is joined: `special` tokens, the characters of `alphabet` and of the words, and these characters
    /// with the mark.
    pub(super) fn new(
        words: &BTreeMap<String, u64>,
        special: impl Iterator<Item = String>,
        alphabet: impl IntoIterator<Item = char>,
        mark: Mark,
    ) -> Self {
        let (tokens, ids) = (Vec::new(), HashMap::new());
        let (pairs, queue) = (HashMap::new(), BinaryHeap::new());
        let mut all = Self { mark, special: 0, tokens, ids, merges: Vec::new(), words: Vec::new(), pairs, queue };
        for token in special {
            all.id(token);
        }
        all.special = all.tokens.len() as u32;
        let mut symbols: BTreeSet<_> = words.keys().flat_map(|word| word.chars()).collect();
        symbols.extend(alphabet);
        for [first, last] in [[true, false], [false, true]] {
            for &symbol in &symbols {
                all.id(mark.symbol(symbol, first, last));
            }
        }
        for (word, &count) in words {
            all.add(word, count);
        }
        let counts = all.pairs.iter().map(|(pair, seen)| (seen.count, Reverse(*pair)));
        all.queue = counts.collect();
        all
    }

    fn id(&mut self, token: String) -> u32 {
        let next = self.tokens.len() as u32;
        *self.ids.entry(token).or_insert_with_key(|token| {
            self.tokens.push(token.clone());
            next
        })
    }

    fn add(&mut self, word: &str, count: u64) {
        let last = word.chars().count().saturating_sub(1);
        let symbols = word.chars().enumerate().map(|(at, symbol)| self.mark.symbol(symbol, at == 0, at == last));
        let symbols: Vec<_> = symbols.collect::<Vec<_>>().into_iter().map(|symbol| self.id(symbol)).collect();
        let index = self.words.len() as u32;
        for pair in symbols.windows(2) {
            let seen = self.pairs.entry((pair[0], pair[1])).or_default();
            seen.count += count;
            seen.words.push(index);
        }
        self.words.push((symbols, count));
    }

    /// How many tokens there are by now.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Joins until there are `vocab_size` tokens, or no pair is left that was seen `min_frequency` times.
    pub(super) fn learn(mut self, vocab_size: usize, min_frequency: u64, mut each: impl FnMut(usize)) -> Learned {
        while self.tokens.len() < vocab_size {
            let Some((count, Reverse(pair))) = self.queue.pop() else { break };
            let now = self.pairs.get(&pair).map_or(0, |seen| seen.count);
            if now != count {
                self.queue.extend((now > 0).then_some((now, Reverse(pair))));
                continue;
            }
            if count < min_frequency.max(1) {
                break;
            }
            if self.is_special(pair) {
                continue;
            }
            self.join(pair);
            each(self.tokens.len());
        }
        Learned { tokens: self.tokens, merges: self.merges }
    }

    fn joined(&self, (left, right): Pair) -> String {
        self.mark.joined(&self.tokens[left as usize], &self.tokens[right as usize])
    }

    /// Whether two tokens would become the text of a special one, whose id is not for text.
    fn is_special(&self, pair: Pair) -> bool {
        self.ids.get(&self.joined(pair)).is_some_and(|&id| id < self.special)
    }

    fn join(&mut self, pair: Pair) {
        let (left, right) = (self.tokens[pair.0 as usize].clone(), self.tokens[pair.1 as usize].clone());
        let joined = self.id(self.joined(pair));
        self.merges.push((left, right));
        let mut words = self.pairs.remove(&pair).unwrap_or_default().words;
        words.sort_unstable();
        words.dedup();
        let mut changed = BTreeSet::new();
        for word in words {
            self.join_in(word, pair, joined, &mut changed);
        }
        for pair in changed {
            let count = self.pairs.get(&pair).map_or(0, |seen| seen.count);
            self.queue.push((count, Reverse(pair)));
        }
    }

    fn join_in(&mut self, word: u32, pair: Pair, joined: u32, changed: &mut BTreeSet<Pair>) {
        let (symbols, count) = &mut self.words[word as usize];
        let (mut after, mut new) = (Vec::with_capacity(symbols.len()), Vec::with_capacity(symbols.len()));
        let mut old = vec![false; symbols.len()];
        let mut at = 0;
        while at < symbols.len() {
            let found = at + 1 < symbols.len() && (symbols[at], symbols[at + 1]) == pair;
            after.push(if found { joined } else { symbols[at] });
            new.push(found);
            old[at..at + 1 + usize::from(found)].fill(found);
            at += 1 + usize::from(found);
        }
        // Only the neighbours of what was joined have changed.
        for (gone, _) in symbols.windows(2).zip(old.windows(2)).filter(|(_, old)| old[0] || old[1]) {
            if let Some(seen) = self.pairs.get_mut(&(gone[0], gone[1])) {
                seen.count -= *count;
            }
        }
        for (come, _) in after.windows(2).zip(new.windows(2)).filter(|(_, new)| new[0] || new[1]) {
            let come = (come[0], come[1]);
            let seen = self.pairs.entry(come).or_default();
            seen.count += *count;
            seen.words.push(word);
            changed.insert(come);
        }
        *symbols = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[(&str, u64)]) -> BTreeMap<String, u64> {
        words.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect()
    }

    fn learned(counts: &[(&str, u64)], vocab_size: usize, min_frequency: u64, mark: Mark) -> Learned {
        Merges::new(&words(counts), std::iter::empty(), [], mark).learn(vocab_size, min_frequency, |_| ())
    }

    fn joined(learned: &Learned) -> Vec<String> {
        learned.merges.iter().map(|(left, right)| format!("{left} {right}")).collect()
    }

    #[test]
    fn the_papers_words() {
        // Figure 1 of the paper, whose end-of-word mark is a symbol of its own: `es`, `est`, `est·`, `lo`, `low`.
        let counts = [("low", 5), ("lower", 2), ("newest", 6), ("widest", 3)];
        let bpe = learned(&counts, usize::MAX, 7, Mark::End);
        assert_eq!(joined(&bpe), ["e s", "es t</w>", "l o"]);
        let bpe = learned(&counts, usize::MAX, 6, Mark::End);
        assert_eq!(joined(&bpe), ["e s", "es t</w>", "l o", "e w", "n ew", "new est</w>"]);
        let pieces = learned(&counts, usize::MAX, 7, Mark::Inside);
        assert_eq!(joined(&pieces), ["##e ##s", "##es ##t", "l ##o", "lo ##w"]);
        assert_eq!(pieces.tokens[pieces.tokens.len() - 4..], ["##es", "##est", "lo", "low"]);
    }

    #[test]
    fn a_word_of_one_letter_again_and_again() {
        let bpe = learned(&[("aaaaaaa", 1)], usize::MAX, 1, Mark::None);
        assert_eq!(joined(&bpe), ["a a", "aa aa", "aa a", "aaaa aaa"]);
        assert_eq!(bpe.tokens, ["a", "aa", "aaaa", "aaa", "aaaaaaa"]);
    }

    #[test]
    fn nothing_is_joined_to_a_special_token() {
        let words = words(&[("<pad>", 9), ("<pads", 5)]);
        let merges = Merges::new(&words, ["<pad>".to_owned()].into_iter(), [], Mark::None);
        let learned = merges.learn(usize::MAX, 1, |_| ());
        assert_eq!(joined(&learned), ["< p", "a d", "<p ad", "<pad s"]);
        assert_eq!(learned.tokens.iter().filter(|token| *token == "<pad>").count(), 1);
    }

    #[test]
    fn equals_go_by_their_ids_and_the_size_is_kept() {
        let bpe = learned(&[("ab", 3), ("cd", 3), ("ef", 2)], 7, 2, Mark::None);
        assert_eq!((joined(&bpe), bpe.tokens.len()), (vec!["a b".to_owned()], 7));
        let bpe = learned(&[("ab", 3), ("cd", 3), ("ef", 2)], 100, 3, Mark::None);
        assert_eq!(joined(&bpe), ["a b", "c d"]);
    }
}
