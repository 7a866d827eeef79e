//! From text to batches of token ids, and back from ids to text.
//!
//! A [`Tokenizer`] turns text into ids. Whatever it is made of (characters, bytes, words, or a `tokenizer.json` from
//! elsewhere), what it saves is a `tokenizer.json` that the `tokenizers` and `transformers` libraries read too, and that
//! gives the same ids there. A [`StreamDecoder`] turns ids back into text one at a time, never splitting a character.
//!
//! Batches are plain integers, no tensors: [`Windows`] over a continuous text and [`Documents`] one by one for models that
//! predict the next token, [`Masked`] for models that fill in gaps, [`Pairs`] for models from sequence to sequence. Each is
//! a pure function of a seed and a step ([`Batches::batch_at`]): a run that goes on at step `n` needs to remember `n`, and
//! nothing else.
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
mod lines;
mod matrix;
mod random;
mod stream;
mod tokenizer;
mod write;

pub use batch::{
    BatchSize, Batches, Denoised, Documents, IGNORE, LanguageBatch, Masked, Noise, Packed, PackedBatch, Packing,
    PairBatch, PairOptions, Pairs, PrefixBatch, Prefixed, Windows,
};
pub use bigram::Bigram;
pub use corpus::{TokenFile, TokenWriter, Tokens};
pub use corruption::{Corruption, Infilling, Replaced, ReplacedBatch, SpanCorruption};
pub use error::Error;
pub use matrix::Matrix;
pub use random::Random;
pub use stream::StreamDecoder;
pub use tokenizer::{Bytes, Characters, Pretrained, Progress, Special, Symbols, Tokenizer, TokenizerKind};
