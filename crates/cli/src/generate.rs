//! `salamander generate`.

use std::{
    io::{Write, stdout},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use salamander::{
    generate::{Completer, Pieces, Request, Sampling, Translator},
    models::{Loaded, Model, open},
    text::Tokenizer,
};

use crate::On;

/// Lets a trained model write.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  salamander generate runs/gpt/<run> --prompt \"Once upon a time\"
  salamander generate path/to/gpt2 --prompt \"Alan Turing\" --temperature 0 --tokens 40
  salamander generate runs/transformer-nano/<run> --prompt \"a sentence to translate\"")]
pub(crate) struct Generate {
    /// A run's folder or a Hugging Face directory (config.json, model.safetensors, tokenizer.json)
    model: PathBuf,
    /// What to go on from, or to translate
    #[arg(long, default_value = "")]
    prompt: String,
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
    /// The same seed writes the same text
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    on: On,
}

impl Generate {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let sampling =
            Sampling { temperature: self.temperature, top_k: self.top_k, top_p: self.top_p, seed: self.seed };
        sampling.validate()?;
        let device = self.on.open()?;
        let Loaded { config, model, tokenizer, .. } = open(&self.model, &device)?;
        let tokenizer =
            tokenizer.with_context(|| format!("{} has no tokenizer.json, so text has no ids", self.model.display()))?;
        let longest = config.max_seq_len();
        let stop = tokenizer.eos().into_iter().collect();
        match &model {
            Model::DecoderOnly(model) => {
                let start = self.start(&tokenizer)?;
                let room = longest.saturating_sub(start.len());
                let new_tokens = self.tokens.unwrap_or(room.min(500));
                let completer = Completer::new(model, longest);
                let tokens = completer.complete(&start, &Request { new_tokens, stop, sampling })?;
                // The prompt goes through the same decoder, which knows what stands between two words.
                print_all(Pieces::new(start.into_iter().map(Ok).chain(tokens), &tokenizer))?;
            }
            Model::EncoderDecoder(model) => {
                let (begin, end) = (tokenizer.bos().or(tokenizer.pad()), tokenizer.eos());
                let begin = begin.context("the tokenizer has no token to begin a target with")?;
                let end = end.context("the tokenizer has no token that ends a target")?;
                let source = [tokenizer.encode(&self.prompt)?, vec![end]].concat();
                let new_tokens = self.tokens.unwrap_or(longest - 1);
                let translator = Translator::new(model, longest, begin, end)?;
                let tokens = translator.write(&source, &Request { new_tokens, stop, sampling })?;
                print_all(tokens.text(&tokenizer))?;
            }
            _ => {
                bail!("{} is an encoder: it reads and does not write", self.model.display())
            }
        }
        say!("");
        Ok(ExitCode::SUCCESS)
    }

    /// The prompt's ids, behind the mark that begins a text if there is one, or that ends one: a text begins where another
    /// ended.
    fn start(&self, tokenizer: &Tokenizer) -> Result<Vec<u32>> {
        let mut ids: Vec<u32> = tokenizer.bos().or(tokenizer.eos()).into_iter().collect();
        ids.extend(tokenizer.encode(&self.prompt)?);
        if ids.is_empty() {
            return Err(crate::Usage("an empty prompt: give one with --prompt \"...\"".into()).into());
        }
        Ok(ids)
    }
}

/// Prints each piece as it is written.
fn print_all<E: std::error::Error + Send + Sync + 'static>(
    pieces: impl Iterator<Item = Result<String, E>>,
) -> Result<()> {
    let mut out = stdout();
    for piece in pieces {
        write!(out, "{}", piece?)?;
        out.flush()?;
    }
    Ok(())
}
