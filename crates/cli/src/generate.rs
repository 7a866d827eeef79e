//! `salamander generate`.

use std::{
    io::{Write, stdout},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use salamander::{
    experiment::{Ends, Prompt, frame, stops},
    generate::{
        BeamSearch, Completer, Error, Hypothesis, LanguageModel, Longest, Pieces, Request, Sampling, Seq2Seq,
        Translator,
    },
    models::{Loaded, Model},
    text::{Frame, Tokenizer},
};

use crate::{On, Usage, open_model};

/// The most tokens of a text, where nobody says how many.
const LONGEST: usize = 500;

/// Lets a trained model write.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  salamander generate runs/gpt/<run> --prompt \"Once upon a time\"
  salamander generate path/to/gpt2 --prompt \"Alan Turing\" --temperature 0 --tokens 40
  salamander generate path/to/gpt2 --prompt \"Q: why?\" --min-p 0.1 --repetition-penalty 1.1 --stop \"Q:\"
  salamander generate runs/recall/<run> --prompt \"a 3 f 7 c 1 ? f\" --temperature 0
  salamander generate runs/transformer-nano/<run> --prompt \"a sentence\" --prompt \"another one\" --beams 5
Several prompts are written one after the other, each with a line of its own.
What stands around a prompt, begins a target and ends a text, the files of a Hugging Face directory say. A row of a model
that its tokenizer has no word for is no text.")]
pub(crate) struct Generate {
    /// A run's folder or a Hugging Face directory (config.json, model.safetensors, tokenizer.json)
    model: PathBuf,
    /// What to go on from, to answer or to translate; may be given several times
    #[arg(long)]
    prompt: Vec<String>,
    /// The most tokens to write [default: as many as there is room for, at most 500]
    #[arg(long)]
    tokens: Option<usize>,
    /// Below 1 the likely become likelier; 0 always takes the likeliest
    #[arg(long, default_value_t = 0.7)]
    temperature: f64,
    /// Only so many of the likeliest
    #[arg(long)]
    top_k: Option<usize>,
    /// Only the likeliest that together have this probability
    #[arg(long)]
    top_p: Option<f64>,
    /// Only those at least so many times as likely as the likeliest
    #[arg(long)]
    min_p: Option<f64>,
    /// Above 1 what was there already becomes less likely
    #[arg(long, default_value_t = 1.0)]
    repetition_penalty: f64,
    /// Text that ends what is written; may be given several times
    #[arg(long, value_name = "TEXT")]
    stop: Vec<String>,
    /// The same seed writes the same text
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Looks for the likeliest text as a whole, so many hypotheses side by side, in place of drawing
    #[arg(long, conflicts_with_all = ["temperature", "top_k", "top_p", "min_p", "repetition_penalty", "seed"])]
    beams: Option<usize>,
    /// How much long texts are favoured
    #[arg(long, default_value_t = 0.6, requires = "beams", allow_negative_numbers = true)]
    length_penalty: f64,
    #[command(flatten)]
    on: On,
}

impl Generate {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let sampling = Sampling {
            repetition_penalty: self.repetition_penalty,
            temperature: self.temperature,
            top_k: self.top_k,
            top_p: self.top_p,
            min_p: self.min_p,
            seed: self.seed,
        };
        sampling.validate()?;
        self.search(Longest::Tokens(1), &[]).validate()?;
        if let Some(position) = self.stop.iter().position(String::is_empty) {
            return Err(Error::EmptyStop { position }.into());
        }
        if self.prompt.is_empty() && self.beams.is_some() {
            return Err(Usage("a search begins with a prompt: give one with --prompt \"...\"".into()).into());
        }
        let device = self.on.open()?;
        let loaded = open_model(&self.model, &device)?;
        let longest = loaded.config.max_seq_len();
        match &loaded.model {
            Model::DecoderOnly(model) => {
                let reading = loaded.recipe.as_ref().and_then(|recipe| recipe.data.task).map(|task| task.reading());
                let completer = Completer::new(model, longest).reading(reading.unwrap_or_default());
                self.complete(&completer, &loaded, sampling)?;
            }
            Model::Recurrent(model) => self.complete(&Completer::new(model, longest), &loaded, sampling)?,
            Model::EncoderDecoder(model) => self.translate(model, &loaded, sampling)?,
            Model::RecurrentSeq2Seq(model) => self.translate(model, &loaded, sampling)?,
            _ => bail!("{} is an encoder: it reads and does not write", self.model.display()),
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Goes on where each prompt ends. Of what is written behind a source, the source is no part.
    fn complete<M: LanguageModel>(&self, completer: &Completer<M>, loaded: &Loaded, sampling: Sampling) -> Result<()> {
        let (tokenizer, longest) = (self.tokenizer(loaded)?, loaded.config.max_seq_len());
        let (stop, before) = (stops(tokenizer, loaded.delimiters.as_ref()), Prompt::of(loaded));
        let room = |start: &[u32]| self.tokens.unwrap_or(longest.saturating_sub(start.len()).min(LONGEST));
        let mut starts = self.encoded(&frame(loaded), tokenizer)?;
        for start in &mut starts {
            if before == Prompt::Beginning && start.is_empty() {
                start.extend(tokenizer.beginning());
            }
            if start.is_empty() {
                return Err(Usage("an empty prompt: give one with --prompt \"...\"".into()).into());
            }
            completer.check(start, room(start))?;
        }
        for (prompt, start) in self.prompts().into_iter().zip(&starts) {
            let (shown, known) = match before {
                Prompt::Beginning => (prompt, start.as_slice()),
                Prompt::Source => ("", &[][..]),
            };
            let new_tokens = room(start);
            if self.beams.is_some() {
                let search = self.search(Longest::Tokens(new_tokens), &stop);
                let found = completer.search(std::slice::from_ref(start), &search)?;
                self.print(shown, Pieces::after(known, best(&found).map(Ok), tokenizer)?)?;
                continue;
            }
            let tokens = completer.complete(start, &Request { new_tokens, stop: stop.clone(), sampling })?;
            self.print(shown, Pieces::after(known, tokens, tokenizer)?)?;
        }
        Ok(())
    }

    /// Writes the target of each prompt.
    fn translate<M: Seq2Seq>(&self, model: &M, loaded: &Loaded, sampling: Sampling) -> Result<()> {
        let (tokenizer, longest) = (self.tokenizer(loaded)?, loaded.config.max_seq_len());
        let Ends { source, start, end, stop } = Ends::new(tokenizer, loaded.delimiters.as_ref())?;
        let translator = Translator::new(model, longest, start, end)?;
        let new_tokens = self.tokens.unwrap_or((longest - 1).min(LONGEST));
        let sources = self.encoded(&source, tokenizer)?;
        sources.iter().try_for_each(|source| translator.check(source, new_tokens))?;
        for source in sources {
            if self.beams.is_some() {
                let found = translator.search(&[source], &self.search(Longest::Tokens(new_tokens), &stop))?;
                self.print("", Pieces::new(best(&found).map(Ok), tokenizer))?;
                continue;
            }
            let request = Request { new_tokens, stop: stop.clone(), sampling };
            self.print("", translator.write(&source, &request)?.text(tokenizer))?;
        }
        Ok(())
    }

    fn tokenizer<'l>(&self, loaded: &'l Loaded) -> Result<&'l Tokenizer> {
        let tokenizer = loaded.tokenizer.as_ref();
        tokenizer.with_context(|| format!("{} has no tokenizer.json, so text has no ids", self.model.display()))
    }

    /// The ids of the prompts, all of them before the first text is written.
    fn encoded(&self, frame: &Frame, tokenizer: &Tokenizer) -> Result<Vec<Vec<u32>>> {
        self.prompts().into_iter().map(|prompt| Ok(frame.one(&tokenizer.encode(prompt)?).ids)).collect()
    }

    /// Without a prompt a text is written from its beginning.
    fn prompts(&self) -> Vec<&str> {
        if self.prompt.is_empty() { vec![""] } else { self.prompt.iter().map(String::as_str).collect() }
    }

    fn search(&self, longest: Longest, stop: &[u32]) -> BeamSearch {
        let width = self.beams.unwrap_or(1);
        BeamSearch { width, alpha: self.length_penalty, longest, stop: stop.to_vec(), ..BeamSearch::default() }
    }

    /// Prints each piece as it is written, behind what was there.
    fn print(&self, prompt: &str, pieces: Pieces<'_, impl Iterator<Item = Result<u32, Error>>>) -> Result<()> {
        let mut out = stdout();
        let _ = write!(out, "{prompt}");
        for piece in pieces.until(&self.stop)? {
            // Nobody may be reading any more.
            if write!(out, "{}", piece?).and_then(|()| out.flush()).is_err() {
                return Ok(());
            }
        }
        say!("");
        Ok(())
    }
}

/// The ids of the best text that was found.
fn best(found: &[Vec<Hypothesis>]) -> impl Iterator<Item = u32> {
    found.iter().flatten().take(1).flat_map(|best| best.ids.iter().copied())
}
