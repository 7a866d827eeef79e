//! How BLEU cuts a line into words.

use std::{fmt, sync::LazyLock};

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::whitespace::{is_space, words};

/// What makes words of a line. Scores of different tokenizers cannot be compared (Post 2018, arXiv:1804.08771).
///
/// ```
/// use salamander_metrics::BleuTokenizer;
///
/// assert_eq!(BleuTokenizer::V13a.tokenize("It's $1,000.50, isn't it?"), "It's $ 1,000.50 , isn't it ?");
/// assert_eq!(BleuTokenizer::International.tokenize("It's $1,000.50, isn't it?"), "It ' s $ 1,000.50 , isn ' t it ?");
/// assert_eq!(BleuTokenizer::Character.tokenize("so so"), "s o s o");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BleuTokenizer {
    /// `13a`: that of NIST's `mteval-v13a.pl`, for languages in Latin letters. ASCII punctuation becomes words, apart from
    /// `'`, `-` not behind a digit, and `.` and `,` between digits.
    #[default]
    V13a,
    /// `intl`: that of `mteval-v14.pl`. Unicode punctuation and symbols become words, apart from punctuation between
    /// digits; and, as there, from punctuation at either end of the line whose one neighbour is a digit.
    International,
    /// `zh`: each Chinese character is a word, the rest is cut as in `13a`.
    Chinese,
    /// `char`: each character is a word.
    Character,
    /// `none`: the text is tokenized already, words stand between white space.
    None,
}

impl BleuTokenizer {
    /// The words of a line, a space between each.
    pub fn tokenize(self, line: &str) -> String {
        let line = line.trim_end_matches(is_space);
        let cut = match self {
            Self::V13a => V13A.apply(&format!(" {} ", unescape(line))),
            Self::International => INTERNATIONAL.apply(line),
            Self::Chinese => V13A.apply(&apart(line.trim_start_matches(is_space))),
            Self::Character => line.chars().flat_map(|character| [character, ' ']).collect(),
            Self::None => line.to_owned(),
        };
        words(&cut).collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for BleuTokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V13a => "13a",
            Self::International => "intl",
            Self::Chinese => "zh",
            Self::Character => "char",
            Self::None => "none",
        })
    }
}

/// Substitutions, one after the other.
struct Rules(Vec<(Regex, &'static str)>);

impl Rules {
    fn new<const N: usize>(rules: [(&str, &'static str); N]) -> Self {
        let compile = |pattern| Regex::new(pattern).expect("the pattern is a constant, and tested");
        Self(rules.into_iter().map(|(pattern, replacement)| (compile(pattern), replacement)).collect())
    }

    fn apply(&self, line: &str) -> String {
        self.0.iter().fold(line.to_owned(), |line, (rule, by)| match rule.replace_all(&line, *by) {
            std::borrow::Cow::Borrowed(_) => line,
            std::borrow::Cow::Owned(changed) => changed,
        })
    }
}

/// The part of `mteval-v13a.pl` for Western languages.
static V13A: LazyLock<Rules> = LazyLock::new(|| {
    Rules::new([
        // All of ASCII that is neither letter nor digit, apart from ' , - . and the controls.
        (r"([{-~\[-` -&(-+:-@/])", " ${1} "),
        (r"([^0-9])([.,])", "${1} ${2} "),
        (r"([.,])([^0-9])", " ${1} ${2}"),
        (r"([0-9])(-)", "${1} ${2} "),
    ])
});

/// The part of `mteval-v14.pl` for all languages.
static INTERNATIONAL: LazyLock<Rules> = LazyLock::new(|| {
    Rules::new([(r"(\P{N})(\p{P})", "${1} ${2} "), (r"(\p{P})(\P{N})", " ${1} ${2}"), (r"(\p{S})", " ${1} ")])
});

/// The part of `mteval-v13a.pl` for all languages: line ends, and the four entities of SGML, in this order.
fn unescape(line: &str) -> String {
    let line = line.replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    if !line.contains('&') {
        return line;
    }
    line.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
}

/// Each Chinese character between spaces.
fn apart(line: &str) -> String {
    line.chars().fold(String::with_capacity(2 * line.len()), |mut apart, character| {
        if CHINESE.iter().any(|(first, last)| (*first..=*last).contains(&character)) {
            apart.extend([' ', character, ' ']);
        } else {
            apart.push(character);
        }
        apart
    })
}

/// What sacreBLEU takes for Chinese. Its two ranges of five hexadecimal digits (U+20000 to U+2A6D6, U+2F800 to U+2FA1D) are
/// four digits and a letter to Python, and so mean what stands here: dashes, curved quotes and arrows are among it, and
/// the rarest characters are not.
const CHINESE: [(char, char); 22] = [
    ('\u{3400}', '\u{4db5}'),
    ('\u{4e00}', '\u{9fa5}'),
    ('\u{9fa6}', '\u{9fbb}'),
    ('\u{f900}', '\u{fa2d}'),
    ('\u{fa30}', '\u{fa6a}'),
    ('\u{fa70}', '\u{fad9}'),
    ('\u{2001}', '\u{2a6d}'),
    ('\u{2f81}', '\u{2fa1}'),
    ('\u{ff00}', '\u{ffef}'),
    ('\u{2e80}', '\u{2eff}'),
    ('\u{3000}', '\u{303f}'),
    ('\u{31c0}', '\u{31ef}'),
    ('\u{2f00}', '\u{2fdf}'),
    ('\u{2ff0}', '\u{2fff}'),
    ('\u{3100}', '\u{312f}'),
    ('\u{31a0}', '\u{31bf}'),
    ('\u{fe10}', '\u{fe1f}'),
    ('\u{fe30}', '\u{fe4f}'),
    ('\u{2600}', '\u{26ff}'),
    ('\u{2700}', '\u{27bf}'),
    ('\u{3200}', '\u{32ff}'),
    ('\u{3300}', '\u{33ff}'),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tokenizer: BleuTokenizer, table: &[(&str, &str)]) {
        for (line, want) in table {
            assert_eq!(tokenizer.tokenize(line), *want, "{line:?}");
        }
    }

    #[test]
    fn v13a_by_hand() {
        check(
            BleuTokenizer::V13a,
            &[
                ("", ""),
                ("  two  spaces ", "two spaces"),
                ("the end.", "the end ."),
                ("in 1984.", "in 1984 ."),
                ("3.14, 10,000 and .5", "3.14 , 10,000 and . 5"),
                ("well-known 9-day don't", "well-known 9 - day don't"),
                ("&quot;a&quot; &lt;b&gt; c&amp;d", "\" a \" < b > c & d"),
                // The ampersand is made first, and what it makes is read again.
                ("&amp;lt;", "<"),
                ("<skipped>x", "x"),
                // A word goes on behind a hyphen and a line end, but not behind the last.
                ("well-\nknown well-\n", "wellknown well-"),
                ("„a“ – b…", "„a“ – b…"),
            ],
        );
    }

    #[test]
    fn international_by_hand() {
        check(
            BleuTokenizer::International,
            &[
                ("„a“ – b…", "„ a “ – b …"),
                ("10,000 don't", "10,000 don ' t"),
                ("5€+3", "5 € + 3"),
                // Without a character behind it, the full stop stays with the number.
                ("in 1984.", "in 1984."),
                // And so it does where white space ended the line.
                ("in 1984. \n", "in 1984."),
            ],
        );
    }

    #[test]
    fn chinese_by_hand() {
        check(
            BleuTokenizer::Chinese,
            &[("我有3,000本书。ok?", "我 有 3,000 本 书 。 ok ?"), ("“a”—\u{20000}b", "“ a ” — \u{20000}b")],
        );
    }

    #[test]
    fn characters_by_hand() {
        check(BleuTokenizer::Character, &[(" a b ", "a b"), ("né", "n é"), ("我有", "我 有")]);
        check(BleuTokenizer::None, &[(" a  b.\t", "a b."), ("&amp;", "&amp;")]);
    }
}
