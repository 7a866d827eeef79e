//! What came before transformers, and what a transformer has to beat.
//!
//! | model | looks at | learns by |
//! |---|---|---|
//! | [`NGram`] | the last few tokens | counting |
//! | [`Markov`] | the last one or two, or the last with each before it | counting |
//! | [`BagOfWords`] | all tokens, in no order | gradients |
//! | [`RecurrentLm`] | a state that has taken in all tokens, one by one | gradients |
//! | [`RecurrentSeq2Seq`] | the state of a reader, or all its states | gradients |
//!
//! Each is a config and a module as a family of transformers is. What is learnt by gradients has `init` and `forward`, and
//! is trained like them; what is learnt by counting has `fit` instead, and is done when it has read its text once.
//!
//! # Why keep them
//!
//! A loss means little alone. On the plays of Shakespeare, letter by letter, tables of counts over the last four letters
//! reach 1.67 nats: a small transformer that was trained for three minutes has not learnt what they know. Each model here
//! lacks one thing, and what the next one gains is what that thing is worth: more context than can be counted, the order
//! of the words, a state that remembers, a look back at the source.

mod bag_of_words;
mod counting;
mod error;
mod recurrent;

pub use bag_of_words::{BagOfWords, BagOfWordsConfig, Counting};
pub use counting::{Chain, Markov, MarkovConfig, NGram, NGramConfig, Smoothing};
pub use error::Error;
pub use recurrent::{
    BothWays, Cell, Context, LayerState, Reader, RecurrentLayer, RecurrentLm, RecurrentLmConfig, RecurrentSeq2Seq,
    RecurrentSeq2SeqConfig, RecurrentState, Source,
};
