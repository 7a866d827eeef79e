//! What a model writes while it learns, to be read by those who watch.

use std::sync::Arc;

use burn::{
    module::Module,
    tensor::{Int, Tensor, TensorData},
};
use salamander_attention::{Mask, Pass};
use salamander_encoder_only::MaskedLm;
use salamander_generate::{Completer, LanguageModel, Request, Sampling, Seq2Seq, Translator};
use salamander_text::{Batches, Denoised, IGNORE, LanguageBatch, Masked, Tokenizer};
use salamander_train::Sample;

use crate::{
    Error, Experiment, Judging,
    write::{Answers, Ends, Limits, Targets},
};

/// How many tokens a sample has at most.
const LONGEST: usize = 200;
/// How many pairs are shown.
const PAIRS: usize = 3;

/// The beginning of a text.
pub(crate) fn text<M: LanguageModel>(experiment: &Experiment) -> Sample<M> {
    let (tokenizer, longest) = (Arc::clone(&experiment.tokenizer), experiment.config.max_seq_len());
    Box::new(move |model| said(begun(model, &tokenizer, longest)))
}

fn begun<M: LanguageModel>(model: &M, tokenizer: &Tokenizer, longest: usize) -> Result<String, Error> {
    let start = tokenizer.beginning().unwrap_or(0);
    let request = Request {
        new_tokens: (longest - 1).min(LONGEST),
        stop: tokenizer.eos().into_iter().collect(),
        sampling: Sampling { temperature: 0.7, seed: 1, ..Sampling::default() },
    };
    let completer = Completer::new(model, longest);
    let pieces = completer.complete(&[start], &request)?.text(tokenizer);
    Ok(pieces.collect::<Result<String, _>>()?)
}

/// What the model writes behind what it is given: sources, or the first damaged text of `batch`.
pub(crate) fn behind<M: LanguageModel>(
    experiment: &Experiment,
    reading: M::Reading,
    batch: impl FnOnce() -> LanguageBatch,
) -> Option<Sample<M>> {
    match experiment.task.damages() {
        true => Some(rewritten(experiment, reading, &batch())),
        false => answer(experiment, reading),
    }
}

/// What the model writes behind a damaged text.
fn rewritten<M: LanguageModel>(experiment: &Experiment, reading: M::Reading, batch: &LanguageBatch) -> Sample<M> {
    let (tokenizer, limits) = (Arc::clone(&experiment.tokenizer), experiment.limits());
    // The first target is written where the damaged text ends.
    let given = batch.targets.row(0).iter().take_while(|&&target| target == IGNORE).count() + 1;
    let prompt: Vec<_> = batch.inputs.row(0).iter().take(given).map(|&id| u32::try_from(id).unwrap_or(0)).collect();
    let say = move |model: &M| {
        let answers = Answers::new(model, reading, &tokenizer, limits);
        let found = answers.found(std::slice::from_ref(&prompt), &Judging::default())?;
        let written = found.first().and_then(|found| found.first()).map_or(&[][..], |best| &best.ids);
        Ok(restoration(&tokenizer, &prompt, written))
    };
    Box::new(move |model| said(say(model)))
}

/// Sources with what the model writes behind them.
fn answer<M: LanguageModel>(experiment: &Experiment, reading: M::Reading) -> Option<Sample<M>> {
    let (tokenizer, pairs) = (Arc::clone(&experiment.tokenizer), experiment.shown(PAIRS)?);
    let limits = experiment.limits();
    let say = move |model: &M| {
        let answers = Answers::new(model, reading, &tokenizer, limits);
        let sources: Vec<_> = pairs.iter().map(|(source, _)| source.as_str()).collect();
        Ok(listed(&sources, &answers.write(&sources, &Judging::default())?))
    };
    Some(Box::new(move |model| said(say(model))))
}

/// Sources with the targets that the model writes.
pub(crate) fn target<M: Seq2Seq>(experiment: &Experiment) -> Option<Sample<M>> {
    let (tokenizer, pairs) = (Arc::clone(&experiment.tokenizer), experiment.shown(PAIRS)?);
    let longest = experiment.config.max_seq_len();
    let say = move |model: &M| {
        let targets = Targets::new(model, &tokenizer, Ends::new(&tokenizer, None)?, longest)?;
        let sources: Vec<_> = pairs.iter().map(|(source, _)| source.as_str()).collect();
        Ok(listed(&sources, &targets.write(&sources, &Judging::default())?))
    };
    Some(Box::new(move |model| said(say(model))))
}

fn listed(sources: &[&str], written: &[String]) -> String {
    let lines = sources.iter().zip(written).map(|(source, written)| format!("{source} -> {written}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A text with gaps, and in brackets what the model says belongs there.
pub(crate) fn gaps(tokenizer: &Arc<Tokenizer>, set: &Arc<Masked>) -> Sample<MaskedLm> {
    let (tokenizer, set) = (Arc::clone(tokenizer), Arc::clone(set));
    Box::new(move |model| said(filled(model, &tokenizer, &set)))
}

fn filled(model: &MaskedLm, tokenizer: &Tokenizer, set: &Masked) -> Result<String, Error> {
    let batch = set.evaluation_at(0);
    let row = |values: &[i64]| values[..batch.inputs.columns].to_vec();
    let (inputs, targets) = (row(&batch.inputs.values), row(&batch.targets.values));
    let device = model.devices().into_iter().next().unwrap_or_default();
    let tokens = Tensor::<2, Int>::from_data(TensorData::new(inputs.clone(), [1, inputs.len()]), &device);
    let padding = batch.padding.as_ref().map(|padding| padding.values[..inputs.len()].to_vec());
    let mask = padding.map_or(Mask::None, |padding| Mask::padding(vec![padding]));
    let likeliest = model.forward(tokens, &mut Pass::new(mask)).argmax(2).into_data().convert::<i64>(); // [1, T, 1]
    let mut text = Vec::new();
    for ((&input, &target), &likeliest) in
        inputs.iter().zip(&targets).zip(likeliest.iter::<i64>().collect::<Vec<_>>().iter())
    {
        let (shown, gap) = if target == IGNORE { (input, false) } else { (likeliest, true) };
        let word = tokenizer.decode(&[u32::try_from(shown).unwrap_or(0)])?;
        match gap {
            true => text.push(format!("[{}]", word.trim())),
            false if !word.is_empty() => text.push(word.trim().into()),
            false => {}
        }
    }
    Ok(text.join(" "))
}

/// What the model makes of a damaged text.
pub(crate) fn restored<M: Seq2Seq>(experiment: &Experiment, set: &Arc<Denoised>) -> Option<Sample<M>> {
    let (tokenizer, set, limits) = (Arc::clone(&experiment.tokenizer), Arc::clone(set), experiment.limits());
    Some(Box::new(move |model| said(repaired(model, &tokenizer, limits, &set))))
}

fn repaired<M: Seq2Seq>(model: &M, tokenizer: &Tokenizer, limits: Limits, set: &Denoised) -> Result<String, Error> {
    let batch = set.evaluation_at(0);
    let row = &batch.source.values[..batch.source.columns];
    let real = row.iter().zip(&batch.source_padding.values).filter(|(_, padding)| !**padding);
    let source: Vec<u32> = real.map(|(&id, _)| u32::try_from(id).unwrap_or(0)).collect();
    let Ends { start, end, .. } = Ends::new(tokenizer, None)?;
    let translator = Translator::new(model, limits.max_seq_len, start, end)?;
    let most = limits.seq_len.min(limits.max_seq_len - 1);
    let written = translator.translate(std::slice::from_ref(&source), most)?;
    Ok(restoration(tokenizer, &source, written.first().map_or(&[][..], |ids| ids)))
}

/// A damaged text and what was written of it, token by token.
fn restoration(tokenizer: &Tokenizer, source: &[u32], written: &[u32]) -> String {
    let shown = |ids: &[u32]| {
        let tokens = ids.iter().map(|&id| tokenizer.token(id).unwrap_or_default());
        tokens.collect::<Vec<_>>().join(" ")
    };
    format!("{}\n-> {}", shown(source), shown(written))
}

fn said(text: Result<String, Error>) -> String {
    text.unwrap_or_else(|error| error.to_string())
}
