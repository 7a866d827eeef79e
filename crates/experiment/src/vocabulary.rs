//! From text to ids: the tokenizer a recipe asks for.

use salamander_datasets::{Corpus, Splits};
use salamander_models::{DataChoice, SpecialToken, Task};
use salamander_text::{SpanCorruption, Special, Tokenizer, TokenizerKind};

use crate::{Error, Progress, set::continuous};

/// Reads the tokenizer, or learns it from what trains.
pub(crate) fn tokenizer(
    data: &DataChoice,
    task: Task,
    seq_len: usize,
    corpus: &Corpus,
    progress: &mut dyn FnMut(Progress),
) -> Result<Tokenizer, Error> {
    if let Some(file) = &data.tokenizer_file {
        return Ok(Tokenizer::load(file)?);
    }
    let special = special(data, task, seq_len, corpus);
    let kind = &data.tokenizer;
    let mut tell = |now| progress(Progress::Tokenizer(now));
    match corpus {
        // Whatever stands in one long text has a token, wherever it is cut.
        Corpus::Text(splits) if continuous(corpus) && *kind == TokenizerKind::Characters => {
            Ok(kind.train(splits.train.iter().chain(&splits.validation).chain(&splits.test), &special, &mut tell)?)
        }
        Corpus::Stream(stream) => {
            let mut failed = None;
            // As above: of characters, whatever stands anywhere.
            let others = *kind == TokenizerKind::Characters;
            let others = others.then(|| stream.validation().chain(stream.test())).into_iter().flatten();
            let chunks = stream.train().chain(others);
            let chunks = chunks.map_while(|chunk| chunk.map_err(|error| failed = Some(error)).ok());
            let learnt = kind.train(chunks, &special, &mut tell);
            match failed {
                Some(error) => Err(error.into()),
                None => Ok(learnt?),
            }
        }
        _ => Ok(kind.train(texts(corpus), &special, &mut tell)?),
    }
}

/// All texts that train.
fn texts(corpus: &Corpus) -> Vec<&str> {
    fn each<'a, T, const N: usize>(splits: &'a Splits<T>, texts: impl Fn(&'a T) -> [&'a str; N]) -> Vec<&'a str> {
        splits.train.iter().flat_map(texts).collect()
    }
    match corpus {
        Corpus::Text(splits) => each(splits, |text| [text.as_str()]),
        Corpus::Stream(_) => Vec::new(),
        Corpus::Pairs(splits) => each(splits, |(source, target)| [source.as_str(), target]),
        // With the class, as often as a model that writes it would read it: so readers and writers share their words.
        Corpus::Labelled { splits, classes } => each(splits, |item| [item.text.as_str(), &classes[item.label]]),
        Corpus::Tagged { splits, .. } => {
            splits.train.iter().flat_map(|sentence| sentence.words.iter().map(String::as_str)).collect()
        }
        Corpus::Questions(splits) => each(splits, |item| [item.question.as_str(), &item.context]),
    }
}

/// The tokens that are no text.
fn special(data: &DataChoice, task: Task, seq_len: usize, corpus: &Corpus) -> Vec<Special> {
    let named = |token: &SpecialToken| match token {
        SpecialToken::Pad => Special::Pad,
        SpecialToken::Unknown => Special::Unknown,
        SpecialToken::Begin => Special::Begin,
        SpecialToken::End => Special::End,
        SpecialToken::Mask => Special::Mask,
    };
    // One text is cut anywhere: nothing marks its ends, and every character or byte is known.
    let whole = matches!(data.tokenizer, TokenizerKind::Characters | TokenizerKind::Bytes);
    let bare = continuous(corpus) && whole && matches!(task, Task::Causal { .. });
    let mut special: Vec<_> = match &data.special {
        Some(named_in_recipe) => named_in_recipe.iter().map(named).collect(),
        None if bare => Vec::new(),
        None => Special::ALL.to_vec(),
    };
    if let Task::Spans { rate, mean, .. } = task {
        // As many as the longest text has spans, and one that ends the last.
        let spans = SpanCorruption { density: rate, mean, sentinels: Vec::new(), end: None }.counts(seq_len).1 + 1;
        special.extend((0..=u8::MAX).take(spans).map(Special::Sentinel));
    }
    special
}

#[cfg(test)]
mod tests {
    use salamander_datasets::{self as datasets, Options};
    use salamander_models::recipe;

    use super::*;

    /// What is learnt from files of which each has a letter of its own, in memory or streamed.
    fn learnt(kind: &TokenizerKind, memory: u64) -> Tokenizer {
        let folder = tempfile::tempdir().unwrap();
        for (part, letter) in [("train", "a"), ("valid", "b"), ("test", "c")] {
            std::fs::write(folder.path().join(format!("wiki.{part}.tokens")), format!(" = T = \n {letter} x\n"))
                .unwrap();
        }
        let options = Options { data: Some(folder.path().into()), memory, ..Options::default() };
        let corpus = datasets::load("wikitext-2", &options, &mut |_| {}).unwrap();
        assert_eq!(matches!(corpus, Corpus::Stream(_)), memory == 0);
        let data = DataChoice::new("wikitext-2", kind.clone());
        tokenizer(&data, Task::Causal { packing: None }, 8, &corpus, &mut |_| {}).unwrap()
    }

    #[test]
    fn a_streamed_text_has_the_words_it_has_in_memory() {
        for kind in [TokenizerKind::Characters, recipe("gpt").unwrap().data.tokenizer] {
            let [streamed, read] = [0, 1 << 20].map(|memory| learnt(&kind, memory));
            assert_eq!(streamed.vocab_size(), read.vocab_size(), "{kind:?}");
        }
    }
}
