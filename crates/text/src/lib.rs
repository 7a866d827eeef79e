//! From text to batches of token ids, and back from ids to text.
//!
//! A [`Tokenizer`] turns text into ids. Whatever it is made of (characters, bytes, words, or a `tokenizer.json` from
//! elsewhere), what it saves is a `tokenizer.json` that the `tokenizers` and `transformers` libraries read too, and that
//! gives the same ids there. A [`StreamDecoder`] turns ids back into text one at a time, never splitting a character.
//!
//! A tokenizer of any [`TokenizerKind`] can be trained on one's own text. A text larger than memory is written into a file of
//! tokens by a [`TokenWriter`], and a [`TokenFile`] is read like [`Tokens`] in memory.
//!
//! Batches are plain integers, no tensors. Each is a pure function of a seed and a step ([`Batches::batch_at`]): a run that
//! goes on at step `n` needs to remember `n`, and nothing else.
//!
//! | a model that | learns from |
//! | --- | --- |
//! | predicts the next token | [`Windows`] on a continuous text, [`Documents`] one by one, [`Packed`] side by side |
//! | is given a prefix and predicts what follows | [`Prefixed`]: of running text, of pairs, of texts to be restored |
//! | fills in gaps, or finds tokens that were replaced | [`Masked`], with [`ReplacedBatch`] |
//! | writes from sequence to sequence | [`Pairs`], and texts to be restored, [`Denoised`] |
//! | says what a text, a pair of texts or a word is | [`Classified`], [`Tagged`] |
//! | points at an answer | [`Questions`] |
//! | tells which texts belong together | [`Contrastive`] |
//!
//! ```
//! use salamander_text::{Batches, Tokenizer, Windows};
//!
//! let text = "to be or not to be";
//! let tokenizer = Tokenizer::characters(text, &[]);
//! let tokens = tokenizer.encode(text)?;
//! assert_eq!(tokenizer.decode(&tokens)?, text);
//!
//! let (length, rows, seed) = (4, 2, 0);
//! let batch = Windows::new(tokens, length, rows, seed)?.batch_at(7);
//! assert_eq!(batch.inputs.row(0)[1..], batch.targets.row(0)[..3]);
//! # Ok::<(), salamander_text::Error>(())
//! ```

mod batch;
mod bigram;
mod corpus;
mod corruption;
mod error;
mod fingerprint;
mod lines;
mod matrix;
mod random;
mod stream;
mod tokenizer;
mod write;

pub use batch::{
    BatchSize, Batches, ClassBatch, Classified, Continued, Contrastive, ContrastiveBatch, Denoised, Documents, Frame,
    Framed, IGNORE, LanguageBatch, Masked, Noise, Packed, PackedBatch, Packing, PairBatch, PairOptions, Pairs,
    PrefixBatch, Prefixed, Question, QuestionBatch, QuestionOptions, QuestionWindow, Questions, Rows, Tagged, Windows,
    tag,
};
pub use bigram::Bigram;
pub use corpus::{TokenFile, TokenWriter, Tokens};
pub use corruption::{Corruption, Gaps, Infilling, Replaced, ReplacedBatch, SpanCorruption};
pub use error::Error;
pub use fingerprint::fingerprint;
pub use matrix::Matrix;
pub use random::Random;
pub use stream::StreamDecoder;
pub use tokenizer::{Bytes, Characters, Pretrained, Progress, Special, Symbols, TextLength, Tokenizer, TokenizerKind};
