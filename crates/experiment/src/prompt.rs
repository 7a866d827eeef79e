//! What stands before a text that is written.

use salamander_datasets::{self as datasets, Shape};
use salamander_models::Recipe;
use salamander_text::Tokenizer;

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
    /// What it is to a model that learnt by `recipe`, or elsewhere.
    pub fn of(recipe: Option<&Recipe>) -> Self {
        let Some(recipe) = recipe else { return Self::Beginning };
        // A damaged text is the source of what is to be written of it.
        let damaged = recipe.data.task.is_some_and(|task| task.damages());
        match datasets::find(&recipe.data.set) {
            Err(_) | Ok(datasets::DataSet { shape: Shape::Text, .. }) if !damaged => Self::Beginning,
            _ => Self::Source,
        }
    }

    /// Its ids, with the token that begins a text before them, or the one that ends a source behind them, if there is one.
    ///
    /// # Errors
    /// If the tokenizer does not know what stands there.
    pub fn ids(self, text: &str, tokenizer: &Tokenizer) -> Result<Vec<u32>, Error> {
        let ids = tokenizer.encode(text)?;
        Ok(match self {
            Self::Beginning => tokenizer.beginning().into_iter().chain(ids).collect(),
            Self::Source => ids.into_iter().chain(tokenizer.bos()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use salamander_models::recipe;
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
        assert!(Prompt::Beginning.ids("", &bare).expect("nothing").is_empty());
        assert_eq!(Prompt::Source.ids("ab", &bare).expect("known").len(), 2);
        assert!(matches!(Prompt::Source.ids("c", &bare), Err(Error::Text(_))));
    }

    #[test]
    fn the_data_decides() {
        let of = |name| Prompt::of(Some(&recipe(name).expect("a recipe")));
        assert_eq!([of("gpt"), of("names"), of("lstm-shakespeare")], [Prompt::Beginning; 3]);
        assert_eq!([of("sorter"), of("recall"), of("lstm-recall")], [Prompt::Source; 3]);
        assert_eq!(Prompt::of(None), Prompt::Beginning);
        let spans = recipe("gpt").and_then(|recipe| recipe.set("data.task.kind", "spans")).expect("a task");
        assert_eq!(Prompt::of(Some(&spans)), Prompt::Source);
    }
}
