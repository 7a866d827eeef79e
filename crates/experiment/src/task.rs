//! What a model is asked, where the recipe leaves it open, and what must be changed for that.

use salamander_datasets::{Corpus, Pair, Shape};
use salamander_models::{Head, ModelConfig, Task};

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
    match (config, shape) {
        (ModelConfig::DecoderOnly(_), Shape::Text | Shape::Pairs | Shape::Labelled) => {
            vec![Task::Causal { packing: None }, Task::Prefix]
        }
        (ModelConfig::Recurrent(_), Shape::Text | Shape::Pairs | Shape::Labelled) => {
            vec![Task::Causal { packing: None }]
        }
        (ModelConfig::EncoderDecoder(_), Shape::Text) => {
            vec![Task::Spans { rate: 0.15, mean: 3.0 }, Task::Denoise { rate: 0.3, mean: 3.0 }]
        }
        (ModelConfig::EncoderDecoder(_) | ModelConfig::RecurrentSeq2Seq(_), Shape::Pairs | Shape::Labelled) => {
            vec![Task::Translate]
        }
        (writes, _) if writes.writes() => vec![],
        (ModelConfig::ReplacedTokens(_), Shape::Text) => vec![Task::Replaced { rate: 0.15 }],
        (ModelConfig::MaskedLm(_), Shape::Text) => vec![Task::Masked { rate: 0.15 }],
        _ => reading(),
    }
}

/// What a model is asked on a data set.
pub(crate) fn decide(config: &ModelConfig, corpus: &Corpus, asked: Option<Task>) -> Result<Task, Error> {
    let (family, shape) = (config.family(), shape(corpus));
    let possible = possible(config, shape);
    let Some(first) = possible.first() else { return Err(Error::Shape { family, shape }) };
    let Some(asked) = asked else { return Ok(*first) };
    if possible.iter().any(|task| task.name() == asked.name()) {
        return Ok(asked);
    }
    let can = possible.iter().map(Task::name).collect::<Vec<_>>().join(", ");
    Err(Error::Task { family, asked: asked.name(), shape, can })
}

/// The model with the head that the task needs.
pub(crate) fn with_head(config: ModelConfig, task: Task, corpus: &Corpus) -> Result<ModelConfig, Error> {
    let head = match (task, corpus) {
        (Task::Classify, Corpus::Labelled { classes, .. }) => Head::Classes(classes.len()),
        (Task::Tag, Corpus::Tagged { tags, .. }) => Head::Tags(tags.len()),
        (Task::Answer, _) => Head::Answers,
        (Task::Contrast, _) => Head::Sentences,
        _ => return Ok(config),
    };
    Ok(config.with_head(head)?)
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
