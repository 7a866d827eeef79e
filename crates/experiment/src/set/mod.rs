//! From a part of a data set to batches of ids.

mod judged;
mod pairs;
mod running;

use std::{cell::Cell, path::PathBuf, sync::Arc};

use salamander_datasets::Corpus;
use salamander_models::{Delimiters, Task};
use salamander_text::{
    BatchSize, Classified, Continued, Contrastive, Denoised, Documents, Frame, Masked, Packed, Pairs, Prefixed,
    Questions, Tagged, Tokenizer, Windows,
};
use salamander_train::Plan;

use crate::{Error, Part, Progress, write::Ends};

/// Batches of one part of a data set, of the kind that its task wants.
#[derive(Debug, Clone)]
pub(crate) enum Set {
    Windows(Arc<Windows>),
    Documents(Arc<Documents>),
    Packed(Arc<Packed>),
    Continued(Arc<Continued>),
    Prefixed(Arc<Prefixed>),
    Masked(Arc<Masked>),
    Pairs(Arc<Pairs>),
    Denoised(Arc<Denoised>),
    Classified(Arc<Classified>),
    Tagged(Arc<Tagged>),
    Questions(Arc<Questions>),
    Contrastive(Arc<Contrastive>),
}

/// Whether the data is one long text, which may be cut anywhere.
pub(crate) fn continuous(corpus: &Corpus) -> bool {
    match corpus {
        Corpus::Text(splits) => splits.train.len() == 1,
        Corpus::Stream(_) => true,
        _ => false,
    }
}

/// What makes batches of text.
pub(crate) struct Cutter<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) task: Task,
    pub(crate) tokenizer: &'a Tokenizer,
    pub(crate) delimiters: Option<&'a Delimiters>,
    /// Where files of tokens are kept that are too large for memory.
    pub(crate) tokens: PathBuf,
    /// How many texts were longer than a row and lost their end.
    pub(crate) shortened: Cell<usize>,
}

impl Cutter<'_> {
    /// A part of a data set.
    pub(crate) fn set(&self, corpus: &Corpus, part: Part, progress: &mut dyn FnMut(Progress)) -> Result<Set, Error> {
        if part.len(corpus) == 0 {
            return Err(Error::NoPart { part: part.name() });
        }
        match corpus {
            Corpus::Text(splits) if continuous(corpus) => self.text(&part.of(splits)),
            Corpus::Text(splits) => self.documents(&part.of(splits)),
            Corpus::Stream(stream) => self.stream(stream, part, progress),
            Corpus::Pairs(splits) => self.pairs(&part.of(splits)),
            Corpus::Labelled { splits, .. } => self.labelled(&part.of(splits)),
            Corpus::Tagged { splits, .. } => self.tagged(&part.of(splits)),
            Corpus::Questions(splits) => self.questions(&part.of(splits)),
        }
    }

    /// How large batches are where rows have lengths of their own.
    fn size(&self) -> BatchSize {
        match self.plan.batch_tokens {
            Some(tokens) => BatchSize::Tokens(tokens),
            None => BatchSize::SimilarRows(self.plan.batch_size),
        }
    }

    /// How many rows a batch has where all are as long as the plan's.
    fn rows(&self) -> usize {
        let fit = |tokens: usize| (tokens / self.plan.seq_len).max(1);
        self.plan.batch_tokens.map_or(self.plan.batch_size, fit)
    }

    /// The ids of a text, of which at most `most` are kept.
    fn ids(&self, text: &str, most: usize) -> Result<Vec<u32>, Error> {
        let mut ids = self.tokenizer.encode(text)?;
        if ids.len() > most {
            ids.truncate(most);
            self.shortened.set(self.shortened.get() + 1);
        }
        Ok(ids)
    }

    fn pad(&self) -> Result<u32, Error> {
        self.tokenizer.pad().ok_or(Error::NoSpecial { purpose: "padding" })
    }

    fn end(&self) -> Result<u32, Error> {
        self.tokenizer.eos().ok_or(Error::NoSpecial { purpose: "an end" })
    }

    fn ends(&self) -> Result<Ends, Error> {
        Ends::new(self.tokenizer, self.delimiters)
    }

    fn frame(&self) -> Result<Frame, Error> {
        Ok(Frame::new(self.tokenizer)?)
    }
}
