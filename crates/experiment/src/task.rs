//! What a model is asked, where the recipe leaves it open, and what must be changed for that.

use salamander_datasets::{Corpus, Pair, Shape};
use salamander_generate::Reading;
use salamander_models::{Head, ModelConfig, Recipe, Task};

use crate::{Error, part::shape};

/// What a model of this kind can do on data of this shape; the first is what suits most.
fn possible(config: &ModelConfig, shape: Shape) -> Vec<Task> {
    let reading = || match shape {
        Shape::Text => vec![],
        Shape::Pairs => vec![Task::Contrast],
        Shape::Labelled => vec![Task::Classify],
        Shape::Tagged => vec![Task::Tag],
        Shape::Questions => vec![Task::Answer],
    };
    let causal = Task::Causal { packing: None };
    let spans = Task::Spans { rate: Task::HIDDEN, mean: 3.0, reading: None };
    let denoise = Task::Denoise { rate: 0.3, mean: 3.0, reading: None };
    match (config, shape) {
        (ModelConfig::DecoderOnly(_), Shape::Text) => vec![causal, Task::Prefix, spans, denoise],
        (ModelConfig::DecoderOnly(_), Shape::Pairs | Shape::Labelled) => vec![causal, Task::Prefix],
        (ModelConfig::Recurrent(_), Shape::Text) => vec![causal, spans, denoise],
        (ModelConfig::Recurrent(_), Shape::Pairs | Shape::Labelled) => vec![causal],
        (ModelConfig::EncoderDecoder(_) | ModelConfig::RecurrentSeq2Seq(_), Shape::Text) => vec![spans, denoise],
        (ModelConfig::EncoderDecoder(_) | ModelConfig::RecurrentSeq2Seq(_), Shape::Pairs | Shape::Labelled) => {
            vec![Task::Translate]
        }
        (writes, _) if writes.writes() => vec![],
        (ModelConfig::ReplacedTokens(_), Shape::Text) => vec![Task::Replaced { rate: Task::HIDDEN }],
        (ModelConfig::MaskedLm(_), Shape::Text) => vec![Task::Masked { rate: Task::HIDDEN }],
        _ => reading(),
    }
}

/// What a model is asked on a data set.
pub(crate) fn decide(config: &ModelConfig, corpus: &Corpus, asked: Option<Task>) -> Result<Task, Error> {
    let (family, shape) = (config.family(), shape(corpus));
    let possible = possible(config, shape);
    let Some(first) = possible.first() else { return Err(Error::Shape { family, shape }) };
    let asked = checked(asked.unwrap_or(*first))?;
    if possible.iter().any(|task| task.name() == asked.name()) {
        return arranged(config, asked);
    }
    let can = possible.iter().map(Task::name).collect::<Vec<_>>().join(", ");
    Err(Error::Task { family, asked: asked.name(), shape, can })
}

/// Checks the task's numbers.
fn checked(task: Task) -> Result<Task, Error> {
    let (rate, mean) = match task {
        Task::Masked { rate } | Task::Replaced { rate } => (rate, 1.0),
        Task::Spans { rate, mean, .. } | Task::Denoise { rate, mean, .. } => (rate, mean),
        _ => return Ok(task),
    };
    if !(rate > 0.0 && rate < 1.0) {
        return Err(Error::Number { setting: "data.task.rate", value: rate, needed: "a share above 0 and below 1" });
    }
    if !(mean >= 1.0 && mean.is_finite()) {
        return Err(Error::Number { setting: "data.task.mean", value: mean, needed: "at least 1 token" });
    }
    Ok(task)
}

/// The task with its arrangement: a model of one stack reads a damaged text in some way, one of two has a stack for that.
fn arranged(config: &ModelConfig, mut task: Task) -> Result<Task, Error> {
    let (family, name) = (config.family(), task.name());
    let refused = |asked: Reading, hint| Err(Error::Reading { family, task: name, asked: asked.name(), hint });
    let (Task::Spans { reading, .. } | Task::Denoise { reading, .. }) = &mut task else { return Ok(task) };
    *reading = match (config, *reading) {
        (ModelConfig::DecoderOnly(_), reading) => Some(reading.unwrap_or_default()),
        (ModelConfig::Recurrent(_), None | Some(Reading::Causal)) => Some(Reading::Causal),
        (ModelConfig::Recurrent(_), Some(asked)) => return refused(asked, "it reads from the left alone"),
        (_, None) => None,
        (_, Some(asked)) => return refused(asked, "it has a part of its own for that"),
    };
    Ok(task)
}

/// The model with the head that the task needs.
pub(crate) fn with_head(
    recipe: &Recipe,
    config: ModelConfig,
    task: Task,
    corpus: &Corpus,
) -> Result<ModelConfig, Error> {
    let head = match (task, corpus) {
        (Task::Classify, Corpus::Labelled { classes, .. }) => Head::Classes(classes.len()),
        (Task::Tag, Corpus::Tagged { tags, .. }) => Head::Tags(tags.len()),
        (Task::Answer, _) => Head::Answers,
        (Task::Contrast, _) => Head::Sentences,
        _ if recipe.head.is_empty() => return Ok(config),
        _ => return Err(Error::NoHead { task: task.name() }),
    };
    Ok(recipe.headed(config, head)?)
}

/// The data set as the task wants it: a model that writes says the name of a class.
pub(crate) fn shaped(corpus: Corpus, task: Task) -> Corpus {
    match (corpus, task) {
        (Corpus::Labelled { splits, classes }, Task::Causal { .. } | Task::Prefix | Task::Translate) => {
            let pair = |item: salamander_datasets::Labelled| -> Pair { (item.text, classes[item.label].clone()) };
            Corpus::Pairs(splits.map(pair))
        }
        (corpus, _) => corpus,
    }
}
