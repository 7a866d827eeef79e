//! From a recipe to what training needs: text, tokens, batches, a model.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result, anyhow};
use salamander::{
    datasets::{self, Corpus, Pair, Splits},
    models::{ModelConfig, Recipe, TokenizerChoice, recipe},
    text::{Bigram, Corruption, Documents, Masked, PairOptions, Pairs, Special, Tokenizer, Windows},
    train::Plan,
};

/// Which recipe, changed how, on what data.
#[derive(clap::Args)]
pub(crate) struct Choice {
    /// The model's name, as `list` shows it
    model: String,
    /// A file of your own in place of the recipe's data set
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Changes one setting of the recipe: plan.steps=100, size.n_layers=2, model.stack.block.feed_forward.activation=silu
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    settings: Vec<(String, String)>,
    /// Steps to train (plan.steps)
    #[arg(long)]
    steps: Option<usize>,
    /// Where all randomness begins (plan.seed)
    #[arg(long)]
    seed: Option<u64>,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or_else(|| format!("`{text}` has no `=`; write key=value"))?;
    Ok((pair.0.trim().into(), pair.1.trim().into()))
}

/// Everything decided.
pub(crate) struct Prepared {
    pub(crate) recipe: Recipe,
    pub(crate) config: ModelConfig,
    pub(crate) tokenizer: Arc<Tokenizer>,
    pub(crate) material: Material,
}

/// What is learnt from and checked on, in the form the family wants.
pub(crate) enum Material {
    Windows { train: Arc<Windows>, validation: Arc<Windows> },
    Documents { train: Arc<Documents>, validation: Arc<Documents> },
    Masked { train: Arc<Masked>, validation: Arc<Masked>, bigram: Bigram },
    Pairs { train: Arc<Pairs>, validation: Arc<Pairs>, test: Vec<Pair> },
}

impl Choice {
    /// The recipe with its changes.
    pub(crate) fn recipe(&self) -> Result<Recipe> {
        let mut chosen = recipe(&self.model)?;
        for (key, value) in &self.settings {
            chosen = chosen.set(key, value)?;
        }
        chosen.plan.steps = self.steps.unwrap_or(chosen.plan.steps);
        chosen.plan.seed = self.seed.unwrap_or(chosen.plan.seed);
        Ok(chosen)
    }

    /// Reads the data and decides the rest.
    pub(crate) fn prepare(&self) -> Result<Prepared> {
        let recipe = self.recipe()?;
        recipe.plan.validate().map_err(salamander::models::Error::from)?;
        let options = datasets::Options { seed: recipe.plan.seed, data: self.data.clone() };
        let corpus = datasets::load(&recipe.data.set, &options)?;
        let tokenizer = Arc::new(tokenizer(&recipe, &corpus));
        let config = recipe.config(Some(tokenizer.vocab_size()))?;
        if recipe.plan.seq_len > config.max_seq_len() {
            let (asked, most) = (recipe.plan.seq_len, config.max_seq_len());
            return Err(crate::Usage(format!(
                "plan.seq_len is {asked} and the model takes at most {most} tokens; lower it or raise size.max_seq_len"
            ))
            .into());
        }
        let material = material(&recipe.plan, &config, &tokenizer, corpus)?;
        Ok(Prepared { recipe, config, tokenizer, material })
    }
}

fn tokenizer(recipe: &Recipe, corpus: &Corpus) -> Tokenizer {
    let texts: Vec<&str> = match corpus {
        Corpus::Text(splits) => splits.train.iter().map(String::as_str).collect(),
        Corpus::Pairs(splits) => splits.train.iter().flat_map(|(a, b)| [a.as_str(), b.as_str()]).collect(),
    };
    match recipe.data.tokenizer {
        // One text is cut anywhere: nothing marks its ends.
        TokenizerChoice::Characters if texts.len() == 1 => {
            let validation = match corpus {
                Corpus::Text(splits) => splits.validation.concat(),
                Corpus::Pairs(_) => String::new(),
            };
            Tokenizer::characters(&[texts[0], &validation].concat(), &[])
        }
        TokenizerChoice::Characters => Tokenizer::characters(&texts.concat(), &Special::ALL),
        TokenizerChoice::Bytes => Tokenizer::bytes(&Special::ALL),
        TokenizerChoice::Words => Tokenizer::words(texts, &Special::ALL),
    }
}

fn material(plan: &Plan, config: &ModelConfig, tokenizer: &Tokenizer, corpus: Corpus) -> Result<Material> {
    match (config, corpus) {
        (ModelConfig::DecoderOnly(_), Corpus::Text(text)) if text.train.len() == 1 => windows(plan, tokenizer, &text),
        (ModelConfig::DecoderOnly(_), Corpus::Text(text)) => documents(plan, tokenizer, &text),
        (ModelConfig::MaskedLm(_), Corpus::Text(text)) => masked(plan, tokenizer, &text),
        (ModelConfig::EncoderDecoder(_), Corpus::Pairs(pairs)) => self::pairs(plan, tokenizer, pairs),
        (_, Corpus::Text(_)) => Err(anyhow!("this model learns from pairs, and the data is running text")),
        (_, Corpus::Pairs(_)) => Err(anyhow!("this model learns from running text, and the data is pairs")),
    }
}

fn windows(plan: &Plan, tokenizer: &Tokenizer, text: &Splits<String>) -> Result<Material> {
    let cut = |documents: &[String]| -> Result<Arc<Windows>> {
        Ok(Arc::new(Windows::new(tokenizer.encode(&documents.concat())?, plan.seq_len, plan.batch_size, plan.seed)?))
    };
    Ok(Material::Windows { train: cut(&text.train)?, validation: cut(&text.validation)? })
}

/// Every document begins after the mark that ended the one before.
fn documents(plan: &Plan, tokenizer: &Tokenizer, text: &Splits<String>) -> Result<Material> {
    let end = special(tokenizer.eos(), "an end")?;
    let cut = |documents: &[String]| -> Result<Arc<Documents>> {
        let ids: Vec<_> = documents.iter().map(|text| framed(tokenizer, text, end)).collect::<Result<_>>()?;
        Ok(Arc::new(Documents::new(ids, end, plan.seq_len, plan.batch_size, plan.seed)?))
    };
    Ok(Material::Documents { train: cut(&text.train)?, validation: cut(&text.validation)? })
}

fn framed(tokenizer: &Tokenizer, text: &str, end: u32) -> Result<Vec<u32>> {
    let mut ids = vec![end];
    ids.extend(tokenizer.encode(text)?);
    Ok(ids)
}

fn masked(plan: &Plan, tokenizer: &Tokenizer, text: &Splits<String>) -> Result<Material> {
    let pad = special(tokenizer.pad(), "padding")?;
    let (begin, end) = (special(tokenizer.bos(), "a beginning")?, special(tokenizer.eos(), "an end")?);
    let cut = |documents: &[String]| -> Result<Arc<Masked>> {
        let frame =
            |text: &String| -> Result<Vec<u32>> { Ok([vec![begin], tokenizer.encode(text)?, vec![end]].concat()) };
        let ids = documents.iter().map(frame).collect::<Result<Vec<_>>>()?;
        Ok(Arc::new(Masked::new(ids, Corruption::new(tokenizer)?, pad, plan.seq_len, plan.batch_size, plan.seed)?))
    };
    let mut bigram = Bigram::default();
    for text in &text.train {
        bigram.count(&[vec![begin], tokenizer.encode(text)?, vec![end]].concat());
    }
    Ok(Material::Masked { train: cut(&text.train)?, validation: cut(&text.validation)?, bigram })
}

fn pairs(plan: &Plan, tokenizer: &Tokenizer, pairs: Splits<Pair>) -> Result<Material> {
    let options = PairOptions {
        pad: special(tokenizer.pad(), "padding")?,
        start: special(tokenizer.bos(), "a beginning")?,
        end: special(tokenizer.eos(), "an end")?,
        rows: plan.batch_size,
        longest: plan.seq_len,
        similar: true,
    };
    let cut = |pairs: &[Pair]| -> Result<Arc<Pairs>> {
        let both = |(source, target): &Pair| -> Result<(Vec<u32>, Vec<u32>)> {
            Ok((tokenizer.encode(source)?, tokenizer.encode(target)?))
        };
        let ids = pairs.iter().map(both).collect::<Result<_>>()?;
        Ok(Arc::new(Pairs::new(ids, options.clone(), plan.seed)?))
    };
    let (train, validation) = (cut(&pairs.train)?, cut(&pairs.validation)?);
    Ok(Material::Pairs { train, validation, test: pairs.test })
}

fn special(id: Option<u32>, what: &str) -> Result<u32> {
    id.with_context(|| format!("the tokenizer has no token for {what}; take another tokenizer"))
}
