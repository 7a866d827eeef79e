//! Running text, to be gone on with or filled in.

use std::{fs, path::Path, sync::Arc};

use salamander_datasets::{Corpus, Piece, TextStream};
use salamander_generate::Reading;
use salamander_models::Task;
use salamander_text::{
    Corruption, Denoised, Documents, Gaps, Infilling, Masked, Noise, Packed, Packing, PairOptions, Prefixed, Replaced,
    SpanCorruption, TokenFile, TokenWriter, Windows, fingerprint,
};

use super::{Cutter, Set};
use crate::{Error, Part, Progress, Prompt, write::Ends};

impl Cutter<'_> {
    /// One long text.
    pub(super) fn text(&self, text: &[&String]) -> Result<Set, Error> {
        match self.task {
            Task::Causal { packing: None } => {
                let text: String = text.iter().map(|text| text.as_str()).collect();
                self.windows(self.tokenizer.encode(&text)?)
            }
            _ => self.documents(text),
        }
    }

    /// Documents.
    pub(super) fn documents(&self, documents: &[&String]) -> Result<Set, Error> {
        let framed = || documents.iter().map(|text| self.framed(text)).collect::<Result<Vec<_>, _>>();
        let bare = || documents.iter().map(|text| Ok(self.tokenizer.encode(text)?)).collect::<Result<Vec<_>, Error>>();
        let plan = self.plan;
        let (length, rows, seed) = (plan.seq_len, plan.batch_size, plan.seed);
        Ok(match self.task {
            Task::Causal { packing: None } => {
                // The end is the set's to add.
                let begun = documents.iter().map(|text| self.begun(text)).collect::<Result<Vec<_>, _>>()?;
                let documents = Documents::new(begun, self.end()?, length, rows, seed)?;
                Set::Documents(Arc::new(documents.sized(self.size())?))
            }
            Task::Causal { packing: Some(packing) } => self.packed(framed()?.concat(), packing)?,
            Task::Prefix => {
                let prefixed = Prefixed::drawn(framed()?, self.end()?, length, rows, seed)?;
                Set::Prefixed(Arc::new(prefixed.sized(self.size())?))
            }
            Task::Replaced { rate } => {
                let noise = Replaced { rate, ..Replaced::new(self.tokenizer)? };
                self.masked(framed()?, noise)?
            }
            Task::Spans { rate, mean, reading } => {
                let noise = SpanCorruption { density: rate, mean, ..SpanCorruption::new(self.tokenizer)? };
                self.denoised(bare()?, Noise::Spans(noise), reading)?
            }
            Task::Denoise { rate, mean, reading } => {
                let noise = Infilling { rate, mean, ..Infilling::new(self.tokenizer)? };
                self.denoised(bare()?, Noise::Infilling(noise), reading)?
            }
            Task::Masked { rate } => {
                let noise = Corruption { rate, ..Corruption::new(self.tokenizer)? };
                self.masked(framed()?, noise)?
            }
            other => unreachable!("{} is decided to be no task on text", other.name()),
        })
    }

    /// A text that is never in memory as a whole: its tokens are written into a file, once.
    pub(super) fn stream(
        &self,
        stream: &TextStream,
        part: Part,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Set, Error> {
        let (pieces, chunks) = match part {
            Part::Train => (&stream.parts().train, stream.train()),
            Part::Validation => (&stream.parts().validation, stream.validation()),
            Part::Test => (&stream.parts().test, stream.test()),
            Part::All => return Err(Error::NoPart { part: "such" }),
        };
        let bytes = part.len(&Corpus::Stream(stream.clone()));
        let path = self.tokens.join(format!("{:016x}.tokens", self.origin(pieces)));
        if let Ok(file) = TokenFile::open(&path)
            && file.check_tokenizer(self.tokenizer).is_ok()
        {
            return self.windows(file);
        }
        fs::create_dir_all(&self.tokens).map_err(|source| Error::Write { path: self.tokens.clone(), source })?;
        let mut writer = TokenWriter::create(&path, self.tokenizer.clone())?;
        let mut done = 0;
        for chunk in chunks {
            let chunk = chunk?;
            done += chunk.len() as u64;
            writer.push(&chunk)?;
            progress(Progress::Tokens { part, done, bytes });
        }
        self.windows(writer.finish()?)
    }

    /// What a file of tokens is made from: which bytes of which files, when they were written, by which tokenizer.
    fn origin(&self, pieces: &[Piece]) -> u64 {
        let mut text = format!("{:016x}", self.tokenizer.fingerprint());
        for piece in pieces {
            text += &format!("|{}|{:?}|{:?}", piece.path.display(), piece.bytes, changed(&piece.path));
        }
        fingerprint(&text)
    }

    fn windows(&self, tokens: impl Into<salamander_text::Tokens>) -> Result<Set, Error> {
        let Self { plan, .. } = self;
        Ok(Set::Windows(Arc::new(Windows::new(tokens, plan.seq_len, self.rows(), plan.seed)?)))
    }

    fn packed(&self, tokens: Vec<u32>, packing: Packing) -> Result<Set, Error> {
        let Self { plan, .. } = self;
        let packed = Packed::new(tokens, self.end()?, packing, plan.seq_len, self.rows(), plan.seed)?;
        Ok(Set::Packed(Arc::new(packed)))
    }

    fn masked(&self, texts: Vec<Vec<u32>>, gaps: impl Into<Gaps>) -> Result<Set, Error> {
        let Self { plan, .. } = self;
        let masked = Masked::new(texts, gaps, self.pad()?, plan.seq_len, plan.batch_size, plan.seed)?;
        Ok(Set::Masked(Arc::new(masked.sized(self.size())?)))
    }

    fn denoised(&self, texts: Vec<Vec<u32>>, noise: Noise, reading: Option<Reading>) -> Result<Set, Error> {
        let denoised = Denoised::new(texts, noise, self.pair_options()?, self.plan.seed)?.sized(self.size())?;
        Ok(match reading {
            None => Set::Denoised(Arc::new(denoised)),
            Some(Reading::Causal) => Set::Continued(Arc::new(Prefixed::restored(denoised).causal())),
            Some(Reading::Prefix) => Set::Prefixed(Arc::new(Prefixed::restored(denoised))),
        })
    }

    /// How pairs become rows.
    pub(super) fn pair_options(&self) -> Result<PairOptions, Error> {
        let Ends { start, end, .. } = self.ends()?;
        Ok(PairOptions {
            pad: self.pad()?,
            start,
            end,
            rows: self.plan.batch_size,
            longest: self.plan.seq_len,
            similar: true,
        })
    }

    /// A text behind the token that begins one.
    fn begun(&self, text: &str) -> Result<Vec<u32>, Error> {
        Prompt::Beginning.ids(text, self.tokenizer)
    }

    /// A text with its beginning and its end.
    pub(crate) fn framed(&self, text: &str) -> Result<Vec<u32>, Error> {
        let mut ids = self.begun(text)?;
        ids.push(self.end()?);
        Ok(ids)
    }
}

/// When a file was last written, as far as the system says.
fn changed(path: &Path) -> Option<std::time::SystemTime> {
    fs::metadata(path).and_then(|about| about.modified()).ok()
}
