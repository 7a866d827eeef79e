//! Which tokenizer, as a plan writes it.

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// How text becomes tokens. [`train`](Self::train) makes a [`Tokenizer`](crate::Tokenizer) of it and of some text.
///
/// In TOML it is either its name alone, or a table with its name and its numbers:
///
/// ```
/// use salamander_text::{Symbols, TokenizerKind};
///
/// #[derive(serde::Deserialize)]
/// struct Plan {
///     tokenizer: TokenizerKind,
/// }
/// let read = |text| toml::from_str::<Plan>(text).map(|plan| plan.tokenizer);
///
/// let words = TokenizerKind::Words { vocab_size: None, min_frequency: 1, lowercase: false };
/// assert_eq!(read("tokenizer = 'words'")?, words);
/// let bpe = read("tokenizer = { kind = 'bpe', vocab_size = 8000 }")?;
/// assert_eq!(bpe, TokenizerKind::Bpe { vocab_size: 8000, min_frequency: 2, lowercase: false, symbols: Symbols::Bytes });
/// assert!(read("tokenizer = { kind = 'bytes', vocab_size = 8000 }").is_err());
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TokenizerKind {
    /// A token for each character of the text.
    Characters,
    /// A token for each byte (Xue et al. 2021, arXiv:2105.13626).
    Bytes,
    /// A token for each word and each punctuation mark.
    Words {
        /// The most tokens there may be, special ones included: the most frequent are kept. `None` for all.
        #[serde(skip_serializing_if = "Option::is_none")]
        vocab_size: Option<usize>,
        /// How often a word must occur, 1 if not said.
        min_frequency: u64,
        /// Whether capitals become small letters.
        lowercase: bool,
    },
    /// A token for each stretch between spaces: for text that another program has cut. A piece that ends in `@@` goes on
    /// without a space, as subword-nmt writes it (Sennrich et al. 2016, arXiv:1508.07909).
    Pieces {
        /// The most tokens there may be, special ones included: the most frequent are kept. `None` for all.
        #[serde(skip_serializing_if = "Option::is_none")]
        vocab_size: Option<usize>,
        /// How often a piece must occur, 1 if not said.
        min_frequency: u64,
        /// Whether capitals become small letters.
        lowercase: bool,
    },
    /// Byte pair encoding: what stands side by side most often becomes one token, again and again (Sennrich et al. 2016,
    /// arXiv:1508.07909).
    Bpe {
        /// How many tokens, special ones included.
        vocab_size: usize,
        /// How often two must stand side by side to become one, 2 if not said.
        min_frequency: u64,
        /// Whether capitals become small letters.
        lowercase: bool,
        /// What it begins with, [`Symbols::Bytes`] if not said.
        symbols: Symbols,
    },
    /// BERT's: words, cut in the longest pieces there are from the left; a piece that does not begin a word begins with
    /// `##` (Devlin et al. 2018, arXiv:1810.04805). Learned as byte pairs are, since how it was learned is not published.
    WordPiece {
        /// How many tokens, special ones included.
        vocab_size: usize,
        /// How often two pieces must stand side by side to become one, 2 if not said.
        min_frequency: u64,
        /// Whether capitals become small letters and accents go.
        lowercase: bool,
    },
    /// A probability for each piece; the likeliest pieces make up a word (Kudo 2018, arXiv:1804.10959).
    Unigram {
        /// How many tokens, special ones included.
        vocab_size: usize,
        /// Whether capitals become small letters.
        lowercase: bool,
    },
}

/// What byte pair encoding begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Symbols {
    /// Bytes: any text can be encoded, and comes back as it was (Radford et al. 2019, "Language models are unsupervised
    /// multitask learners").
    #[default]
    Bytes,
    /// Characters, those that end a word marked with `</w>`. Words are what white space separates, and come back with
    /// single spaces between them.
    Characters,
}

/// The table as it is written; which of these a kind takes is looked at afterwards.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    kind: String,
    vocab_size: Option<usize>,
    min_frequency: Option<u64>,
    lowercase: Option<bool>,
    symbols: Option<Symbols>,
}

const NAMES: [&str; 7] = ["characters", "bytes", "words", "pieces", "bpe", "word_piece", "unigram"];

impl Written {
    fn read<E: de::Error>(mut self) -> Result<TokenizerKind, E> {
        let name = std::mem::take(&mut self.kind);
        let kind = match name.as_str() {
            "characters" => TokenizerKind::Characters,
            "bytes" => TokenizerKind::Bytes,
            "words" | "pieces" => {
                let (vocab_size, min_frequency) = (self.vocab_size.take(), self.min_frequency.take().unwrap_or(1));
                let lowercase = self.lowercase();
                match name.as_str() {
                    "words" => TokenizerKind::Words { vocab_size, min_frequency, lowercase },
                    _ => TokenizerKind::Pieces { vocab_size, min_frequency, lowercase },
                }
            }
            "bpe" => TokenizerKind::Bpe {
                vocab_size: self.vocab_size()?,
                min_frequency: self.min_frequency.take().unwrap_or(2),
                lowercase: self.lowercase(),
                symbols: self.symbols.take().unwrap_or_default(),
            },
            "word_piece" => TokenizerKind::WordPiece {
                vocab_size: self.vocab_size()?,
                min_frequency: self.min_frequency.take().unwrap_or(2),
                lowercase: self.lowercase(),
            },
            "unigram" => TokenizerKind::Unigram { vocab_size: self.vocab_size()?, lowercase: self.lowercase() },
            _ => return Err(E::unknown_variant(&name, &NAMES)),
        };
        match self.left() {
            Some(key) => Err(E::custom(format!("a tokenizer of the kind `{name}` takes no `{key}`"))),
            None => Ok(kind),
        }
    }

    fn vocab_size<E: de::Error>(&mut self) -> Result<usize, E> {
        self.vocab_size.take().ok_or_else(|| E::missing_field("vocab_size"))
    }

    fn lowercase(&mut self) -> bool {
        self.lowercase.take().unwrap_or_default()
    }

    /// A key that the kind has not taken.
    fn left(&self) -> Option<&'static str> {
        let left = [
            ("vocab_size", self.vocab_size.is_some()),
            ("min_frequency", self.min_frequency.is_some()),
            ("lowercase", self.lowercase.is_some()),
            ("symbols", self.symbols.is_some()),
        ];
        left.into_iter().find(|(_, there)| *there).map(|(key, _)| key)
    }
}

impl<'de> Deserialize<'de> for TokenizerKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrTable)
    }
}

struct NameOrTable;

impl<'de> Visitor<'de> for NameOrTable {
    type Value = TokenizerKind;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("the name of a kind of tokenizer, or a table with its `kind`")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<TokenizerKind, E> {
        Written { kind: name.to_owned(), ..Written::default() }.read()
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TokenizerKind, A::Error> {
        Written::deserialize(MapAccessDeserializer::new(map))?.read()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Plan {
        tokenizer: TokenizerKind,
    }

    fn read(value: &str) -> Result<TokenizerKind, String> {
        let plan: Result<Plan, _> = toml::from_str(&format!("tokenizer = {value}"));
        plan.map(|plan| plan.tokenizer).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn every_kind_is_read_and_written_alike() {
        for value in [
            "'characters'",
            "'bytes'",
            "'words'",
            "{ kind = 'words', vocab_size = 100, min_frequency = 2, lowercase = true }",
            "'pieces'",
            "{ kind = 'bpe', vocab_size = 300 }",
            "{ kind = 'bpe', vocab_size = 300, symbols = 'characters' }",
            "{ kind = 'word_piece', vocab_size = 300, min_frequency = 1 }",
            "{ kind = 'unigram', vocab_size = 300, lowercase = true }",
        ] {
            let tokenizer = read(value).unwrap_or_else(|error| panic!("{value}: {error}"));
            let written = toml::to_string(&Plan { tokenizer: tokenizer.clone() }).unwrap();
            assert_eq!(toml::from_str::<Plan>(&written).unwrap().tokenizer, tokenizer, "{written}");
        }
    }

    #[test]
    fn what_a_kind_does_not_take_is_refused() {
        for (value, message) in [
            ("'sentences'", "unknown variant `sentences`"),
            ("{ kind = 'bytes', vocab_size = 300 }", "a tokenizer of the kind `bytes` takes no `vocab_size`"),
            ("{ kind = 'unigram', vocab_size = 300, min_frequency = 2 }", "takes no `min_frequency`"),
            ("{ kind = 'word_piece', vocab_size = 300, symbols = 'bytes' }", "takes no `symbols`"),
            ("{ kind = 'bpe' }", "missing field `vocab_size`"),
            ("'bpe'", "missing field `vocab_size`"),
            ("{ kind = 'bpe', vocab_sise = 300 }", "unknown field `vocab_sise`"),
            ("{ vocab_size = 300 }", "missing field `kind`"),
            ("7", "the name of a kind of tokenizer"),
        ] {
            let error = read(value).unwrap_err();
            assert!(error.contains(message), "{value}: {error}");
        }
    }
}
