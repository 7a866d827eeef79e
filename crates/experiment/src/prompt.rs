//! What stands before a text that is written.

use salamander_datasets::{self as datasets, Shape};
use salamander_models::{Loaded, Recipe};
use salamander_text::{Frame, Tokenizer};

use crate::Error;

/// What a prompt is to a model that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// The beginning of a text.
    Beginning,
    /// A source, behind which its target is written.
    Source,
}

impl Prompt {
    /// What it is to a model: its recipe says it, or of one from elsewhere whether a token stands behind a prompt.
    pub fn of(loaded: &Loaded) -> Self {
        match (&loaded.recipe, &loaded.delimiters) {
            (Some(recipe), _) => Self::by(recipe),
            (None, Some(delimiters)) if !delimiters.frame.end.is_empty() => Self::Source,
            _ => Self::Beginning,
        }
    }

    /// What it is to a model that learnt by `recipe`.
    fn by(recipe: &Recipe) -> Self {
        // A damaged text is the source of what is to be written of it.
        let damaged = recipe.data.task.is_some_and(|task| task.damages());
        match datasets::find(&recipe.data.set) {
            Err(_) | Ok(datasets::DataSet { shape: Shape::Text, .. }) if !damaged => Self::Beginning,
            _ => Self::Source,
        }
    }

    /// Its ids, with what stands around it.
    ///
    /// # Errors
    /// If the tokenizer does not know what stands there.
    pub fn ids(self, text: &str, tokenizer: &Tokenizer) -> Result<Vec<u32>, Error> {
        self.ids_within(text, tokenizer, usize::MAX)
    }

    /// The same, of a text that loses its end where all of it would be more than `most` ids.
    pub(crate) fn ids_within(self, text: &str, tokenizer: &Tokenizer, most: usize) -> Result<Vec<u32>, Error> {
        let frame = self.frame(tokenizer);
        let mut ids = tokenizer.encode(text)?;
        ids.truncate(most.saturating_sub(frame.begin.len() + frame.end.len()));
        Ok(frame.one(&ids).ids)
    }

    /// The token that begins a text before it, or the one that ends a source behind it, if there is one.
    fn frame(self, tokenizer: &Tokenizer) -> Frame {
        match self {
            Self::Beginning => Frame { begin: some(tokenizer.beginning()), ..Frame::default() },
            Self::Source => Frame { end: some(tokenizer.bos()), ..Frame::default() },
        }
    }
}

/// What stands around a text that a model reads: what stood there when it learnt, or of one from elsewhere what its
/// tokenizer's file says. Nothing if it has no tokenizer.
pub fn frame(loaded: &Loaded) -> Frame {
    let Some(tokenizer) = &loaded.tokenizer else { return Frame::default() };
    if let Some(delimiters) = &loaded.delimiters {
        return delimiters.frame.clone();
    }
    let end = some(tokenizer.eos());
    match &loaded.config {
        config if config.joins() => Prompt::of(loaded).frame(tokenizer),
        config if config.writes() => Frame { end, ..Frame::default() },
        _ => Frame { begin: some(tokenizer.beginning()), between: end.clone(), end },
    }
}

fn some(id: Option<u32>) -> Vec<u32> {
    id.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use salamander_models::{Delimiters, recipe};
    use salamander_text::Special;

    use super::*;

    #[test]
    fn by_hand() {
        let bare = Tokenizer::characters("ab", &[]);
        let tokenizer = Tokenizer::characters("ab", &[Special::Begin, Special::End]);
        let id = |token| tokenizer.encode(token).expect("known")[0];
        let (a, b, begin) = (id("a"), id("b"), tokenizer.bos().expect("it has one"));
        assert_eq!(Prompt::Beginning.ids("ab", &tokenizer).expect("known"), [begin, a, b]);
        assert_eq!(Prompt::Source.ids("ab", &tokenizer).expect("known"), [a, b, begin]);
        assert_eq!(Prompt::Source.ids_within("ab", &tokenizer, 2).expect("known"), [a, begin]);
        assert!(Prompt::Beginning.ids("", &bare).expect("nothing").is_empty());
        assert_eq!(Prompt::Source.ids("ab", &bare).expect("known").len(), 2);
        assert!(matches!(Prompt::Source.ids("c", &bare), Err(Error::Text(_))));
    }

    #[test]
    fn the_data_decides() {
        let of = |name| Prompt::by(&recipe(name).expect("a recipe"));
        assert_eq!([of("gpt"), of("names"), of("lstm-shakespeare")], [Prompt::Beginning; 3]);
        assert_eq!([of("sorter"), of("recall"), of("lstm-recall")], [Prompt::Source; 3]);
        let spans = recipe("gpt").and_then(|recipe| recipe.set("data.task.kind", "spans")).expect("a task");
        assert_eq!(Prompt::by(&spans), Prompt::Source);
    }

    #[test]
    fn what_stands_around_a_text() {
        let words = [Special::Pad, Special::Unknown, Special::Begin, Special::End];
        let tokenizer = Tokenizer::words(["a b"], &words);
        let loaded = |name| {
            let recipe = recipe(name).expect("a recipe");
            let config = recipe.config(Some(tokenizer.vocab_size())).expect("a model");
            let (model, tokenizer) = (config.init(&Device::flex()), Some(tokenizer.clone()));
            Loaded { config, model, tokenizer, recipe: Some(recipe), delimiters: None, skipped: Vec::new() }
        };
        let of = |begin: &[u32], between: &[u32], end: &[u32]| Frame {
            begin: begin.to_vec(),
            between: between.to_vec(),
            end: end.to_vec(),
        };
        assert_eq!(frame(&loaded("gpt")), of(&[2], &[], &[]));
        assert_eq!(frame(&loaded("recall")), of(&[], &[], &[2]));
        assert_eq!(frame(&loaded("t5-nano")), of(&[], &[], &[3]));
        assert_eq!(frame(&loaded("bert-nano")), of(&[2], &[3], &[3]));

        let elsewhere = |frame| Loaded {
            recipe: None,
            delimiters: Some(Delimiters { frame, ..Delimiters::default() }),
            ..loaded("gpt")
        };
        for (own, prompt) in [(of(&[2], &[], &[]), Prompt::Beginning), (of(&[], &[], &[2]), Prompt::Source)] {
            let loaded = elsewhere(own.clone());
            assert_eq!((frame(&loaded), Prompt::of(&loaded)), (own, prompt));
        }
    }
}
